"""clocks: when what was promised of a case is due, and when it must be looked at next.  All of it follows from the case and the policy.

    running(case, policy)          the clocks of its targets
    due(clock)                     when it is due, None while it stands still
    spent(clock, at)               open time that it has run
    coming(case, policy)           what comes of them: steps of the ladder, and breaches, by time
    untended(case, policy)         since when nobody has taken it, and when that is to be told
    wake_at(case, policy)          the next instant at which the case must be looked at

What a letter told is never silently loosened: where today's policy says a later date, the one that was told holds, put off only by
the time that the clock stood still since.  A date that a handler promised (/due) stands over both.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from maild.decide import patience
from maild.model import agreement
from maild.model import case as cases
from maild.model.calendar import Calendar, Spans
from maild.model.case import Case
from maild.model.clocks import Pledge
from maild.model.events import Priority, Status
from maild.model.policy import Policy
from maild.model.sla import Asked, Ladder, Step, Target, Terms, Within

_ENDED = frozenset({Status.SOLVED, Status.CLOSED})
_NONE = timedelta(0)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of a target.  pauses: the stretches in which it stood still, by time, the last may have no end.

    done_at: when what was promised was done; pledge: what was told last of this turn; fixed: a date that stands over all that.
    """

    target: Target
    turn: int
    since: datetime
    within: Within
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()
    done_at: datetime | None = None
    pledge: Pledge | None = None
    fixed: datetime | None = None

    @property
    def key(self) -> str:
        return f"{self.target}:{self.turn}"


def terms(case: Case, policy: Policy) -> Terms | None:
    """What is promised for it; None for a case of the past, one that goes on elsewhere, or one in which nobody asked for anything."""
    if not policy.slas or case.history or case.merged_into is not None or not case.clocks.runs:
        return None
    key = case.clocks.organisation
    organisation = policy.organisations.get(key)
    day = (case.clocks.since_at or case.opened_at).date()
    return policy.slas.of(
        Asked(
            case.desk,
            case.priority,
            key,
            organisation.labels if organisation else (),
            tuple(one.key for one in agreement.in_force(policy.agreements, key, day)),
            case.line or "",
            case.type,
            case.labels,
        )
    )


def running(case: Case, policy: Policy) -> tuple[Clock, ...]:
    """A clock for each target that holds for it, also where it is done."""
    held = terms(case, policy)
    return tuple(_clocks(case, held)) if held else ()


def _clocks(case: Case, held: Terms) -> Iterator[Clock]:
    known, solved = case.clocks, _ended_at(case)
    since = known.since_at or case.opened_at
    for target, within in held.targets.items():
        began, turn, done = since, 0, solved
        if target is Target.RESPONSE:
            done = min(filter(None, (known.answered_at, solved)), default=None)
        elif target is Target.UPDATE:
            if known.spoke_at is None and Target.RESPONSE in held.targets:
                continue
            began, turn = known.spoke_at or since, known.turn
        yield Clock(
            target,
            turn,
            began,
            within,
            _pauses(case, held.pauses, began),
            done,
            _pledge(case, target, turn),
            case.promised_at if target is Target.SOLUTION else None,
        )


def _ended_at(case: Case) -> datetime | None:
    """When it was solved, or closed in another way."""
    stops = case.clocks.stops
    ends = [stop.since for stop in stops if stop.status in _ENDED and stop.until is None]
    return ends[0] if case.ended and ends else case.updated_at if case.ended else None


def _pauses(case: Case, words: frozenset[Status], since: datetime) -> tuple[tuple[datetime, datetime | None], ...]:
    """A solved case's clocks stand still whatever is configured: reopened, they go on."""
    stops = [stop for stop in case.clocks.stops if stop.status in words or (stop.status in _ENDED and stop.until)]
    return tuple((stop.since, stop.until) for stop in stops if stop.until is None or stop.until > since)


def _pledge(case: Case, target: Target, turn: int) -> Pledge | None:
    told = [one for one in case.clocks.pledges if one.target == target and one.turn == turn and not one.void]
    return min(told, key=lambda one: one.due_at, default=None)


# --- when it is due ---------------------------------------------------------------------------------------------------------------


def due(clock: Clock) -> datetime | None:
    """The instant by which it must be done; None while the clock stands still."""
    if clock.fixed is not None:
        return clock.fixed
    counted = _reached(clock, clock.within.amount)
    told = _told(clock)
    return min(counted, told) if counted is not None and told is not None else counted


