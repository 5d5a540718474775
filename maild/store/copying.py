"""copying: a SQLite database copied while its daemon writes, and what a copy says of itself.

copy(database, target)          one consistent instant; the daemon goes on meanwhile
counts(session) -> {table: rows};  schema(session) -> names of migrations;  sound(path) -> faults
opened(path) -> a session on a copy that nobody writes

VACUUM INTO reads one snapshot (WAL: no writer waits for it) and writes the tables one after the other: no page that was deleted travels
along, so that what was erased is not in the copy.  Unhindered a gigabyte takes 5 s (the page-wise backup API 4 s, and it takes the
deleted too), and the daemon's own syncs wait behind it; so it is held to a pace, and brought to the disk bit by bit.
LIMITS  The write-ahead log cannot be emptied meanwhile: it grows by what comes in.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from maild.store.database import Database, Session

# How often what was written so far is sent to the disk: the daemon's own syncs would else wait behind a gigabyte of it.
_TRICKLE = 0.05
# A gigabyte in 25 s.
_OCTETS_A_SECOND = 40_000_000
_STEPS, _NAP = 500, 0.005


class Copied(Session):
    """A session on a file beside the living database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.sqlite = True
        self._connection = connection


def copy(database: Database, target: Path) -> None:
    """Write the copy; sqlite3.Error as SQLite has it."""
    connection = sqlite3.connect(database.url, isolation_level=None, timeout=30.0)
    connection.set_progress_handler(_pace(target), _STEPS)
    try:
        with trickling(target):
            connection.execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()
    target.chmod(0o600)


def _pace(target: Path) -> Callable[[], int]:
    """Called by SQLite every so many steps: waits while the copy is ahead of its time.  0 = go on."""
    began = time.monotonic()

    def step() -> int:
        with contextlib.suppress(FileNotFoundError):
            while target.stat().st_size > _OCTETS_A_SECOND * (time.monotonic() - began):
                time.sleep(_NAP)
        return 0

    return step


@contextlib.contextmanager
def trickling(target: Path) -> Iterator[None]:
    """While a large file grows, bring it to the disk bit by bit."""
    done = threading.Event()
    thread = threading.Thread(target=_trickle, args=(target, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _trickle(target: Path, done: threading.Event) -> None:
    while not done.wait(_TRICKLE):
        with contextlib.suppress(FileNotFoundError):
            sync(target)


def sync(path: Path) -> None:
    """A file's bytes to the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fdatasync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Session]:
    """Read a copy, and leave no trace beside it."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
    try:
        yield Copied(connection)
    finally:
        connection.close()


def sound(session: Session) -> list[str]:
    """What SQLite itself finds wrong with the file."""
    return [str(row[0]) for row in session.all("PRAGMA integrity_check(5)") if row[0] != "ok"]


def schema(session: Session) -> tuple[str, ...]:
    """The migrations that made it, in order."""
    return tuple(row[0] for row in session.all("SELECT name FROM schema_migration ORDER BY name"))


def counts(session: Session) -> dict[str, int]:
    """Rows of every table of ours; an index of words has none."""
    return {table: int((session.one(f'SELECT count(*) FROM "{table}"') or (0,))[0]) for table in _tables(session)}


def _tables(session: Session) -> list[str]:
    if not session.sqlite:
        return [
            row[0]
            for row in session.all(
                "SELECT table_name FROM information_schema.tables"
                " WHERE table_schema=current_schema() AND table_type='BASE TABLE' ORDER BY table_name"
            )
        ]
    rows = session.all(
        "SELECT name, sql FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    words = tuple(name for name, sql in rows if sql.upper().startswith("CREATE VIRTUAL"))
    return [name for name, _ in rows if name not in words and not name.startswith(tuple(f"{w}_" for w in words))]
