"""A month's report says of each promise what the daemon said of it while it ran."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from parts import duty, ladders
from parts.house import House

from maild.decide.report.month import Wanted, figures
from maild.decide.report.tale import KINDS
from maild.model.report import Kept, Period
from maild.store import report

ANN = "Ann Berg <ann@kunde.example>"
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
OFFICE = {"desks": duty.DESKS, "people": ladders.PEOPLE, "calendars": duty.CALENDARS, "routing": ladders.TO_KARI}
Open = Callable[..., House]


def oslo(day: int, clock: str) -> datetime:
    at = datetime.fromisoformat(f"2026-03-{day:02}T{clock}").replace(tzinfo=ZoneInfo("Europe/Oslo"))
    return at.astimezone(UTC)


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    def at(now: datetime, **files: str) -> House:
        house = House(tmp_path, **{**OFFICE, **files})
        house.now = now
        house.mail(ANN, "Skriver", "Hei, skriveren virker ikke, og jeg trenger den i dag. Kan dere hjelpe meg?")
        house.letters()
        return house

    return at


def kept(house: House, target: str = "first_response") -> Kept | None:
    since, until = MARCH.bounds(UTC)
    day = timedelta(days=1)
    with house.session.transaction():
        stories = list(report.stories(house.session, since - day, until + day, KINDS, frozenset(), addresses=False))
    return figures(stories, Wanted(MARCH, house.now), house.policy).promises[target].get(("all", ""))


def broken(house: House) -> list[str]:
    return [one["data"]["target"] for one in house.case("1001")["events"] if one["kind"] == "breached"]


def answer(house: House, text: str) -> None:
    house.reply(house.newest("1001", "handler:%"), text)
    house.wait(minutes=2)
    house.letters()


# --- which promise ----------------------------------------------------------------------------------------------------------------

LINES = duty.DESKS.replace("  calendar: office\n", "  calendar: office\n  lines: {'1': [kari], '2': [ola]}\n", 1)
BY_LINE = """
targets:
  first: {for: {desk: support, line: "1"}, calendar: always, medium: {first_response: 2h}, tell: []}
"""


def test_what_is_promised_of_a_line_is_promised_before_anybody_escalates(opened: Open) -> None:
    house = opened(oslo(2, "09:00"), desks=LINES, sla=BY_LINE)
    house.wait(minutes=30)
    answer(house, "Den virker nå.")
    assert kept(house) == Kept(kept=1)


def test_an_agreement_is_in_force_from_midnight_of_the_desk(opened: Open) -> None:
    house = opened(
        oslo(2, "00:30"),
        sla="targets:\n  hers: {for: {agreement: drift}, calendar: always, medium: {first_response: 2h}, tell: []}\n",
        agreements="drift: {organisations: [kunde], name: Driftsavtale, from: 2026-03-02}\n",
        customers="kunde: {name: Kunde, domains: [kunde.example]}\n",
    )
    house.wait(minutes=30)
    answer(house, "Den virker nå.")
    assert kept(house) == Kept(kept=1)


# --- by which date ----------------------------------------------------------------------------------------------------------------

TOLD = """
targets:
  alle: {for: {desk: support}, calendar: office, tell: [first_response, resolution], medium: {first_response: 4h, resolution: 1d}}
"""


def test_what_a_handler_promised_earlier_than_the_letter_is_broken_in_the_report_too(opened: Open) -> None:
    house = opened(oslo(2, "09:00"), sla=TOLD)
    answer(house, "/frist i dag kl 15:00\nVi ser på det i dag.")
    house.now = oslo(2, "15:45")
    house.wait(seconds=0)
    answer(house, "/lukk\nFerdig.")
    assert (broken(house), kept(house, "resolution")) == (["resolution"], Kept(broken=1))


# --- what is an answer ------------------------------------------------------------------------------------------------------------


def reopened_after(house: House, line: str) -> None:
    """Solved within the hour, and the next day it is open again: the two days after that nobody writes."""
    answer(house, line)
    house.wait(days=1)
    answer(house, "/gjenåpne")
    house.now = oslo(5, "15:00")
    house.wait(seconds=0)


def test_a_solution_of_which_she_was_told_is_an_answer_also_when_the_case_is_open_again(opened: Open) -> None:
    house = opened(oslo(2, "09:00"), sla=TOLD)
    reopened_after(house, "/lukk")
    assert (broken(house), kept(house)) == (["resolution"], Kept(kept=1))


def test_one_of_which_she_was_not_told_is_none(opened: Open) -> None:
    house = opened(oslo(2, "09:00"), sla=TOLD)
    reopened_after(house, "/lukk stille")
    assert broken(house) == ["first_response", "resolution"]


def test_nor_is_one_that_was_undone(opened: Open) -> None:
    house = opened(oslo(2, "09:00"), sla=TOLD)
    answer(house, "/lukk")
    answer(house, "/angre")
    house.now = oslo(2, "14:00")
    house.wait(seconds=0)
    assert (broken(house), kept(house)) == (["first_response"], Kept(broken=1))
