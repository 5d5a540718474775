"""What letters told and what slipped, as a report of the month judges it: sla.yaml, real letters, and the clock that wakes cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from parts import duty
from parts.house import House

from maild.decide.report.month import Wanted, figures
from maild.decide.report.tale import KINDS
from maild.model.report import Kept, Period, Report
from maild.store import report

ANN = "Ann Berg <ann@kunde.example>"
SLA = """
targets:
  support:
    for: {desk: support}
    tell: [first_response, resolution]
    medium: {first_response: 4h, resolution: 1d}
"""
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Monday at ten in Oslo; the office is open from eight to four."""
    made = House(tmp_path, desks=duty.DESKS, people=duty.PEOPLE, calendars=duty.CALENDARS, sla=SLA)
    made.mail(ANN, "Skriver", "Hei, skriveren står, og jeg trenger den i dag. Kan dere hjelpe meg?")
    made.wait(minutes=2)
    made.letters()
    yield made
    made.database.close()


def kept(house: House, target: str) -> Kept | None:
    return judged(house).promises[target].get(("all", ""))


def judged(house: House) -> Report:
    since, until = datetime(2026, 2, 27, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC)
    return figures(report.stories(house.session, since, until, KINDS), Wanted(MARCH, house.now), house.policy)


def says(house: House, text: str, **after: float) -> None:
    house.wait(**after)
    house.reply(house.newest("1001", "handler:%"), text, "Kari Nordmann <kari@staff.example>")
    house.wait(minutes=2)
    house.letters()


def test_answered_and_solved_by_when_the_letter_told(house: House) -> None:
    assert "pledged" in house.kinds("1001")
    says(house, "/ta\n\nSe etter papir.", hours=3)
    says(house, "/lukk\n\nFint.", hours=1)
    assert (kept(house, "first_response"), kept(house, "resolution")) == (Kept(kept=1), Kept(kept=1))


def test_late_is_late_and_counts_once(house: House) -> None:
    says(house, "/ta\n\nSe etter papir.", hours=5)
    assert "breached" in house.kinds("1001")
    assert kept(house, "first_response") == Kept(broken=1)
    assert kept(house, "resolution") is None
    says(house, "/lukk\n\nFint.", days=3)
    assert (kept(house, "first_response"), kept(house, "resolution")) == (Kept(broken=1), Kept(broken=1))


def test_the_time_in_which_it_waits_for_her_is_not_counted(house: House) -> None:
    says(house, "/ta\n/vent kunde\n\nHvilken modell er det?", hours=1)
    house.wait(days=4)
    house.reply(house.newest("1001", "person:%"), "En M607.", ANN)
    says(house, "/lukk\n\nDa vet jeg det.", hours=2)
    assert (kept(house, "first_response"), kept(house, "resolution")) == (Kept(kept=1), Kept(kept=1))


def test_a_promise_that_was_broken_is_broken_also_for_a_policy_that_promises_more_time(
    house: House, tmp_path: Path
) -> None:
    (tmp_path / "rules" / "sla.yaml").write_text(SLA.replace("4h", "6h"))
    house.load()
    says(house, "/ta\n\nSe etter papir.", hours=5)
    assert kept(house, "first_response") == Kept(broken=1)


def test_an_answer_that_is_taken_back_kept_nothing(house: House) -> None:
    house.wait(hours=1)
    row = house.reply(house.newest("1001", "handler:%"), "/ta\n\nSe etter papir.", "Kari Nordmann <kari@staff.example>")
    assert row
    house.wait(seconds=5)
    receipt = next(letter for letter in house.letters() if letter.to == "kari@staff.example")
    house.reply(receipt, "/angre")
    house.wait(hours=6)
    assert "retracted" in house.kinds("1001")
    assert kept(house, "first_response") == Kept(broken=1)
    assert judged(house).totals.replies == 0
