"""tally: what happened in a simulation, counted.

Tally(policy).saw(plan, at) of each plan, in order;  .report(cases) -> Report: pages, promises, loads, days.  Pure.

A promise is kept when what was promised was done before it was due, broken when the case's log says so, and open when neither is so yet.
Each turn of the next word is a promise: it is kept when the next answer, or the end, comes without a breach.
A day is one of the desk's clock.  A case counts by the desk and the priority that it had when it was opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from maild.decide import clocks
from maild.decide.clocks import Clock
from maild.model.case import Case
from maild.model.clock_events import Breached
from maild.model.events import Event, Opened
from maild.model.paging_events import Paged
from maild.model.people import handler_of
from maild.model.plan import Plan
from maild.model.policy import Policy
from maild.model.sla import Target

KEPT, BROKEN, OPEN = "kept", "broken", "open"


@dataclass(frozen=True, slots=True)
class Page:
    """Who would be paged for which case, and when, on the desk's clock."""

    at: datetime
    handler: str
    number: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that would break."""

    due_at: datetime
    number: str
    desk: str
    priority: str
    target: str
    handler: str


@dataclass(frozen=True, slots=True)
class Promise:
    """Of a desk, a priority and a target: how many were kept, broken, and not decided at the end."""

    desk: str
    priority: str
    target: str
    kept: int
    broken: int
    open: int

    @property
    def share(self) -> int | None:
        """Kept, in percent of what was decided, rounded down: 100 means all."""
        return self.kept * 100 // (self.kept + self.broken) if self.kept + self.broken else None


@dataclass(frozen=True, slots=True)
class Load:
    """A handler's: cases that he got, how many were open at once at most, letters to him, pages."""

    handler: str
    cases: int
    most: int
    letters: int
    pages: int


@dataclass(frozen=True, slots=True)
class Day:
    """opened that day; open: at its end; broken: promises of that day."""

    day: date
    opened: int
    open: int
    broken: int


@dataclass(frozen=True, slots=True)
class Report:
    mails: int
    cases: int
    pages: tuple[Page, ...]
    broken: tuple[Broken, ...]
    promises: tuple[Promise, ...]
    loads: tuple[Load, ...]
    days: tuple[Day, ...]
    left: dict[str, int]


