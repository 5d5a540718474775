"""calendar: opening hours, and time that is counted in them.

    state(at)             open, closed or holiday
    opens(at)             the next instant that is open, `at` itself if it is
    add(start, amount)    when so much open time has passed
    between(a, b)         how much open time lies between two instants
    stretches(a, b)       the open stretches between them
    ordinary()            the open time of one ordinary open day

Hours are what the clock on the calendar's wall shows: an instant is open if the time of its day there lies in one of the day's spans.
So the hour that spring leaves out is not open, and of autumn's two both are.  All instants are aware; results are in UTC.  Pure.
A year is laid out once as a sorted list of open stretches with the sum before each: afterwards a question is a bisection.
LIMITS  Gives up after 10 years without an open hour (a calendar that never opens is refused at load).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MOST_YEARS = 10
DAY = 24 * 60
Spans = tuple[tuple[int, int], ...]
ALL_DAY: Spans = ((0, DAY),)
_MICRO = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND, _MINUTE = 1_000_000, 60_000_000
_EPOCH_DAY = date(1970, 1, 1).toordinal()


class Hours(StrEnum):
    """How a desk stands at an instant."""

    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is not like its weekday: its spans, in minutes of the local day, and whether it is a holiday."""

    spans: Spans
    holiday: bool = False


Days = Callable[[int], Mapping[date, Day]]


def _none(year: int) -> Mapping[date, Day]:
    return {}


