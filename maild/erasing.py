"""erasing: a person taken out of the whole site, step by step.

erase(request, policy, list_) -> steps, which a driver carries out: Look reads beside the writer, Change writes in one short transaction;
the generator returns a Report.  drive(session, steps) does so at once (the daemon is down); edges/retention.py does it in the daemon.
reapply(session, entries, key, policy, now) -> how many persons of the list a restored database still knew, and knows no more.

In order: find, and look through everything that others wrote; refuse (a sentence each) or go on; the list of erasures, durable; mask
the others' rows; blank his own; at last his address and name, with the events.  The address goes last, so that whoever begins again
after a crash still finds him by the hash in the list.  Doing it twice does nothing more.

His own: his mails wherever they are; in his cases also what handlers wrote and maild's letters.  What other people wrote, in his cases
or elsewhere, stays theirs: he is masked in it.  His cases keep number, desk, handler, priority, times and events.

LIMITS  What arrives or is settled during the erasure is new.  Files that only their own program can read are listed, not searched.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from maild import erasures, mentions
from maild.decide import budget
from maild.decide.facts import unverified_key
from maild.mail import masking
from maild.mentions import Changed, Hit, Seek
from maild.model.case import apply
from maild.model.events import Altered, Archived, Erased, Event
from maild.model.people import person_party
from maild.model.plan import Happened, Plan
from maild.model.policy import Policy
from maild.model.recorded import Recorded
from maild.model.related_events import Uncopied
from maild.store import cases, compact, erasure
from maild.store.database import Session, moment, stamp
from maild.store.lists import marks
from maild.store.record import record
from maild.tracing import Request, Traced, sought_by, trace

SLICE = 25
_OPEN = ("new", "open", "waiting", "on_hold")


@dataclass(frozen=True, slots=True)
class Listed:
    """The list of erasures and the key of its hashes."""

    path: Path
    key: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, or done.  refused: sentences; single: names of one word, which are not sought; closed: files not looked into.

    elsewhere: the places in which others name him.
    """

    known: bool = False
    refused: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    mails: int = 0
    messages: int = 0
    letters: int = 0
    altered: int = 0
    single: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """Reading, beside the writer."""

    job: Callable[[Session], Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One transaction."""

    job: Callable[[Session], Any]


Steps = Generator[Look | Change, Any, Report]


# --- the whole ----------------------------------------------------------------------------------------------------------------


def erase(request: Request, policy: Policy, listed: Listed | None) -> Steps:
    """listed None: nothing is put on the list (it is on it already)."""
    traced: Traced = yield Look(lambda session: trace(session, request))
    seek = sought_by(traced, request)
    hits = yield from _scan(seek)
    traced = replace(traced, arrivals=(*traced.arrivals, *(hit.row for hit in hits if hit.his)))
    named: dict[int, tuple[str, str]] = yield Look(lambda session: _cases(session, hits))
    report = _found(traced, hits, named)
    refused = tuple(_refusals(request, policy, traced, named)) if listed else ()
    held = yield Look(lambda session: _unarchived(session, policy, traced, named) if listed else ())
    if request.trial or refused or held or not (report.known or hits):
        return replace(report, refused=(*refused, *held))
    if listed:
        yield Look(lambda session: erasures.append(listed.path, _entry(request, listed, done=False)))
    yield from _mask(hits, seek, request)
    yield from _blank(traced, request)
    if listed:
        yield Look(lambda session: erasures.append(listed.path, _entry(request, listed, done=True)))
    return report


def _entry(request: Request, listed: Listed, *, done: bool) -> erasures.Entry:
    return erasures.Entry(request.at, erasures.name_of(request.address, listed.key), done)


T = TypeVar("T")


def drive(session: Session, steps: Generator[Look | Change, Any, T]) -> T:
    """All steps on this connection, which nobody else writes beside."""
    answer: Any = None
    try:
        while True:
            step = steps.send(answer)
            if isinstance(step, Look):
                answer = step.job(session)
                continue
            with session.transaction():
                answer = step.job(session)
    except StopIteration as end:
        ended: T = end.value
        return ended


# --- finding ------------------------------------------------------------------------------------------------------------------


def _scan(seek: Seek) -> Generator[Look | Change, Any, list[Hit]]:
    hits: list[Hit] = []
    for table in mentions.TABLES:
        after: int | None = 0
        while after is not None:
            some, after = yield Look(_ask(table, after, seek))
            hits += some
    return hits


def _ask(table: str, after: int, seek: Seek) -> Callable[[Session], mentions.Found]:
    return lambda session: mentions.scan(session, table, after, seek)


def _found(traced: Traced, hits: Sequence[Hit], named: dict[int, tuple[str, str]]) -> Report:
    return Report(
        known=bool(traced.person or traced.arrivals or traced.letters),
        numbers=tuple(case[1] for case in traced.cases),
        mails=len(set(traced.arrivals)),
        messages=len(traced.messages),
        letters=len(set(traced.letters)),
        altered=sum(not hit.his for hit in hits),
        single=tuple(name for name in traced.names if not masking.is_name(name)),
        closed=tuple(f"in-{hit.row}: {kind}" for hit in hits if not hit.his for kind in hit.closed),
        elsewhere=tuple(_place(hit, named) for hit in hits if not hit.his),
    )


def _place(hit: Hit, named: dict[int, tuple[str, str]]) -> str:
    """in-17, case 1042"""
    ids = {"incoming": "in-", "outbox": "out-"}
    what = (
        f"{ids[hit.table]}{hit.row}"
        if hit.table in ids
        else _WHAT.get(hit.table, hit.table) + (f" {hit.row}" if hit.row else "")
    )
    return what + (f", case {named[hit.case][0]}" if hit.case in named else "")


# --- refusing -----------------------------------------------------------------------------------------------------------------


def _cases(session: Session, hits: Sequence[Hit]) -> dict[int, tuple[str, str]]:
    """Number and desk of the cases in which others named him."""
    ids = sorted({hit.case for hit in hits if hit.case is not None})
    found: dict[int, tuple[str, str]] = {}
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        rows = session.all(f"SELECT id, number, desk FROM cases WHERE id IN {marks(some)}", some)  # noqa: S608  marks only
        found |= {row[0]: (row[1], row[2]) for row in rows}
    return found


def _refusals(request: Request, policy: Policy, traced: Traced, named: dict[int, tuple[str, str]]) -> Iterator[str]:
    for address in traced.addresses:
        if policy.handler_of_address(address) or any(address in h.addresses for h in policy.handlers.values()):
            yield f"{address} is a handler's: handlers are erased by taking them out of people.yaml, not as customers"
        if policy.desk_of_address(address):
            yield f"{address} is a desk's own address"
        where = [name for name, text in policy.files.items() if address in text.lower() and name.endswith(".yaml")]
        if where and not policy.handler_of_address(address):
            yield f"{', '.join(where)} names {address}: take it out there first, then `maild reload`, or it stays in the rules"
    held = _on(policy, traced, named, lambda desk: policy.desks[desk].legal_hold)
    if held:
        yield f"a legal hold forbids to erase anything of {_cases_said(held)} (legal_hold in desks.yaml)"
    waiting = [number for _, number, _, status in traced.cases if status in _OPEN]
    if waiting and not request.force:
        are = "is" if len(waiting) == 1 else "are"
        yield f"{_cases_said(waiting)} {are} still open: close it first (or --force: nothing that was said is left in it)"


def _on(
    policy: Policy, traced: Traced, named: dict[int, tuple[str, str]], holds: Callable[[str], bool]
) -> tuple[str, ...]:
    """The numbers of the cases of desks of which it holds."""
    both = {number: desk for _, number, desk, _ in traced.cases} | dict(named.values())
    return tuple(number for number, desk in both.items() if desk in policy.desks and holds(desk))


def _unarchived(session: Session, policy: Policy, traced: Traced, named: dict[int, tuple[str, str]]) -> tuple[str, ...]:
    numbers = _on(policy, traced, named, lambda desk: policy.desks[desk].archive_first)
    missing = [number for number in numbers if not archived(session, number)]
    if not missing:
        return ()
    return (
        f"the archive must have {_cases_said(missing)} first (archive_first in desks.yaml; see `maild case archived`)",
    )


def _cases_said(numbers: Sequence[str]) -> str:
    shown = ", ".join(numbers[:20]) + (f" and {len(numbers) - 20} more" if len(numbers) > 20 else "")
    return f"case{'s' if len(numbers) > 1 else ''} {shown}"


def archived(session: Session, number: str) -> bool:
    """Whether the archive has all that was said in a case."""
    row = session.one(
        "SELECT archived_at, (SELECT coalesce(max(at), 0) FROM message m WHERE m.case_id=c.id),"
        " (SELECT coalesce(max(created_at), 0) FROM outbox o WHERE o.case_id=c.id) FROM cases c WHERE number=?",
        (number,),
    )
    return row is not None and row[0] is not None and row[0] >= max(row[1], row[2])


# --- masking and blanking -----------------------------------------------------------------------------------------------------


def _mask(hits: Sequence[Hit], seek: Seek, request: Request) -> Generator[Look | Change, Any, None]:
    for hit in hits:
        if not hit.his:
            changed: Changed = yield Look(_masker(hit, seek))
            yield Change(_write_masked(changed, request))


def _masker(hit: Hit, seek: Seek) -> Callable[[Session], Changed]:
    return lambda session: mentions.mask(session, hit, seek)


_WHAT = {"incoming": "mail", "message": "message", "outbox": "letter", "cases": "subject", "draft": "draft"}


def _write_masked(changed: Changed, request: Request) -> Callable[[Session], None]:
    def job(session: Session) -> None:
        session.lock_settler()
        erasure.overwrite(session)
        mentions.write(session, changed)
        hit = changed.hit
        if hit.table in _WHAT:
            happen(session, hit.case, Altered(_WHAT[hit.table], hit.row), request.actor, request.at)

    return job


def _blank(traced: Traced, request: Request) -> Generator[Look | Change, Any, None]:
    for blank, ids in (
        (erasure.blank_letters, traced.letters),
        (erasure.blank_arrivals, traced.arrivals),
        (erasure.blank_messages, traced.messages),
    ):
        for start in range(0, len(ids), SLICE):
            yield Change(_blanker(blank, ids[start : start + SLICE]))
    more = True
    while more:
        more = yield Change(lambda session: _end(session, traced, request))


def _blanker(blank: Callable[[Session, Sequence[int]], int], ids: Sequence[int]) -> Callable[[Session], int]:
    def job(session: Session) -> int:
        session.lock_settler()
        erasure.overwrite(session)
        return blank(session, ids)

    return job


def _end(session: Session, traced: Traced, request: Request) -> bool:
    """What came meanwhile, then name and address, and the record of it all; True when there was more."""
    session.lock_settler()
    erasure.overwrite(session)
    until, person = stamp(request.at), traced.person
    if person is not None:
        late = erasure.own_messages(session, person, until, SLICE)
        erasure.blank_arrivals(session, erasure.arrivals_of(session, late)) if late else None
        erasure.blank_letters(session, erasure.letters_of(session, person, traced.addresses, until, most=SLICE))
        if erasure.blank_messages(session, late):
            return True
        erasure.blank_subjects(session, [case[0] for case in traced.cases])
    keys = [
        key
        for address in traced.addresses
        for key, _ in (
            *budget.keys(address, request.at)[:2],
            budget.proven_key(address, request.at),
            unverified_key(address, request.at),
            budget.status_keys(address, request.at)[0],
        )
    ]
    erasure.forget_budgets(session, keys)
    if person is not None:
        for case in traced.cases:
            happen(session, case[0], _count(session, person, case[0]), request.actor, request.at)
        for watched in erasure.watched_by(session, person):
            happen(session, watched, Uncopied(person_party(person)), request.actor, request.at)
        erasure.blank_person(session, person)
    whole = Erased(
        person_party(person) if person else "", len(traced.arrivals), len(traced.messages), len(traced.letters)
    )
    happen(session, None, whole, request.actor, request.at)
    compact.ask(session, until)
    return False


def _count(session: Session, person: int, case: int) -> Erased:
    mails = session.one(
        "SELECT count(DISTINCT incoming), count(*) FROM message WHERE case_id=? AND standing=?", (case, erasure.ERASED)
    )
    letters = session.one("SELECT count(*) FROM outbox WHERE case_id=? AND recipient=''", (case,))
    many, said = mails or (0, 0)
    return Erased(person_party(person), many, said, (letters or (0,))[0])


def happen(session: Session, case: int | None, event: Event, actor: str, at: datetime) -> None:
    """An event outside any arrival: on the record, and in its case's row."""
    cause = "erase" if not isinstance(event, Archived) else "archive"
    if case is None:
        record(session, Plan(events=(Happened(None, Recorded(0, at, actor, cause, event)),)), at, "")
        return
    before = cases.load_cases(session, [case])[case]
    record_ = Recorded(before.seq + 1, at, actor, cause, event)
    row = session.one("SELECT policy, wake_at FROM cases WHERE id=?", (case,))
    # It says nothing of when the case must be looked at: that stays.
    wakes = {case: moment(row[1]) if row and row[1] is not None else None}
    plan = Plan(events=(Happened(case, record_),), cases=(apply(before, record_),), wakes=wakes)
    record(session, plan, at, row[0] if row else "")


# --- again, after a restore or a crash ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Again:
    """An address of the database whose hash stands on the list."""

    address: str
    entry: erasures.Entry


def known_again(session: Session, entries: Iterable[erasures.Entry], key: bytes) -> list[Again]:
    """Hash every address that the database knows, also those that stand only in others' mails; the latest entry counts."""
    wanted = {entry.who: entry for entry in sorted(entries, key=lambda entry: entry.at)}
    if not wanted:
        return []
    addresses: dict[str, None] = {}
    for question in (
        "SELECT address FROM address",
        "SELECT DISTINCT lower(sender) FROM incoming",
        "SELECT DISTINCT lower(recipient) FROM outbox",
    ):
        addresses |= dict.fromkeys(row[0] for row in session.all(question))
    for row in session.execute("SELECT text FROM content"):
        if row[0].startswith("{"):
            body = json.loads(row[0])
            addresses |= dict.fromkeys(
                a.lower() for a in (body.get("from", ""), *body.get("to", ()), *body.get("cc", ()))
            )
    hashed = ((address, wanted.get(erasures.name_of(address, key))) for address in addresses if address)
    return [Again(address, entry) for address, entry in hashed if entry is not None]


def reapply(session: Session, entries: Iterable[erasures.Entry], key: bytes, policy: Policy, actor: str) -> int:
    """Erase again whom a restored database still knows; compacting is left to the caller (compact.asked)."""
    done = 0
    for again in known_again(session, entries, key):
        steps = erase(Request(again.address, actor, again.entry.at, force=True), policy, None)
        report = drive(session, steps)
        done += report.known or report.altered > 0
    return done
