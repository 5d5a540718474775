"""What a letter told holds, whatever changes around it.  The office is open 8 to 16 in Oslo; a Monday, 9:00."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.dated import due
from parts.house import House
from parts.promised import RESPONSE, SOLUTION, entry, hours, promise
from stories.test_promises_change import ANN, made

from maild.model.events import Priority, Status
from maild.model.sla import Sla

WAITING, ON_HOLD = Status.WAITING, Status.ON_HOLD


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = made(tmp_path)
    yield found
    found.database.close()


def offers(house: House, *pauses: Status, **which: tuple[str, ...]) -> Sla:
    """Of the desk's priorities only the usual one is promised anything: an answer in 4 hours, a solution in a day."""
    medium = {Priority.MEDIUM: {RESPONSE: hours(4), SOLUTION: hours(8)}}
    office = house.policy.calendar_of("support")
    return entry(office, medium, told=(RESPONSE, SOLUTION), pauses=frozenset(pauses), **which)


def says(house: House, number: str, text: str, *, minutes: int = 2) -> None:
    house.reply(house.newest(number, "handler:%"), text)
    house.wait(minutes=minutes)


def asks(house: House, sender: str = ANN, subject: str = "Skriver", **headers: str) -> None:
    house.mail(sender, subject, "Hei, den virker ikke, og jeg trenger den i dag. Kan dere hjelpe?", **headers)
    house.wait(minutes=1)


# --- what stands still ------------------------------------------------------------------------------------------------------------


def test_a_pause_that_the_file_names_later_does_not_put_off_what_was_told(house: House):
    promise(house, offers(house, WAITING))
    asks(house)
    says(house, "1001", "Vi ser på det.")
    says(house, "1001", "/vent 2d")
    promise(house, offers(house, WAITING, ON_HOLD))
    house.now += hours(3)
    house.wait(seconds=0)
    assert due(house) == {"resolution": "Tue 09:00"}


def test_nor_does_a_move_to_a_desk_that_promises_nothing(house: House):
    promise(house, offers(house, desks=("support",)))
    asks(house)
    question = house.newest("1001", "handler:%")
    house.reply(question, "/vent kunde\nHva står på lappen?")
    house.wait(minutes=2)
    letter = next(one for one in house.letters() if one.to == "ann@kunde.example" and one.kind != "ack")
    house.now += hours(5)
    house.reply(letter, "HP 4000", ANN)
    says(house, "1001", "/tildel drift")
    assert due(house) == {"resolution": "Tue 09:00"}


def test_a_pause_that_the_file_names_no_more_puts_it_off_still(house: House):
    promise(house, offers(house, ON_HOLD, desks=("support",)))
    asks(house)
    says(house, "1001", "Vi ser på det.")
    says(house, "1001", "/vent 2t", minutes=0)
    house.now += hours(2.5)
    house.wait(seconds=0)
    says(house, "1001", "/tildel drift")
    assert due(house) == {"resolution": "Tue 11:30"}
