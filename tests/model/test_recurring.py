"""The days of a rule, worked out a year at a time, against all of them in a row; and what of them is due."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr

from maild.model.recurring import Days, Recurring

SEEDS = range(40)


def rule(chance: random.Random) -> str:
    frequency = chance.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    more = {
        "DAILY": ["", ";BYMONTH=2;BYMONTHDAY=29", ";BYDAY=MO,WE", ";BYMONTHDAY=-1"],
        "WEEKLY": ["", ";BYDAY=TU,SA", ";BYDAY=SU;WKST=SU", ";BYDAY=MO,FR;BYSETPOS=-1"],
        "MONTHLY": ["", ";BYDAY=1TU", ";BYMONTHDAY=31", ";BYDAY=-1FR"],
        "YEARLY": ["", ";BYMONTH=2;BYMONTHDAY=29", ";BYWEEKNO=53;BYDAY=MO", ";BYYEARDAY=366"],
    }
    return f"FREQ={frequency};INTERVAL={chance.choice([1, 1, 2, 3, 5])}{chance.choice(more[frequency])}"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_year_has_the_days_that_the_whole_row_has(seed: int) -> None:
    chance = random.Random(seed)
    start = date(2019, 1, 1) + timedelta(days=chance.randrange(1500))
    words, count = rule(chance), chance.choice([None, None, 3, 40])
    until = None if count else chance.choice([None, date(2027, 5, 5)])
    made = Days(words, start, count, until)
    whole = rrulestr(f"{words};UNTIL={until or date(2031, 12, 31):%Y%m%d}", dtstart=datetime(*start.timetuple()[:3]))
    wanted = [day.date() for day in islice(whole, count)]
    for year in (2030, 2019, 2024, 2027, 2028):
        assert list(made.of(year)) == [day for day in wanted if day.year == year], (words, start, count, until)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_to_be_open_is_each_day_that_lay_ahead_since_then(seed: int) -> None:
    chance = random.Random(seed)
    ahead = chance.choice([0, 0, 1, 14, 400])
    days = Days(rule(chance), date(2024, 1, chance.randrange(1, 29)))
    entry = Recurring("x", "support", days, "Europe/Oslo", chance.choice(["00:00", "08:00", "23:59"]), "X", ahead=ahead)
    since = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(10_000))
    now = since + timedelta(hours=chance.choice([0, 1, 30, 800, 20_000]))
    every = [day for year in range(2024, 2032) for day in days.of(year)]
    due = [day for day in every if since < entry.begins(day) and entry.opens(day) <= now]
    assert entry.opened(since, now) == due
    if due:
        after = chance.choice(due)
        assert entry.opened(since, now, after) == [day for day in due if day > after]
    later = [day for day in every if entry.opens(day) > now and day.year < 2031]
    assert list(islice(entry.coming(now), min(3, len(later)))) == later[:3]


def test_a_rule_of_days_that_was_begun_long_ago_goes_through_few_of_them() -> None:
    """Thousands of days in which nothing happens would be gone through each time."""
    made = Days("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29", date(2000, 1, 1))
    assert made._near(date(2026, 1, 1)) == date(2026, 1, 1)
    assert Days("FREQ=WEEKLY;INTERVAL=2", date(2026, 1, 1))._near(date(2026, 2, 1)) == date(2026, 1, 29)
