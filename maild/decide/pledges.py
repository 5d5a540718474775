"""pledges: since when a case's clocks count, and what letters tell the customer of when she hears from us.

begin(ledger, case, since_at)     a case began: the clocks count from when its mail came in, not from when it was looked at
given(ledger, case, by)           it is another customer's, perhaps of another organisation
answers(ledger, case, letter)     what an acknowledgement tells, and the events that say so
opening(ledger, case, told)       and of our hours, beside that
goes_on(ledger, case, letter)     what an answer tells of the next one
again(ledger, case)               what holds again, where a handler's date does not
response(policy, desk, ...)       what was agreed with the customer's organisation, in words
dues(ledger, case)                what handlers read of all its clocks;  lines(...): what their receipts say of a change
told(case, policy)                what its customer was told, as it holds now
absorbed(ledger, into, other)     what was told of a case holds in the one in which it goes on

A date is told to the minute, and what was told is what holds; never one that is past.  What a site's own template does not say is not
told.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from maild.decide import clocks, duty
from maild.decide.clocks import Clock
from maild.decide.ledger import Ledger
from maild.model.agreement import in_force
from maild.model.case import Case
from maild.model.clock_events import Clocked, Pledged
from maild.model.events import Priority
from maild.model.people import MAILD
from maild.model.policy import Policy
from maild.model.sla import Target

# What a template calls the date of each.
NAMES = {Target.RESPONSE: "answer_by", Target.UPDATE: "update_by", Target.SOLUTION: "solved_by"}
# How lines of receipts end.
_SHORT = {Target.RESPONSE: "answer", Target.UPDATE: "update", Target.SOLUTION: "solved"}
# What may be promised otherwise when a handler changes it.
_CHANGING = ("priority", "desk", "line", "type", "labels", "customer")


# --- since when -------------------------------------------------------------------------------------------------------------------


def begin(ledger: Ledger, case_id: int, since_at: datetime, *, runs: bool = True) -> None:
    if ledger.policy.times:
        ledger.happen(case_id, MAILD, Clocked(since_at, _organisation(ledger, case_id), runs))


def asked(ledger: Ledger, case_id: int, since_at: datetime) -> None:
    """Somebody writes to a case in which nobody had asked for anything."""
    if not ledger.case(case_id).clocks.runs:
        begin(ledger, case_id, since_at)


def given(ledger: Ledger, case_id: int, by: str) -> None:
    case, organisation = ledger.case(case_id), _organisation(ledger, case_id)
    known = case.clocks
    if ledger.policy.slas and (known.since_at is None or known.organisation != organisation):
        ledger.happen(case_id, by, Clocked(known.since_at or case.opened_at, organisation, known.runs))


def _organisation(ledger: Ledger, case_id: int) -> str:
    person = ledger.people.get(ledger.case(case_id).customer)
    return organisation(ledger.policy, person.address if person else "")


def organisation(policy: Policy, address: str) -> str:
    """The key of whose address it is, "" for nobody's that we know."""
    found = policy.directory.organisation(address.lower())
    return found.key if found else ""


def response(policy: Policy, desk: str, customer: str, opened_at: datetime) -> str:
    """What was agreed with the organisation whose address it is, in the words of agreements.yaml, by what was in force that day."""
    own = policy.desks.get(desk)
    day = opened_at.astimezone(ZoneInfo(own.zone if own else "UTC")).date()
    holding = in_force(policy.agreements, organisation(policy, customer), day)
    return "; ".join(one.response for one in holding if one.response)


# --- what the customer is told ----------------------------------------------------------------------------------------------------


def answers(ledger: Ledger, case: Case, letter: int, template: str) -> dict[str, str]:
    """Of every target of which letters tell.  template: "" for the one to somebody of whom nothing is proven."""
    says, name = ledger.policy.texts.says, template or "ack-unverified"
    said = [target for target in Target if says(name, case.language, NAMES[target])]
    return _pledged(ledger, case, letter, said)


def goes_on(ledger: Ledger, case: Case, letter: int, language: str) -> dict[str, str]:
    """When she hears from us next."""
    says = ledger.policy.texts.says("update-customer", language, NAMES[Target.UPDATE])
    return _pledged(ledger, case, letter, (Target.UPDATE,) if says else ())


def opening(ledger: Ledger, case: Case, told: Mapping[str, str]) -> dict[str, Any]:
    """What an acknowledgement says of our hours beside that; who has duty by name only where a customer is told names.

    early: she hears from us although we are closed.
    """
    desk, found = ledger.policy.desks.get(case.desk), duty.opening(ledger, case.desk)
    hides = found and desk is not None and desk.shows != "handler"
    first, opens = told.get("answer_by") or told.get("update_by"), found.get("opens")
    early = bool(first and opens and datetime.fromisoformat(first) <= datetime.fromisoformat(opens))
    return {
        **found,
        **told,
        **({"on_duty": duty.called(ledger, case)} if case.priority is Priority.CRITICAL and found else {}),
        **({"on_duty": ""} if hides else {}),
        **({"early": True} if early else {}),
        **duty.urgent(ledger, case),
    }


