"""demo_site: what the demo plays on: a site in a folder, its daemon, and a mail server that keeps the letters.

Mailbox    an SMTP server on loopback; wait(kind, to) -> Kept or None
Playground a site made as `maild init` makes it, with short waits; start() and stop() its daemon

LIMITS  Loopback only, no TLS: a toy for one person, not the way to run maild.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import click

PATIENCE = 30.0
LARGEST = 50_000_000
_WAITS = re.compile(r"^\s*#?\s*(undo|burst)\s*:.*\n", re.M)


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter that maild sent: to whom, and how it reads."""

    to: str
    mail: EmailMessage

    @property
    def kind(self) -> str:
        return str(self.mail.get("X-Maild-Kind", ""))

    @property
    def number(self) -> str:
        return str(self.mail.get("X-Maild-Case", "")).lstrip("#")

    @property
    def reply_to(self) -> str:
        return str(self.mail["Reply-To"] or self.mail["From"]).rsplit("<", 1)[-1].rstrip("> ")

    @property
    def text(self) -> str:
        body = self.mail.get_body(("plain",))
        return str(body.get_content()).replace("\r\n", "\n").strip() if body is not None else ""


class Mailbox(socketserver.ThreadingTCPServer):
    """Everybody's mail server."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.port = int(self.server_address[1])
        self.letters: list[Kept] = []
        self._news = threading.Condition()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def keep(self, recipients: list[str], raw: bytes) -> None:
        mail = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(raw)
        with self._news:
            self.letters += [Kept(to, mail) for to in recipients]
            self._news.notify_all()

    def wait(self, kind: str, to: str = "", seen: Sequence[Kept] = ()) -> Kept | None:
        """The first letter of this kind (to that person) that was not seen; None when patience ends."""

        def found() -> Kept | None:
            return next((x for x in self.letters if x.kind == kind and to in ("", x.to) and x not in seen), None)

        with self._news:
            return self._news.wait_for(found, PATIENCE)

    def beyond(self, seen: int, seconds: float) -> list[Kept]:
        """What came after the first `seen` letters; waits so long for something."""
        with self._news:
            self._news.wait_for(lambda: len(self.letters) > seen, seconds)
            return self.letters[seen:]


class _Session(socketserver.StreamRequestHandler):
    """Just enough of RFC 5321 for one well-behaved relay."""

    server: Mailbox

    def handle(self) -> None:
        self._say(b"220 demo")
        recipients: list[str] = []
        while line := self.rfile.readline(4096):
            verb = line[:4].strip().upper()
            if verb == b"QUIT":
                self._say(b"221 2.0.0 bye")
                return
            if verb == b"DATA":
                self._say(b"354 go on")
                self.server.keep(recipients, self._read())
                recipients = []
            if verb == b"RCPT":
                recipients.append(line.split(b"<", 1)[-1].split(b">")[0].decode("utf-8", "replace"))
            self._say(b"250-demo\r\n250-8BITMIME\r\n250 PIPELINING" if verb == b"EHLO" else b"250 2.0.0 ok")

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def _read(self) -> bytes:
        lines: list[bytes] = []
        size = 0
        while (line := self.rfile.readline(LARGEST)) not in (b".\r\n", b"") and size < LARGEST:
            size += len(line)
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)


class Playground:
    """A site and its daemon."""

    def __init__(self, folder: Path, relay_port: int, words: list[str]) -> None:
        self.folder, self.port = folder, _port(2525)
        self.config, self.log = folder / "maild.yaml", folder / "demo.log"
        relay, door = f"127.0.0.1:{relay_port}", f"127.0.0.1:{self.port}"
        self.maild("init", str(folder), "--smtp", door, "--relay", relay, *words)
        self.config.write_text(_quick(self.config.read_text("utf-8")), "utf-8")

    def maild(self, *words: str) -> str:
        """A command against this site; what it prints."""
        environment = {**os.environ, **_columns(), "MAILD_CONFIG": str(self.config), "PYTHONUTF8": "1"}
        done = subprocess.run(  # noqa: S603 - our own interpreter and words
            [sys.executable, "-m", "maild", *words], capture_output=True, encoding="utf-8", env=environment, check=False
        )
        if done.returncode:
            raise click.ClickException(f"maild {words[0]} failed: {(done.stderr or done.stdout).strip()}")
        return done.stdout.rstrip()

    def start(self) -> None:
        """Until it is ready; at another port when somebody took this one meanwhile."""
        for _ in range(3):
            if self._is_ready(self._launch()):
                return
            if "already in use" not in self.log.read_text("utf-8", "replace"):
                break
            self._move(_port())
        raise click.ClickException(f"the daemon did not start:\n{self.log.read_text('utf-8', 'replace')[-2000:]}")

    def _launch(self) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            self._daemon = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "maild", "run", "-c", str(self.config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self._daemon

    def _is_ready(self, daemon: subprocess.Popen[bytes]) -> bool:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and daemon.poll() is None:
            if re.search(rb'"event": ?"ready"', self.log.read_bytes()):
                return True
            time.sleep(0.05)
        return False

    def _move(self, port: int) -> None:
        text = self.config.read_text("utf-8").replace(f'"127.0.0.1:{self.port}"', f'"127.0.0.1:{port}"')
        self.config.write_text(text, "utf-8")
        self.port = port

    def stop(self) -> None:
        daemon = getattr(self, "_daemon", None)
        if daemon is None or daemon.poll() is not None:
            return
        daemon.send_signal(signal.SIGTERM)
        try:
            daemon.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            daemon.kill()


def _quick(text: str) -> str:
    """One second to undo, one to gather: nobody watches a demo for a minute."""
    return _WAITS.sub("", text).rstrip("\n") + "\n\n# The demo's own: answers leave at once.\nundo: 1s\nburst: 1s\n"


def _port(*wanted: int) -> int:
    """The first of the wanted ports that is free, else any."""
    for port in (*wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise click.ClickException("there is no free port on 127.0.0.1")


def _columns() -> dict[str, str]:
    """The width of the window for a command whose output comes to us first; a pipe has none."""
    return {"COLUMNS": str(shutil.get_terminal_size((100, 24)).columns)} if sys.stdout.isatty() else {}
