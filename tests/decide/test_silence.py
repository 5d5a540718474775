"""When it is unusual that no mail comes: by what came at such times in the weeks before, and never by guessing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from maild.decide.silence import usual

OSLO = ZoneInfo("Europe/Oslo")
# A Monday in winter, half past noon in Oslo.
NOON = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)


def office(weeks: int, an_hour: int = 6, until: datetime = NOON) -> dict[int, int]:
    """A desk that gets its mail on working days from 8 to 16, by the clock on its wall."""
    traffic: dict[int, int] = {}
    at = until - timedelta(weeks=weeks)
    while at < until:
        here = at.astimezone(OSLO)
        traffic[int(at.timestamp()) // 3600] = an_hour if here.weekday() < 5 and 8 <= here.hour < 16 else 0
        at += timedelta(hours=1)
    return traffic


def hours(before: float, now: datetime = NOON) -> datetime:
    return now - timedelta(hours=before)


def test_a_morning_without_mail_at_a_busy_desk_is_unusual() -> None:
    assert usual(office(8), hours(4), NOON, OSLO) == 18


def test_half_an_hour_is_not() -> None:
    assert usual(office(8), hours(0.5), NOON, OSLO) is None


@pytest.mark.parametrize("weekday", [5, 6])
def test_a_weekend_is_silent_every_week(weekday: int) -> None:
    noon = NOON + timedelta(days=weekday)
    assert usual(office(8, until=noon), hours(20, noon), noon, OSLO) is None


def test_a_night_is_silent_every_night() -> None:
    early = NOON.replace(hour=5)
    assert usual(office(8, until=early), hours(60, early), early, OSLO) is None


def test_a_desk_with_little_mail_is_missed_only_after_days() -> None:
    """Five mails on a working day."""
    few = {hour: int(count and hour % 24 in (8, 9, 11, 12, 13)) for hour, count in office(8).items()}
    thursday = NOON + timedelta(days=3, hours=4)
    assert usual(few, hours(8, thursday), thursday, OSLO) is None
    assert usual(few, hours(3 * 24, thursday), thursday, OSLO) == pytest.approx(15, abs=3)


@pytest.mark.parametrize("weeks", [0, 1, 2])
def test_with_too_little_history_nothing_is_said(weeks: int) -> None:
    assert usual(office(weeks), hours(4), NOON, OSLO) is None
    assert usual(office(4), hours(4), NOON, OSLO) == 18


def test_one_holiday_in_the_past_does_not_make_us_deaf() -> None:
    traffic = office(8)
    holiday = int((NOON - timedelta(weeks=2)).timestamp()) // 3600
    quiet = {hour: 0 if abs(hour - holiday) < 12 else count for hour, count in traffic.items()}
    assert usual(quiet, hours(4), NOON, OSLO) == 18
    # With two of them one cannot say what is usual.
    other = holiday - 7 * 24
    quiet = {hour: 0 if abs(hour - other) < 12 else count for hour, count in quiet.items()}
    assert usual(quiet, hours(4), NOON, OSLO) is None


def test_the_hours_are_those_on_the_wall_when_the_clocks_change() -> None:
    """Norway went to summer time on 29 March: at a desk that opens at 8, the hour from 8 to 9 is one earlier in UTC since."""
    monday = datetime(2026, 3, 30, 7, 5, tzinfo=UTC)
    traffic = office(8, an_hour=30, until=monday)
    assert usual(traffic, monday - timedelta(hours=1, minutes=5), monday, OSLO) == 30
    assert usual(traffic, monday - timedelta(hours=1, minutes=5), monday, UTC) is None