def again(ledger: Ledger, case: Case) -> dict[str, str]:
    """The date for a solution that she was told before, where the one that a handler promised holds no more; not one that is past."""
    name = NAMES[Target.SOLUTION]
    at = told(case, ledger.policy).get(name) if case.promised_at is None else None
    return {name: local(ledger.policy, case.desk, at)} if at and at > ledger.now else {}


def _pledged(ledger: Ledger, case: Case, letter: int, targets: Iterable[Target]) -> dict[str, str]:
    terms = clocks.terms(case, ledger.policy)
    told = frozenset(terms.told).intersection(targets) if terms else frozenset()
    pauses = " ".join(sorted(terms.pauses)) if terms else ""
    said: dict[str, str] = {}
    for clock in clocks.running(case, ledger.policy) if told else ():
        due = _due(clock)
        if clock.target in told and due is not None and due > ledger.now:
            ledger.happen(case.id, MAILD, Pledged(clock.target, due, letter, clock.turn, pauses))
            said[NAMES[clock.target]] = local(ledger.policy, case.desk, due)
    return said


def _due(clock: Clock) -> datetime | None:
    """To the minute; None where nothing is due (any more)."""
    due = clocks.due(clock) if clock.done_at is None else None
    return due.replace(second=0, microsecond=0) if due else None


def local(policy: Policy, desk: str, at: datetime) -> str:
    """On the clock by which the desk keeps its hours."""
    own = policy.desks.get(desk)
    calendar = policy.calendar_of(desk)
    zone = calendar.zone if own and own.calendar else ZoneInfo(own.zone if own else "UTC")
    return at.astimezone(zone).isoformat()


# --- what handlers read -----------------------------------------------------------------------------------------------------------


def dues(ledger: Ledger, case: Case) -> dict[str, str]:
    """The date of each clock that runs; a date that a handler promised is said elsewhere."""
    found = clocks.dues(case, ledger.policy)
    fixed = case.promised_at is not None
    return {
        NAMES[target]: local(ledger.policy, case.desk, at)
        for target, at in found.items()
        if not (fixed and target is Target.SOLUTION)
    }


def told(case: Case, policy: Policy) -> dict[str, datetime]:
    """What a customer was told of it, as it holds now; a date that a handler promised stands for that."""
    if case.ended:
        return {}
    running = (clock for clock in clocks.running(case, policy) if clock.pledge and clock.fixed is None)
    return {NAMES[clock.target]: due for clock in running if (due := _due(clock)) is not None}


def lines(ledger: Ledger, before: Case, case: Case) -> list[tuple[str, str]]:
    """What a handler's receipt says, where he changed what is promised: keys of words, each with a date.  before: as it was."""
    was, now = clocks.dues(before, ledger.policy), clocks.dues(case, ledger.policy)
    held = {
        clock.target for clock in clocks.running(case, ledger.policy) if clocks.is_held(clock, now.get(clock.target))
    }
    changed = any(getattr(before, name) != getattr(case, name) for name in _CHANGING) and not case.ended
    return [
        (f"{'still' if target in held else 'due'}_{_SHORT[target]}", local(ledger.policy, case.desk, at))
        for target, at in now.items()
        if changed and (was.get(target) != at or target in held)
    ]


# --- cases that become one --------------------------------------------------------------------------------------------------------


def absorbed(ledger: Ledger, into: int, other: Case) -> None:
    """other: as it was before it was merged.  What its customer was told holds on: the other case waits for nobody, and an answer that
    is older is none to what comes now.  Separated again, they know nothing of each other's (model/clocks.py)."""
    if other.ended:
        return
    here = ledger.case(into)
    turns = {Target.UPDATE: here.clocks.turn, Target.RESPONSE: here.seq if here.clocks.answered_at else 0}
    for clock in clocks.running(other, ledger.policy):
        if clock.done_at is not None:
            continue
        turn = turns.get(clock.target, 0)
        for told, due in clocks.carried(clock, ledger.now) if clock.fixed is None else ():
            pauses = " ".join(sorted(told.pauses))
            ledger.happen(into, MAILD, Pledged(clock.target, due, told.letter, turn, pauses, other.id))
        if clock.fixed is not None:
            # By /due, which nothing puts off.
            ledger.happen(into, MAILD, Pledged(clock.target, clock.fixed, 0, turn, "", other.id))
