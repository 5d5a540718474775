"""postfix: a private Postfix, as root, from Debian's own master.cf (its lmtp client is chrooted to the queue directory).

with Postfix(folder) as mta:  mta.port takes SMTP, mta.door is where our LMTP socket must stand, mta.log what it logged
SNIPPET is what the README tells a sysadmin to write into main.cf; services are more lines for master.cf.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from parts.net import free_port, wait_until

MASTER = Path("/usr/share/postfix/master.cf.dist")

SNIPPET = """
# Mail for the desks goes to maild, over a socket inside Postfix's queue directory.
relay_domains = desk.example
transport_maps = inline:{ desk.example=lmtp:unix:maild/lmtp }
# Unknown recipients are refused here, at RCPT.  With the delimiter, signed addresses (support+...) are known as well.
recipient_delimiter = +
relay_recipient_maps = inline:{ support@desk.example=ok, postmaster@desk.example=ok }
# A little less than maild's own limit, for Postfix adds its headers.
message_size_limit = 34000000
# Lines pass as they came, so that signatures hold.
lmtp_line_length_limit = 0
"""

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/lib
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.net
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_recipient_maps =
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
"""


class Postfix:
    """Started on entry, stopped on exit."""

    def __init__(self, folder: Path, snippet: str = SNIPPET, services: str = "") -> None:
        assert MASTER.exists(), "Debian's postfix is not installed"
        assert os.geteuid() == 0, "a private Postfix must be started by root"
        self.port = free_port()
        self.folder, self.etc, self.spool = folder, folder / "etc", folder / "spool"
        self.door = self.spool / "maild" / "lmtp"
        for path in (self.etc, folder / "lib", self.spool):
            path.mkdir(parents=True)
        # Postfix's own user passes through; a temporary folder is closed to him at first.
        folder.parent.chmod(0o755)
        folder.chmod(0o755)
        shutil.chown(folder / "lib", "postfix")
        (self.etc / "main.cf").write_text(MAIN.format(folder=folder) + snippet)
        (self.etc / "master.cf").write_text(self._master() + services)
        self._make_room()
        self.server: subprocess.Popen[bytes] | None = None

    def _master(self) -> str:
        """Debian's, but on a port of ours."""
        lines = MASTER.read_text().splitlines(keepends=True)
        [smtp] = [n for n, line in enumerate(lines) if line.startswith("smtp ") and " inet " in line]
        lines[smtp] = lines[smtp].replace("smtp ", f"127.0.0.1:{self.port} ", 1)
        assert any(line.split()[:5] == ["lmtp", "unix", "-", "-", "y"] for line in lines), (
            "lmtp is not chrooted any more"
        )
        return "".join(lines)

    def _make_room(self) -> None:
        """As README says: maild's folder in the queue directory; what maild makes there belongs to the group postfix."""
        self.door.parent.mkdir()
        shutil.chown(self.door.parent, "root", "postfix")
        self.door.parent.chmod(0o2710)

    def __enter__(self) -> Postfix:
        self.server = server = subprocess.Popen(
            ["/usr/sbin/postfix", "-c", str(self.etc), "start-fg"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        if not wait_until(lambda: "daemon started" in self.log or server.poll() is not None):
            self.__exit__(None, None, None)
        assert "daemon started" in self.log, f"Postfix did not start: {self.log}"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self.server is not None
        with suppress(FileNotFoundError, ProcessLookupError, ValueError):
            os.kill(int((self.spool / "pid" / "master.pid").read_text()), signal.SIGTERM)
        self.server.wait(20)

    @property
    def log(self) -> str:
        path = self.folder / "mail.log"
        return path.read_text(errors="replace") if path.exists() else ""
