"""outbox: the queue of letters.

ready, leased, deferred, failed, done, cancelled, held.  A letter may be replaced or cancelled until its first lease; then its
bytes and Message-ID are fixed for ever.  One letter in flight per **lane** (a case and a party), in order; a page of a critical case
waits for no other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from maild.model.message import Attachment
from maild.model.plan import Letter, Part, Written
from maild.store.database import Session, moment, stamp
from maild.store.text import dumps

LEASE = timedelta(minutes=15)
PAGE = "page"
_UNTOUCHED = "state='ready' AND attempts=0"


@dataclass(frozen=True, slots=True)
class Leased:
    """A letter to be sent now.

    id is the letter's own; letters of the same lane leave one after the other; mail: its bytes, if they are at hand; number: of
    its case.
    """

    id: int
    sender: str
    recipient: str
    attempts: int
    created_at: datetime
    lane: str
    mail: bytes | None = None
    kind: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """A letter as meant, as written, and as its whole bytes where nothing travels with it."""

    letter: Letter
    written: Written
    mail: bytes | None


_LETTER = "letter(id, case_id, party, kind, seq, created_at, messages)"
_ROW = "outbox(id, case_id, party, kind, message_id, sender, recipient, head, text, parts, state, attempts, created_at, due_at)"


def post(session: Session, posts: Sequence[Posted], now: datetime, leases: int) -> list[Leased]:
    """Put letters into the queue.  Up to `leases` of those due now are leased to the caller at once (no claim is needed)."""
    mine = [p for p in posts if p.letter.first and p.letter.due_at <= now][:leases]
    session.insert(_LETTER, [_letter(posted.letter, now) for posted in posts])
    session.insert(_ROW, [_row(posted, now, mine=any(posted is one for one in mine)) for posted in posts])
    return [_leased(posted, now) for posted in mine]


def _letter(letter: Letter, now: datetime) -> tuple[Any, ...]:
    told = dumps([shown.message for shown in letter.shown])
    return (letter.id, letter.case, letter.party, letter.kind, letter.seq, stamp(now), told)


def _row(posted: Posted, now: datetime, *, mine: bool) -> tuple[Any, ...]:
    letter, written = posted.letter, posted.written
    state, due_at = ("leased", now + LEASE) if mine else ("ready", letter.due_at)
    who = (letter.id, letter.case, letter.party, letter.kind, written.message_id, written.envelope_sender)
    return (
        *(*who, written.recipient, written.head, written.text, _parts(written.parts)),
        *(state, int(mine), stamp(now), stamp(due_at)),
    )


def _leased(posted: Posted, now: datetime) -> Leased:
    letter, written = posted.letter, posted.written
    lane_of = lane(letter.case, letter.party)
    to, number = (written.envelope_sender, written.recipient), letter.number.removeprefix("#")
    return Leased(letter.id, to[0], to[1], 1, now, lane_of, posted.mail, letter.kind, number)


def lane(case: int | None, party: str) -> str:
    return f"{case}:{party}" if case is not None else ""


def cancel(session: Session, row_id: int) -> bool:
    """Take back a letter that has not been tried; False when it is too late."""
    return bool(session.execute(f"UPDATE outbox SET state='cancelled' WHERE id=? AND {_UNTOUCHED}", (row_id,)).rowcount)


def requeue(session: Session, row_id: int, due_at: datetime) -> bool:
    """Let a letter that was taken back leave after all; False when it is not there any more."""
    return bool(
        session.execute(
            "UPDATE outbox SET state='ready', due_at=? WHERE id=? AND state='cancelled' AND attempts=0",
            (stamp(due_at), row_id),
        ).rowcount
    )


def claim(session: Session, now: datetime, limit: int) -> list[Leased]:
    """Lease letters that are due, none of whose lane is before it.  The index serves only who repeats its condition."""
    skip = "" if session.sqlite else " FOR UPDATE SKIP LOCKED"
    at = stamp(now)
    rows = session.all(
        "UPDATE outbox SET state='leased', attempts=attempts+1, due_at=? WHERE id IN (SELECT o.id FROM outbox o"
        " WHERE o.state NOT IN ('done', 'cancelled') AND o.state IN ('ready', 'deferred', 'leased') AND o.due_at<=?"
        " AND (o.kind='page' OR NOT EXISTS (SELECT 1 FROM outbox b"
        " WHERE b.case_id=o.case_id AND b.party=o.party AND b.id<o.id"
        " AND (b.state IN ('leased', 'deferred') OR (b.state='ready' AND b.due_at<=?))))"
        f" ORDER BY o.due_at, o.id LIMIT ?{skip}) RETURNING id, sender, recipient, attempts, created_at, case_id, party, kind,"
        " (SELECT number FROM cases WHERE cases.id=outbox.case_id)",
        (stamp(now + LEASE), at, at, limit),
    )
    rows.sort(key=lambda row: row[0])
    return [
        Leased(r[0], r[1], r[2], r[3], moment(r[4]), lane(None if r[7] == PAGE else r[5], r[6]), None, r[7], r[8] or "")
        for r in rows
    ]


def renew(session: Session, row_id: int, attempts: int, now: datetime) -> bool:
    """The lease again in full; False when it ran out and somebody else took the letter: attempts tells whose lease it is."""
    if session.sqlite:
        return True
    cursor = session.execute(
        "UPDATE outbox SET due_at=? WHERE id=? AND state='leased' AND attempts=?",
        (stamp(now + LEASE), row_id, attempts),
    )
    return bool(cursor.rowcount)


def texts(session: Session, letters: Sequence[int]) -> list[bytes]:
    """The text parts of letters, encoded and with their Content-* headers; of those that are still there."""
    if not letters:
        return []
    rows = session.all(f"SELECT text FROM outbox WHERE id IN ({','.join('?' * len(letters))}) ORDER BY id", letters)
    return [bytes(row[0]) for row in rows]


def written(session: Session, row_id: int) -> Written:
    """A letter as it was written; the same at every attempt."""
    row = session.one("SELECT message_id, sender, recipient, head, text, parts FROM outbox WHERE id=?", (row_id,))
    assert row is not None
    return Written(row_id, row[0], row[1], row[2], bytes(row[3]), bytes(row[4]), _load_parts(row[5]))


def hold(session: Session, row_id: int, error: str) -> None:
    """It must not leave as it is; an admin says what next."""
    session.execute("UPDATE outbox SET state='held', error=? WHERE id=? AND state='leased'", (error[:1000], row_id))


def quarantine(session: Session, rows: Sequence[int], error: str) -> None:
    """New letters that must wait for an admin, for this reason."""
    session.executemany(
        "UPDATE outbox SET state='held', error=? WHERE id=? AND state='ready'", [(error, r) for r in rows]
    )


def signed(session: Session) -> list[tuple[Any, ...]]:
    """Per key id: letters, and when the last was written.  It stands before the last 16 characters of a Message-ID's local part."""
    at = "instr(message_id, '@')" if session.sqlite else "strpos(message_id, '@')"
    return session.all(f"SELECT substr(message_id, {at}-18, 2), count(*), max(created_at) FROM outbox GROUP BY 1")


