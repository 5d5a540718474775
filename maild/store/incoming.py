"""incoming: the queue of arrivals.

Postfix's directories as a column: ready, leased, deferred, held, done.  `due_at` is when a ready or deferred row may be
taken, and when a lease runs out.  A mail's bytes stand in `chunk`, apart, so that marking a row never rewrites them.

accept() is the only thing between a mail and its `250`; it is idempotent by the digest.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from maild.errors import Conflict
from maild.model.plan import Incoming, Morning, Occurrence, Undelivered, Wake
from maild.model.slip import Warnings
from maild.store import slips
from maild.store.database import Session, moment, stamp
from maild.store.text import dumps

# A mail up to CHUNK goes in with its row; a larger one before it, in pieces that hold the writer for a few milliseconds each.
CHUNK, PIECE = 256 * 1024, 1024 * 1024
LEASE = timedelta(minutes=10)
# A mail without Date or Message-ID can be written twice alike by hand: only so long is the second one the same.
WEAK = timedelta(days=5)
# Pieces whose row has not come by then are nobody's: their daemon died, or the mail was refused half-way.
ABANDONED = timedelta(hours=1)

# Arrivals that are no mail: their row says it all.
EVENTS = ("wake", "undelivered", "digest", "warning", "recurring")
# What somebody sent, in a question.
IS_MAIL = "source NOT IN (" + ", ".join(f"'{source}'" for source in EVENTS) + ")"


def new_raw_id(nanoseconds: int) -> int:
    """A number nobody else uses, of time_ns() at this moment: 63 bits until 2112.

    Time first, so that rows written together lie together.  Not the time of receipt: a mailbox may have got a thousand mails in
    one second.  What two processes make in one microsecond, 11 bits of chance keep apart.
    """
    return nanoseconds // 1000 << 11 | secrets.randbits(11)


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail to be stored.  raw_id: a number nobody else uses; weak: without Date or Message-ID; kept: the caller settles it itself."""

    digest: str
    weak: bool
    raw_id: int
    raw: bytes
    source: str
    sender: str
    recipients: tuple[str, ...]
    client: str
    protocol: str
    received_at: datetime
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A leased row with its envelope."""

    id: int
    raw_id: int
    source: str
    sender: str
    recipients: tuple[str, ...]
    client: str
    protocol: str
    received_at: datetime
    size: int
    attempts: int


def stage(session: Session, raw_id: int, n: int, piece: bytes, now: datetime) -> None:
    """Store one piece of a large mail before its row; swept if the row never comes.  The same piece twice is one."""
    if n == 0:
        session.execute("INSERT INTO staging(raw, at) VALUES (?, ?) ON CONFLICT DO NOTHING", (raw_id, stamp(now)))
    session.execute("INSERT INTO chunk(raw, n, bytes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (raw_id, n, piece))


def accept(session: Session, taken: Taken) -> tuple[int, bool]:
    """Store the mail; (row id, True if it is new).  A staged mail has its chunks there already.

    Run again, when nobody could say whether the first COMMIT had happened, it finds its own row: that is new still, and the caller's.
    """
    digest, received, raw = taken.digest, stamp(taken.received_at), 0
    row_id = _insert(session, taken, digest, received)
    new = row_id is not None
    if row_id is None:
        row_id, before, raw = _same(session, digest)
        if taken.weak and received - before > WEAK // timedelta(milliseconds=1):
            row_id = _insert(session, taken, f"{digest}:{received}", received)
            new = row_id is not None
    if row_id is None:
        row_id, _, raw = _same(session, f"{digest}:{received}")
    if raw == taken.raw_id:
        return row_id, True
    _deliver(session, row_id, taken.recipients, received)
    _bytes(session, taken, new)
    return row_id, new


def keep(session: Session, taken: Taken) -> tuple[int, bool]:
    """Store a mail of any size in one go, for who is not the daemon: nothing of it is there before all of it is.

    A large one holds the writer for as long as its bytes take; half of it in steps would be swept by a daemon that starts meanwhile.
    """
    if len(taken.raw) > CHUNK:
        for n, start in enumerate(range(0, len(taken.raw), PIECE)):
            stage(session, taken.raw_id, n, taken.raw[start : start + PIECE], taken.received_at)
    return accept(session, taken)


def _insert(session: Session, taken: Taken, digest: str, received: int) -> int | None:
    row = session.one(
        "INSERT INTO incoming(digest, raw, source, sender, client, protocol, size, received_at, state, attempts, due_at)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(digest) DO NOTHING RETURNING id",
        (
            digest,
            taken.raw_id,
            taken.source,
            taken.sender,
            taken.client,
            taken.protocol,
            len(taken.raw),
            received,
            "leased" if taken.kept else "ready",
            int(taken.kept),
            received + (LEASE // timedelta(milliseconds=1) if taken.kept else 0),
        ),
    )
    return row[0] if row else None


def _same(session: Session, digest: str) -> tuple[int, int, int]:
    """Its id, when it came, its raw_id."""
    row = session.one("SELECT id, received_at, raw FROM incoming WHERE digest=?", (digest,))
    if row is None:
        raise Conflict("the arrival went away meanwhile")
    return row[0], row[1], row[2]


def known(session: Session, digest: str, weak: bool, received_at: datetime) -> bool:
    """Whether `accept` would take it for one that we have."""
    row = session.one("SELECT received_at FROM incoming WHERE digest=?", (digest,))
    if row is None or not weak or stamp(received_at) - row[0] <= WEAK // timedelta(milliseconds=1):
        return row is not None
    return session.one("SELECT 1 FROM incoming WHERE digest=?", (f"{digest}:{stamp(received_at)}",)) is not None


def _deliver(session: Session, row_id: int, recipients: Sequence[str], received: int) -> None:
    for recipient in recipients:
        session.execute(
            "INSERT INTO delivery(incoming, recipient, received_at) VALUES (?,?,?) ON CONFLICT DO NOTHING",
            (row_id, recipient, received),
        )


def _bytes(session: Session, taken: Taken, new: bool) -> None:
    staged = len(taken.raw) > CHUNK
    if staged and not session.execute("DELETE FROM staging WHERE raw=?", (taken.raw_id,)).rowcount:
        raise Conflict("its pieces were swept: the daemon stood still for long")
    if staged and not new:
        session.execute("DELETE FROM chunk WHERE raw=?", (taken.raw_id,))
    if new and not staged:
        session.execute("INSERT INTO chunk(raw, n, bytes) VALUES (?, 0, ?)", (taken.raw_id, taken.raw))


def wake(session: Session, case: int, due_at: datetime, seq: int = 0) -> None:
    """Make an arrival of a due case; the same instant twice is one arrival, until something has happened in the case (seq)."""
    due = stamp(due_at)
    session.execute(
        "INSERT INTO incoming(digest, raw, source, sender, client, protocol, size, received_at, case_id, state, due_at)"
        " VALUES (?,0,'wake','','','',0,?,?,'ready',?) ON CONFLICT(digest) DO NOTHING",
        (f"wake:{case}:{due}:{seq}", due, case, due),
    )


def morning(session: Session, handler: str, day: str, due_at: datetime) -> bool:
    """Make an arrival of the hour of a handler's digest; False when it is one already: once per handler and day."""
    cursor = session.execute(
        "INSERT INTO incoming(digest, raw, source, sender, client, protocol, size, received_at, trace, state, due_at)"
        " VALUES (?,0,'digest','','','',0,?,?,'ready',?) ON CONFLICT(digest) DO NOTHING",
        (f"digest:{handler}:{day}", stamp(due_at), dumps([handler]), stamp(due_at)),
    )
    return bool(cursor.rowcount)


