"""When a promise is due and its steps come, against a reference that walks from minute to minute; `make hours` asks 10 000 times."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import making
from hypothesis import given, settings
from hypothesis import strategies as st
from parts.hours import ZONES, calendars, dates, is_open, spans

from maild.decide import clocks
from maild.model.calendar import ALWAYS, Calendar
from maild.model.case import Case
from maild.model.clocks import Clocks, Pledge, Stop
from maild.model.events import Priority, Status
from maild.model.policy import Policy
from maild.model.sla import Ladder, Sla, Slas, Step, Target, Terms, Within
from maild.policy.calendars import CalendarForm, made

EXAMPLES = int(os.environ.get("MAILD_EXAMPLES", "300"))
MINUTE = timedelta(minutes=1)
# Five days.
HORIZON = 7200
STILL, LATER = "stands still", "later than the horizon"
OFFICES = {
    "NO": "Europe/Oslo",
    "SI": "Europe/Ljubljana",
}


@cache
def office(area: str) -> Calendar:
    """Holidays, half days, and the time off between Christmas and new year."""
    form = CalendarForm.model_validate({
        "zone": OFFICES[area],
        "hours": {"weekdays": "08:00-11:30, 12:00-15:30"},
        "holidays": area,
        "days": {"12-24": "until 12:00", "easter-4": "until 12:00", "02-29": "10:00-11:00"},
        "closed": [{"from": "12-27", "to": "12-30"}],
    })  # fmt: skip
    return made(area, form)


@dataclass(frozen=True)
class Question:
    """A case and what is promised of it; all in minutes from the start.  stops: (status, from, to); pledges: (told, due)."""

    calendar: Calendar
    start: datetime
    target: Target
    began: int
    amount: int
    stops: tuple[tuple[Status, int, int | None], ...]
    pauses: frozenset[Status]
    pledges: tuple[tuple[int, int], ...]
    steps: tuple[int, ...]
    fixed: int | None
    quiet: tuple[tuple[int, int], ...]
    zone: ZoneInfo
    priority: Priority
    asked: int

    def at(self, minute: int) -> datetime:
        return self.start + minute * MINUTE

    def case(self) -> Case:
        """Since it began: of the next word so long after the case was opened."""
        turn = 5 if self.target is Target.UPDATE else 0
        known = Clocks(
            since_at=self.at(0 if turn else self.began),
            spoke_at=self.at(self.began) if turn else None,
            turn=turn,
            stops=tuple(Stop(s, self.at(a), None if b is None else self.at(b)) for s, a, b in self.stops),
            pledges=tuple(
                Pledge(self.target, self.at(b), self.at(a), 9, turn, pauses=self.pauses) for a, b in self.pledges
            ),
        )
        fixed = None if self.fixed is None else self.at(self.fixed)
        case = replace(making.Desk1042().case(), opened_at=self.start, promised_at=fixed, clocks=known)
        return replace(case, priority=self.priority, status=Status.OPEN)

    def policy(self) -> Policy:
        within = {self.target: Within(self.amount * MINUTE, self.calendar)}
        ladder = Ladder("drawn", tuple(map(_step, self.steps)), self.quiet)
        terms = Terms("drawn", within, self.pauses, ladder)
        slas = Slas((Sla("drawn", dict.fromkeys(Priority, terms)),))
        desk = replace(making.SUPPORT, zone=self.zone.key)
        return replace(making.policy(), slas=slas, desks={"support": desk})


def _step(number: int) -> Step:
    """A share of the time; less than nothing: so many minutes after it."""
    if number < 0:
        return Step(f"+{-number}m", None, -number * MINUTE, tuple(Target))
    return Step(f"{number}%", number, timedelta(0), tuple(Target))


@st.composite
def stops(draw: st.DrawFn) -> tuple[tuple[Status, int, int | None], ...]:
    """In whatever order, one over the other, and some that end before they begin: events of imported mail are like that."""
    status = st.sampled_from((Status.WAITING, Status.WAITING, Status.ON_HOLD, Status.SOLVED))
    ended = st.tuples(status, st.integers(-300, 4000), st.integers(-10, 3000)).map(lambda t: (t[0], t[1], t[1] + t[2]))
    found: list[tuple[Status, int, int | None]] = list(draw(st.lists(ended, max_size=4)))
    if draw(st.integers(0, 3)) == 0:
        found.append((Status.WAITING, draw(st.integers(-300, 5000)), None))
    return tuple(found)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    day = draw(dates)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + draw(st.integers(0, 2879)) * MINUTE
    kind = draw(st.integers(0, 9))
    calendar = (
        ALWAYS if kind == 0 else office("NO") if kind == 1 else office("SI") if kind == 2 else draw(calendars(day))
    )
    if sum(end - begin for day_ in calendar.week for begin, end in day_) < 480:
        calendar = replace(calendar, week=(((480, 960),), *calendar.week[1:]))
    target = draw(st.sampled_from(Target))
    began = draw(st.integers(0, 600))
    # Nothing is told of a clock before it begins.
    told = st.tuples(st.integers(began, 3000), st.integers(1, 3000)).map(lambda t: (t[0], t[0] + t[1]))
    fixed = draw(st.none() | st.integers(600, 4000)) if target is Target.SOLUTION else None
    return Question(
        calendar,
        start,
        target,
        began,
        draw(st.integers(1, 120)) * 20,
        draw(stops()),
        draw(st.frozensets(st.sampled_from((Status.WAITING, Status.ON_HOLD)))),
        tuple(draw(st.lists(told, max_size=2))),
        tuple(draw(st.lists(st.integers(1, 60).map(lambda n: 5 * n) | st.integers(-900, -1), max_size=3, unique=True))),
        fixed,
        draw(st.just(()) | spans().filter(lambda one: sum(b - a for a, b in one) <= 900)),
        ZoneInfo(draw(st.sampled_from(ZONES))),
        draw(st.sampled_from((Priority.HIGH, Priority.HIGH, Priority.CRITICAL))),
        draw(st.integers(-100, 5000)),
    )


# --- the reference ----------------------------------------------------------------------------------------------------------------


class Reference:
    """Everything in minutes from the start, None: not within the horizon."""

    def __init__(self, asked: Question) -> None:
        self.asked = asked
        years = range(asked.start.year - 1, asked.start.year + 3)
        special = {day: how for year in years for day, how in asked.calendar.days(year).items()}
        self.open = [is_open(asked.calendar, asked.at(minute), special) for minute in range(HORIZON)]
        stands = [(a, b) for status, a, b in asked.stops if status in asked.pauses or status is Status.SOLVED]
        self.stands = [self._stands(stands, minute) for minute in range(HORIZON)]
        self.for_good = any(b is None for _, b in stands)

    @staticmethod
    def _stands(stops: Sequence[tuple[int, int | None]], minute: int) -> bool:
        return any(a <= minute and (b is None or minute < b) for a, b in stops)

    def reached(self, start: int, amount: int) -> int | None:
        """When so many open minutes have passed in which it did not stand still."""
        if amount == 0:
            return start
        for minute in range(max(0, start), HORIZON):
            amount -= self.open[minute] and not self.stands[minute]
            if amount == 0:
                return minute + 1
        return None

    def put_off(self, told: int, due: int) -> int | None:
        """One open minute later for each open minute before it in which the clock stood still."""
        minute = told
        while minute < due:
            if self.open[minute] and self.stands[minute]:
                later = next((one for one in range(due, HORIZON) if self.open[one]), None)
                if later is None:
                    return None
                due = later + 1
            minute += 1
        return due

    def due(self) -> int | None:
        if self.fixed is not None:
            return self.fixed
        dates = [self.reached(self.asked.began, self.asked.amount), *(self.put_off(*one) for one in self.asked.pledges)]
        return min((one for one in dates if one is not None), default=None)

    @property
    def fixed(self) -> int | None:
        """A date that passed while the case was solved was kept."""
        at = self.asked.fixed
        solved = (stop for stop in self.asked.stops if stop[0] is Status.SOLVED)
        return None if any(at is not None and a <= at < (b or 0) for _, a, b in solved) else at

    def step(self, number: int, ends: int) -> int | str:
        """A share of the time that is no whole minute is not asked for."""
        whole = self.asked.amount if self.fixed is None else sum(self.open[self.asked.began : ends])
        if number < 0:
            return self.told(self.reached(ends, -number))
        if number > 100:
            return self.told(self.reached(ends, whole * (number - 100) // 100))
        if self.fixed is not None:
            walked = [minute for minute in range(self.asked.began, ends) if self.open[minute]]
            wanted = whole * number // 100
            return ends if number == 100 else walked[wanted - 1] + 1 if wanted else self.asked.began
        found = self.reached(self.asked.began, whole * number // 100)
        return ends if found is None else min(found, ends)

    def told(self, minute: int | None) -> int | str:
        return minute if minute is not None else STILL if self.for_good else LATER

    def loud(self, minute: int | str) -> int | str:
        """The first minute from then on that is not quiet by the clock on the desk's wall."""
        asked = self.asked
        if isinstance(minute, str) or asked.priority is Priority.CRITICAL:
            return minute
        while any(a <= _wall(asked.at(minute), asked.zone) < b for a, b in asked.quiet):
            minute += 1
        return minute

    def spent(self) -> int:
        minutes = range(self.asked.began, max(self.asked.began, self.asked.asked))
        return sum(self.open[minute] and not self.stands[minute] for minute in minutes)


