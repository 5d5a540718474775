"""dates: when a handler means, in the words of four languages.  A strict grammar: what it does not know it refuses.

    when  = day [time] | time | span
    day   = 2026-12-01 | 1.12. | 1.12.2026 | 1. desember [2026] | december 1 | weekday | today, tomorrow, the day after
    time  = 9:00 | 09.00 | kl 9 | ob 9h | at 9 | 3 pm
    span  = 3d | 2 weeks | 2h | 1h 30m | om 3 dager | in 2 weeks | čez 2 dni

python-dateutil's parser reads 12.3.2026 as December, and "mar" as today: it is used for the calendar's arithmetic only.  An order
of month and day that only Americans would read (3/12) is refused with both readings left to the writer.

when(words, now, morning) -> datetime in the zone of `now`, or NoDate.  Without a time: the `morning` of that day.  A day without a
year, a weekday, or a time alone is the next such one; the past, and more than a year ahead, are refused.  Pure and total.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from maild.decide import date_words
from maild.model.plain import plain

YEAR = relativedelta(years=1)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:t(?=\d))?")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})(?:\.\s?(\d{4})|\.)?(?![\d:])")
_DAY_MONTH = re.compile(r"(\d{1,2})\.?\s([^\W\d_]+)\.?(?:\s(\d{4}))?(?!\S)")
_MONTH_DAY = re.compile(r"([^\W\d_]+)\.?\s(\d{1,2})(?:st|nd|rd|th)?(?:,?\s(\d{4}))?(?!\S)")
_SPAN = re.compile(r"(\d{1,4}(?:[.,]\d{1,2})?)\s?([^\W\d_]+)\.?")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:\s?(am|pm))?h?|(\d{1,2})\s?(am|pm)")
_HOUR = re.compile(r"(\d{1,2})(?:\s?h)?")
# Octets of a mail are free: a date is no longer than this.
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class NoDate:
    """Why not: a key of the templates' words (no_date, no_such_date, past_date, far_date), and what may have been meant."""

    key: str
    hint: str = ""


class _Refused(Exception):
    def __init__(self, key: str, hint: str = "") -> None:
        super().__init__(key)
        self.no = NoDate(key, hint)


def when(words: str, now: datetime, morning: time = time(8)) -> datetime | NoDate:
    """The instant that the words name, seen from `now` (aware, in the writer's zone)."""
    said = " ".join(plain(words[:_LONGEST]).strip(" ,;!").split())
    try:
        found = _span(said, now, morning) or _day_and_time(said, now, morning)
    except _Refused as refused:
        return refused.no
    if found <= now:
        return NoDate("past_date")
    if found > now + YEAR:
        return NoDate("far_date")
    return found


def day(words: str, now: datetime) -> date | NoDate:
    """The day that the words name, today or later; a weekday is the next such one.  No time may follow."""
    said = " ".join(plain(words[:_LONGEST]).strip(" ,;!").split())
    try:
        found, rest = _day(_without(said, date_words.ON), now)
    except _Refused as refused:
        return refused.no
    if found is None or rest:
        return NoDate("no_date")
    if isinstance(found, int):
        return now.date() + timedelta(days=(found - now.weekday()) % 7 or 7)
    if found < now.date():
        return NoDate("past_date")
    return found if found <= now.date() + YEAR else NoDate("far_date")


def minutes(words: str) -> int | None:
    """An amount of work: 25m, 1:15, 1,5t, 1h 30m; None for anything else, and for none or more than a week of it."""
    said = " ".join(plain(words[:_LONGEST]).strip(" .;!").split())
    clock = re.fullmatch(r"(\d{1,3}):([0-5]\d)", said)
    total = int(clock[1]) * 60 + int(clock[2]) if clock else _minutes_of(said)
    return total if total and 0 < total <= 7 * 24 * 60 else None


def _minutes_of(said: str) -> int | None:
    parts = _parts(said)
    if parts is None or not all(unit in "hm" for _, unit in parts):
        return None
    return round(sum(amount * (60 if unit == "h" else 1) for amount, unit in parts))


# --- how long from now -----------------------------------------------------------------------------------------------------------


def _parts(said: str) -> list[tuple[float, str]] | None:
    """Amounts with their units, or None when anything else is there."""
    found, at = [], 0
    for match in _SPAN.finditer(said):
        unit = date_words.UNITS.get(match[2])
        if unit is None or said[at : match.start()].strip(" ") not in ("", *date_words.AND):
            return None
        found.append((float(match[1].replace(",", ".")), unit))
        at = match.end()
    return found if found and not said[at:].strip() else None


def _span(said: str, now: datetime, morning: time) -> datetime | None:
    first, _, rest = said.partition(" ")
    parts = _parts(rest if first in date_words.IN else said)
    if parts is None:
        return None
    days = sum(amount * (7 if unit == "w" else 1) for amount, unit in parts if unit in "dw")
    exact = timedelta(minutes=sum(amount * (60 if unit == "h" else 1) for amount, unit in parts if unit in "hm"))
    months = sum(amount for amount, unit in parts if unit == "n")
    if days != int(days) or months != int(months):
        raise _Refused("no_date")
    if months > 12 or days > 366 or exact > timedelta(days=366):
        raise _Refused("far_date")
    if not (days or months):
        return (now.astimezone(UTC) + exact).astimezone(now.tzinfo)
    if exact:
        raise _Refused("no_date")
    return _at(now.date() + relativedelta(months=int(months), days=int(days)), morning, now)


