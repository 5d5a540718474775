"""clocks: when what was promised of a case is due, and when it must be looked at next.  All of it follows from the case and the policy.

    running(case, policy)          the clocks of its targets
    due(clock)                     when it is due, None while it stands still
    carried(clock, at)             when what was told of it is due elsewhere
    spent(clock, at)               open time that it has run
    dues(case, policy)             the date of each that runs
    coming(case, policy)           what comes of them: steps of the ladder, and breaches, by time
    untended(case, policy)         since when nobody has taken it, and when that is to be told
    wake_at(case, policy)          the next instant at which the case must be looked at

What a letter told is never silently loosened: where today's policy says a later date, the one that was told holds, put off only by
the time that the clock stood still since, by what was promised when it was told; so it does where today's policy promises nothing any
more.  A date that a handler promised (/due) stands over both, and nothing puts it off: it is the case's own date for a solution.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from maild.decide import calling, patience
from maild.model import agreement
from maild.model import case as cases
from maild.model.calendar import Calendar, Spans
from maild.model.case import Case
from maild.model.clocks import WAITING, Pledge, Stop
from maild.model.events import Priority, Status
from maild.model.pauses import Pauses, joined, put_off, ran, reached
from maild.model.policy import Policy
from maild.model.sla import Asked, Ladder, Step, Target, Terms, Within

_ENDED = frozenset({Status.SOLVED, Status.CLOSED})
# Who hears that a date is broken which holds although nothing is promised for such a case any more.
_KEPT = Ladder("", (Step("100%", 100, timedelta(0), tuple(Target), ("handler", "lead")),))


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of a target.  pauses: the stretches in which it stood still until it was done, by time and apart.

    done_at: when what was promised was done; pledges: what was told of this turn, each with the stretches in which it stood still by
    what was promised then; fixed: a date that stands over all that.
    """

    target: Target
    turn: int
    since: datetime
    within: Within
    pauses: Pauses = ()
    done_at: datetime | None = None
    pledges: tuple[tuple[Pledge, Pauses], ...] = ()
    fixed: datetime | None = None

    @property
    def key(self) -> str:
        return f"{self.target}:{self.turn}"

    @property
    def pledge(self) -> Pledge | None:
        """The earliest date that was told."""
        return min((told for told, _ in self.pledges), key=lambda one: one.due_at, default=None)


def terms(case: Case, policy: Policy) -> Terms | None:
    """What is promised for it; None for a case of the past, one that goes on elsewhere, or one in which nobody asked for anything."""
    if not policy.slas or case.history or case.merged_into is not None or not case.clocks.runs:
        return None
    known = case.clocks
    return of(
        policy,
        Matter(
            case.desk,
            case.priority,
            known.organisation,
            case.line,
            case.handler,
            known.since_at or case.opened_at,
            case.type,
            case.labels,
        ),
    )


@dataclass(frozen=True, slots=True)
class Matter:
    """What is known of a case, by its fold or a report's, when it is asked what was promised for it; type: "" for none."""

    desk: str
    priority: Priority
    organisation: str
    line: str | None
    handler: str | None
    since: datetime
    type: str
    labels: tuple[str, ...]


def of(policy: Policy, matter: Matter) -> Terms | None:
    """What is promised for such a case: the clocks and the reports ask here, so that they never differ."""
    organisation = policy.organisations.get(matter.organisation)
    desk = policy.desks.get(matter.desk)
    # On the desk's calendar, as rules ask (model/derived.py).
    day = matter.since.astimezone(ZoneInfo(desk.zone) if desk else UTC).date()
    return policy.slas.of(
        Asked(
            matter.desk,
            matter.priority,
            matter.organisation,
            organisation.labels if organisation else (),
            tuple(one.key for one in agreement.in_force(policy.agreements, matter.organisation, day)),
            desk.lines[desk.line_at(matter.line, matter.handler)].name if desk and desk.lines else "",
            matter.type,
            matter.labels,
        )
    )


