"""database: one way to speak SQL to SQLite and PostgreSQL.

Database(url) opens sessions; a Session is one connection, used by one thread.  Statements are written with `?`.  Times go
in and out as milliseconds since 1970 in UTC.  peewee opens the connections and runs migrations and admin queries; the path
of a mail is plain SQL (notes: an ORM row costs five times the statement).

LIMITS  SQLite: one writing process; WAL and synchronous=FULL, since `250` promises that the mail survives a power cut.
        PostgreSQL: fsync and synchronous_commit are checked at connect, for the same reason.
"""

from __future__ import annotations

import contextlib
import functools
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import peewee

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PRAGMAS = (
    # Before the first table: mails of megabytes then need half as many steps, small ones no more.
    ("page_size", 8192),
    ("journal_mode", "wal"),
    ("synchronous", "full"),
    ("busy_timeout", 5_000),
    ("cache_size", -8_000),
    ("temp_store", "memory"),
    # The backstop only, at 64 MB: Reader.checkpoint moves the log into the database while the writer goes on.
    ("wal_autocheckpoint", 8_000),
    ("journal_size_limit", 8 << 20),
)
# Seconds; the last one milliseconds.
_PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
# One settler per database at a time, wherever its daemons run: the key is "maild" in ASCII.
SETTLER_LOCK = 0x6D61696C64

# Rows of one INSERT: SQLite takes 32 766 values in a statement.
_ROWS = 100
_STAMP = timedelta(milliseconds=1)


def stamp(at: datetime) -> int:
    """Milliseconds since 1970; ValueError-free only for aware times."""
    return (at - EPOCH) // _STAMP


def moment(value: int) -> datetime:
    return EPOCH + timedelta(milliseconds=value)


