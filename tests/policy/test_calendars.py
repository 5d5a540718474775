"""What calendars.yaml and oncall.yaml say becomes opening hours and turns."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from parts import duty

from maild.model.calendar import Calendar, Hours
from maild.model.policy import Policy
from maild.places import shipped
from maild.policy import build, texts

OSLO = ZoneInfo("Europe/Oslo")
WORDS = texts.load(Path("no site's own"), shipped("templates"))


def load(folder: Path, calendars: str = duty.CALENDARS, oncall: str = duty.ONCALL) -> Policy:
    files = {"desks": duty.DESKS, "people": duty.PEOPLE, "calendars": calendars, "oncall": oncall}
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return build.load(folder, WORDS)


def office(folder: Path, lines: str, hours: str = "{weekdays: 08:00-16:00}") -> Calendar:
    return load(folder, f"office:\n  zone: Europe/Oslo\n  hours: {hours}\n{lines}").calendars["office"]


def state(calendar: Calendar, text: str) -> Hours:
    return calendar.state(datetime.fromisoformat(text).replace(tzinfo=OSLO))


def spans(calendar: Calendar, day: str) -> list[str]:
    return [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in calendar.spans(date.fromisoformat(day))]


@pytest.mark.parametrize(
    "day",
    ["2026-01-01", "2026-04-02", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25", "2026-12-25"],
)
def test_norways_public_holidays_are_holidays(tmp_path: Path, day: str):
    assert state(office(tmp_path, "  holidays: NO\n"), f"{day}T10:00") is Hours.HOLIDAY


@pytest.mark.parametrize("day", ["2027-02-08", "2027-03-29", "2027-04-27", "2027-06-25", "2027-11-01"])
def test_slovenias_public_holidays_are_holidays(tmp_path: Path, day: str):
    calendar = office(tmp_path, "  holidays: SI\n")
    assert state(calendar, f"{day}T10:00") is Hours.HOLIDAY
    assert state(office(tmp_path, "  holidays: NO\n"), "2027-02-08T10:00") is Hours.OPEN


def test_a_part_of_a_country_has_days_of_its_own(tmp_path: Path):
    assert state(office(tmp_path, "  holidays: DE\n"), "2026-01-06T10:00") is Hours.OPEN
    assert state(office(tmp_path, "  holidays: DE-BY\n"), "2026-01-06T10:00") is Hours.HOLIDAY


def test_christmas_eve_and_the_wednesday_before_easter_are_half_days_in_every_year(tmp_path: Path):
    calendar = office(tmp_path, "  holidays: NO\n  days: {12-24: until 12:00, easter-4: until 12:00}\n")
    days = ("2026-12-24", "2027-12-24", "2026-04-01", "2027-03-24", "2026-03-25")
    assert [spans(calendar, day) for day in days] == [["08:00-12:00"]] * 4 + [["08:00-16:00"]]


def test_half_a_day_on_a_day_off_is_a_day_off(tmp_path: Path):
    # 24 December 2028 is a Sunday, 1 May a holiday.
    calendar = office(tmp_path, "  holidays: NO\n  days: {12-24: until 12:00, 05-01: until 12:00}\n")
    assert spans(calendar, "2028-12-24") == spans(calendar, "2026-05-01") == []
    assert state(calendar, "2026-05-01T10:00") is Hours.HOLIDAY


def test_a_day_of_ones_own_is_closed_or_has_other_hours_on_a_holiday_too(tmp_path: Path):
    calendar = office(
        tmp_path, "  holidays: NO\n  days: {2026-05-15: closed, 05-01: 10:00-14:00, 2026-12-05: 10:00-14:00}\n"
    )
    assert state(calendar, "2026-05-15T10:00") is Hours.HOLIDAY
    assert spans(calendar, "2026-05-01") == spans(calendar, "2026-12-05") == ["10:00-14:00"]
    assert spans(calendar, "2027-05-14") == ["08:00-16:00"]


def test_times_off_are_each_years_or_one_years_and_go_over_new_year(tmp_path: Path):
    calendar = office(tmp_path, "  closed: [{from: 12-28, to: 01-02}, {from: 2026-07-13, to: 2026-07-31}]\n")
    off = ("2026-12-28", "2027-01-01", "2026-01-02", "2026-07-13", "2026-07-31")
    assert {state(calendar, f"{day}T10:00") for day in off} == {Hours.HOLIDAY}
    assert {spans(calendar, day) != [] for day in ("2026-12-24", "2027-01-04", "2027-07-13", "2026-07-10")} == {True}


def test_the_last_word_on_a_weekday_counts(tmp_path: Path):
    calendar = office(tmp_path, "", '{everyday: all day, sat: closed, friday: "08:00-11:30, 12:00-15:00"}')
    days = ("2026-03-05", "2026-03-06", "2026-03-07", "2026-03-08")
    assert [spans(calendar, day) for day in days] == [
        *(["00:00-24:00"], ["08:00-11:30", "12:00-15:00"], [], ["00:00-24:00"])
    ]


def test_the_policys_hash_names_the_release_of_the_holidays(tmp_path: Path):
    assert "\nholidays " in load(tmp_path).files[build.VERSIONS]


def test_duty_that_goes_round_the_working_day_is_before_it_and_after_it(tmp_path: Path):
    calendar = load(tmp_path).rotas["vakt"].calendar
    assert spans(calendar, "2026-03-03") == ["00:00-08:00", "15:30-24:00"]
    assert spans(calendar, "2026-03-07") == spans(calendar, "2026-05-01") == ["00:00-24:00"]


def test_duty_outside_of_the_hours_covers_half_days_too(tmp_path: Path):
    hours = duty.ONCALL.replace("{weekdays: 15:30-08:00, weekend: all day, holidays: all day}", "outside")
    calendar = load(tmp_path, oncall=hours).rotas["vakt"].calendar
    assert spans(calendar, "2026-12-24") == ["00:00-08:00", "12:00-24:00"]


HOURS = "{weekdays: 15:30-08:00, weekend: all day, holidays: all day"


@pytest.mark.parametrize(
    ("more", "eve", "ordinary"),
    [
        ("", ["00:00-08:00", "15:30-24:00"], ["00:00-08:00", "15:30-24:00"]),
        (", half days: outside", ["00:00-08:00", "12:00-24:00"], ["00:00-08:00", "15:30-24:00"]),
        (", half days: 11:30-08:00", ["00:00-08:00", "11:30-24:00"], ["00:00-08:00", "15:30-24:00"]),
        (", half days: outside, weekdays: outside", ["00:00-08:00", "12:00-24:00"], ["00:00-08:00", "16:00-24:00"]),
    ],
)
def test_duty_on_half_days_is_said_by_itself(tmp_path: Path, more: str, eve: list[str], ordinary: list[str]):
    hours = HOURS.replace("weekdays: 15:30-08:00, ", "") if "weekdays" in more else HOURS
    calendar = load(tmp_path, oncall=duty.ONCALL.replace(HOURS, hours + more)).rotas["vakt"].calendar
    assert (spans(calendar, "2026-12-24"), spans(calendar, "2026-03-03")) == (eve, ordinary)
    assert spans(calendar, "2026-12-25") == ["00:00-24:00"]


EVENINGS = """
late:
  name: Evenings
  desks: [support]
  people: [kari]
  start: 2026-03-02
  hours: {weekdays: 15:30-22:00, holidays: 15:30-22:00}
