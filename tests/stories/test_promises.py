"""A date that a handler promises is told to the customer: by a short letter, or in the answer that goes out anyway."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN = "Ann Berg <ann@kunde.example>"


def begun(house: House, to: str = "support@desk.example") -> Got:
    house.mail(ANN, "Skriver", "Den står.", to)
    return house.letters("notice")[0]


def told(house: House) -> list[Got]:
    """What the customer gets."""
    house.wait(minutes=2)
    return [letter for letter in house.letters() if letter.to == "ann@kunde.example"]


@pytest.mark.parametrize("words", ["/due fri 12:00", "/frist fre 12:00", "/frist fredag 12:00", "/rok pet 12:00"])
def test_a_date_is_told_and_the_receipt_says_to_whom(house: House, words: str):
    house.reply(begun(house), words)
    (receipt,) = house.letters("receipt")
    assert "Ann Berg" in receipt.text
    (letter,) = told(house)
    assert (letter.kind, "6. mars 2026 kl. 12:00" in letter.text) == ("promised", True)
    assert told(house) == [], "once"


def test_with_an_answer_it_stands_in_that_and_is_no_letter_of_its_own(house: House):
    notice = begun(house)
    house.reply(notice, "/frist fre 12:00\nHei Ann, vi bestiller ny.")
    (update,) = told(house)
    assert (update.kind, "Hei Ann, vi bestiller ny." in update.text) == ("update", True)
    assert "Dette har vi lovet innen fredag 6. mars 2026 kl. 12:00." in update.text
    house.reply(notice, "Den er på vei.")
    assert "lovet" not in told(house)[0].text, "it is said once"


def test_two_dates_within_the_minute_are_one_letter(house: House):
    notice = begun(house)
    house.reply(notice, "/frist fre 12:00")
    house.reply(notice, "/frist 9.3.")
    (letter,) = told(house)
    assert ("9. mars 2026" in letter.text, "6. mars" in letter.text) == (True, False)


@pytest.mark.parametrize("words", ["/due none", "/frist ingen", "/rok nič"])
def test_a_date_that_no_longer_holds_is_told_too(house: House, words: str):
    notice = begun(house)
    house.reply(notice, "/frist fre 12:00")
    told(house)
    house.reply(notice, words)
    (letter,) = told(house)
    assert (letter.kind, "gjelder ikke lenger" in letter.text) == ("promised", True)


def test_where_nothing_changes_nothing_is_told(house: House):
    notice = begun(house)
    house.reply(notice, "/frist ingen")
    assert told(house) == []
    house.reply(notice, "/frist fre 12:00")
    assert len(told(house)) == 1
    house.reply(notice, "/frist fre 12:00")
    assert told(house) == []


@pytest.mark.parametrize("undo", ["/undo", "/angre", "/razveljavi"])
def test_what_is_undone_in_time_nobody_hears_of(house: House, undo: str):
    notice = begun(house)
    house.reply(notice, "/frist fre 12:00")
    house.reply(notice, undo)
    assert told(house) == []
    assert "promised" in house.kinds("1001")


def test_what_is_undone_later_is_told(house: House):
    notice = begun(house)
    house.reply(notice, "/frist fre 12:00")
    told(house)
    house.reply(notice, "/angre")
    (letter,) = told(house)
    assert "gjelder ikke lenger" in letter.text
