"""What waits to be told, and what numbers say, where a case is confidential: only its own people hear of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts.house import DESKS, Got, House

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"
KARI, OLA = "kari@staff.example", "ola@staff.example"
QUIET = DESKS.replace("name: Drift\n", "name: Drift\n  confidential: true\n")
PEOPLE = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example], digest: none, desks: [support]}
ola: {name: Ola Hansen, addresses: [ola@staff.example], digest: none, desks: [drift, podpora, help]}
"""
LEAD = "lea: {name: Lea Holm, addresses: [lea@staff.example], digest: none, desks: [support, drift]}\n"
LEA = "Lea Holm <lea@staff.example>"
SICK = "Legeerklæring: jeg er syk."
PATIENCE = 300


@pytest.fixture
def quiet(tmp_path: Path) -> House:
    return House(tmp_path, desks=QUIET, people=PEOPLE)


def begun(house: House) -> tuple[Got, Got]:
    """Kari's case; Ann's letter, and Kari's."""
    house.mail(ANN, "Skriver", "Den står.")
    ack, notice = house.letters()
    house.reply(notice, "/ta")
    house.wait(seconds=1)
    house.letters()
    return ack, notice


def hidden(house: House) -> Got:
    """Bo's case, at the desk of which nobody else may know; Ola's letter."""
    house.mail(BO, "Lønn til Bo", "Hvor er den?", "drift@desk.example")
    return house.letters("notice")[0]


def after(house: House) -> list[Got]:
    house.wait(seconds=PATIENCE)
    return house.letters()


def names(letter: Got, number: str) -> bool:
    return number in letter.text


@pytest.mark.parametrize("words", ["/assign drift", "/tildel drift", "/dodeli drift"])
def test_what_waits_for_her_does_not_leave_when_the_case_is_hidden_from_her(quiet: House, words: str):
    ack, notice = begun(quiet)
    quiet.reply(ack, SICK, ANN)
    quiet.wait(seconds=5)
    quiet.reply(notice, words)
    got = after(quiet)
    assert [letter.to for letter in got if SICK in letter.text] == [OLA], "and its own people read it"
    assert "taken_back" in quiet.kinds("1001")


def test_its_own_people_read_it_though_they_knew_the_case(quiet: House):
    ack, notice = begun(quiet)
    quiet.reply(notice, "/tildel drift")
    (told,) = [letter for letter in after(quiet) if letter.to == OLA]
    quiet.reply(told, "/tildel support")
    after(quiet)
    notice = quiet.newest("1001", "handler:kari")
    quiet.reply(ack, SICK, ANN)
    quiet.wait(seconds=5)
    quiet.reply(notice, "/tildel drift\n/notat Til dere.")
    assert [letter.to for letter in after(quiet) if SICK in letter.text] == [OLA]


def test_where_it_only_goes_to_an_open_desk_she_reads_what_waited(quiet: House):
    ack, notice = begun(quiet)
    quiet.reply(ack, SICK, ANN)
    quiet.wait(seconds=5)
    quiet.reply(notice, "/tildel podpora")
    assert KARI in [letter.to for letter in after(quiet) if SICK in letter.text]


@pytest.mark.parametrize("undo", ["undo", "angre", "razveljavi"])
def test_undone_by_who_works_at_both_desks_she_reads_it_after_all(tmp_path: Path, undo: str):
    house = House(tmp_path, desks=QUIET, people=PEOPLE + LEAD)
    ack, _ = begun(house)
    house.reply(ack, SICK, ANN)
    house.wait(seconds=5)
    house.mail(LEA, "Flytt", "1001 tildel drift")
    house.wait(seconds=5)
    house.letters()
    house.mail(LEA, "Flytt", f"1001 {undo}")
    assert house.case("1001")["handler"] == KARI
    assert KARI in [letter.to for letter in after(house) if SICK in letter.text]


def test_a_task_of_hers_is_hers_wherever_the_case_is(quiet: House):
    _, notice = begun(quiet)
    quiet.reply(notice, "/oppgave Sjekke; kari\n/tildel drift")
    assert "Sjekke" in "".join(letter.text for letter in after(quiet) if letter.to == KARI)


@pytest.mark.parametrize("words", ["/link #1001", "/kobl #1001", "/kople #1001", "/poveži #1001"])
def test_a_case_that_is_linked_to_hers_is_not_named_to_her(quiet: House, words: str):
    ack, _ = begun(quiet)
    quiet.reply(hidden(quiet), words)
    assert [letter.kind for letter in quiet.letters()] == ["receipt"]
    quiet.reply(ack, "Mer.", ANN)
    (update,) = after(quiet)
    assert (update.to, names(update, "1002")) == (KARI, False)


def test_its_own_people_are_told_of_both(quiet: House):
    begun(quiet)
    letter = hidden(quiet)
    quiet.mail(ANN, "Vrata", "De lukker ikke.", "drift@desk.example")
    ack = quiet.letters("ack")[-1]
    quiet.reply(letter, "/kobl #1003\n/kobl #1001")
    quiet.letters()
    quiet.reply(ack, "Mer.", ANN)
    (update,) = [letter for letter in after(quiet) if letter.to == OLA]
    assert names(update, "#1002")


def test_a_case_that_waited_for_hers_and_goes_on_is_not_named_in_her_receipt(quiet: House):
    _, notice = begun(quiet)
    quiet.reply(hidden(quiet), "/vent #1001")
    quiet.letters()
    quiet.reply(notice, "/lukk")
    got = after(quiet)
    assert [names(letter, "1002") for letter in got if letter.to == KARI] == [False]
    assert [letter.kind for letter in got if letter.to == OLA] == ["woken"]


def test_whoever_may_know_of_it_is_told_that_it_goes_on(quiet: House):
    _, notice = begun(quiet)
    quiet.mail(BO, "Nett", "Nede.")
    (other,) = quiet.letters("notice")
    quiet.reply(other, "/vent #1001")
    quiet.letters()
    quiet.reply(notice, "/lukk")
    assert [names(letter, "#1002") for letter in after(quiet) if letter.kind == "receipt"] == [True]