def moment_or_none(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def iso(value: datetime | None) -> str | None:
    """An instant as programs read it: ISO 8601, UTC, seconds."""
    return value.isoformat(timespec="seconds").replace("+00:00", "Z") if value else None


class NotDurable(Exception):
    """The database would lose what it has promised (fsync or synchronous_commit is off)."""


class Undecided(Exception):
    """The connection went at COMMIT (PostgreSQL): what was to be kept may be there, or may not."""


class Database:
    """Where the sessions come from.  url: postgresql://..., or a path of a SQLite file (sqlite:///PATH works too)."""

    def __init__(self, url: str) -> None:
        self.sqlite = not url.startswith(("postgresql://", "postgres://"))
        self.url = url.removeprefix("sqlite:///") if self.sqlite else url
        self.dialect = "sqlite" if self.sqlite else "postgresql"
        # What a damaged page was last answered with; "" while none was met.
        self.damage = ""
        self.peewee = self._open()

    def _open(self) -> Any:
        if self.sqlite:
            return peewee.SqliteDatabase(self.url, pragmas=PRAGMAS, autoconnect=False, cached_statements=256)
        patience = _patience(self.url)
        return peewee.PostgresqlDatabase(self.url, prefer_psycopg3=True, autoconnect=False, **patience)

    def session(self) -> Session:
        """A connection for the calling thread."""
        self.peewee.connect(reuse_if_open=True)
        session = Session(self)
        if not self.sqlite:
            session.check_durable()
        return session

    def note(self, error: BaseException) -> None:
        """An error that somebody met: of one that tells of damage the admin must hear."""
        if is_damage(error):
            self.damage = brief(error)

    def close(self) -> None:
        """End the calling thread's connection."""
        if not self.peewee.is_closed():
            self.peewee.close()


def _patience(url: str) -> dict[str, Any]:
    """How long a server of PostgreSQL may be silent, where the URL does not say: a wire that broke without a word would otherwise
    hold the writer for a quarter of an hour."""
    from psycopg.conninfo import conninfo_to_dict

    said = conninfo_to_dict(url)
    return {name: value for name, value in _PATIENCE.items() if name not in said}


@functools.lru_cache(maxsize=1024)
def _insert(into: str, columns: int, rows: int, conflict: str) -> str:
    one = f"({','.join('?' * columns)})"
    return f"INSERT INTO {into} VALUES {','.join([one] * rows)} {conflict}"


@functools.lru_cache(maxsize=1024)
def _percent(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")


class Session:
    """Statements on one connection, in autocommit until `begin`."""

    def __init__(self, database: Database) -> None:
        self.database, self.sqlite = database, database.sqlite
        self._connection = database.peewee.connection()

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """A cursor: fetchone, fetchall, rowcount."""
        if self.sqlite:
            return self._connection.execute(sql, values)
        return self._connection.execute(_percent(sql), values)

    def insert(self, into: str, rows: Sequence[Sequence[Any]], conflict: str = "") -> None:
        """Rows in one statement: `into` is "table(column, ...)".  The driver gives the interpreter away at every step of a
        statement, and on PostgreSQL each is a round trip: one for all rows costs a third of one for each."""
        for start in range(0, len(rows), _ROWS):
            some = rows[start : start + _ROWS]
            self.execute(_insert(into, len(some[0]), len(some), conflict), [value for row in some for value in row])

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        if not rows:
            return
        if self.sqlite:
            self._connection.executemany(sql, rows)
            return
        with self._connection.cursor() as cursor:
            cursor.executemany(_percent(sql), rows)

    def one(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        return cast("tuple[Any, ...] | None", self.execute(sql, values).fetchone())

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return cast("list[tuple[Any, ...]]", self.execute(sql, values).fetchall())

    @property
    def in_transaction(self) -> bool:
        return bool(self._connection.in_transaction) if self.sqlite else self._connection.info.transaction_status != 0

    @property
    def broken(self) -> bool:
        """The connection is gone (PostgreSQL)."""
        return not self.sqlite and bool(self._connection.broken or self._connection.closed)

    def begin(self) -> None:
        # IMMEDIATE: a read that becomes a write half-way could fail with BUSY after work was done.
        self._connection.execute("BEGIN IMMEDIATE" if self.sqlite else "BEGIN")

    def commit(self) -> None:
        self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Leave the transaction, if there still is one."""
        if not self.broken and self.in_transaction:
            self._connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        self.begin()
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        try:
            self.commit()
        except BaseException as error:
            if self.broken:
                raise Undecided("the connection went at COMMIT: what was written may be there, or not") from error
            # A COMMIT that the disk has no room for: SQLite has mostly rolled back by itself, and must not be left half-way.
            self.rollback()
            raise

    @contextlib.contextmanager
    def savepoint(self) -> Iterator[None]:
        """An error inside undoes this part only, and is raised on."""
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if not self.broken and self.in_transaction:
                self._connection.execute("ROLLBACK TO part")
                self._connection.execute("RELEASE part")
            raise
        self._connection.execute("RELEASE part")

    def lock_settler(self) -> None:
        """Be the only settler until the transaction ends.  SQLite's BEGIN IMMEDIATE already is that."""
        if not self.sqlite:
            self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (SETTLER_LOCK,))

    def check_durable(self) -> None:
        """NotDurable when PostgreSQL is set to forget."""
        for name in ("fsync", "synchronous_commit"):
            row = self._connection.execute(f"SHOW {name}").fetchone()
            if row is None or row[0] == "off":
                raise NotDurable(f"PostgreSQL has {name} = {row and row[0]}: a mail that was taken could be lost")


def is_full(error: BaseException) -> bool:
    """The disk or quota is full, and the transaction is cleanly gone (SQLITE_FULL; PostgreSQL class 53)."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
    return str(getattr(error, "sqlstate", "") or "").startswith("53")


_READS = (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS)


def is_ghost(error: BaseException) -> bool:
    """COMMIT failed on I/O: the rows may still be there after a restart, so nothing may be answered (RELIABILITY, finding 10).

    A page that cannot be read is no such thing: nothing was written.
    """
    code = getattr(error, "sqlite_errorcode", 0)
    return isinstance(error, sqlite3.Error) and code & 0xFF == sqlite3.SQLITE_IOERR and code not in _READS


def is_damage(error: BaseException) -> bool:
    """A page that cannot be read, or is not what it was: whoever needs it cannot go on, others can (PostgreSQL: class XX)."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0)
        return code in _READS or code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return str(getattr(error, "sqlstate", "") or "") in ("XX001", "XX002")


def is_locked(error: BaseException) -> bool:
    """Another process had SQLite's lock for as long as we wait: whoever comes next would wait as long, for nothing."""
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def is_unwritable(error: BaseException) -> bool:
    """The file is not ours to write, or cannot be opened."""
    codes = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in codes


def is_standby(error: BaseException) -> bool:
    """A PostgreSQL that only reads (25006): after a failover the one that writes is another, so the connection is of no use."""
    return getattr(error, "sqlstate", None) == "25006"


def unwrapped(error: BaseException) -> BaseException:
    """The driver's error, out of peewee's."""
    inner = error.__cause__ or error.__context__
    return inner if type(error).__module__ == "peewee" and inner is not None else error


# Of what SQLite says only these sentences are its own; others repeat a statement or a value.
_SAYINGS = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
}
_SAYINGS |= {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def brief(error: BaseException) -> str:
    """What a log may say of an error of the database: its class and code, and words only where they hold nobody's."""
    code, state = getattr(error, "sqlite_errorcode", 0), getattr(error, "sqlstate", None)
    if isinstance(error, sqlite3.Error):
        words = f": {error}" if code & 0xFF in _SAYINGS else ""
        return f"{getattr(error, 'sqlite_errorname', type(error).__name__)}{words}"
    return f"{type(error).__name__} {state}" if state else type(error).__name__


# Classes of SQLSTATE: connection, transaction's state, rollback, resources, an operator, the system.
_TROUBLE = ("08", "25", "40", "53", "57", "58")


def is_database_error(error: BaseException) -> bool:
    """The database, not the code or the mail: disk full, connection gone, locked, deadlock.  A broken constraint is a bug of ours."""
    if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
        return False
    # peewee says by its own classes that there is no connection to be had.
    if isinstance(error, sqlite3.Error | NotDurable | Undecided | peewee.OperationalError | peewee.InterfaceError):
        return True
    if not type(error).__module__.startswith("psycopg"):
        return False
    # A connection that goes without a word has no code; what Python refuses to send (a NUL, a wrong count) has none either.
    state = getattr(error, "sqlstate", None)
    return state[:2] in _TROUBLE if state else any(c.__name__ == "OperationalError" for c in type(error).__mro__)
