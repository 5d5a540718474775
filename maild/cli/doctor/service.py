"""service: what runs, as what, on which versions.

versions' judgement is pure: judge_sqlite(version), judge_python(version, today).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from maild import __version__
from maild.cli.doctor.finding import Finding, Unseen, note, ok, warning
from maild.cli.doctor.ground import Ground
from maild.config import Config
from maild.edges import control

UNIT = "maild.service"
_PATIENCE = 5
# https://devguide.python.org/versions/: security fixes end with that month.
_PYTHONS = {
    (3, 11): date(2027, 10, 31),
    (3, 12): date(2028, 10, 31),
    (3, 13): date(2029, 10, 31),
    (3, 14): date(2030, 10, 31),
}
_OPENSSL = (3, 0)


def daemon(ground: Ground) -> list[Finding]:
    """Whether the daemon runs, alone on its state, and starts with the machine."""
    config = ground.config
    findings = [*_running(config), *_shared(config), *_unit()]
    return findings or [ok("the daemon runs and answers")]


def _running(config: Config) -> Iterator[Finding]:
    answer = asked(config)
    if answer is None and locked(config.state / "lock"):
        yield warning(
            f"somebody holds the lock on {config.state}, but no daemon answers",
            "a daemon that hangs takes no mail",
            f"fuser -v {config.state}/lock shows who; systemctl restart maild",
        )
    elif answer is None:
        yield warning("the daemon does not run", "no mail is taken or sent", "systemctl start maild (or: maild run)")
    elif answer.get("reload_error"):
        yield warning(
            "the last reload was refused, the old rules are in force",
            "what was changed since does not count",
            "maild check, then: maild reload",
        )
    elif answer.get("policy") is None:
        yield warning("the daemon answers strangely", "it may be of another release", "systemctl restart maild")


def asked(config: Config) -> dict[str, Any] | None:
    """What the daemon says of itself; None when none listens."""
    try:
        return control.ask(config.control, {"order": "status"})
    except PermissionError:
        raise Unseen("only the daemon's own user, or root, may ask it") from None
    except (OSError, ValueError):
        return None


def locked(lock: Path) -> bool:
    """As /proc/locks tells (proc(5)): trying the lock could keep a daemon from starting."""
    try:
        found = lock.stat()
        text = Path("/proc/locks").read_text("utf-8", "replace")
    except OSError:
        return False
    place = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    return any("FLOCK" in line and place in line.split() for line in text.splitlines())


def _shared(config: Config) -> Iterator[Finding]:
    postgresql = config.database.startswith(("postgresql://", "postgres://"))
    if not postgresql and not Path(config.database).is_relative_to(config.state):
        yield note(
            f"{config.database} is not in the state folder",
            "its lock does not keep a second maild with another state from the same file",
            f"put it into {config.state}, or see to it that no other maild.yaml names it",
        )


def _unit() -> Iterator[Finding]:
    program = shutil.which("systemctl")
    if program is None or not Path("/run/systemd/system").is_dir():
        return
    try:
        asking = [program, "is-enabled", UNIT]
        state = subprocess.run(asking, capture_output=True, text=True, timeout=_PATIENCE, check=False).stdout.strip()  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return
    if state in ("", "not-found"):
        yield note(
            f"systemd has no {UNIT}", "nothing starts maild after a restart of the machine", "see systemd/README.md"
        )
    elif state not in ("enabled", "enabled-runtime", "static", "alias", "generated"):
        yield warning(
            f"{UNIT} is {state}",
            "nothing starts maild after a restart of the machine",
            "systemctl enable maild.socket maild.service",
            state=state,
        )


def versions(ground: Ground) -> list[Finding]:
    """Versions of Python, SQLite and OpenSSL with known troubles."""
    sqlite = ground.settings is None or not ground.settings.database.startswith(("postgresql://", "postgres://"))
    findings = [
        *judge_python(sys.version_info[:2], ground.now.date()),
        *(judge_sqlite(sqlite3.sqlite_version_info) if sqlite else ()),
        *judge_openssl(ssl.OPENSSL_VERSION_INFO[:2]),
    ]
    python = ".".join(map(str, sys.version_info[:3]))
    text = f"maild {__version__}, Python {python}, SQLite {sqlite3.sqlite_version}, {' '.join(ssl.OPENSSL_VERSION.split()[:2])}"
    return findings or [ok(text)]


def judge_python(version: tuple[int, int], today: date) -> Iterator[Finding]:
    ends = _PYTHONS.get(version)
    if ends is not None and ends < today:
        yield warning(
            f"Python {version[0]}.{version[1]} gets no security fixes any more",
            "it reads what strangers send",
            "make maild's venv anew with a newer Python",
        )


def judge_sqlite(version: tuple[int, ...]) -> Iterator[Finding]:
    # https://www.sqlite.org/wal.html#walresetbug: mended in 3.51.3, and in 3.44.6 and 3.50.7.
    mended = version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    if not mended:
        yield note(
            f"SQLite {'.'.join(map(str, version))} has the WAL-reset fault",
            "once in a very long while a checkpoint beside a write may damage the file",
            "a newer SQLite (3.51.3 or later) when your system has one; until then backups, "
            "which you have anyway, or PostgreSQL",
            sqlite=list(version),
        )


def judge_openssl(version: tuple[int, ...]) -> Iterator[Finding]:
    if version < _OPENSSL:
        yield warning(
            f"OpenSSL {'.'.join(map(str, version))} gets no fixes any more",
            "it guards every connection",
            "a newer release of your system",
        )
