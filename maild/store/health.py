"""health: what the database says of itself and of its queues, and what the watch remembers there.

snapshot(session, now) -> Snapshot        reading only; what is undone is found by its partial indexes, what is done is not counted
count(session) -> the mails of each hour since the last time, with where to go on; keep(session, counted) writes them
told(session), tell(session, ...)         the alarms that the admin knows of
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from maild.model.health import Canary, Depth, Snapshot, Told
from maild.store import absence, page_calls, rederiving
from maild.store.database import Session, moment, moment_or_none, stamp
from maild.store.migrate import TABLE

HOUR = 3_600_000
WEEKS = 9
DAY = timedelta(days=1)
# What the world sent us: no wakes of ours, no history, no mails to ourselves.
FROM_OUTSIDE = (
    "source IN ('smtp', 'lmtp', 'imap', 'pipe')"
    " AND (message_id IS NULL OR message_id NOT IN (SELECT message_id FROM canary))"
)
# The row of `traffic` that says how far `incoming` was counted.
MARK = -1


def snapshot(session: Session, now: datetime) -> Snapshot:
    """All of it, from one connection."""
    outbox = _depths(session, "outbox", "created_at", "state NOT IN ('done', 'cancelled')")
    first = stamp(now) // HOUR - WEEKS * 7 * 24
    traffic = session.all("SELECT hour, mails FROM traffic WHERE hour>=?", (first,))
    anew = rederiving.last(session)
    open_cases = session.one("SELECT count(*) FROM cases WHERE status IN ('new', 'open', 'waiting', 'on_hold')")
    return Snapshot(
        now,
        _depths(session, "incoming", "received_at", "state <> 'done'"),
        outbox,
        _failed(session, now) if "failed" in outbox else 0,
        _last(session, f"SELECT received_at FROM incoming WHERE {FROM_OUTSIDE} ORDER BY id DESC LIMIT 1"),
        _last(session, "SELECT sent_at FROM outbox WHERE state='done' ORDER BY id DESC LIMIT 1"),
        open_cases[0] if open_cases else 0,
        dict(traffic),
        _canaries(session),
        size(session),
        version(session),
        schema(session),
        wal(session),
        {handler: away for handler, away in absence.absent(session).items() if away.holds(now)},
        anew.moved if anew else None,
        anew is not None and anew.ended_at is None,
        page_calls.figures(session, now),
    )


def _depths(session: Session, table: str, since: str, undone: str) -> Mapping[str, Depth]:
    rows = session.all(f"SELECT state, count(*), min({since}) FROM {table} WHERE {undone} GROUP BY state")
    return {state: Depth(count, moment(oldest)) for state, count, oldest in rows}


def _failed(session: Session, now: datetime) -> int:
    # A letter that was given up keeps the end of its last lease.
    row = session.one(
        "SELECT count(*) FROM outbox WHERE state NOT IN ('done', 'cancelled') AND state='failed' AND due_at>?"
        " AND kind NOT IN ('alarm', 'canary')",
        (stamp(now - DAY),),
    )
    return row[0] if row else 0


def _last(session: Session, sql: str) -> datetime | None:
    row = session.one(sql)
    return moment_or_none(row[0]) if row else None


def wal(session: Session) -> int | None:
    """Octets of SQLite's log beside the database."""
    file = Path(f"{session.database.url}-wal")
    if not session.sqlite:
        return None
    return file.stat().st_size if file.exists() else 0


def size(session: Session) -> int:
    """Octets on disk: the database, and SQLite's log beside it."""
    if session.sqlite:
        file = Path(session.database.url)
        return (file.stat().st_size if file.exists() else 0) + (wal(session) or 0)
    row = session.one("SELECT pg_database_size(current_database())")
    return int(row[0]) if row else 0


def version(session: Session) -> str:
    if session.sqlite:
        return f"SQLite {sqlite3.sqlite_version}"
    row = session.one("SHOW server_version")
    return f"PostgreSQL {str(row[0]).split()[0]}" if row else "PostgreSQL"


def schema(session: Session) -> str:
    row = session.one(f"SELECT max(name) FROM {TABLE}")
    return str(row[0]) if row and row[0] else ""


# --- mails by hour --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counted:
    """Mails by hour, of the rows of `incoming` up to and including `last`."""

    hours: Mapping[int, int]
    after: int
    last: int


def count(session: Session) -> Counted:
    """What came since the last time.  The first time it reads all; then only what is new, by its ids."""
    row = session.one("SELECT mails FROM traffic WHERE hour=?", (MARK,))
    after = int(row[0]) if row else 0
    last = session.one("SELECT max(id) FROM incoming")
    rows = session.all(
        f"SELECT received_at/{HOUR} AS hour, count(*) FROM incoming WHERE id>? AND id<=? AND {FROM_OUTSIDE} GROUP BY 1",
        (after, (last and last[0]) or 0),
    )
    return Counted({int(hour): mails for hour, mails in rows}, after, max(after, (last and last[0]) or 0))


def keep(session: Session, counted: Counted) -> None:
    """Written by the writer; a second one of the same stretch changes nothing."""
    row = session.one("SELECT mails FROM traffic WHERE hour=?", (MARK,))
    if (int(row[0]) if row else 0) != counted.after:
        return
    _upsert(session, [(MARK, counted.last - counted.after), *counted.hours.items()])


def _upsert(session: Session, rows: Sequence[tuple[int, int]]) -> None:
    conflict = "ON CONFLICT(hour) DO UPDATE SET mails=traffic.mails+excluded.mails"
    session.insert("traffic(hour, mails)", rows, conflict)


# --- alarms ---------------------------------------------------------------------------------------------------------------------


def told(session: Session) -> dict[str, Told]:
    rows = session.all("SELECT part, since, told_at, times, text FROM alarm")
    return {r[0]: Told(r[0], moment_or_none(r[1]), moment(r[2]), r[3], r[4]) for r in rows}


def tell(session: Session, known: Told) -> None:
    since = stamp(known.since) if known.since else None
    session.execute(
        "INSERT INTO alarm(part, since, told_at, times, text) VALUES (?,?,?,?,?) ON CONFLICT(part) DO UPDATE SET"
        " since=excluded.since, told_at=excluded.told_at, times=excluded.times, text=excluded.text",
        (known.part, since, stamp(known.told_at), known.times, known.text),
    )


# --- mails to ourselves ---------------------------------------------------------------------------------------------------------


def _canaries(session: Session) -> tuple[Canary, ...]:
    rows = session.all("SELECT sent_at, back_at FROM canary ORDER BY sent_at DESC LIMIT 3")
    return tuple(Canary(moment(sent_at), moment_or_none(back_at)) for sent_at, back_at in rows)


def canary_out(session: Session, message_id: str, now: datetime) -> None:
    session.execute("INSERT INTO canary(message_id, sent_at) VALUES (?,?)", (message_id, stamp(now)))


def canaries_back(session: Session) -> None:
    """Those of which the mail has come in by a door (its own id, which only we can sign, is what tells)."""
    session.execute(
        "UPDATE canary SET back_at=(SELECT min(received_at) FROM incoming WHERE incoming.message_id=canary.message_id)"
        " WHERE back_at IS NULL"
    )
