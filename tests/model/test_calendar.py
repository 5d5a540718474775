"""Time counted in opening hours, against a reference that asks the clock on the wall, minute by minute."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from parts.hours import calendars, dates, is_open

from maild.model.calendar import ALL_DAY, ALWAYS, Calendar, Day, Hours

OSLO = ZoneInfo("Europe/Oslo")
EXAMPLES = int(os.environ.get("MAILD_EXAMPLES", "300"))
MINUTE = timedelta(minutes=1)


def at(text: str, zone: ZoneInfo = OSLO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def office(**days: Day) -> Calendar:
    known = {date.fromisoformat(key[1:].replace("_", "-")): day for key, day in days.items()}
    return Calendar("office", OSLO, (((480, 960),),) * 5 + ((), ()), lambda year: known)


# --- what a person would say ------------------------------------------------------------------------------------------------------


def test_a_desk_is_open_in_its_hours_and_closed_on_the_minute():
    calendar = office()
    assert [calendar.state(at(f"2026-03-02T{clock}")) for clock in ("07:59:59", "08:00", "15:59:59", "16:00")] == [
        *(Hours.CLOSED, Hours.OPEN, Hours.OPEN, Hours.CLOSED)
    ]


def test_a_holiday_is_closed_all_day_and_called_so_but_a_weekend_is_only_closed():
    calendar = office(d2026_05_01=Day((), holiday=True))
    assert calendar.state(at("2026-05-01T10:00")) is Hours.HOLIDAY
    assert calendar.state(at("2026-05-02T10:00")) is Hours.CLOSED


def test_on_half_a_day_the_afternoon_is_closed():
    calendar = office(d2026_12_24=Day(((480, 720),)))
    assert [calendar.state(at(f"2026-12-24T{clock}")) for clock in ("11:59", "12:00")] == [Hours.OPEN, Hours.CLOSED]


def test_after_friday_evening_the_desk_opens_on_monday():
    assert office().opens(at("2026-03-06T17:00")) == at("2026-03-09T08:00")
    assert office().opens(at("2026-03-09T09:30")) == at("2026-03-09T09:30")


def test_eight_hours_from_the_morning_on_end_the_same_evening_and_one_second_more_the_next_day():
    assert office().add(at("2026-03-02T08:00"), timedelta(hours=8)) == at("2026-03-02T16:00")
    assert office().add(at("2026-03-02T08:00"), timedelta(hours=8, seconds=1)) == at("2026-03-03T08:00:01")


def test_four_hours_from_friday_afternoon_end_on_monday():
    assert office().add(at("2026-03-06T14:00"), timedelta(hours=4)) == at("2026-03-09T10:00")


def test_a_holiday_counts_for_nothing():
    calendar = office(d2026_05_01=Day((), holiday=True))
    assert calendar.between(at("2026-04-30T12:00"), at("2026-05-04T12:00")) == timedelta(hours=8)


def test_no_time_ends_where_it_began_even_when_closed():
    assert office().add(at("2026-03-07T12:00"), timedelta(0)) == at("2026-03-07T12:00")


def test_between_counts_backwards_too():
    assert office().between(at("2026-03-03T08:00"), at("2026-03-02T08:00")) == -timedelta(hours=8)


def test_the_night_in_which_spring_takes_an_hour_has_seven_and_autumns_nine():
    night = Calendar("night", OSLO, (((0, 480),),) * 7)
    assert night.between(at("2026-03-29T00:00"), at("2026-03-29T09:00")) == timedelta(hours=7)
    assert night.between(at("2026-10-25T00:00"), at("2026-10-25T09:00")) == timedelta(hours=9)


def test_always_open_is_plain_time():
    start = datetime(2026, 3, 28, 22, 17, 5, 123, tzinfo=UTC)
    for amount in (timedelta(microseconds=1), timedelta(days=700, hours=3)):
        assert ALWAYS.add(start, amount) == start + amount
        assert ALWAYS.between(start, start + amount) == amount


def test_what_is_open_over_midnight_and_new_year_is_one_stretch():
    duty = Calendar("duty", OSLO, (((0, 480), (930, 1440)),) * 5 + (ALL_DAY, ALL_DAY))
    assert list(duty.stretches(at("2027-01-01T12:00"), at("2027-01-05T00:00"))) == [
        (at("2027-01-01T15:30"), at("2027-01-04T08:00")),
        (at("2027-01-04T15:30"), at("2027-01-05T00:00")),
    ]
    assert list(duty.stretches(at("2026-12-31T23:00"), at("2027-01-01T09:00"))) == [
        (at("2026-12-31T23:00"), at("2027-01-01T08:00"))
    ]


def test_outside_is_open_when_the_other_is_not():
    calendar = office(d2026_12_24=Day(((480, 720),)))
    outside = calendar.outside("duty")
    assert list(outside.stretches(at("2026-12-24T00:00"), at("2026-12-25T08:00"))) == [
        (at("2026-12-24T00:00"), at("2026-12-24T08:00")),
        (at("2026-12-24T12:00"), at("2026-12-25T08:00")),
    ]


def test_a_calendar_that_is_never_open_gives_up():
    never = Calendar("never", OSLO, ((),) * 7)
    assert never.opens(at("2026-03-02T10:00")) is None
    with pytest.raises(ValueError, match="within 10 years"):
        never.add(at("2026-03-02T10:00"), MINUTE)


# --- against the reference --------------------------------------------------------------------------------------------------------


@st.composite
def questions(draw: st.DrawFn) -> tuple[Calendar, datetime, int, int]:
    """A calendar, a start on the minute, minutes of open time, and minutes until another instant."""
    day = draw(dates)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 2879)))
    return draw(calendars(day)), start, draw(st.integers(0, 3000)), draw(st.integers(0, 7200))


def differences(calendar: Calendar, start: datetime, amount: int, length: int) -> list[str]:
    """Where the calendar and the minute-by-minute reference disagree, over five days."""
    special = {day: how for year in range(1999, 2039) for day, how in calendar.days(year).items()}
    minutes = [is_open(calendar, start + number * MINUTE, special) for number in range(7200)]
    wrong = []
    if calendar.between(start, start + length * MINUTE) != sum(minutes[:length]) * MINUTE:
        wrong.append("between")
    first = next((number for number, opened in enumerate(minutes) if opened), None)
    if first is not None and calendar.opens(start) != start + first * MINUTE:
        wrong.append("opens")
    passed = 0
    for number, opened in enumerate(minutes):
        passed += opened
        if 0 < amount == passed:
            wrong += ["add"] if calendar.add(start, amount * MINUTE) != start + (number + 1) * MINUTE else []
            break
    inside = set[int]()
    for opened_at, closed_at in calendar.stretches(start, start + length * MINUTE):
        inside |= set(range((opened_at - start) // MINUTE, (closed_at - start) // MINUTE))
    wrong += ["stretches"] if inside != {number for number in range(length) if minutes[number]} else []
    probe = start + min(length, 7199) * MINUTE
    wrong += ["state"] if calendar.is_open(probe) != minutes[min(length, 7199)] else []
    return wrong


@settings(max_examples=EXAMPLES, deadline=None)
@given(questions())
@example((Calendar("leap", ZoneInfo("Pacific/Apia"), (ALL_DAY,) * 7), datetime(2011, 12, 29, tzinfo=UTC), 3000, 5000))
def test_it_agrees_with_the_clock_on_the_wall_minute_by_minute(question: tuple[Calendar, datetime, int, int]):
    assert differences(*question) == []
