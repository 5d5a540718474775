"""expiring: what each desk's retention says, carried out a few rows at a time.

expire(policy, now) -> steps as in erasing.py, and at the end how many mails, letters, cases and drafts went.
A handler's mail that waits for his word is kept for its week, whatever the desks say.
Desks on legal hold lose nothing.  Mails and letters that belong to no case follow the first desk; their envelope goes with them.
The case stays as a number with its events; `Expired` says what went, and a person all of whose cases are gone is forgotten with them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from maild.erasing import Change, Look, happen
from maild.model.events import Expired
from maild.model.people import MAILD, Desk, person_of
from maild.model.policy import Policy
from maild.store import compact, drafts, erasure, hits, retention
from maild.store.database import Session, stamp

SLICE = 20


@dataclass(frozen=True, slots=True)
class Gone:
    """How much went."""

    mails: int = 0
    letters: int = 0
    cases: int = 0
    drafts: int = 0

    @property
    def any(self) -> bool:
        return bool(self.mails or self.letters or self.cases or self.drafts)


Steps = Generator[Look | Change, Any, Gone]
_Ask = Callable[[Session, int], list[int]]


def expire(policy: Policy, now: datetime) -> Steps:
    """One round over all desks."""
    mails = letters = cases = 0
    for desk in policy.desks.values():
        if desk.legal_hold:
            continue
        keep = desk.retention
        if keep.raw is not None:
            mails += yield from _some(_asker(retention.mails, desk, now, keep.raw), _drop)
            if desk is policy.default_desk:
                before = stamp(now - timedelta(days=keep.raw))
                mails += yield from _some(partial(_loose, before), erasure.blank_arrivals)
        if keep.letters is not None:
            letters += yield from _some(_asker(retention.letters, desk, now, keep.letters), erasure.blank_letters)
            if desk is policy.default_desk:
                old = stamp(now - timedelta(days=keep.letters))
                letters += yield from _some(partial(_loose_letters, old), erasure.blank_letters)
        if keep.cases is not None:
            cases += yield from _some(_asker(retention.cases, desk, now, keep.cases), partial(_expire, now), 1)
    drafts_ = yield from _some(partial(_old_drafts, stamp(now)), drafts.forget)
    yield Change(lambda session: hits.forget(session, now))
    gone = Gone(mails, letters, cases, drafts_)
    if gone.any:
        yield Change(lambda session: compact.ask(session, stamp(now)))
    return gone


def _asker(ask: Callable[..., list[int]], desk: Desk, now: datetime, days: int) -> _Ask:
    before = stamp(now - timedelta(days=days))
    return lambda session, after: ask(session, desk.key, before, after, SLICE, archived_only=desk.archive_first)


def _loose(before: int, session: Session, after: int) -> list[int]:
    return retention.loose_mails(session, before, after, SLICE)


def _old_drafts(before: int, session: Session, after: int) -> list[int]:
    return drafts.expired(session, before, after, SLICE)


def _loose_letters(before: int, session: Session, after: int) -> list[int]:
    return retention.loose_letters(session, before, after, SLICE)


def _drop(session: Session, ids: Sequence[int]) -> int:
    erasure.drop_bytes(session, ids)
    return len(ids)


def _some(
    ask: _Ask, blank: Callable[[Session, Sequence[int]], int], at_once: int = SLICE
) -> Generator[Look | Change, Any, int]:
    """Ask, blank, and on from there."""
    count, after = 0, 0
    while True:
        ids: list[int] = yield Look(partial(_asked, ask, after))
        if not ids:
            return count
        for start in range(0, len(ids), at_once):
            count += yield Change(partial(_done, blank, ids[start : start + at_once]))
        after = ids[-1]


def _asked(ask: _Ask, after: int, session: Session) -> list[int]:
    return ask(session, after)


def _done(blank: Callable[[Session, Sequence[int]], int], ids: Sequence[int], session: Session) -> int:
    session.lock_settler()
    erasure.overwrite(session)
    return blank(session, ids)


def _expire(now: datetime, session: Session, ids: Sequence[int]) -> int:
    """Everything that was said in a case."""
    for case in ids:
        messages, letters, arrivals = retention.contents(session, case)
        authors = _people(session, case)
        erasure.blank_letters(session, letters)
        erasure.blank_arrivals(session, arrivals)
        erasure.blank_messages(session, messages)
        erasure.blank_subjects(session, [case])
        happen(session, case, Expired(len(messages), len(letters)), MAILD, now)
        retention.expired(session, case, stamp(now))
        for person in retention.forgotten(session, authors):
            erasure.blank_person(session, person)
    return len(ids)


def _people(session: Session, case: int) -> list[int]:
    rows = session.all(
        "SELECT customer FROM cases WHERE id=? UNION SELECT author FROM message WHERE case_id=?"
        " UNION SELECT 'person:' || person FROM watcher WHERE case_id=?",
        (case, case, case),
    )
    return [person for row in rows if (person := person_of(row[0])) is not None]
