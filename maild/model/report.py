"""report: the figures of a period: what came in, how soon it was answered and solved, who worked how much.

Story           a case's events as they stand in the table, and what other tables say of it
Period          whole days; months, days and instants of it on a desk's clock
Report          the figures, by sections; what each of them means says decide/report/definitions.py
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from maild.model.recorded import Recorded

# Keys that are nobody's: no key of the rules has brackets.
NONE, CONFIDENTIAL = "(none)", "(confidential)"
CUTS = ("channel", "category", "desk", "priority", "type")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Story:
    """source: of the arrival that opened it (a door's name, "" where none did); form: a web form's mail; address: its customer's.

    unsent: letters of it that were given up before they left.
    """

    case: int
    events: Sequence[Recorded]
    source: str = ""
    form: bool = False
    address: str = ""
    unsent: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Period:
    """Days from first on, up to end, which is not of it any more."""

    first: date
    end: date

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its first instant, and the first after it, on the clocks of that zone; in UTC."""
        since, until = (datetime(day.year, day.month, day.day, tzinfo=zone) for day in (self.first, self.end))
        return since.astimezone(UTC), until.astimezone(UTC)

    @property
    def last(self) -> date:
        return self.end - _DAY

    @property
    def days(self) -> Iterator[date]:
        for number in range((self.end - self.first).days):
            yield self.first + number * _DAY

    @property
    def months(self) -> tuple[str, ...]:
        """As 2026-10."""
        return tuple(dict.fromkeys(f"{day:%Y-%m}" for day in self.days))

    @property
    def whole(self) -> bool:
        """Whether it is a month."""
        return len(self.months) == 1 and self.first.day == 1 and self.end.day == 1


@dataclass(frozen=True, slots=True)
class Totals:
    """Cases, but for replies and minutes.  imported and spam: apart, they are not of those that were opened."""

    opened: int = 0
    imported: int = 0
    spam: int = 0
    merged: int = 0
    answered: int = 0
    solved: int = 0
    reopened: int = 0
    open_at_end: int = 0
    confidential: int = 0
    replies: int = 0
    minutes: int = 0

    @property
    def reopened_share(self) -> float | None:
        return round(self.reopened / self.solved, 4) if self.solved else None


@dataclass(frozen=True, slots=True)
class Kept:
    """Promises of a target.  unpromised: done without any promise; slipped: kept at first, and broken after a reopening."""

    kept: int = 0
    broken: int = 0
    unpromised: int = 0
    slipped: int = 0

    @property
    def share(self) -> float | None:
        promised = self.kept + self.broken
        return round(self.kept / promised, 4) if promised else None


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds, of so many cases; None where they are too few to be told."""

    cases: int
    open_median: int | None = None
    open_p90: int | None = None
    wall_median: int | None = None
    wall_p90: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Minutes worked for an agreement (NONE: for whoever has none).

    unsaid: of cases whose cause nobody noted; charged: not covered; billed: these in steps of 15 minutes; causes: minutes of each.
    """

    key: str
    name: str
    minutes: int
    covered: int
    unsaid: int
    charged: int
    billed: int
    causes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Load:
    """A handler's: cases that he took, that he solved, that are his and open at the end; answers, and minutes."""

    key: str
    name: str
    taken: int = 0
    solved: int = 0
    open_at_end: int = 0
    replies: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """desk: the only one that is looked at, None: all.  complete: the period is over on every desk's clock.

    volume: cut -> key -> cases opened; months: month -> cut -> key -> the same; days: of each day; cross: category -> channel -> the same.
    promises: target -> (cut, key) -> ...; times: measure (answer, solution) -> (cut, key) -> ...; cut "all" has the one key "".
    """

    period: Period
    desk: str | None
    complete: bool
    totals: Totals
    volume: Mapping[str, Mapping[str, int]]
    days: Mapping[date, int]
    months: Mapping[str, Mapping[str, Mapping[str, int]]]
    cross: Mapping[str, Mapping[str, int]]
    promises: Mapping[str, Mapping[tuple[str, str], Kept]]
    times: Mapping[str, Mapping[tuple[str, str], Times]]
    accounts: tuple[Account, ...]
    loads: tuple[Load, ...]

    @property
    def empty(self) -> bool:
        """Nothing came in, and nothing was done."""
        done, judged = self.totals, (kept for some in self.promises.values() for kept in some)
        came = (done.opened, done.imported, done.spam)
        return not any((*came, done.answered, done.solved, done.reopened, done.replies, done.minutes, *judged))