def running(case: Case, policy: Policy) -> tuple[Clock, ...]:
    """A clock for each target that holds for it, also where it is done."""
    return tuple(_clocks(case, held)) if (held := _held(case, policy)) else ()


def _held(case: Case, policy: Policy) -> Terms | None:
    """What is promised for it, and what was told of it or promised by a handler though today's policy promises nothing of that sort."""
    held = terms(case, policy)
    if case.merged_into is not None or case.history or not (case.clocks.pledges or case.promised_at):
        return held
    kept = {Target(one.target) for one in _told(case)}
    if case.promised_at is not None and policy.slas:
        kept.add(Target.SOLUTION)
    kept -= set(held.targets if held else ())
    if not kept:
        return held
    calendar, since = policy.calendar_of(case.desk), case.clocks.since_at or case.opened_at
    whole = Within(calendar.between(since, max(since, case.promised_at or since)), calendar)
    held = held or Terms("", {}, WAITING, _KEPT)
    return replace(held, targets={**held.targets, **dict.fromkeys(sorted(kept), whole)}, kept=frozenset(kept))


def _told(case: Case) -> tuple[Pledge, ...]:
    """What she was told: of the next word, and of an answer to what came here with another case, only until she has had one."""
    return tuple(one for one in case.clocks.pledges if not one.void and not _fulfilled(case, one))


def _fulfilled(case: Case, told: Pledge) -> bool:
    lasting = told.target == Target.SOLUTION or (told.target == Target.RESPONSE and not told.turn)
    return not lasting and case.clocks.heard_since(told.turn)


def _clocks(case: Case, held: Terms) -> Iterator[Clock]:
    known, solved = case.clocks, _ended_at(case)
    since, pledges = known.since_at or case.opened_at, _told(case)
    for target, within in held.targets.items():
        began, turn, done, only = since, 0, solved, target in held.kept
        told = tuple(one for one in pledges if one.target == target)
        if target is Target.RESPONSE:
            done = min(filter(None, (known.first_at, solved)), default=None)
            more = tuple(one for one in told if one.turn)
            if more and known.first_at:
                # An older answer answers nothing that came here since, with another case.
                began, turn, done, only, told = more[0].told_at, more[0].turn, solved, True, more
        elif target is Target.UPDATE:
            early = known.spoke_at is None and Target.RESPONSE in held.targets
            if early and not told:
                continue
            began, turn, only = known.spoke_at or since, known.turn, only or early
        yield _clock(case, held, Clock(target, turn, began, within, (), done), told, only=only)


def _clock(case: Case, held: Terms, clock: Clock, told: tuple[Pledge, ...], *, only: bool) -> Clock:
    """With what was told of it, and where it stood still.  only: it is promised for no other reason."""
    began, done, within, words = clock.since, clock.done_at, clock.within, held.pauses
    if only and told:
        ends = min(one.due_at for one in told)
        within = Within(within.calendar.between(began, max(began, ends)), within.calendar)
        words = frozenset[Status]().union(*(one.pauses for one in told))
    pledges = tuple((one, _pauses(case, one.pauses, min(began, one.told_at), done)) for one in told)
    fixed = _fixed(case) if clock.target is Target.SOLUTION else None
    pauses = _pauses(case, words, began, done)
    return replace(clock, within=within, pauses=pauses, pledges=pledges, fixed=fixed)


def _ending(case: Case) -> tuple[Stop, ...]:
    """The stops in which it ended for now: closed, and solved before that; the latest first."""
    found: list[Stop] = []
    for stop in reversed(case.clocks.stops if case.ended else ()):
        if stop.status not in _ENDED or (found and stop.until != found[-1].since):
            break
        found.append(stop)
    return tuple(found)


def _ended_at(case: Case) -> datetime | None:
    """When it was solved, or closed in another way."""
    ending = _ending(case)
    return ending[-1].since if ending else case.updated_at if case.ended else None