def occurrence(session: Session, entry: str, day: str, due_at: datetime, missed: int) -> bool:
    """Make an arrival of a day of recurring.yaml; False when it is one already."""
    cursor = session.execute(
        "INSERT INTO incoming(digest, raw, source, sender, client, protocol, size, received_at, trace, state, due_at)"
        " VALUES (?,0,'recurring','','','',0,?,?,'ready',?) ON CONFLICT(digest) DO NOTHING",
        (f"recurring:{entry}:{day}", stamp(due_at), dumps([entry, day, missed]), stamp(due_at)),
    )
    return bool(cursor.rowcount)


def undelivered(session: Session, letter: int, status: str, now: datetime) -> None:
    """Make an arrival of a letter that could not be sent, so that its handler is told."""
    session.execute(
        "INSERT INTO incoming(digest, raw, source, sender, client, protocol, size, received_at, trace, state, due_at)"
        " VALUES (?,0,'undelivered','','','',0,?,?,'ready',?) ON CONFLICT(digest) DO NOTHING",
        (f"undelivered:{letter}", stamp(now), dumps([letter, status]), stamp(now)),
    )


def claim(session: Session, now: datetime, limit: int) -> list[Arrival]:
    """Lease what is due, oldest first.  A row whose lease ran out is taken again."""
    skip = "" if session.sqlite else " FOR UPDATE SKIP LOCKED"
    rows = session.all(
        "UPDATE incoming SET state='leased', attempts=attempts+1, due_at=? WHERE id IN (SELECT id FROM incoming"
        f" WHERE state <> 'done' AND state IN ('ready', 'deferred', 'leased') AND due_at<=? ORDER BY due_at, id LIMIT ?{skip})"
        " RETURNING id, raw, source, sender, client, protocol, received_at, size, attempts",
        (stamp(now + LEASE), stamp(now), limit),
    )
    return [_arrival(session, row) for row in sorted(rows)]


def _arrival(session: Session, row: tuple[Any, ...]) -> Arrival:
    recipients = session.all(
        "SELECT recipient FROM delivery WHERE incoming=? ORDER BY received_at, recipient", (row[0],)
    )
    return Arrival(
        row[0], row[1], row[2], row[3], tuple(r[0] for r in recipients), row[4], row[5], moment(row[6]), row[7], row[8]
    )