def first_heads(session: Session, case: int) -> list[bytes]:
    """The header fields of a case's first letters."""
    rows = session.all("SELECT head FROM outbox WHERE case_id=? ORDER BY id LIMIT 3", (case,))
    return [bytes(row[0]) for row in rows]


def sent(session: Session, row_id: int, now: datetime) -> None:
    session.execute(
        "UPDATE outbox SET state='done', sent_at=?, error=NULL WHERE id=? AND state='leased'", (stamp(now), row_id)
    )


def defer(session: Session, row_id: int, due_at: datetime, error: str) -> None:
    session.execute(
        "UPDATE outbox SET state='deferred', due_at=?, error=? WHERE id=? AND state='leased'",
        (stamp(due_at), error[:1000], row_id),
    )


def fail(session: Session, row_id: int, error: str) -> bool:
    """Given up; False when it was not ours any more."""
    cursor = session.execute(
        "UPDATE outbox SET state='failed', error=? WHERE id=? AND state='leased'", (error[:1000], row_id)
    )
    return bool(cursor.rowcount)


def retry(session: Session, row_id: int, now: datetime) -> bool:
    cursor = session.execute(
        "UPDATE outbox SET state='ready', due_at=? WHERE id=? AND state IN ('deferred', 'failed', 'held')",
        (stamp(now), row_id),
    )
    return bool(cursor.rowcount)


def drop(session: Session, row_id: int) -> bool:
    cursor = session.execute(
        "UPDATE outbox SET state='cancelled' WHERE id=? AND state IN ('ready', 'deferred', 'failed', 'held')", (row_id,)
    )
    return bool(cursor.rowcount)


def hasten(session: Session, now: datetime, longest: timedelta) -> None:
    """What is due later than that is due now; a clock that was set back since had put it there."""
    session.execute(
        "UPDATE outbox SET due_at=? WHERE state NOT IN ('done', 'cancelled') AND state IN ('ready', 'deferred') AND due_at>?",
        (stamp(now), stamp(now + longest)),
    )


def recover(session: Session) -> None:
    """At the start of the only daemon: what was leased may have been sent; it is sent again with the same Message-ID."""
    # The index serves only who repeats its condition.
    session.execute(
        "UPDATE outbox SET state='ready', due_at=created_at WHERE state NOT IN ('done', 'cancelled') AND state='leased'"
    )


def _parts(parts: Sequence[Part]) -> str:
    if not parts:
        return "[]"
    return dumps([[p.incoming, attachment_row(p.attachment)] for p in parts])


def _load_parts(text: str) -> tuple[Part, ...]:
    return tuple(Part(incoming, attachment(row)) for incoming, row in json.loads(text))


def attachment_row(value: Attachment) -> list[Any]:
    return [
        value.name,
        value.type,
        value.size,
        value.sha256,
        value.inline,
        value.start,
        value.end,
        value.encoding,
        value.content_id,
    ]


def attachment(row: Sequence[Any]) -> Attachment:
    return Attachment(*row)
