"""clock_words: times of the day and days of the year, as they stand in calendars.yaml and oncall.yaml.

08:00-16:00 | 08:00-11:30, 12:00-16:00 | all day | closed         the spans of a day
monday | mon | weekdays | weekend | everyday                        days of the week
12-24 | 2026-12-28 | easter-4 | easter                              days of the year: every year's, one, by Easter
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from dateutil.easter import easter

from maild.model.calendar import ALL_DAY, DAY, Spans
from maild.policy.shape import wrong

_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
_DATED = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_YEARLY = re.compile(r"(\d\d)-(\d\d)")
_EASTER = re.compile(r"easter(?:([+-])(\d{1,2}))?")
_FURTHEST = 60
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK = {
    **{name: (number,) for number, name in enumerate(DAYS)},
    **{name[:3]: (number,) for number, name in enumerate(DAYS)},
    "weekdays": (0, 1, 2, 3, 4),
    "weekend": (5, 6),
    "everyday": tuple(range(7)),
}
ALL, NONE = "all day", "closed"


def clock(value: str) -> int:
    """08:30 in minutes; 24:00 is the end of the day."""
    found = _CLOCK.fullmatch(value.strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found else DAY + 1
    if minutes > DAY:
        raise wrong(f"{value.strip()[:40]!r} is no time of the day", "write it like 08:00")
    return minutes


def spans(value: Any, *, around: bool = False) -> Spans:
    """The spans of a day, sorted and apart.  around: 15:30-08:00 is the day without its middle, else it is refused."""
    given = value if isinstance(value, list) else [value]
    if not all(isinstance(part, str) for part in given):
        raise wrong("must be spans of a day", "write them like 08:00-16:00, or closed")
    parts = [part.strip() for text in given for part in text.split(",")]
    if parts in ([ALL], [NONE]):
        return ALL_DAY if parts == [ALL] else ()
    found = sorted(span for part in parts for span in _span(part, around))
    for one, other in pairwise(found):
        if other[0] < one[1]:
            raise wrong("two of the spans overlap", "write each hour once")
    return tuple(_joined(found))


def _span(part: str, around: bool) -> list[tuple[int, int]]:
    first, dash, last = part.partition("-")
    if not dash:
        raise wrong(f"{part[:40]!r} is no span of a day", f"write it like 08:00-16:00, {ALL} or {NONE}")
    start, end = clock(first), clock(last)
    if start < end:
        return [(start, end)]
    if start == end or not around:
        raise wrong(f"{part[:40]!r} ends before it begins", "end at 24:00, and begin the next day at 00:00")
    return [span for span in ((0, end), (start, DAY)) if span[0] < span[1]]


def _joined(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def weekdays(key: str) -> tuple[int, ...]:
    """Monday is 0."""
    found = WEEK.get(key.strip().lower())
    if found is None:
        raise wrong(f"{key[:40]!r} is no day of the week", "write monday, tue, weekdays, weekend or everyday")
    return found


@dataclass(frozen=True, slots=True)
class YearDay:
    """A day of every year, of one year, or by its distance from Easter Sunday."""

    year: int | None = None
    month: int = 0
    day: int = 0
    after_easter: int | None = None

    def of(self, year: int) -> date | None:
        """None: that year has none."""
        if self.after_easter is not None:
            return easter(year) + timedelta(days=self.after_easter)
        if self.year not in (None, year):
            return None
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return None


def year_day(value: str) -> YearDay:
    """12-24, 2026-12-28, easter-4."""
    found = _EASTER.fullmatch(value)
    if found and int(found[2] or 0) <= _FURTHEST:
        days = int(found[2] or 0)
        return YearDay(after_easter=-days if found[1] == "-" else days)
    dated, yearly = _DATED.fullmatch(value), _YEARLY.fullmatch(value)
    if dated:
        day = YearDay(int(dated[1]), int(dated[2]), int(dated[3]))
    elif yearly:
        day = YearDay(None, int(yearly[1]), int(yearly[2]))
    else:
        raise wrong(f"{value[:40]!r} is no day of the year", "write it like 12-24, 2026-12-28 or easter-4")
    # 02-29 is a day of some years.
    if day.of(day.year or 2028) is None:
        raise wrong(f"there is no day {value}", "write month and day in this order: 12-24")
    return day