def raw(session: Session, raw_id: int) -> bytes:
    """The mail, byte for byte."""
    return b"".join(bytes(row[0]) for row in session.all("SELECT bytes FROM chunk WHERE raw=? ORDER BY n", (raw_id,)))


def raw_of(session: Session, row_id: int) -> bytes:
    row = session.one("SELECT raw FROM incoming WHERE id=?", (row_id,))
    return raw(session, row[0]) if row else b""


def event_of(session: Session, arrival: Arrival) -> Incoming:
    """An arrival that is no mail, as judgement takes it."""
    row = session.one("SELECT case_id, trace FROM incoming WHERE id=?", (arrival.id,))
    if row is None:
        raise Conflict("the arrival went away meanwhile")
    if arrival.source == "wake":
        return Wake(arrival.id, int(row[0]), arrival.received_at)
    if arrival.source == "digest":
        return Morning(arrival.id, json.loads(row[1])[0], arrival.received_at)
    if arrival.source == "recurring":
        entry, day, missed = json.loads(row[1])
        return Occurrence(arrival.id, entry, day, arrival.received_at, missed)
    if arrival.source == "warning":
        return Warnings(arrival.id, *slips.load(json.loads(row[1])), arrival.received_at)
    letter, status = json.loads(row[1])
    return Undelivered(arrival.id, letter, status)


def give_back(session: Session, raw_id: int) -> bool:
    """Let anybody take a mail that was leased to a caller who does not know whether it is there; False when it is not."""
    cursor = session.execute(
        "UPDATE incoming SET state='ready', due_at=received_at WHERE raw=? AND state='leased'", (raw_id,)
    )
    return bool(cursor.rowcount)


def finish(
    session: Session, row_id: int, case: int | None, message_id: str | None, trust: str, trace: dict[str, Any]
) -> None:
    """Done.  Conflict when the row is not leased any more: somebody else settled it, so undo what was done."""
    cursor = session.execute(
        "UPDATE incoming SET state='done', case_id=?, message_id=?, trust=?, trace=?, error=NULL WHERE id=? AND state='leased'",
        (case, message_id, trust, dumps(trace), row_id),
    )
    if cursor.rowcount == 0:
        raise Conflict(f"incoming:{row_id} is not leased")


def hold(session: Session, row_id: int, error: str) -> None:
    """A bug: the arrival waits for an admin, with the end of the traceback, and nothing in it that the database would refuse."""
    shown = error[-8000:].encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
    session.execute("UPDATE incoming SET state='held', error=? WHERE id=? AND state='leased'", (shown, row_id))


def defer(session: Session, row_id: int, due_at: datetime, error: str) -> None:
    session.execute(
        "UPDATE incoming SET state='deferred', due_at=?, error=? WHERE id=? AND state='leased'",
        (stamp(due_at), error[:8000], row_id),
    )


def retry(session: Session, row_id: int, now: datetime) -> bool:
    """Let a held or deferred arrival be taken at once; False when there is none."""
    cursor = session.execute(
        "UPDATE incoming SET state='ready', due_at=?, error=NULL WHERE id=? AND state IN ('held', 'deferred')",
        (stamp(now), row_id),
    )
    return bool(cursor.rowcount)


def drop(session: Session, row_id: int) -> bool:
    """Give a held or deferred arrival up.  Its bytes stay; the caller records who did it."""
    cursor = session.execute(
        "UPDATE incoming SET state='done' WHERE id=? AND state IN ('held', 'deferred', 'ready')", (row_id,)
    )
    return bool(cursor.rowcount)


def newest(session: Session) -> datetime | None:
    """When the last arrival came."""
    row = session.one("SELECT received_at FROM incoming ORDER BY id DESC LIMIT 1")
    return moment(row[0]) if row else None


def hasten(session: Session, now: datetime, longest: timedelta) -> None:
    """What is due later than that is due now; a clock that was set back since had put it there."""
    session.execute(
        "UPDATE incoming SET due_at=? WHERE state <> 'done' AND state IN ('ready', 'deferred') AND due_at>?",
        (stamp(now), stamp(now + longest)),
    )


def recover(session: Session) -> None:
    """At the start of the only daemon: nobody holds a lease, and no mail is half-way in."""
    # The index serves only who repeats its condition.
    session.execute("UPDATE incoming SET state='ready', due_at=received_at WHERE state <> 'done' AND state='leased'")
    session.execute("DELETE FROM chunk WHERE raw IN (SELECT raw FROM staging)")
    session.execute("DELETE FROM staging")


def sweep(session: Session, now: datetime) -> None:
    """Pieces that were left behind, also by another daemon of this database."""
    old = stamp(now - ABANDONED)
    session.execute("DELETE FROM chunk WHERE raw IN (SELECT raw FROM staging WHERE at<?)", (old,))
    session.execute("DELETE FROM staging WHERE at<?", (old,))