def spent(clock: Clock, at: datetime) -> timedelta:
    """Open time that it had run by then."""
    end = min(at, clock.done_at) if clock.done_at else at
    calendar, run, start = clock.within.calendar, _NONE, clock.since
    for since, until in clock.pauses:
        if since > start:
            run += calendar.between(start, min(since, end))
        if until is None or until >= end:
            return run
        start = max(start, until)
    return run + calendar.between(start, end) if start < end else run


def _reached(clock: Clock, amount: timedelta) -> datetime | None:
    """When it has run for so long; None if it stands still before."""
    calendar, left, start = clock.within.calendar, amount, clock.since
    for since, until in clock.pauses:
        if since > start:
            run = calendar.between(start, since)
            if run >= left:
                break
            left -= run
        if until is None:
            return None
        start = max(start, until)
    return calendar.add(start, left)


def _told(clock: Clock) -> datetime | None:
    """What was told, put off by the open time that the clock stood still after that."""
    if clock.pledge is None:
        return None
    told, late = clock.pledge, _NONE
    for since, until in clock.pauses:
        start, end = max(since, told.told_at), until or told.due_at
        if start < min(end, told.due_at):
            late += clock.within.calendar.between(start, end)
    return _later(clock.within.calendar, told.due_at, late)


def _later(calendar: Calendar, at: datetime, late: timedelta) -> datetime:
    return calendar.add(at, late) if late else at


# --- what comes of it -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Coming:
    """At that instant a step is to be taken, or what was promised is broken (step None).  due_at: of the clock."""

    at: datetime
    clock: Clock
    due_at: datetime
    step: Step | None = None


def coming(case: Case, policy: Policy) -> tuple[Coming, ...]:
    """What has not happened yet, by time; nothing of a clock that stands still or is done."""
    held = terms(case, policy)
    if held is None or case.ended:
        return ()
    zone = ZoneInfo(policy.desks[case.desk].zone)
    found = [one for clock in _clocks(case, held) for one in _steps(case, clock, held.ladder, zone)]
    return tuple(sorted(found, key=lambda one: (one.at, one.step is not None)))


def _steps(case: Case, clock: Clock, ladder: Ladder | None, zone: ZoneInfo) -> Iterator[Coming]:
    ends = due(clock) if clock.done_at is None else None
    if ends is None:
        return
    if clock.key not in case.clocks.breached:
        yield Coming(ends, clock, ends)
    for step in ladder.steps if ladder else ():
        if clock.target in step.targets and f"{clock.key}:{step.name}" not in case.clocks.fired:
            at = _instant(clock, step, ends)
            if ladder and ladder.quiet and case.priority is not Priority.CRITICAL:
                at = _loud(at, ladder, zone)
            yield Coming(at, clock, ends, step)


def _instant(clock: Clock, step: Step, ends: datetime) -> datetime:
    """A share of the time, but never later than a date that was told; or so long after it."""
    if step.share is None:
        return clock.within.calendar.add(ends, step.behind(clock.within.calendar))
    if clock.fixed is not None:
        run = clock.within.calendar.between(clock.since, ends)
        return clock.within.calendar.add(clock.since, run * step.share / 100)
    reached = _reached(clock, clock.within.amount * step.share / 100)
    return min(reached or ends, ends) if step.share <= 100 else (reached or ends)


def _loud(at: datetime, ladder: Ladder, zone: ZoneInfo) -> datetime:
    """The end of the quiet hours, if it lies in them."""
    return _loud_hours(ladder.quiet, zone).opens(at) or at


@cache
def _loud_hours(quiet: Spans, zone: ZoneInfo) -> Calendar:
    return Calendar("quiet", zone, (quiet,) * 7).outside("loud")


def untended(case: Case, policy: Policy) -> tuple[datetime, datetime] | None:
    """None: somebody has it, or it rests, or its desk does not ask, or was told in this spell.  In the desk's opening hours."""
    desk = policy.desks.get(case.desk)
    if desk is None or desk.unassigned is None or case.handler is not None or case.clocks.untended:
        return None
    if case.ended or case.rests or case.history or case.merged_into is not None:
        return None
    known = case.clocks
    began = known.free_at or known.since_at or case.opened_at
    since = max((began, *(stop.until for stop in known.stops if stop.until)))
    return since, policy.calendar_of(desk.key).add(since, desk.unassigned.after)


def wake_at(case: Case, policy: Policy) -> datetime | None:
    """The next instant that matters: of what it rests for, of what was asked of people, of its customer's silence, of its clocks, of
    nobody having it."""
    clocks, free = coming(case, policy), untended(case, policy)
    ours = (clocks[0].at if clocks else None, free[1] if free else None)
    return min(filter(None, (cases.wake_at(case), patience.next_at(case, policy), *ours)), default=None)
