"""Spam: nobody is told of it, and the sender's next mail that may be anybody's is looked at by nobody."""

from __future__ import annotations

import pytest
from parts.house import Got, House

EVE = "Eve <eve@spam.example>"
KARI = "kari@staff.example"


def begun(house: House, *, proven: bool = False) -> tuple[Got, Got]:
    house.mail(EVE, "Billig", "Kjøp nå.", proven=proven)
    ack, notice = house.letters()
    return ack, notice


@pytest.mark.parametrize("verb", ["/spam", "/søppel", "/soppel", "/smeti"])
def test_it_is_closed_without_a_letter_to_anybody(house: House, verb: str):
    house.reply(begun(house)[1], verb)
    house.wait(days=1)
    assert [(letter.kind, letter.to) for letter in house.letters()] == [("receipt", KARI)]
    assert (house.case("1001")["status"], house.case("1001")["labels"]) == ("closed", ["spam"])


def test_the_senders_next_unproven_mail_is_quarantined(house: House):
    house.reply(begun(house)[1], "/søppel")
    house.letters()
    house.mail(EVE, "Billigere", "Kjøp igjen.", proven=False)
    house.wait(days=1)
    assert house.letters() == []
    case = house.case("1002")
    assert (case["status"], case["labels"], case["handler"]) == ("closed", ["quarantine"], None)
    assert house.session.all(
        "SELECT c.number FROM label l JOIN cases c ON c.id=l.case_id WHERE l.label='quarantine'"
    ) == [("1002",)]


def test_so_is_an_answer_to_the_acknowledgement_that_the_spammer_got(house: House):
    ack, notice = begun(house)
    house.reply(notice, "/søppel")
    house.letters()
    house.reply(ack, "Fikk dere den?", EVE, proven=False)
    house.wait(days=1)
    assert house.letters() == []
    assert house.case("1002")["labels"] == ["quarantine"]


def test_a_proven_mail_of_the_same_address_is_as_anybodys(house: House):
    house.reply(begun(house)[1], "/søppel")
    house.letters()
    house.mail(EVE, "Hei", "Noen har misbrukt adressen min.")
    assert {letter.kind for letter in house.letters()} == {"ack", "notice"}


def test_an_unproven_answer_in_another_case_of_the_same_address_still_joins(house: House):
    house.mail(EVE, "Skriver", "Den står.")
    ack = house.letters("ack")[0]
    house.mail(EVE, "Billig", "Kjøp nå.", proven=False)
    house.reply(house.letters("notice")[0], "/søppel")
    house.letters()
    house.reply(ack, "Den står ennå.", EVE, proven=False)
    house.wait(seconds=61)
    assert [letter.kind for letter in house.letters()] == ["update"]


@pytest.mark.parametrize("verb", ["/reopen", "/gjenåpne"])
def test_opening_it_again_lifts_the_quarantine(house: House, verb: str):
    notice = begun(house)[1]
    house.reply(notice, "/søppel")
    house.letters()
    house.reply(notice, verb)
    (receipt,) = house.letters()
    assert "ikke søppelpost: saken er åpen igjen" in receipt.text
    assert (house.case("1001")["status"], house.case("1001")["labels"]) == ("open", [])
    assert house.session.all("SELECT * FROM label WHERE label='spam'") == []
    house.mail(EVE, "Skriver", "Den står.", proven=False)
    assert {letter.kind for letter in house.letters()} == {"ack", "notice"}


def test_spam_gets_no_words(house: House):
    house.reply(begun(house)[1], "/søppel\nHold opp!")
    house.wait(seconds=61)
    (error,) = house.letters()
    assert "søppelpost får ikke svar; ta bort teksten" in error.text
    assert house.case("1001")["status"] == "new"


@pytest.mark.parametrize("verb", ["/undo", "/angre", "/razveljavi"])
def test_undo_lifts_it_too(house: House, verb: str):
    notice = begun(house)[1]
    house.reply(notice, "/søppel")
    house.reply(notice, verb)
    house.letters()
    assert (house.case("1001")["status"], house.case("1001")["labels"]) == ("new", [])
    house.mail(EVE, "Skriver", "Den står.", proven=False)
    assert {letter.kind for letter in house.letters()} == {"ack", "notice"}