def _pauses(case: Case, words: frozenset[Status], since: datetime, done: datetime | None) -> Pauses:
    """A solved case's clocks stand still whatever is configured: reopened, they go on.  What is done has no pause any more."""
    stops = case.clocks.stops[: len(case.clocks.stops) - len(_ending(case))]
    found = joined((stop.since, stop.until) for stop in stops if stop.status in words or stop.status in _ENDED)
    return tuple(
        pause for pause in found if (pause[1] is None or pause[1] > since) and (done is None or pause[0] < done)
    )


def _fixed(case: Case) -> datetime | None:
    """What a handler promised, unless it was solved in time and opened again after that date."""
    at = case.promised_at
    kept = at and any(
        stop.status in _ENDED and stop.since <= at and stop.until and stop.until > at for stop in case.clocks.stops
    )
    return None if kept else at


# --- when it is due ---------------------------------------------------------------------------------------------------------------


def due(clock: Clock) -> datetime | None:
    """The instant by which it must be done; None while the clock stands still before that."""
    if clock.fixed is not None:
        return clock.fixed
    calendar, pauses = clock.within.calendar, clock.pauses
    counted = reached(calendar, clock.since, clock.within.amount, pauses)
    told = (put_off(calendar, one.told_at, one.due_at, then) for one, then in clock.pledges)
    return min((at for at in (counted, *told) if at is not None), default=None)


def carried(clock: Clock, at: datetime) -> Iterator[tuple[Pledge, datetime]]:
    """What was told of it, and when that is due if it stands still no more from that instant on."""
    for told, pauses in clock.pledges:
        ended = tuple((since, at if until is None else until) for since, until in pauses)
        yield told, put_off(clock.within.calendar, told.told_at, told.due_at, ended) or told.due_at


def dues(case: Case, policy: Policy) -> Mapping[Target, datetime]:
    """When what is promised is due; nothing of what is done, or stands still."""
    return ahead(case, policy).dues


def is_held(clock: Clock, ends: datetime | None) -> bool:
    """It is due when a letter told (ends), and would be later without that."""
    if clock.fixed is not None or not clock.pledges or ends is None:
        return False
    counted = reached(clock.within.calendar, clock.since, clock.within.amount, clock.pauses)
    return counted is None or ends < counted


def spent(clock: Clock, at: datetime) -> timedelta:
    """Open time that it had run by then."""
    end = min(at, clock.done_at) if clock.done_at else at
    return ran(clock.within.calendar, clock.since, end, clock.pauses)


# --- what comes of it -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Coming:
    """At that instant a step is to be taken, or what was promised is broken (step None).  due_at: of the clock."""

    at: datetime
    clock: Clock
    due_at: datetime
    step: Step | None = None


def coming(case: Case, policy: Policy, now: datetime | None = None) -> tuple[Coming, ...]:
    """What has not happened yet, by time; nothing of a clock that stands still or is done.

    now: what should have been long ago waits for the end of the quiet hours, if it is found in them; None: nobody was late.
    """
    held = None if case.ended else _held(case, policy)
    if held is None:
        return ()
    zone = ZoneInfo(policy.desks[case.desk].zone)
    found = [one for clock, ends in _open(case, held) for one in _steps(case, clock, ends, held.ladder, zone, now)]
    return tuple(sorted(found, key=lambda one: (one.at, one.step is not None)))


def _open(case: Case, held: Terms) -> Iterator[tuple[Clock, datetime]]:
    """Clocks that run, each with the instant at which it is due."""
    for clock in _clocks(case, held):
        ends = due(clock) if clock.done_at is None else None
        if ends is not None:
            yield clock, ends


def _steps(
    case: Case,
    clock: Clock,
    ends: datetime,
    ladder: Ladder | None,
    zone: ZoneInfo,
    now: datetime | None,
    *,
    next_only: bool = False,
) -> Iterator[Coming]:
    """next_only: without what cannot be the next, for it comes after it is due."""
    kept = clock.key in case.clocks.breached
    if not kept:
        yield Coming(ends, clock, ends)
    for step in ladder.steps if ladder else ():
        if next_only and not kept and (step.share is None or step.share >= 100):
            continue
        at = instant(clock, step, ends) if clock.target in step.targets else None
        if at is None or f"{clock.key}:{step.name}" in case.clocks.fired:
            continue
        if ladder and ladder.quiet and case.priority is not Priority.CRITICAL:
            at = _loud(at, ladder, zone, now)
        yield Coming(at, clock, ends, step)