"""


@pytest.mark.parametrize(
    ("oncall", "warned"),
    [
        (duty.ONCALL, ["2026-04-01, 12:00-15:30"]),
        (duty.ONCALL.replace(", holidays: all day", ", half days: outside"), ["2026-01-01, 08:00-15:30"]),
        (duty.ONCALL.replace(HOURS, HOURS + ", half days: outside"), []),
        (duty.ONCALL.replace(HOURS + "}", "outside"), []),
        (EVENINGS, []),
        (duty.ONCALL + EVENINGS.replace("15:30-22:00", "11:00-22:00"), []),
    ],
)
def test_closed_hours_in_which_nobody_has_duty_are_warned_of(tmp_path: Path, oncall: str, warned: list[str]):
    load(tmp_path, oncall=oncall)
    found = [one for one in _warnings(tmp_path) if "nobody has duty" in one]
    assert [one.partition(": ")[0] for one in found] == warned


def _warnings(folder: Path) -> list[str]:
    return [problem.what for problem in build.warnings(build.load(folder, WORDS))]


def test_a_rota_without_hours_or_calendar_runs_always_on_its_desks_clock(tmp_path: Path):
    oncall = "ever: {name: All, desks: drift, people: per, start: 2026-03-02, rotate: 3d}\n"
    rota = load(tmp_path, oncall=oncall).rotas["ever"]
    assert (rota.calendar.zone, rota.days, rota.at.hour) == (OSLO, 3, 8)
    assert spans(rota.calendar, "2026-05-01") == ["00:00-24:00"]
