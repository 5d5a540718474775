"""A command in reply to a letter that is older than the customer's last word asks first; and what a receipt says."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN = "Ann Berg <ann@kunde.example>"


def overtaken(house: House, words: str) -> Got:
    """She writes after the notice; the handler answers the notice all the same."""
    house.mail(ANN, "Skriver", "Den står.")
    ack, notice = house.letters()
    house.reply(ack, "Nå ryker det av den!", ANN)
    house.reply(notice, words)
    (error,) = [letter for letter in house.letters() if letter.kind == "error"]
    return error


@pytest.mark.parametrize(
    "words", ["/close", "lukk", "/zapri", "/lukk stille", "/wait customer", "/vent 3d", "/čakaj 3d"]
)
def test_the_answer_shows_what_she_wrote_and_the_same_line_is_enough(house: House, words: str):
    error = overtaken(house, words)
    assert house.case("1001")["status"] == "new"
    assert "| Nå ryker det av den!" in error.text
    assert "kunden har skrevet siden e-posten du svarte på" in error.text
    house.reply(error, words)
    assert house.case("1001")["status"] in ("solved", "waiting", "on_hold")


def test_the_text_below_is_kept_for_the_second_time(house: House):
    error = overtaken(house, "/lukk\nDet er ordnet.")
    house.reply(error, "/lukk")
    house.wait(seconds=61)
    (closing,) = [letter for letter in house.letters() if letter.to == "ann@kunde.example"]
    assert "Det er ordnet." in closing.text


def test_a_line_said_twice_closes_once(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    house.reply(notice, "/lukk\n/lukk")
    house.wait(seconds=61)
    assert [letter.kind for letter in house.letters()].count("closing") == 1


def test_who_was_overtaken_once_more_is_asked_once_more(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    ack, notice = house.letters()
    house.reply(ack, "Nå ryker det av den!", ANN)
    house.reply(notice, "/lukk")
    (error,) = [letter for letter in house.letters() if letter.kind == "error"]
    house.reply(ack, "Nå brenner det!", ANN)
    house.reply(error, "/lukk")
    (again,) = [letter for letter in house.letters() if letter.kind == "error"]
    assert "| Nå brenner det!" in again.text
    assert house.case("1001")["status"] == "new"


def test_other_commands_go_on(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    ack, notice = house.letters()
    house.reply(ack, "Nå ryker det av den!", ANN)
    house.reply(notice, "/prioritet kritisk")
    assert house.case("1001")["priority"] == "critical"


def test_a_receipt_says_old_and_new_and_each_letter_with_its_time(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    house.reply(notice, "/prioritet høy\n/tildel ola\n/lukk\nDet er ordnet.")
    (receipt,) = [letter for letter in house.letters() if letter.kind == "receipt"]
    assert "/prioritet høy: prioritet: høy (var medium)" in receipt.text
    assert "/tildel ola: Ola Hansen har fått saken (var Kari Nordmann)" in receipt.text
    assert "teksten din går til Ann Berg mandag 2. mars 2026 kl. 10:01" in receipt.text
    assert "Ola Hansen får beskjed nå" in receipt.text
