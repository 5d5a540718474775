"""recurring: cases that open by themselves, on the days of a rule (RFC 5545 section 3.3.10).

Days(rule, start, ...).of(year)             its days in a year
Recurring.begins(day)                       the instant of a day
Recurring.opens(day)                        when its case is opened: then, or so many days ahead
Recurring.opened(since, now, after)         the days, later than `after`, whose cases are to be open by now and that lay ahead at `since`
Recurring.coming(now)                       the days whose cases are still to be opened

Days are those of the desk's own calendar, the hour is that of its own clock: one that spring leaves out is what the clock shows then, of
autumn's two it is the first.  Pure.
LIMITS  Nothing comes after the year 2100.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

FURTHEST = 2100
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """rule: without COUNT and UNTIL, which stand apart: most days altogether, and the last one; each year is worked out once."""

    rule: str
    start: date
    count: int | None = None
    until: date | None = None
    found: dict[int, tuple[date, ...]] = field(default_factory=dict, compare=False, repr=False)

    def of(self, year: int) -> tuple[date, ...]:
        if year not in self.found:
            days = self._between(date(year, 1, 1), date(year, 12, 31))
            self.found[year] = tuple(day for day in days if day.year == year)
        return self.found[year]

    def first(self, last: date) -> date | None:
        """None: there is none up to that day."""
        return next(self._between(self.start, last), None)

    def _between(self, first: date, last: date) -> Iterator[date]:
        """Perhaps a few before the first one, too."""
        last = min(last, self.until) if self.until else last
        begin, until = datetime.combine(self._near(first), time()), f"{last:%Y%m%d}T000000"
        days = rrulestr(f"{self.rule};UNTIL={until}", dtstart=begin)
        return (day.date() for day in islice(days, self.count))

    def _near(self, first: date) -> date:
        """Where counting may begin so that nothing changes: of days and weeks there would be thousands to go through."""
        parts = dict(part.split("=") for part in self.rule.split(";"))
        step = int(parts.get("INTERVAL", "1")) * {"DAILY": 1, "WEEKLY": 7}.get(parts["FREQ"], 0)
        if not step or self.count or first <= self.start:
            return self.start
        return self.start + (first - self.start).days // step * step * DAY

    def __str__(self) -> str:
        ends = [f"COUNT={self.count}"] if self.count else [f"UNTIL={self.until}"] if self.until else []
        return ";".join([self.rule, *ends, f"from {self.start}"])


@dataclass(frozen=True, slots=True)
class Recurring:
    """An entry of recurring.yaml.  at: 08:00, on the clock of zone; customer: an address, "" where it is about nobody.

    ahead: how many days before its day a case is opened; it rests until then.  What is decided of it stands in Policy.openings.
    """

    key: str
    desk: str
    days: Days
    zone: str
    at: str
    title: str
    text: str = ""
    customer: str = ""
    acknowledge: bool = False
    ahead: int = 0

    @property
    def rule(self) -> str:
        """When its cases are opened, in words: if these change, it is another rule from then on."""
        return f"{self.days} at {self.at} {self.zone}" + (f" {self.ahead}d ahead" if self.ahead else "")

    def begins(self, day: date) -> datetime:
        return datetime.combine(day, time.fromisoformat(self.at), ZoneInfo(self.zone)).astimezone(UTC)

    def opens(self, day: date) -> datetime:
        return self.begins(day - self.ahead * DAY)

    def opened(self, since: datetime, now: datetime, after: date | None = None) -> list[date]:
        # One day more, for the zone; which of them it is, the instant says.
        last, found = now.date() + (self.ahead + 1) * DAY, list[date]()
        for year in range(min(last.year, FURTHEST), self._first_year(since) - 1, -1):
            days = self.days.of(year)
            for day in reversed(days[: bisect_right(days, last)]):
                if self.begins(day) <= since or (after is not None and day <= after):
                    return found[::-1]
                if self.opens(day) <= now:
                    found.append(day)
        return found[::-1]

    def coming(self, now: datetime) -> Iterator[date]:
        for year in range(self._first_year(now), FURTHEST + 1):
            yield from (day for day in self.days.of(year) if self.opens(day) > now)

    def _first_year(self, since: datetime) -> int:
        return max(self.days.start.year, (since.date() - DAY).year)
