"""What a letter told holds, whatever changes around it.  The office is open 8 to 16 in Oslo; a Monday, 9:00."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.dated import due
from parts.house import House
from parts.promised import RESPONSE, SOLUTION, UPDATE, entry, hours, promise
from stories.test_promises_change import ANN, BO, made

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


# --- two cases become one ---------------------------------------------------------------------------------------------------------


def test_merged_into_a_case_that_was_answered_before_it_is_still_to_be_answered(house: House):
    promise(house, offers(house))
    asks(house)
    says(house, "1001", "Vi ser på det.")
    house.now += hours(2)
    asks(house, subject="Skriver igjen")
    says(house, "1002", "/slå sammen #1001")
    assert due(house)["first_response"] == "Mon 15:03"
    says(house, "1001", "Nå er vi på vei.")
    assert due(house) == {"resolution": "Tue 09:00"}


def test_the_answer_that_was_owed_with_it_is_missed_once(house: House):
    promise(house, offers(house))
    asks(house)
    says(house, "1001", "Vi ser på det.")
    house.now += hours(2)
    asks(house, subject="Skriver igjen")
    says(house, "1002", "/slå sammen #1001")
    for _ in range(10):
        house.now += hours(0.5)
        house.wait(seconds=0)
    missed = [event["data"]["target"] for event in house.case("1001")["events"] if event["kind"] == "breached"]
    assert missed == ["first_response"]


def test_merged_while_it_waits_it_is_put_off_until_then(house: House):
    promise(house, offers(house, WAITING, desks=("support",)))
    asks(house)
    says(house, "1001", "/vent kunde\nHva står på lappen?")
    house.now += hours(1)
    house.wait(seconds=0)
    asks(house, subject="En helt annen sak", to="drift@desk.example")
    says(house, "1001", "/slå sammen #1002")
    assert due(house, "1002") == {"resolution": "Tue 10:03"}


def test_merged_into_a_case_of_which_nothing_is_promised_it_is_still_due(house: House):
    promise(house, offers(house, desks=("support",)))
    asks(house)
    asks(house, subject="Nett", to="drift@desk.example")
    says(house, "1001", "/slå sammen #1002")
    assert due(house, "1002") == {"first_response": "Mon 13:00", "resolution": "Tue 09:00"}


def test_what_she_was_told_of_the_next_word_goes_along(house: House):
    terms = {RESPONSE: hours(4), UPDATE: hours(4)}
    promise(house, told=(RESPONSE, UPDATE), medium=terms)
    asks(house)
    says(house, "1001", "Vi ser på det.")
    asks(house, subject="En annen sak")
    house.now += hours(1)
    says(house, "1001", "/slå sammen #1002")
    assert due(house, "1002") == {"first_response": "Mon 13:03", "next_update": "Mon 13:01"}
    says(house, "1002", "Vi ser på begge.")
    assert due(house, "1002") == {"next_update": "Mon 14:06"}


def test_a_date_that_a_handler_promised_goes_along(house: House):
    promise(house, medium={RESPONSE: hours(4)})
    asks(house)
    asks(house, subject="En annen sak")
    says(house, "1001", "/frist i dag kl 15:00")
    says(house, "1001", "/slå sammen #1002")
    assert due(house, "1002")["resolution"] == "Mon 15:00"


def test_of_cases_that_are_separated_again_each_has_its_own_dates(house: House):
    promise(house, medium={RESPONSE: hours(4)}, told=(RESPONSE,))
    asks(house, BO, "Nett")
    house.now += hours(1)
    promise(house, medium={RESPONSE: hours(1)}, told=(RESPONSE,))
    asks(house)
    promise(house, medium={RESPONSE: hours(4)}, told=(RESPONSE,))
    says(house, "1002", "/slå sammen #1001 likevel")
    assert due(house, "1001") == {"first_response": "Mon 11:01"}
    says(house, "1002", "/angre")
    assert (due(house, "1001"), due(house, "1002")) == (
        {"first_response": "Mon 13:00"},
        {"first_response": "Mon 11:01"},
    )


# --- the next word ----------------------------------------------------------------------------------------------------------------


def hears_again(house: House) -> None:
    """She was told that she hears from us by Tuesday, 9:04; a reopening alone would give us until Wednesday."""
    promise(house, told=(RESPONSE, UPDATE), medium={RESPONSE: hours(4), UPDATE: hours(8)})
    asks(house)
    says(house, "1001", "Vi ser på det.")
    house.now += hours(1)


def test_closed_quietly_and_opened_again_she_hears_when_she_was_told(house: House):
    hears_again(house)
    says(house, "1001", "/lukk stille")
    house.now += hours(5)
    says(house, "1001", "/gjenåpne")
    assert due(house) == {"next_update": "Tue 14:03"}, "put off while it was solved"


@pytest.mark.parametrize("words", ["/lukk", "/lukk\nDen er byttet."])
def test_who_was_told_that_it_is_solved_has_heard(house: House, words: str):
    hears_again(house)
    says(house, "1001", words)
    says(house, "1001", "/gjenåpne")
    assert due(house) == {"next_update": "Tue 10:05"}


def test_however_often_it_is_opened_again_what_was_answered_is_over(house: House):
    hears_again(house)
    says(house, "1001", "Fortsatt.")
    for _ in range(11):
        says(house, "1001", "/lukk stille")
        says(house, "1001", "/gjenåpne")
    later = [event["data"] for event in house.case("1001")["events"] if event["kind"] == "pledged"]
    assert len(later) == 3
    assert due(house) == {"next_update": "Tue 10:25"}
