"""When a handler means: his own language's words, one grammar, and no guessing."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.decide import date_words, dates
from maild.decide.dates import NoDate, minutes, when
from maild.model.plain import plain

OSLO = ZoneInfo("Europe/Oslo")
# A Wednesday, a quarter past two.
NOW = datetime(2026, 11, 25, 14, 15, tzinfo=OSLO)


def local(words: str, now: datetime = NOW) -> str:
    """As a calendar would write it, or the word for what is wrong."""
    found = when(words, now)
    return found.key if isinstance(found, NoDate) else f"{found:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("2026-12-01", "2026-12-01 08:00"),
        ("2026-12-01 9:30", "2026-12-01 09:30"),
        ("2026-12-01T09:30", "2026-12-01 09:30"),
        ("1.12.", "2026-12-01 08:00"),
        ("1. 12.", "2026-12-01 08:00"),
        ("1.12", "2026-12-01 08:00"),
        ("01.12.2026", "2026-12-01 08:00"),
        ("1.12.2026 kl. 9", "2026-12-01 09:00"),
        ("12.3.2026", "past_date"),
        ("12.3.", "2027-03-12 08:00"),
        ("25.11. 16:00", "2026-11-25 16:00"),
        ("7. mars", "2027-03-07 08:00"),
        ("7. marec", "2027-03-07 08:00"),
        ("7. marca ob 9h", "2027-03-07 09:00"),
        ("7 March 2027", "2027-03-07 08:00"),
        ("March 7th, 2027", "2027-03-07 08:00"),
        ("december 1", "2026-12-01 08:00"),
        ("den 1. desember", "2026-12-01 08:00"),
    ],
)
def test_a_day_of_the_calendar(words: str, meant: str):
    assert local(words) == meant


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("fri", "2026-11-27 08:00"),
        ("Fri 09:00", "2026-11-27 09:00"),
        ("on Friday at 3 pm", "2026-11-27 15:00"),
        ("fredag kl 9", "2026-11-27 09:00"),
        ("på fredag", "2026-11-27 08:00"),
        ("til måndag", "2026-11-30 08:00"),
        ("laurdag", "2026-11-28 08:00"),
        ("lørdag", "2026-11-28 08:00"),
        ("søndag 12.30", "2026-11-29 12:30"),
        ("petek", "2026-11-27 08:00"),
        ("v četrtek ob 10h", "2026-11-26 10:00"),
        ("v soboto", "2026-11-28 08:00"),
        ("tys", "2026-12-01 08:00"),
        ("wednesday", "2026-12-02 08:00"),
        ("onsdag 16:00", "2026-11-25 16:00"),
        ("onsdag 14:00", "2026-12-02 14:00"),
        ("tomorrow", "2026-11-26 08:00"),
        ("i morgen kl. 10.30", "2026-11-26 10:30"),
        ("i morgon", "2026-11-26 08:00"),
        ("jutri", "2026-11-26 08:00"),
        ("pojutrišnjem", "2026-11-27 08:00"),
        ("i overmorgen", "2026-11-27 08:00"),
        ("today 16:00", "2026-11-25 16:00"),
        ("i dag", "past_date"),
        ("opoldne", "2026-11-26 12:00"),
        ("16:00", "2026-11-25 16:00"),
        ("9.00", "2026-11-26 09:00"),
        ("kl 9", "2026-11-26 09:00"),
        ("3pm", "2026-11-25 15:00"),
        ("12 am", "2026-11-26 00:00"),
    ],
)
def test_a_day_near_by_in_four_languages(words: str, meant: str):
    assert local(words) == meant


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("3d", "2026-11-28 08:00"),
        ("om 3 dager", "2026-11-28 08:00"),
        ("om 3 dagar", "2026-11-28 08:00"),
        ("čez 3 dni", "2026-11-28 08:00"),
        ("in 3 days", "2026-11-28 08:00"),
        ("2 w", "2026-12-09 08:00"),
        ("to uker", "no_date"),
        ("2 uker", "2026-12-09 08:00"),
        ("2 veker", "2026-12-09 08:00"),
        ("2 tedna", "2026-12-09 08:00"),
        ("2h", "2026-11-25 16:15"),
        ("2 t", "2026-11-25 16:15"),
        ("1h 30m", "2026-11-25 15:45"),
        ("1 time og 30 minutter", "2026-11-25 15:45"),
        ("1,5 t", "2026-11-25 15:45"),
        ("2 ure in 15 minut", "2026-11-25 16:30"),
        ("1 month", "2026-12-25 08:00"),
        ("3 mesece", "2027-02-25 08:00"),
        ("0d", "past_date"),
        ("1,5d", "no_date"),
        ("1d 2h", "no_date"),
        ("400d", "far_date"),
        ("9999w", "far_date"),
        ("9999 months", "far_date"),
    ],
)
def test_so_long_from_now(words: str, meant: str):
    assert local(words) == meant


@pytest.mark.parametrize(
    "words", ["3/12", "12/3/2026", "10", "mar", "10 am friday", "neste fredag", "soon", "", "customer", "#1050"]
)
def test_what_could_mean_two_things_or_none_is_no_date(words: str):
    assert local(words) == "no_date"


def test_a_day_that_no_calendar_has_is_named_with_the_last_that_it_has():
    assert when("31.2.", NOW) == NoDate("no_such_date", "28.2.")
    assert when("29.2.2027", NOW) == NoDate("no_such_date", "28.2.")
    assert when("1.13.", NOW) == NoDate("no_such_date", "")
    assert when("fri 25:00", NOW) == NoDate("no_such_date", "")


def test_the_past_and_more_than_a_year_ahead_are_refused():
    assert local("2026-11-24") == "past_date"
    assert local("2027-11-25 14:15") == "2027-11-25 14:15"
    assert local("2027-11-26") == "far_date"
    assert local("9999-12-31") == "far_date"


def test_the_hour_that_spring_skips_is_what_the_clock_shows_then():
    spring = datetime(2027, 3, 27, 12, tzinfo=OSLO)
    assert local("28.3. 02:30", spring) == "2027-03-28 03:30"
    assert when("20h", spring) == datetime(2027, 3, 28, 9, tzinfo=OSLO), "twenty hours, whatever clocks do"


def test_of_autumns_two_hours_it_is_the_first():
    autumn = datetime(2026, 10, 24, 12, tzinfo=OSLO)
    found = when("25.10. 02:30", autumn)
    assert not isinstance(found, NoDate)
    assert found.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_site_that_opens_late_is_woken_late():
    assert when("fri", NOW, time(9, 30)) == datetime(2026, 11, 27, 9, 30, tzinfo=OSLO)


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("25m", 25),
        ("25 min", 25),
        ("1:15", 75),
        ("1,5t", 90),
        ("1.5 h", 90),
        ("1h 30m", 90),
        ("2 timer", 120),
        ("1 ura", 60),
        ("45 minut", 45),
        ("25", None),
        ("0m", None),
        ("1:75", None),
        ("2d", None),
        ("lenge", None),
        ("999h", None),
        ("", None),
    ],
)
def test_an_amount_of_work(words: str, amount: int | None):
    assert minutes(words) == amount


def test_no_word_of_a_table_means_two_things():
    for table in (date_words._WEEKDAYS, date_words._MONTHS, tuple(date_words._UNITS.values())):
        meanings = Counter(word for words in table for word in set(words))
        assert [word for word, count in meanings.items() if count > 1] == []


def test_the_tables_are_folded_as_the_words_will_be():
    tables = (date_words.WEEKDAYS, date_words.MONTHS, date_words.DAYS, date_words.UNITS)
    assert [word for table in tables for word in table if plain(word) != word] == []


@given(st.text(alphabet="0123456789.:-/ ,hdwtkl fremaonjutri", max_size=24))
def test_whatever_is_written_it_is_a_moment_within_a_year_or_a_reason(words: str):
    found = when(words, NOW)
    assert isinstance(found, NoDate) or NOW < found <= NOW + timedelta(days=366)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2036, 1, 1)), st.text(max_size=30))
def test_it_is_total_at_any_hour_of_any_day(at: datetime, words: str):
    found = when(words, at.replace(tzinfo=OSLO))
    assert isinstance(found, NoDate | datetime)


def test_what_is_read_is_cut_to_a_line():
    assert when("3d" + " " * 10_000 + "x", NOW) == when("3d", NOW)
    assert dates.when("9" * 10_000, NOW) == NoDate("no_date")