@dataclass(frozen=True, slots=True)
class _Year:
    """The open stretches of a local year in microseconds since 1970: where they start and end, and what was open before each."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    total: int

    def passed(self, at: int) -> int:
        """How much of it was open before that instant."""
        index = bisect_right(self.starts, at) - 1
        return self.before[index] + min(at, self.ends[index]) - self.starts[index] if index >= 0 else 0


@dataclass(frozen=True, slots=True)
class Calendar:
    """week: the spans of Monday to Sunday, sorted and apart; days: those of a year that differ."""

    key: str
    zone: ZoneInfo
    week: tuple[Spans, ...]
    days: Days = _none
    _years: dict[int, _Year] = field(default_factory=dict, init=False, repr=False, compare=False)
    _days: dict[int, Mapping[date, Day]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def state(self, at: datetime) -> Hours:
        """How it stands at that instant."""
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        if any(start <= minute < end for start, end in self.spans(local.date())):
            return Hours.OPEN
        day = self._of(local.year).get(local.date())
        return Hours.HOLIDAY if day is not None and day.holiday else Hours.CLOSED

    def is_open(self, at: datetime) -> bool:
        return self.state(at) is Hours.OPEN

    def spans(self, day: date) -> Spans:
        """The spans of a local day."""
        found = self._of(day.year).get(day)
        return self.week[day.weekday()] if found is None else found.spans

    def is_holiday(self, day: date) -> bool:
        found = self._of(day.year).get(day)
        return found is not None and found.holiday

    def opens(self, at: datetime) -> datetime | None:
        """None: not within ten years."""
        instant, first = _micro(at), at.astimezone(self.zone).year
        for year in range(first, first + MOST_YEARS):
            laid = self._year(year)
            index = bisect_right(laid.ends, instant)
            if index < len(laid.starts):
                return _instant(max(instant, laid.starts[index]))
        return None

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """The earliest instant by which so much open time has passed; 8 hours from the morning on end in the evening."""
        if amount <= timedelta(0):
            return start.astimezone(UTC)
        first = start.astimezone(self.zone).year
        wanted = self._year(first).passed(_micro(start)) + amount // _MICRO
        for year in range(first, first + MOST_YEARS):
            laid = self._year(year)
            if wanted <= laid.total:
                index = bisect_left(laid.before, wanted) - 1
                return _instant(laid.starts[index] + wanted - laid.before[index])
            wanted -= laid.total
        raise ValueError(f"the calendar {self.key!r} is not open for {amount} within {MOST_YEARS} years")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Less than nothing, if end lies before start."""
        if end < start:
            return -self.between(end, start)
        first, last = (at.astimezone(self.zone).year for at in (start, end))
        whole = sum(self._year(year).total for year in range(first, last))
        passed = self._year(last).passed(_micro(end)) - self._year(first).passed(_micro(start))
        return timedelta(microseconds=whole + passed)

    def stretches(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What is open without a pause is one stretch, over midnight too; cut off at both ends."""
        low, high = _micro(start), _micro(end)
        pending: tuple[int, int] | None = None
        for year in range(start.astimezone(self.zone).year, end.astimezone(self.zone).year + 1):
            laid = self._year(year)
            for index in range(bisect_right(laid.ends, low), bisect_left(laid.starts, high)):
                opened, closed = max(low, laid.starts[index]), min(high, laid.ends[index])
                if pending and pending[1] == opened:
                    pending = (pending[0], closed)
                    continue
                if pending:
                    yield _instant(pending[0]), _instant(pending[1])
                pending = (opened, closed)
        if pending:
            yield _instant(pending[0]), _instant(pending[1])

    def ordinary(self) -> timedelta:
        """The length that most of its open weekdays have, of two the shorter; nothing, if no weekday is open."""
        lengths = [sum(end - start for start, end in spans) for spans in self.week if spans]
        return timedelta(minutes=min(lengths, key=lambda one: (-lengths.count(one), one), default=0))

    def outside(self, key: str) -> Calendar:
        """The calendar that is open when this one is not."""

        def days(year: int) -> Mapping[date, Day]:
            return {at: Day(_rest(day.spans), day.holiday) for at, day in self._of(year).items()}

        return Calendar(key, self.zone, tuple(map(_rest, self.week)), days)

    def _of(self, year: int) -> Mapping[date, Day]:
        found = self._days.get(year)
        if found is None:
            found = self._days[year] = self.days(year)
        return found

    def _year(self, year: int) -> _Year:
        found = self._years.get(year)
        if found is None:
            found = self._years[year] = _lay_out(self, year)
        return found


def _rest(spans: Spans) -> Spans:
    """The parts of a day that are in none of them."""
    edges = [0, *(edge for span in spans for edge in span), DAY]
    return tuple((start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end)


def _micro(at: datetime) -> int:
    return (at - _EPOCH) // _MICRO


def _instant(micro: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micro)


# --- a year ---------------------------------------------------------------------------------------------------------------------


def _lay_out(calendar: Calendar, year: int) -> _Year:
    starts, ends, before, total = list[int](), list[int](), list[int](), 0
    for opened, closed in _open(calendar, year):
        starts.append(opened)
        ends.append(closed)
        before.append(total)
        total += closed - opened
    return _Year(starts, ends, before, total)


def _open(calendar: Calendar, year: int) -> Iterator[tuple[int, int]]:
    """The spans of its local days, in order, each on the clock that the wall shows then."""
    for since, until, offset in _offsets(calendar.zone, year):
        first, last = ((edge + offset) // (DAY * _MINUTE) for edge in (since, until - 1))
        for number in range(first, last + 1):
            day, midnight = date.fromordinal(_EPOCH_DAY + number), number * DAY * _MINUTE - offset
            if day.year != year:
                continue
            for start, end in calendar.spans(day):
                opened, closed = max(since, midnight + start * _MINUTE), min(until, midnight + end * _MINUTE)
                if opened < closed:
                    yield opened, closed


def _offsets(zone: ZoneInfo, year: int) -> Iterator[tuple[int, int, int]]:
    """From when to when the clock is how far from UTC, over the local year and a day at each side; all in microseconds."""
    step = 6 * 3600
    low = (date(year, 1, 1).toordinal() - 2 - _EPOCH_DAY) * 86_400
    high = (date(year, 12, 31).toordinal() + 3 - _EPOCH_DAY) * 86_400
    since, offset = low, _offset(zone, low)
    for at in range(low + step, high + step, step):
        if _offset(zone, at) != offset:
            change = _change(zone, at - step, at)
            yield since * _SECOND, change * _SECOND, offset * _SECOND
            since, offset = change, _offset(zone, at)
    yield since * _SECOND, high * _SECOND, offset * _SECOND


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """The first second with the offset of `high`."""
    wanted = _offset(zone, high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _offset(zone, middle) == wanted else (middle, high)
    return high


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


ALWAYS = Calendar("always", ZoneInfo("UTC"), (ALL_DAY,) * 7)
