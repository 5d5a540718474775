"""A case that rests, and what wakes it."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"


def begun(house: House, subject: str = "Skriver", sender: str = ANN) -> Got:
    """A case; its notice to the handler."""
    return both(house, subject, sender)[1]


def both(house: House, subject: str = "Skriver", sender: str = ANN) -> tuple[Got, Got]:
    """A case; what the customer got, and the handler."""
    house.mail(sender, subject, "Den står.")
    ack, notice = house.letters()
    return ack, notice


@pytest.mark.parametrize("words", ["/vent kunde", "/wait customer", "vent kunden", "/čakaj stranko"])
def test_a_case_that_waits_for_the_customer_goes_on_when_she_writes(house: House, words: str):
    ack, notice = both(house)
    house.reply(notice, words)
    assert house.case("1001")["status"] == "waiting"
    house.reply(ack, "Her er nummeret.", ANN)
    house.wait(seconds=61)
    assert house.case("1001")["status"] == "open"
    assert [letter.kind for letter in house.letters() if letter.kind != "receipt"] == ["update"], "one letter, her mail"


def test_the_text_below_goes_to_her_while_the_case_waits(house: House):
    house.reply(begun(house), "/vent kunde\nHva står det på lappen under?")
    house.wait(seconds=61)
    (update,) = [letter for letter in house.letters() if letter.kind == "update"]
    assert (update.to, house.case("1001")["status"]) == ("ann@kunde.example", "waiting")


def test_a_case_that_rests_for_days_comes_back_by_a_letter(house: House):
    notice = begun(house)
    house.reply(notice, "/vent 3d")
    (receipt,) = house.letters()
    assert "saken er satt på vent til torsdag 5. mars 2026 kl. 08:00" in receipt.text
    assert house.case("1001")["status"] == "on_hold"
    house.wait(days=2)
    assert house.letters() == []
    house.wait(days=1)
    (woken,) = house.letters()
    assert (woken.kind, woken.to) == ("woken", notice.to)
    assert "Du ville bli minnet om denne saken nå. Saken er åpen igjen." in woken.text
    assert house.case("1001")["status"] == "open"
    house.wait(days=5)
    assert house.letters() == [], "once"


def test_who_puts_it_off_again_is_told_until_when_it_would_have_rested(house: House):
    notice = begun(house)
    house.reply(notice, "/vent 3d")
    house.letters()
    house.reply(notice, "/vent 5d")
    (receipt,) = house.letters()
    assert "til lørdag 7. mars 2026 kl. 08:00 (var torsdag 5. mars 2026 kl. 08:00)" in receipt.text


def test_a_customer_who_writes_ends_the_rest_and_no_reminder_follows(house: House):
    ack, notice = both(house)
    house.reply(notice, "/vent 3d")
    house.reply(ack, "Det haster nå.", ANN)
    house.wait(seconds=61)
    assert house.case("1001")["status"] == "open"
    house.letters()
    house.wait(days=4)
    assert house.letters() == []


def test_a_handler_ends_the_rest_himself_and_no_reminder_follows(house: House):
    notice = begun(house)
    house.reply(notice, "/vent 3d")
    house.letters()
    house.reply(notice, "/gjenåpne")
    (receipt,) = house.letters()
    assert (receipt.kind, "åpnet igjen" in receipt.text) == ("receipt", True)
    assert house.case("1001")["status"] == "open"
    house.wait(days=4)
    assert house.letters() == []


def test_a_robot_of_the_customer_wakes_nothing(house: House):
    ack, notice = both(house)
    house.reply(notice, "/vent kunde")
    house.reply(ack, "Jeg er på ferie.", ANN, Auto_Submitted="auto-replied")
    assert house.case("1001")["status"] == "waiting"


def test_a_case_that_waits_for_another_goes_on_when_that_is_solved(house: House):
    first, second = begun(house), begun(house, "Nettet er nede", BO)
    house.reply(first, "/vent #1002")
    assert house.case("1001")["status"] == "on_hold"
    house.letters()
    house.reply(second, "/lukk")
    (woken,) = [letter for letter in house.letters() if letter.kind == "woken"]
    assert woken.to == first.to
    assert "Sak #1002, som denne ventet på, er løst." in woken.text
    assert house.case("1001")["status"] == "open"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/vent", "vente på hva?"),
        ("/vent på godt vær", "ingen slik dato eller tid"),
        ("/vent 31.4.", "den siste i måneden er 30.4."),
        ("/vent 1.3.2026", "det er allerede forbi"),
        ("/vent 400d", "mer enn ett år fram"),
        ("/vent #1001", "det finnes ingen annen sak #1001"),
        ("/vent #9999", "det finnes ingen annen sak #9999"),
    ],
)
def test_a_rest_without_an_end_is_refused_with_its_cure(house: House, words: str, said: str):
    house.reply(begun(house), words)
    (error,) = house.letters()
    assert error.kind == "error"
    assert said in error.text
    assert house.case("1001")["status"] == "new"


def test_two_cases_never_wait_for_each_other(house: House):
    first, second = begun(house), begun(house, "Nettet er nede", BO)
    house.reply(first, "/vent #1002")
    house.letters()
    house.reply(second, "/vent #1001")
    (error,) = house.letters()
    assert "#1001 venter allerede på denne" in error.text


def test_a_sentence_that_begins_so_is_a_sentence(house: House):
    house.reply(begun(house), "Vent med å slå den på.")
    house.wait(seconds=61)
    (update,) = house.letters()
    assert "Vent med å slå den på." in update.text
