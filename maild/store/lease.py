"""lease: one owner of a thing among several daemons on one database.

take(session, name, owner, span) -> whether it is ours until then; renewing is taking again.  The database's clock judges: those of
several machines may differ.  Who lost it may not write any more: held(...) inside the transaction that depends on it.
"""

from __future__ import annotations

from datetime import timedelta

from maild.errors import Conflict
from maild.store.database import Session

# SQLite before 3.42 has no unixepoch with fractions.
_NOW = {
    True: "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
    False: "(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
}


def take(session: Session, name: str, owner: str, span: timedelta) -> bool:
    now = _NOW[session.sqlite]
    row = session.one(
        f"INSERT INTO lease(name, owner, until) VALUES (?, ?, {now} + ?) ON CONFLICT(name) DO UPDATE"
        " SET owner=excluded.owner, until=excluded.until"
        f" WHERE lease.owner=excluded.owner OR lease.until <= {now} RETURNING owner",
        (name, owner, span // timedelta(milliseconds=1)),
    )
    return row is not None


def give_back(session: Session, name: str, owner: str) -> None:
    session.execute("DELETE FROM lease WHERE name=? AND owner=?", (name, owner))


def living(session: Session, begins: str) -> set[str]:
    """The owners of the things with such names that are somebody's now."""
    now = _NOW[session.sqlite]
    rows = session.all(f"SELECT owner FROM lease WHERE name LIKE ? AND until > {now}", (f"{begins}%",))
    return {row[0] for row in rows}


def free_all(session: Session) -> None:
    """At the start of the only daemon of a database: whoever had one is dead."""
    session.execute("DELETE FROM lease")


def hold(session: Session, name: str, owner: str) -> None:
    """Conflict when it is not ours.  The row stays locked until the transaction ends, so nobody takes it meanwhile."""
    lock = "" if session.sqlite else " FOR UPDATE"
    row = session.one(f"SELECT owner FROM lease WHERE name=?{lock}", (name,))
    if row is None or row[0] != owner:
        raise Conflict(f"{name} is somebody else's now")
