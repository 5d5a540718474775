"""retention: what a desk need not keep any longer.  Questions only, a few ids at a time; erasure.py blanks.

Only cases that have ended (solved or closed) lose anything, and with `archive_first` only what the archive has.  A case's end is its
last event solved, closed or merged: archiving or masking later does not make it younger.
"""

from __future__ import annotations

from collections.abc import Sequence

from maild.store.database import Session
from maild.store.erasure import ERASED
from maild.store.incoming import IS_MAIL
from maild.store.lists import marks

_ENDED = "c.desk=? AND c.status IN ('solved', 'closed')"
_ARCHIVED = (
    " AND c.archived_at IS NOT NULL AND c.archived_at >= (SELECT coalesce(max(at), 0) FROM message m WHERE m.case_id=c.id)"
    " AND c.archived_at >= (SELECT coalesce(max(created_at), 0) FROM outbox b WHERE b.case_id=c.id)"
)


def _if(archived_only: bool) -> str:
    return _ARCHIVED if archived_only else ""


def mails(session: Session, desk: str, before: int, after: int, limit: int, *, archived_only: bool) -> list[int]:
    """Arrivals whose bytes are still there and whose time has come."""
    rows = session.all(
        "SELECT i.id FROM incoming i JOIN cases c ON c.id=i.case_id WHERE i.id>? AND i.received_at<? AND i.state='done'"
        f" AND {_ENDED}{_if(archived_only)} AND EXISTS (SELECT 1 FROM chunk k WHERE k.raw=i.raw AND k.n=0)"
        " AND NOT EXISTS (SELECT 1 FROM message m JOIN cases o ON o.id=m.case_id WHERE m.incoming=i.id AND o.id<>c.id"
        " AND o.status NOT IN ('solved', 'closed'))"
        " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.case_id=c.id AND o.state NOT IN ('done', 'cancelled', 'failed'))"
        " ORDER BY i.id LIMIT ?",
        (after, before, desk, limit),
    )
    return [row[0] for row in rows]


def loose_mails(session: Session, before: int, after: int, limit: int) -> list[int]:
    """The same of mails that are in no case (ignored, discarded)."""
    rows = session.all(
        "SELECT i.id FROM incoming i WHERE i.id>? AND i.received_at<? AND i.state='done' AND i.case_id IS NULL"
        f" AND i.{IS_MAIL} AND i.sender<>''"
        " ORDER BY i.id LIMIT ?",
        (after, before, limit),
    )
    return [row[0] for row in rows]


def letters(session: Session, desk: str, before: int, after: int, limit: int, *, archived_only: bool) -> list[int]:
    rows = session.all(
        "SELECT o.id FROM outbox o JOIN cases c ON c.id=o.case_id WHERE o.id>? AND o.created_at<? AND o.recipient<>''"
        f" AND o.state IN ('done', 'cancelled', 'failed') AND {_ENDED}{_if(archived_only)} ORDER BY o.id LIMIT ?",
        (after, before, desk, limit),
    )
    return [row[0] for row in rows]


def loose_letters(session: Session, before: int, after: int, limit: int) -> list[int]:
    """Letters to handlers that are in no case: digests, absences, what a mail to a desk did."""
    rows = session.all(
        "SELECT o.id FROM outbox o WHERE o.id>? AND o.created_at<? AND o.case_id IS NULL AND o.recipient<>''"
        " AND o.state IN ('done', 'cancelled', 'failed') ORDER BY o.id LIMIT ?",
        (after, before, limit),
    )
    return [row[0] for row in rows]


def cases(session: Session, desk: str, before: int, after: int, limit: int, *, archived_only: bool) -> list[int]:
    """Cases that ended so long ago and still say something."""
    rows = session.all(
        f"SELECT c.id FROM cases c WHERE c.id>? AND c.expired_at IS NULL AND {_ENDED}{_if(archived_only)}"
        " AND (SELECT max(e.at) FROM event e WHERE e.case_id=c.id AND e.kind IN ('solved', 'closed', 'merged')) < ? ORDER BY c.id LIMIT ?",
        (after, desk, before, limit),
    )
    return [row[0] for row in rows]


def contents(session: Session, case: int) -> tuple[list[int], list[int], list[int]]:
    """Messages, letters and arrivals of a case; not a mail that is another's as well (it was split), which has not expired."""
    found = (
        session.all("SELECT id FROM message WHERE case_id=? AND standing<>?", (case, ERASED)),
        session.all("SELECT id FROM outbox WHERE case_id=? AND recipient<>''", (case,)),
        session.all(
            "SELECT incoming FROM message m WHERE case_id=? AND incoming IS NOT NULL AND NOT EXISTS (SELECT 1 FROM message o"
            " JOIN cases k ON k.id=o.case_id WHERE o.incoming=m.incoming AND k.id<>m.case_id AND k.expired_at IS NULL) UNION"
            f" SELECT id FROM incoming i WHERE case_id=? AND {IS_MAIL} AND NOT EXISTS (SELECT 1 FROM message o"
            " JOIN cases k ON k.id=o.case_id WHERE o.incoming=i.id AND k.id<>i.case_id AND k.expired_at IS NULL)",
            (case, case),
        ),
    )
    messages, letters_, arrivals = ([row[0] for row in rows] for rows in found)
    return messages, letters_, arrivals


def expired(session: Session, case: int, at: int) -> None:
    session.execute("UPDATE cases SET expired_at=? WHERE id=?", (at, case))


def forgotten(session: Session, persons: Sequence[int]) -> list[int]:
    """Those of them all of whose cases have expired, and of whom no other case knows."""
    rows = session.all(
        f"SELECT p.id FROM person p WHERE p.id IN {marks(persons)}"
        " AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.customer='person:' || p.id AND c.expired_at IS NULL)"
        " AND NOT EXISTS (SELECT 1 FROM message m WHERE m.author='person:' || p.id AND m.standing<>?)"
        " AND NOT EXISTS (SELECT 1 FROM watcher w JOIN cases c ON c.id=w.case_id WHERE w.person=p.id AND c.expired_at IS NULL)",
        (*persons, ERASED),
    )
    return [row[0] for row in rows]