def instant(clock: Clock, step: Step, ends: datetime) -> datetime | None:
    """When it has run for that share of its time, at the latest when it is due; or for so much longer, standing still not counted.

    ends: when it is due.  None: it stands still before.
    """
    calendar, whole = clock.within.calendar, clock.within.amount
    if clock.fixed is not None:
        whole = calendar.between(clock.since, max(clock.since, ends))
    if step.share is None:
        return reached(calendar, ends, step.behind(calendar), clock.pauses)
    if step.share == 100:
        return ends
    if step.share > 100:
        return reached(calendar, ends, whole * (step.share - 100) / 100, clock.pauses)
    pauses = clock.pauses if clock.fixed is None else ()
    return min(reached(calendar, clock.since, whole * step.share / 100, pauses) or ends, ends)


def _loud(at: datetime, ladder: Ladder, zone: ZoneInfo, now: datetime | None) -> datetime:
    """The end of the quiet hours, if it lies in them, or is past and it is quiet now."""
    loud = _loud_hours(ladder.quiet, zone)
    at = loud.opens(at) or at
    return at if now is None or at > now or loud.is_open(now) else loud.opens(now) or at


@cache
def _loud_hours(quiet: Spans, zone: ZoneInfo) -> Calendar:
    return Calendar("quiet", zone, (quiet,) * 7).outside("loud")


def untended(case: Case, policy: Policy) -> tuple[datetime, datetime] | None:
    """In the desk's opening hours.  None: somebody has it, or it rests, or nobody asked for anything, or its desk does not ask, or was
    told in this spell."""
    desk = policy.desks.get(case.desk)
    if desk is None or desk.unassigned is None or case.handler is not None or case.clocks.untended:
        return None
    if case.ended or case.rests or case.history or case.merged_into is not None or not case.clocks.runs:
        return None
    known = case.clocks
    began = known.free_at or known.since_at or case.opened_at
    since = max((began, *(stop.until for stop in known.stops if stop.until)))
    calendar = policy.calendar_of(desk.key)
    return since, calendar.add(since, desk.unassigned.within(calendar))


@dataclass(frozen=True, slots=True)
class Ahead:
    """next_at: what comes first of a case's clocks; dues: the date of each that runs; held: of one of them, because it was told."""

    next_at: datetime | None = None
    dues: Mapping[Target, datetime] = field(default_factory=dict)
    held: bool = False


NOTHING_AHEAD = Ahead()


def ahead(case: Case, policy: Policy, now: datetime | None = None) -> Ahead:
    """All at once, for whoever writes or looks at many cases.  now: as for `coming`."""
    held = None if case.ended else _held(case, policy)
    if held is None:
        return NOTHING_AHEAD
    zone = ZoneInfo(policy.desks[case.desk].zone)
    found = list(_open(case, held))
    steps = (
        one.at for clock, ends in found for one in _steps(case, clock, ends, held.ladder, zone, now, next_only=True)
    )
    dues = {clock.target: ends for clock, ends in found}
    return Ahead(min(steps, default=None), dues, any(is_held(clock, ends) for clock, ends in found))


def wake_at(case: Case, policy: Policy, clocks: Ahead | None = None) -> datetime | None:
    """The next instant that matters: of what it rests for, of what was asked of people, of its customer's silence, of its clocks, of
    nobody having it, of whom it calls.  clocks: what is ahead of them, where that is known."""
    free = untended(case, policy)
    ours = ((clocks or ahead(case, policy)).next_at, free[1] if free else None, calling.next_at(case, policy))
    return min(filter(None, (cases.wake_at(case), patience.next_at(case, policy), *ours)), default=None)