def _wall(at: datetime, zone: ZoneInfo) -> int:
    local = at.astimezone(zone)
    return local.hour * 60 + local.minute


def found(asked: Question, at: datetime | None) -> int | str:
    if at is None:
        return STILL
    minute, rest = divmod(at - asked.start, MINUTE)
    return f"{minute} and {rest}" if rest else minute


def differences(asked: Question) -> Iterator[str]:
    """Where the clocks and the reference disagree."""
    reference, case, policy = Reference(asked), asked.case(), asked.policy()
    [clock] = clocks.running(case, policy)
    due = reference.told(reference.due())
    ours = found(asked, clocks.due(clock))
    if due == LATER and isinstance(ours, int) and ours >= HORIZON:
        due = ours
    if ours != due:
        yield f"due: {ours}, but {due}"
    if clocks.spent(clock, asked.at(asked.asked)) != reference.spent() * MINUTE:
        yield f"spent: {clocks.spent(clock, asked.at(asked.asked))}, but {reference.spent()}"
    if isinstance(due, int) and due < HORIZON:
        yield from _steps(asked, reference, case, policy, due)


def _steps(asked: Question, reference: Reference, case: Case, policy: Policy, due: int) -> Iterator[str]:
    coming = clocks.coming(case, policy)
    if [one.at for one in coming] != sorted(one.at for one in coming):
        yield "steps out of order"
    if clocks.ahead(case, policy).next_at != coming[0].at:
        yield f"what comes first: {clocks.ahead(case, policy).next_at}, but {coming[0].at}"
    came = {one.step.name if one.step else "broken": found(asked, one.at) for one in coming}
    if came.pop("broken") != due:
        yield "broken at another time"
    for number in asked.steps:
        name, wanted = _step(number).name, reference.loud(reference.step(number, due))
        ours = came.pop(name, STILL)
        exact = reference.fixed is None or number < 0 or not sum(reference.open[asked.began : due]) * number % 100
        if exact and ours != wanted and not (wanted == LATER and isinstance(ours, int) and ours >= HORIZON):
            yield f"{name}: {ours}, but {wanted}"
    if came:
        yield f"too many: {came}"


@settings(max_examples=EXAMPLES, deadline=None)
@given(questions())
def test_what_is_due_and_what_comes_of_it_agree_with_a_walk_from_minute_to_minute(asked: Question):
    assert list(differences(asked)) == []