@dataclass(slots=True)
class Tally:
    policy: Policy
    mails: int = 0
    left: Counter[str] = field(default_factory=Counter)
    _pages: list[Page] = field(default_factory=list)
    _broken: list[Broken] = field(default_factory=list)
    _began: dict[int, tuple[str, str]] = field(default_factory=dict)
    _turns: dict[int, Clock] = field(default_factory=dict)
    _kept: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _opened: Counter[date] = field(default_factory=Counter)
    _ends: dict[date, int] = field(default_factory=dict)
    _open: set[int] = field(default_factory=set)
    _has: dict[int, str] = field(default_factory=dict)
    _got: Counter[str] = field(default_factory=Counter)
    _now: Counter[str] = field(default_factory=Counter)
    _most: Counter[str] = field(default_factory=Counter)
    _letters: Counter[str] = field(default_factory=Counter)

    def saw(self, plan: Plan, at: datetime) -> None:
        """One arrival's."""
        cases = {case.id: case for case in plan.cases}
        for case in plan.cases:
            self._began.setdefault(case.id, (case.desk, str(case.priority)))
        for happened in plan.events:
            if happened.case is not None:
                self._event(happened.record.event, cases[happened.case], at)
        for case in plan.cases:
            self._turned(case)
            self._stands(case)
            self._ends[self._day(case, at)] = len(self._open)
        told = [handler_of(letter.party) or "" for letter in plan.letters]
        self._letters.update([*told, *(slip.handler for slip in plan.slips)])

    def _event(self, event: Event, case: Case, at: datetime) -> None:
        match event:
            case Opened():
                self._opened[self._day(case, at)] += 1
            case Paged(handler=handler):
                self._pages.append(Page(self._local(case, at), handler, case.number))
            case Breached(target=target, due_at=due_at):
                what = (*self._began[case.id], target, case.handler or "")
                self._broken.append(Broken(self._local(case, due_at), case.number, *what))

    def _turned(self, case: Case) -> None:
        """A turn of the next word that another replaces is over: the case itself remembers only the last."""
        before = self._turns.pop(case.id, None)
        now = next((one for one in clocks.running(case, self.policy) if one.target is Target.UPDATE), None)
        if now is not None:
            self._turns[case.id] = now
        if before and now and before.key != now.key and before.key not in case.clocks.breached:
            self._kept[*self._began[case.id], str(Target.UPDATE)] += 1

    def _stands(self, case: Case) -> None:
        """Whose it is now, and whether it is open."""
        before, now = self._has.pop(case.id, ""), "" if case.ended else case.handler or ""
        (self._open.discard if case.ended else self._open.add)(case.id)
        if now:
            self._has[case.id] = now
        if now != before:
            self._now[before] -= 1
            self._now[now] += 1
            self._got[now] += 1
            self._most[now] = max(self._most[now], self._now[now])

    def _local(self, case: Case, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.policy.desks[case.desk].zone))

    def _day(self, case: Case, at: datetime) -> date:
        return self._local(case, at).date()

    # --- at the end -----------------------------------------------------------------------------------------------------------

    def report(self, cases: Iterable[Case]) -> Report:
        every = list(cases)
        return Report(
            self.mails,
            len(every),
            tuple(self._pages),
            tuple(sorted(self._broken, key=lambda one: (one.due_at, one.number))),
            self._promises(every),
            self._loads(),
            self._days(),
            dict(self.left),
        )

    def _promises(self, cases: list[Case]) -> tuple[Promise, ...]:
        found: dict[tuple[str, str, str], Counter[str]] = {}
        for key, count in self._kept.items():
            found.setdefault(key, Counter())[KEPT] += count
        for one in self._broken:
            found.setdefault((one.desk, one.priority, one.target), Counter())[BROKEN] += 1
        for case in cases:
            for clock in clocks.running(case, self.policy):
                if clock.key not in case.clocks.breached:
                    key = (*self._began[case.id], str(clock.target))
                    found.setdefault(key, Counter())[OPEN if clock.done_at is None else KEPT] += 1
        return tuple(
            Promise(*key, counts[KEPT], counts[BROKEN], counts[OPEN])
            for key, counts in sorted(found.items(), key=self._order)
        )

    def _order(self, item: tuple[tuple[str, str, str], Counter[str]]) -> tuple[int, int, str]:
        desk, priority, target = item[0]
        return list(self.policy.desks).index(desk), PRIORITIES.index(priority), target

    def _loads(self) -> tuple[Load, ...]:
        pages = Counter(page.handler for page in self._pages)
        keys = {*self._got, *self._letters, *pages} - {""}
        found = (Load(key, self._got[key], self._most[key], self._letters[key], pages[key]) for key in keys)
        return tuple(sorted(found, key=lambda load: (-load.cases, load.handler)))

    def _days(self) -> tuple[Day, ...]:
        broken = Counter(one.due_at.date() for one in self._broken)
        known = sorted({*self._opened, *self._ends, *broken})
        days, open_ = [], 0
        for ordinal in range(known[0].toordinal(), known[-1].toordinal() + 1) if known else ():
            day = date.fromordinal(ordinal)
            open_ = self._ends.get(day, open_)
            days.append(Day(day, self._opened[day], open_, broken[day]))
        # Quiet days at the end, when the clock only ran on, tell nothing.
        last = max((place for place, day in enumerate(days) if day.opened or day.broken), default=-1)
        return tuple(days[: last + 1])


PRIORITIES = ("critical", "high", "medium", "low")
