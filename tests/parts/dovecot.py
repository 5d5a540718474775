"""dovecot: a real Dovecot on loopback, as root or as anybody, without systemd.

with running() as server:       server.port, server.tls_port
server.deliver("ann", raw)      a mail into a user's INBOX, as an MTA delivers it (LMTP); any user name, password "secret"
server.client("ann")            imaplib's, logged in, for a look and for changes from outside
server.kick("ann"), .kill(), .start()       end a session, the server, begin it again
server.forget("ann")            the mailbox is made anew: same mail, another UIDVALIDITY
server.accepts("hush")          another password from now on
"""

from __future__ import annotations

import contextlib
import grp
import imaplib
import itertools
import os
import pwd
import shutil
import signal
import smtplib
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from parts.net import free_port, wait_until
from parts.site import short_folder

_SERIAL = itertools.count(1)
CONF = """
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {base}/run
state_dir = {base}/run
log_path = {base}/log
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 1
mail_uid = {user}
mail_gid = {group}
mail_home = {base}/mail/%u
mail_location = maildir:{base}/mail/%u/Mail
disable_plaintext_auth = no
auth_mechanisms = plain login {mechanisms}
auth_failure_delay = 0
ssl = {ssl}
{certificate}
{capability}
mail_max_userip_connections = 200
imap_idle_notify_interval = 10 secs
passdb {{
{passdb}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={base}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imaps}
    ssl = {ssl}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service lmtp {{
  {lmtp_user}
  unix_listener {base}/lmtp {{
    mode = 0666
  }}
}}
service auth {{
  unix_listener auth-userdb {{
    mode = 0666
  }}
  {sasl}
}}
service stats {{
  chroot =
  unix_listener stats-reader {{
    mode = 0666
  }}
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""


class Dovecot:
    """tls: a certificate and its key; capability: what it says that it can; oauth: where XOAUTH2 tokens are shown to (RFC 7662);
    sasl: the port where an MTA asks about passwords.
    """

    def __init__(
        self, folder: Path, tls: tuple[Path, Path] | None = None, oauth: str = "", capability: str = "", sasl: int = 0
    ):
        self.folder, self.tls, self.oauth, self.capability, self.sasl = folder, tls, oauth, capability, sasl
        self.port, self.tls_port = free_port(), free_port() if tls else 0
        self.password = "secret"
        self.daemon: subprocess.Popen[bytes] | None = None
        folder.chmod(0o755)
        for name in ("run", "mail"):
            (folder / name).mkdir()
        if os.getuid() == 0:
            shutil.chown(folder / "mail", "nobody", "nogroup")
        self._write()

    def _write(self) -> None:
        me = pwd.getpwuid(os.getuid())
        mine, root = grp.getgrgid(me.pw_gid).gr_name, os.getuid() == 0
        certificate = f"ssl_cert = <{self.tls[0]}\nssl_key = <{self.tls[1]}" if self.tls else ""
        (self.folder / "conf").write_text(
            CONF.format(
                base=self.folder,
                # Login processes must be nobody's, and a mail user is never 0; a plain user is all of them himself.
                internal="dovecot" if root else me.pw_name,
                internal_group="dovecot" if root else mine,
                login="dovenull" if root else me.pw_name,
                user="nobody" if root else me.pw_name,
                group="nogroup" if root else mine,
                lmtp_user="" if root else f"user = {me.pw_name}",
                capability=f"imap_capability = {self.capability}" if self.capability else "",
                mechanisms="xoauth2" if self.oauth else "",
                ssl="yes" if self.tls else "no",
                certificate=certificate,
                passdb=self._passdb(),
                sasl=f"inet_listener {{\n    address = 127.0.0.1\n    port = {self.sasl}\n  }}" if self.sasl else "",
                port=self.port,
                imaps=self.tls_port,
            )
        )

    def _passdb(self) -> str:
        if not self.oauth:
            return f"  driver = static\n  args = password={self.password}"
        settings = self.folder / "oauth2"
        settings.write_text(
            f"introspection_mode = post\nintrospection_url = {self.oauth}\n"
            "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
        )
        settings.chmod(0o644)
        return f"  driver = oauth2\n  mechanisms = xoauth2\n  args = {settings}"

    # --- life -----------------------------------------------------------------------------------------------------------------

    def start(self) -> Dovecot:
        # A group of its own, so that killing it leaves none of its sessions behind.
        self.daemon = subprocess.Popen(
            ["/usr/sbin/dovecot", "-F", "-c", str(self.folder / "conf")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert wait_until(self._answers), self.log()[-2000:]
        return self

    def _answers(self) -> bool:
        assert self.daemon is not None
        assert self.daemon.poll() is None, self.log()[-2000:]
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            imaplib.IMAP4("127.0.0.1", self.port, timeout=5).shutdown()
            return (self.folder / "lmtp").exists()
        return False

    def kill(self) -> None:
        """SIGKILL for all of it: the sockets are reset, nothing says goodbye."""
        assert self.daemon is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.daemon.pid, signal.SIGKILL)
        self.daemon.wait(10)
        (self.folder / "run" / "master.pid").unlink(missing_ok=True)

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def accepts(self, password: str) -> None:
        """Another password; whoever is in is thrown out."""
        self.password = password
        self._write()
        self.kill()
        self.start()

    def admin(self, *words: str) -> str:
        done = subprocess.run(
            ["doveadm", "-c", str(self.folder / "conf"), *words], capture_output=True, text=True, timeout=30
        )
        return done.stdout

    def kick(self, user: str) -> None:
        self.admin("kick", user)

    # --- mail -----------------------------------------------------------------------------------------------------------------

    def deliver(self, user: str, raw: bytes, sender: str = "ann@kunde.example") -> None:
        with smtplib.LMTP(str(self.folder / "lmtp")) as door:
            door.sendmail(sender, [user], raw)

    def fill(self, user: str, mails: Iterable[bytes]) -> None:
        """Thousands at once: a maildir is files."""
        box = self.folder / "mail" / user / "Mail" / "new"
        for raw in mails:
            file = box / f"{next(_SERIAL)}.story"
            file.write_bytes(raw)
            if os.getuid() == 0:
                shutil.chown(file, "nobody", "nogroup")

    def client(self, user: str) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        client.login(user, self.password)
        return client

    def append(self, user: str, raw: bytes, date: str = "", folder: str = "INBOX") -> None:
        """Into a folder with a date of its own ('"01-Feb-2020 10:00:00 +0000"'), as a person or a migration does it."""
        client = self.client(user)
        client.create(folder)
        assert client.append(folder, "", date, raw)[0] == "OK"  # type: ignore[arg-type]
        client.logout()

    def texts(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """The mails of a folder."""
        client = self.client(user)
        try:
            if client.select(f'"{folder}"', readonly=True)[0] != "OK":
                return []
            _, found = client.search(None, "ALL")
            return [client.fetch(n.decode(), "(BODY.PEEK[])")[1][0][1] for n in found[0].split()]  # type: ignore[index,misc]
        finally:
            client.logout()

    def flags(self, user: str, folder: str = "INBOX") -> list[str]:
        client = self.client(user)
        try:
            client.select(f'"{folder}"', readonly=True)
            _, found = client.fetch("1:*", "(FLAGS)")
            return [line.decode() for line in found if isinstance(line, bytes)]
        finally:
            client.logout()

    def forget(self, user: str) -> None:
        """A maildir without Dovecot's list of UIDs is numbered anew, under another UIDVALIDITY."""
        box = self.folder / "mail" / user / "Mail"
        for path in [*box.glob("dovecot*"), *box.glob(".*/dovecot*")]:
            path.unlink(missing_ok=True)
        # Dovecot takes the second as UIDVALIDITY: the same one twice would be the same folder.
        wait_until(lambda: False, 1.1)
        self.kick(user)


@contextlib.contextmanager
def running(
    tls: tuple[Path, Path] | None = None, oauth: str = "", capability: str = "", sasl: int = 0
) -> Iterator[Dovecot]:
    folder = short_folder()
    server = Dovecot(folder, tls, oauth, capability, sasl)
    try:
        yield server.start()
    finally:
        with contextlib.suppress(Exception):
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)
