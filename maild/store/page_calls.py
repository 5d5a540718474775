"""page_calls: the pages of critical cases by letter: of which cases each tells, and whether the site's own program has rung for it.

figures(session, now)       how it goes, for the watch
merging(session, now)       pages of several cases that have not left yet
told(session, letters)      the cases that each of these pages tells of
keep(session, plan, now)    what a plan says of pages
claim, done, again, failed  a page for the program: each is rung for once; after a crash perhaps twice (maild.yaml: pager)

A row is ready, leased, done, failed, or off (nobody need come any more).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from maild.model.case import Case
from maild.model.health import Paged
from maild.model.known import Merging
from maild.model.paging_events import Attended, PagesMissed, PagesRevoked
from maild.model.people import handler_of
from maild.model.plan import Letter, Plan
from maild.store.case_state import load_case
from maild.store.database import Session, moment, moment_or_none, stamp
from maild.store.lists import marks

KIND = "page"
# What nobody rang for in so long is no news any more: who has it next was called since.
STALE = HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# So long a reply to a page of several cases is one for them all.
KEPT = timedelta(days=30)


# --- for judgement ----------------------------------------------------------------------------------------------------------------


def merging(session: Session, now: datetime) -> tuple[Merging, ...]:
    rows = session.all(
        "SELECT p.letter, p.handler, p.rota, p.due_at, c.id, c.number FROM page_call p JOIN page_case k ON k.letter=p.letter"
        " JOIN cases c ON c.id=k.case_id JOIN outbox o ON o.id=p.letter"
        " WHERE p.due_at>? AND p.merged=1 AND o.state='ready' AND o.attempts=0 ORDER BY p.letter, c.id",
        (stamp(now),),
    )
    found: dict[int, Merging] = {}
    for letter, handler, rota, due_at, case, number in rows:
        before = found.get(letter)
        cases = (*(before.cases if before else ()), (case, number))
        found[letter] = Merging(letter, handler, rota, moment(due_at), cases)
    return tuple(found.values())


def told(session: Session, letters: Sequence[int]) -> dict[int, tuple[int, ...]]:
    if not letters:
        return {}
    rows = session.all(
        f"SELECT letter, case_id FROM page_case WHERE letter IN {marks(letters)} ORDER BY letter, case_id", letters
    )
    found: dict[int, tuple[int, ...]] = {}
    for letter, case in rows:
        found[letter] = (*found.get(letter, ()), case)
    return found


# --- what a plan says -------------------------------------------------------------------------------------------------------------


def keep(session: Session, plan: Plan, now: datetime) -> None:
    """Who is at it is rung no more; new pages wait for the program."""
    for happened in plan.events:
        match happened.record.event:
            case PagesMissed():
                row = (happened.case, stamp(now))
                session.insert("page_missed(case_id, at)", [row], "ON CONFLICT DO NOTHING")
            case Attended() | PagesRevoked():
                session.execute("DELETE FROM page_missed WHERE case_id=?", (happened.case,))
                session.execute(
                    "UPDATE page_call SET state='off' WHERE state IN ('ready', 'failed') AND merged=0"
                    " AND letter IN (SELECT letter FROM page_case WHERE case_id=?)",
                    (happened.case,),
                )
    for letter in plan.letters:
        if letter.kind == KIND:
            _call(session, letter, now)


def _call(session: Session, letter: Letter, now: datetime) -> None:
    if letter.replaces is not None:
        session.execute("DELETE FROM page_call WHERE letter=?", (letter.replaces,))
        session.execute("DELETE FROM page_case WHERE letter=?", (letter.replaces,))
    session.execute(
        "DELETE FROM page_case WHERE letter IN (SELECT letter FROM page_call WHERE made_at<?)", (stamp(now - KEPT),)
    )
    session.execute("DELETE FROM page_call WHERE made_at<?", (stamp(now - KEPT),))
    cases, merged = letter.values["page_cases"], int(bool(letter.values["gathered"]))
    session.insert(
        "page_call(letter, handler, rota, merged, state, attempts, made_at, due_at, error)",
        [(letter.id, handler_of(letter.party), letter.values["rota"], merged, "ready", 0, stamp(now), stamp(letter.due_at), "")],
    )  # fmt: skip
    session.insert("page_case(letter, case_id)", [(letter.id, case) for case in cases])


# --- for the watch ----------------------------------------------------------------------------------------------------------------


def figures(session: Session, now: datetime) -> Paged:
    missed = "FROM page_missed m JOIN cases c ON c.id=m.case_id WHERE c.status IN ('new', 'open', 'waiting', 'on_hold')"
    row = session.one(
        f"SELECT (SELECT count(*) FROM page_call WHERE made_at>?), (SELECT count(*) {missed}), (SELECT min(m.at) {missed}),"
        " (SELECT count(*) FROM page_call WHERE made_at>? AND state='failed'),"
        " (SELECT count(*) FROM page_case k JOIN page_call p ON p.letter=k.letter WHERE p.made_at>? AND p.merged=1)",
        (stamp(now - DAY), stamp(now - DAY), stamp(now - HOUR)),
    )
    day, many, since, failed, merged = row or (0, 0, None, 0, 0)
    return Paged(day, many, moment_or_none(since), failed, merged)


# --- for the program --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leased:
    """A page to ring for.  cases: each with its subject."""

    letter: int
    handler: str
    rota: str
    attempts: int
    cases: tuple[tuple[Case, str], ...]


def claim(session: Session, now: datetime, lease: timedelta, limit: int) -> list[Leased]:
    """Lease pages that are due; a lease that has run out is anybody's.  Nobody rings for a letter that was held, as in a copy of a
    database."""
    skip = "" if session.sqlite else " FOR UPDATE SKIP LOCKED"
    rows = session.all(
        "UPDATE page_call SET state='leased', attempts=attempts+1, due_at=? WHERE letter IN (SELECT letter FROM page_call"
        " WHERE state IN ('ready', 'leased') AND due_at<=? AND made_at>?"
        " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.id=page_call.letter AND o.state IN ('held', 'cancelled'))"
        f" ORDER BY letter LIMIT ?{skip})"
        " RETURNING letter, handler, rota, attempts",
        (stamp(now + lease), stamp(now), stamp(now - STALE), limit),
    )
    return [Leased(r[0], r[1], r[2], r[3], _cases(session, r[0])) for r in sorted(rows)]


def _cases(session: Session, letter: int) -> tuple[tuple[Case, str], ...]:
    rows = session.all(
        "SELECT c.id, c.state, t.text FROM page_case k JOIN cases c ON c.id=k.case_id"
        " LEFT JOIN content t ON t.commitment=c.subject WHERE k.letter=? ORDER BY c.id",
        (letter,),
    )
    return tuple((load_case(case, state), text or "") for case, state, text in rows)


def done(session: Session, letter: int, attempts: int) -> None:
    _end(session, "state='done', error=''", (), letter, attempts)


def again(session: Session, letter: int, attempts: int, due_at: datetime, error: str) -> None:
    """It failed, and is tried again."""
    _end(session, "state='ready', due_at=?, error=?", (stamp(due_at), error), letter, attempts)


def failed(session: Session, letter: int, attempts: int, error: str) -> None:
    """It failed so often that it is given up."""
    _end(session, "state='failed', error=?", (error,), letter, attempts)


def _end(session: Session, how: str, values: tuple[Any, ...], letter: int, attempts: int) -> None:
    """Only while the lease is ours: attempts tells whose it is."""
    session.execute(
        f"UPDATE page_call SET {how} WHERE letter=? AND attempts=? AND state='leased'", (*values, letter, attempts)
    )


def recover(session: Session) -> None:
    """At the start of the only daemon: what was leased may have rung; it rings again."""
    session.execute("UPDATE page_call SET state='ready', due_at=made_at WHERE state='leased'")
