"""Who has duty when: turns, swaps, absence, cover."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from maild.model.absence import Absence
from maild.model.calendar import ALL_DAY, Calendar, Day
from maild.model.people import Handler
from maild.model.rota import Agreed, Book, Override, Rota, Swap, duties, holder, on_duty, shifts

OSLO = ZoneInfo("Europe/Oslo")
GOOD_FRIDAY = {date(2026, 4, 3): Day(ALL_DAY, holiday=True)}
NIGHTS = Calendar("vakt", OSLO, (((0, 480), (930, 1440)),) * 5 + (ALL_DAY, ALL_DAY), lambda year: GOOD_FRIDAY)
ROTA = Rota("vakt", "Vakt", ("drift",), (("kari", "ola", "ann"),), NIGHTS, date(2026, 3, 2), 7, time(8))
COVERED = replace(ROTA, layers=(("kari", "ola", "ann"), ("ola", "ann", "kari")))
NOTHING = Book()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OSLO)


def part(since: str, until: str, handler: str, was: str = "kari", layer: int = 0) -> Override:
    return Override("vakt", layer, at(since), at(until), handler, was)


def away(handler: str, since: str, until: str | None = None) -> Book:
    return Book((), {handler: Absence(at(since), at(until) if until else None)})


def test_each_week_is_the_next_ones_from_the_hour_of_handing_over_on():
    days = ("03-02T08:00", "03-09T07:59", "03-09T08:00", "03-16T08:00", "03-23T08:00")
    assert [held.handler for day in days if (held := holder(ROTA, 0, at(f"2026-{day}"), NOTHING))] == [
        *("kari", "kari", "ola", "ann", "kari")
    ]


def test_before_the_rota_begins_nobody_has_duty():
    assert on_duty(ROTA, at("2026-03-02T07:00"), NOTHING) == ()


def test_duty_runs_in_its_hours_only_and_all_day_on_a_holiday():
    hours = ("03-03T07:59", "03-03T08:00", "03-03T15:29", "03-03T15:30", "03-07T12:00", "04-03T12:00")
    assert [on_duty(ROTA, at(f"2026-{hour}"), NOTHING) for hour in hours] == [
        *(("kari",), (), (), ("kari",), ("kari",), ("ola",))
    ]


def test_the_handing_over_keeps_its_hour_when_the_clock_changes():
    assert ROTA.begins(4) == at("2026-03-30T08:00")
    assert ROTA.begins(4) - ROTA.begins(3) == timedelta(days=7) - timedelta(hours=1)


def test_a_swap_stands_over_the_rota_and_a_later_one_over_that():
    one, other = (
        part("2026-03-06T08:00", "2026-03-07T08:00", "ola"),
        part("2026-03-06T20:00", "2026-03-07T08:00", "ann", "ola"),
    )
    book = Book((one, other))
    times = ("03-06T07:59", "03-06T16:00", "03-06T20:00", "03-07T08:00")
    assert [on_duty(ROTA, at(f"2026-{time}"), book) for time in times] == [("kari",), ("ola",), ("ann",), ("kari",)]


def test_only_what_was_agreed_counts():
    parts = (part("2026-03-06T08:00", "2026-03-07T08:00", "ola"),)
    swaps = {n: Swap(n, state, "", 0, "", parts, at("2026-03-01T08:00")) for n, state in enumerate(Agreed)}
    here = {"ola": Handler("ola", "Ola Hansen", ("ola@staff.example",), ())}
    assert len(Book.of(swaps, {}, here).overrides) == 1
    others = {n: swap for n, swap in swaps.items() if swap.state is not Agreed.AGREED}
    assert Book.of(others, {}, here).overrides == ()
    left = {"ola": replace(here["ola"], retired=True)}
    assert [Book.of(swaps, {}, gone).overrides for gone in (left, {})] == [(), ()]


def test_who_is_away_hands_his_duty_to_the_next_who_is_here():
    held = holder(ROTA, 0, at("2026-03-05T20:00"), away("kari", "2026-03-04T08:00", "2026-03-06T08:00"))
    assert held is not None
    assert (held.handler, held.was, held.why) == ("ola", "kari", "away")


def test_he_has_it_again_when_he_is_back():
    book = away("kari", "2026-03-04T08:00", "2026-03-06T08:00")
    told = [
        (shift.handler, shift.since) for shift in shifts(ROTA, at("2026-03-02T08:00"), at("2026-03-09T08:00"), book)
    ]
    assert told == [("kari", at("2026-03-02T08:00")), ("ola", at("2026-03-04T08:00")), ("kari", at("2026-03-06T08:00"))]


def test_if_all_are_away_it_stays_whose_it_is():
    absent = Absence(at("2026-03-01T08:00"))
    held = holder(ROTA, 0, at("2026-03-05T20:00"), Book((), dict.fromkeys(("kari", "ola", "ann"), absent)))
    assert held is not None
    assert (held.handler, held.why) == ("kari", "")


def test_nobody_covers_for_himself_when_another_falls_out():
    assert on_duty(COVERED, at("2026-03-05T20:00"), NOTHING) == ("kari", "ola")
    assert on_duty(COVERED, at("2026-03-05T20:00"), away("kari", "2026-03-01T08:00")) == ("ola", "ann")


def test_a_weekend_is_one_stretch_of_duty_and_ends_with_the_turn():
    found = [
        (d.handler, d.since, d.until) for d in duties(ROTA, at("2026-03-06T12:00"), at("2026-03-10T08:00"), NOTHING)
    ]
    assert found == [
        ("kari", at("2026-03-06T15:30"), at("2026-03-09T08:00")),
        ("ola", at("2026-03-09T15:30"), at("2026-03-10T08:00")),
    ]


# Times at which something may change, and between.
moments = st.integers(0, 6 * 7 * 24 * 4).map(lambda quarters: at("2026-02-23T00:00") + timedelta(minutes=15 * quarters))


@st.composite
def books(draw: st.DrawFn) -> Book:
    people = st.sampled_from(("kari", "ola", "ann", "per"))
    overrides = []
    for since, until in draw(st.lists(st.tuples(moments, moments), max_size=4)):
        if since < until:
            overrides.append(Override("vakt", draw(st.integers(0, 1)), since, until, draw(people), draw(people)))
    absences = st.builds(Absence, moments, st.none() | moments)
    return Book(tuple(overrides), draw(st.dictionaries(people, absences, max_size=3)))


@settings(max_examples=150, deadline=None)
@given(books(), moments, st.integers(1, 4 * 24 * 20), st.lists(moments, min_size=1, max_size=20))
def test_the_shifts_say_of_every_instant_what_is_so_then(
    book: Book, since: datetime, length: int, probes: list[datetime]
):
    until = since + timedelta(minutes=15 * length)
    found = shifts(COVERED, since, until, book)
    on_call = duties(COVERED, since, until, book)
    for probe in (since, *probes):
        if not since <= probe < until:
            continue
        for layer in (0, 1):
            there = [s.held for s in found if s.layer == layer and s.since <= probe < s.until]
            held = holder(COVERED, layer, probe, book)
            assert there == ([held] if held else [])
            running = [d.held for d in on_call if d.layer == layer and d.since <= probe < d.until]
            assert running == (there if NIGHTS.is_open(probe) else [])