# --- a day of the calendar -------------------------------------------------------------------------------------------------------


def _day_and_time(said: str, now: datetime, morning: time) -> datetime:
    rest = _without(said, date_words.ON)
    day, rest = _day(rest, now)
    clock = _time(rest) if rest else None
    if clock is None and (rest or day is None):
        raise _Refused("no_date")
    if isinstance(day, int):
        return _weekday(day, clock, now, morning)
    if day is not None:
        return _at(day, clock or morning, now)
    assert clock is not None  # or the day would have been refused
    today = _at(now.date(), clock, now)
    return today if today > now else _at(now.date() + timedelta(days=1), clock, now)


def _day(said: str, now: datetime) -> tuple[date | int | None, str]:
    """The day (an int is a weekday, None means only a time was said), and what follows it."""
    for pattern, year, month, day in ((_ISO, 1, 2, 3), (_DOTTED, 3, 2, 1)):
        # 09.00 and 16.30 are times: no month has the number 0 or 30.
        if (match := pattern.match(said)) and not _is_clock(said, match):
            return _numbered(match[day], match[month], match[year], now), said[match.end() :].strip(" ,")
    for pattern, month, day in ((_DAY_MONTH, 2, 1), (_MONTH_DAY, 1, 2)):
        match = pattern.match(said)
        if match and match[month] in date_words.MONTHS:
            return _numbered(match[day], str(date_words.MONTHS[match[month]]), match[3], now), said[
                match.end() :
            ].strip(" ,")
    return _worded(said, now)


def _is_clock(said: str, match: re.Match[str]) -> bool:
    return bool(re.fullmatch(r"\d{1,2}\.\d{2}", said)) and (match[2][0] == "0" or int(match[2]) > 12)


def _worded(said: str, now: datetime) -> tuple[date | int | None, str]:
    for words, days in date_words.DAYS.items():
        if said == words or said.startswith(f"{words} "):
            return now.date() + timedelta(days=days), said[len(words) :].strip(" ,")
    first, _, rest = said.partition(" ")
    weekday = date_words.WEEKDAYS.get(first.strip(".,"))
    return (None, said) if weekday is None else (weekday, rest.strip(" ,"))


def _numbered(day: str, month: str, year: str | None, now: datetime) -> date:
    if not 1 <= int(month) <= 12 or not 1 <= int(day) <= 31:
        raise _Refused("no_such_date")
    if year:
        return _date(int(year), int(month), int(day))
    this = _date(now.year, int(month), int(day)) if _exists(now.year, int(month), int(day)) else None
    if this is not None and this >= now.date():
        return this
    return _date(now.year + 1, int(month), int(day))


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _date(year: int, month: int, day: int) -> date:
    if not _exists(year, month, day):
        last = date(min(max(year, 1), 9998), month, 1) + relativedelta(months=1, days=-1)
        raise _Refused("no_such_date", f"{last.day}.{month}.")
    return date(year, month, day)


def _weekday(day: int, clock: time | None, now: datetime, morning: time) -> datetime:
    """The next one; today only with a time that is still to come."""
    ahead = (day - now.weekday()) % 7
    found = _at(now.date() + timedelta(days=ahead), clock or morning, now)
    if ahead == 0 and (clock is None or found <= now):
        return _at(now.date() + timedelta(days=7), clock or morning, now)
    return found


# --- a time of the day -----------------------------------------------------------------------------------------------------------


def _time(said: str) -> time | None:
    bare = _without(said, date_words.AT)
    if match := _CLOCK.fullmatch(bare):
        hour, minute = int(match[1] or match[4]), int(match[2] or 0)
        half = match[3] or match[5]
        if half and not 1 <= hour <= 12:
            raise _Refused("no_such_date")
        hour = hour % 12 + 12 * (half == "pm") if half else hour
    elif (match := _HOUR.fullmatch(bare)) and (bare != said or "h" in bare):
        # A number alone may be a day, a case or an hour: only "kl 9", "at 9" and "9h" are times.
        hour, minute = int(match[1]), 0
    elif bare in date_words.NOON:
        hour, minute = 12, 0
    else:
        return None
    if hour > 23 or minute > 59:
        raise _Refused("no_such_date")
    return time(hour, minute)


def _without(said: str, words: tuple[str, ...]) -> str:
    first, _, rest = said.partition(" ")
    return rest if rest and first.strip(".") in words else said


def _at(day: date, clock: time, now: datetime) -> datetime:
    """Local time there; within the hour that is skipped in spring, what the clock shows then; the first of autumn's two."""
    local = datetime.combine(day, clock, now.tzinfo)
    return local.astimezone(UTC).astimezone(now.tzinfo)
