"""calendars: the form of calendars.yaml, and the calendars that it makes.

A site needs none of it: the file may be left out, and its desks are always open then.  Public holidays are those of the package
`holidays`; which release of it was read is part of the policy's hash.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from maild.model.calendar import Calendar, Day, Spans
from maild.model.people import Desk
from maild.policy.check import path_of
from maild.policy.clock_words import YearDay, clock, spans, weekdays, year_day
from maild.policy.shape import Strict, Zone, as_list, wrong
from maild.policy.source import Source, nearest

FILE = "calendars.yaml"
# Laid out while the policy is loaded, so that no mail waits for the package.
_AT_ONCE = range(2025, 2036)
_LONGEST = timedelta(days=366)
_UNTIL = re.compile(r"until\s+(\S+)")
_SPANS_SCHEMA: Any = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}


def _hours(value: Any) -> Spans:
    return spans(value)


def _week_day(value: str) -> str:
    weekdays(value)
    return value


def _year_day(value: str) -> str:
    year_day(value)
    return value


def _special(value: Any) -> Spans | int:
    """Spans, or until when, in minutes."""
    until = _UNTIL.fullmatch(value.strip()) if isinstance(value, str) else None
    return clock(until[1]) if until else spans(value)


def _area(value: str) -> str:
    """NO, SI, DE-BY: whose public holidays."""
    import holidays

    known = holidays.list_supported_countries()
    country, dash, part = value.partition("-")
    if len(country) != 2 or country not in known:
        raise wrong(
            f"no public holidays are known of {value[:20]!r}", "write a country's two letters, such as NO or SI"
        )
    if dash and part not in known[country]:
        raise wrong(
            f"{country} has no part {part[:20]!r}", f"write {country}, or a part of it such as DE-BY (ISO 3166-2)"
        )
    return value


Hours = Annotated[Any, AfterValidator(_hours), WithJsonSchema(_SPANS_SCHEMA)]
Special = Annotated[Any, AfterValidator(_special), WithJsonSchema(_SPANS_SCHEMA)]
WeekDay = Annotated[str, AfterValidator(_week_day)]
DayOfYear = Annotated[str, AfterValidator(_year_day)]
Area = Annotated[str, AfterValidator(_area)]
Areas = Annotated[list[Area], BeforeValidator(as_list, json_schema_input_type=str | list[str]), Field(min_length=1)]


class ClosedForm(Strict):
    """A time in which it is closed, both days too."""

    from_: DayOfYear = Field(alias="from", examples=["07-13"])
    to: DayOfYear = Field(examples=["07-31"])

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        first, last = year_day(self.from_), year_day(self.to)
        if first.year and last.year and (first.year, first.month, first.day) > (last.year, last.month, last.day):
            raise wrong(f"{self.to} lies before {self.from_}", "write the earlier day behind from")
        return self


class CalendarForm(Strict):
    """Opening hours: of each weekday, but for holidays and the days that are named."""

    zone: Zone = Field(description="Whose clock it is.", examples=["Europe/Oslo"])
    hours: dict[WeekDay, Hours] = Field(
        description="monday, weekdays, weekend or everyday: 08:00-16:00, several parted by commas, all day, or closed.",
        examples=["{weekdays: 08:00-16:00}"],
    )
    holidays: Areas = Field(default=[], description="Whose public holidays: NO, SI, DE-BY (the package holidays).")
    days: dict[DayOfYear, Special] = Field(
        default={}, description="12-24, 2026-12-28 or easter-4: closed, until 12:00, or hours of their own."
    )
    closed: list[ClosedForm] = Field(
        default=[], description="Times off, each year's or one year's: {from: 07-13, to: 07-31}."
    )


@dataclass(frozen=True)
class Differing:
    """The days of a year that are not like their weekday; each year is worked out once."""

    week: tuple[Spans, ...]
    areas: tuple[str, ...]
    days: tuple[tuple[YearDay, Spans | int], ...]
    closed: tuple[tuple[YearDay, YearDay], ...]
    found: dict[int, Mapping[date, Day]] = field(default_factory=dict, compare=False, repr=False)

    def __call__(self, year: int) -> Mapping[date, Day]:
        if year not in self.found:
            self.found[year] = self._of(year)
        return self.found[year]

    def _of(self, year: int) -> Mapping[date, Day]:
        off = {day for area in self.areas for day in _public(area, year)}
        off |= {day for first, last in self.closed for day in _between(first, last, year)}
        found = {day: Day((), holiday=True) for day in off}
        for named, how in self.days:
            day = named.of(year)
            if day is None or (day in off and isinstance(how, int)):
                continue
            hours = _cut(self.week[day.weekday()], how) if isinstance(how, int) else how
            found[day] = Day(hours, holiday=not hours and not isinstance(how, int))
        return found


def _cut(hours: Spans, until: int) -> Spans:
    return tuple((start, min(end, until)) for start, end in hours if start < until)


def _between(first: YearDay, last: YearDay, year: int) -> Iterator[date]:
    """The days of that year between the two; 12-24 to 01-02 goes over new year."""
    for begun in (year - 1, year):
        start = first.of(begun)
        end = next((day for add in (0, 1) if start and (day := last.of(begun + add)) and day >= start), None)
        if start and end and end - start <= _LONGEST:
            days = (start + timedelta(days=number) for number in range((end - start).days + 1))
            yield from (day for day in days if day.year == year)


@lru_cache(1000)
def _public(area: str, year: int) -> tuple[date, ...]:
    """Public holidays of that year; one may be kept on a day of the year before."""
    import holidays

    country, _, part = area.partition("-")
    found = holidays.country_holidays(country, subdiv=part or None, years=(year, year + 1))
    return tuple(day for day in found if day.year == year)


def made(key: str, form: CalendarForm) -> Calendar:
    """A day that is named several times has what was named last: everyday, then saturday."""
    week: list[Spans] = [()] * 7
    for name, hours in form.hours.items():
        for day in weekdays(name):
            week[day] = hours
    days = tuple((year_day(name), how) for name, how in form.days.items())
    closed = tuple((year_day(one.from_), year_day(one.to)) for one in form.closed)
    differing = Differing(tuple(week), tuple(form.holidays), days, closed)
    for year in _AT_ONCE if form.holidays else ():
        differing(year)
    return Calendar(key, ZoneInfo(form.zone), tuple(week), differing)


def check(source: Source, desks_file: Source, found: Mapping[str, Calendar], desks: Mapping[str, Desk]) -> None:
    """Every calendar opens some day, and every desk's is there."""
    for calendar in found.values():
        if calendar.opens(datetime(_AT_ONCE.start, 1, 1, tzinfo=UTC)) is None:
            source.wrong(
                (*path_of(source, calendar.key), "hours"), f"{calendar.key!r} never opens", "give a weekday hours"
            )
    if source.problems:
        return
    for desk in desks.values():
        if desk.calendar and desk.calendar not in found:
            place = (*path_of(desks_file, desk.key), "calendar")
            desks_file.wrong(place, f"there is no calendar {desk.calendar[:60]!r}", nearest(desk.calendar, found))
