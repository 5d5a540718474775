"""site: a folder made by `maild init`, and the real daemon on it.

site.start() .ready() .stop() .kill() .reload()       the daemon, a subprocess
site.impatient()                                     before the start: letters do not wait for /undo or a burst
site.maild("case", "list", "--json")                  a command against it -> CompletedProcess
site.cases(), site.case("1042"), site.queue()         what the commands say, as JSON
site.extra["WATCHDOG_USEC"] = "600000"                 more of the environment
site.program = planted("...")                         the daemon with a bug in it
site.send(mail(...)) / site.send(mail(...), to=reply_to)   by SMTP, authenticated unless told otherwise

Daemon and commands are forked from a process that has loaded Python already (parts/warm.py); a program with words before it starts
cold.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from email.message import EmailMessage
from email.utils import parseaddr
from itertools import pairwise
from pathlib import Path
from typing import Any

from parts import warm
from parts.mails import AUTHSERV, authenticated, send, wire
from parts.net import free_port, wait_until

MAILD = warm.COLD
# What a service manager or a terminal's library (readline sets the last two) tells the tests, not the site.
NOT_OURS = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_PID", "STATE_DIRECTORY", "COLUMNS", "LINES")
DESK = "support@desk.example"
KARI, OLA = "Kari Nordmann <kari@staff.example>", "Ola Hansen <ola@staff.example>"


class Site:
    def __init__(
        self,
        folder: Path,
        relay: str,
        desks: tuple[str, ...] = (DESK,),
        handlers: tuple[str, ...] = (KARI, OLA),
        options: tuple[str, ...] = (),
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.relay = folder, relay
        self.port, self.lmtp = free_port(), folder / "lmtp"
        self.config, self.log = folder / "site" / "maild.yaml", folder / "log"
        self.process: warm.Child | subprocess.Popen[bytes] | None = None
        self.extra: dict[str, str] = {}
        self.program: tuple[str, ...] = MAILD
        words = ["init", str(folder / "site"), "--smtp", f"127.0.0.1:{self.port}", "--lmtp", str(self.lmtp)]
        words += ["--relay", relay, *(x for desk in desks for x in ("--desk", desk))]
        words += [x for who in handlers for x in ("--handler", who)]
        words += ["--authserv-id", AUTHSERV, "--zone", "Europe/Oslo", "--language", "nb", *options]
        self._init(words, (str(folder), f"127.0.0.1:{self.port}", relay, *_after("--database", options)))

    def _init(self, words: list[str], own: tuple[str, ...]) -> None:
        """own: what is this site's alone.  One that differs in nothing else from an earlier one is a copy of it: `maild init` tries
        all letters in all languages, a third of a second each time."""
        asked = tuple(_hide(word, own) for word in words)
        if asked not in _MADE:
            made = self.maild(*words)
            assert made.returncode == 0, made.stderr
            files = (path for path in (self.folder / "site").rglob("*") if path.is_file())
            _MADE[asked] = {str(path.relative_to(self.folder)): _hide(path.read_text("utf-8"), own) for path in files}
            return
        for name, text in _MADE[asked].items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_show(text, own), "utf-8")

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        return {**kept, "MAILD_CONFIG": str(self.config), "NO_COLOR": "1", **self.extra}

    def impatient(self) -> Site:
        """Answers and news leave after a second, not after the minute that /undo and a burst have otherwise."""
        text = self.config.read_text("utf-8")
        self.config.write_text(re.sub(r"^(undo|burst): .*$", r"\1: 1s", text, flags=re.M), "utf-8")
        return self

    def maild(self, *words: str, seconds: float = 60.0, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """One command, to its end."""
        return warm.run([*MAILD, *words], self.environment, self.folder, seconds, stdin)

    def start(self) -> Site:
        """Start the daemon and wait until it is ready."""
        return self.launch().ready()

    def launch(self) -> Site:
        assert self.process is None or self.process.poll() is not None, "the daemon runs already"
        self._seen = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log, open(os.devnull, "rb") as stdin:
            self.process = warm.start([*self.program, "run"], self.environment, self.folder, (stdin, log, log))
        return self

    def ready(self, seconds: float = 20.0) -> Site:
        wait_until(lambda: self._said_ready() or self.running is False, seconds)
        assert self.running, f"the daemon ended:\n{self.log_text()[-3000:]}"
        assert self._said_ready(), f"not ready:\n{self.log_text()[-3000:]}"
        return self

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def _said_ready(self) -> bool:
        text = self.log.read_bytes()[self._seen :]
        return b'"event": "ready"' in text or b'"event":"ready"' in text

    def log_text(self) -> str:
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def stop(self, seconds: float = 30.0) -> int:
        """SIGTERM, and the exit status after the drain."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """SIGKILL: as when the power goes for this process alone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def reload(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def close(self) -> None:
        if self.running:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def send(self, made: EmailMessage | bytes, to: str = DESK, proven: bool = True) -> None:
        """A mail to the door; proven: with the MTA's Authentication-Results on top."""
        if isinstance(made, bytes):
            send(self.port, made, to)
            return
        raw = authenticated(made) if proven else wire(made)
        send(self.port, raw, to, parseaddr(str(made["From"]))[1])

    def json(self, *words: str) -> list[Any]:
        """The lines of a command with --json, as objects."""
        done = self.maild(*words, "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]

    def cases(self) -> list[Any]:
        return self.json("case", "list")

    def case(self, number: str) -> Any:
        return self.json("case", "show", number)[0]

    def queue(self, *words: str) -> list[Any]:
        return self.json("queue", "list", *words)


def maild(*words: str | bytes, folder: Path) -> subprocess.CompletedProcess[str]:
    """One command in a folder of its own, without a site around it."""
    environ = {key: value for key, value in os.environ.items() if key != "MAILD_CONFIG"}
    return warm.run([*MAILD, *words], environ, folder, 60)


_MADE: dict[tuple[str, ...], dict[str, str]] = {}


def _hide(text: str, own: tuple[str, ...]) -> str:
    """The longest first: one may begin like another."""
    for number, value in sorted(enumerate(own), key=lambda pair: -len(pair[1])):
        text = text.replace(value, f"\0{number}\0")
    return text


def _show(text: str, own: tuple[str, ...]) -> str:
    for number, value in enumerate(own):
        text = text.replace(f"\0{number}\0", value)
    return text


def _after(option: str, words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for before, word in pairwise(words) if before == option)


def planted(bug: str) -> tuple[str, ...]:
    """maild, with some lines of Python run before it: a bug that a test must find."""
    return (sys.executable, "-c", f"{bug}\nimport sys\nfrom maild.cli import main\nmain(sys.argv[1:])")


def short_folder() -> Path:
    """Short, since a UNIX socket's path has at most 107 bytes; open to PostgreSQL and Postfix, who are not us."""
    folder = Path(tempfile.mkdtemp(prefix="md-", dir="/tmp"))
    folder.chmod(0o755)
    return folder
