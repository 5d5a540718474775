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


DUE = [("/due fri 12:00", "/undo"), ("/frist fre 12:00", "/angre"), ("/rok pet 12:00", "/razveljavi")]


@pytest.mark.parametrize(("words", "undo"), DUE)
def test_undone_together_with_its_answer_nobody_hears_of_it(house: House, words: str, undo: str):
    notice = begun(house)
    house.reply(notice, f"{words}\nHei Ann, vi bestiller ny.")
    house.wait(seconds=10)
    house.reply(notice, undo)
    assert told(house) == []


def test_undone_together_with_its_answer_when_she_has_it_she_hears_that_it_no_longer_holds(house: House):
    notice = begun(house)
    house.reply(notice, "/frist fre 12:00\nHei Ann, vi bestiller ny.")
    assert len(told(house)) == 1
    house.reply(notice, "/angre")
    (letter,) = told(house)
    assert "gjelder ikke lenger" in letter.text


@pytest.mark.parametrize(("words", "undo"), DUE)
def test_of_two_dates_within_the_minute_the_last_undone_the_first_is_told(house: House, words: str, undo: str):
    notice = begun(house)
    house.reply(notice, words)
    house.wait(seconds=10)
    house.reply(notice, "/frist 9.3.")
    house.wait(seconds=10)
    house.reply(notice, undo)
    (letter,) = told(house)
    assert (letter.kind, "6. mars 2026 kl. 12:00" in letter.text) == ("promised", True)


def test_of_two_dates_she_heard_the_first_and_the_last_undone_she_hears_no_more(house: House):
    notice = begun(house)
    house.reply(notice, "/frist fre 12:00")
    assert len(told(house)) == 1
    house.reply(notice, "/frist 9.3.")
    house.wait(seconds=10)
    house.reply(notice, "/angre")
    assert told(house) == []


@pytest.mark.parametrize("none", ["", "\nHei Ann, vi ser på det."])
def test_a_date_that_is_withdrawn_before_it_left_is_not_spoken_of(house: House, none: str):
    notice = begun(house)
    house.reply(notice, "/frist fre 12:00")
    house.wait(seconds=10)
    house.reply(notice, f"/frist ingen{none}")
    got = told(house)
    assert [letter.kind for letter in got] == ["update"] * bool(none)
    assert not [letter for letter in got if "mars" in letter.text or "lenger" in letter.text]


@pytest.mark.parametrize("close", ["/close quiet", "/lukk stille", "/zapri tiho", "/lukk"])
def test_a_date_is_not_promised_for_a_case_that_is_solved(house: House, close: str):
    notice = begun(house)
    house.reply(notice, "/frist fre 12:00")
    house.wait(seconds=10)
    house.reply(notice, close)
    assert [letter.kind for letter in told(house)] == (["closing"] if close == "/lukk" else [])


def test_closed_and_open_again_by_undo_the_date_is_told(house: House):
    notice = begun(house)
    house.reply(notice, "/frist fre 12:00")
    house.wait(seconds=10)
    house.reply(notice, "/lukk stille")
    house.wait(seconds=10)
    house.reply(notice, "/angre")
    assert [letter.kind for letter in told(house)] == ["promised"]


@pytest.mark.parametrize("words", ["/due fri 12:00", "/frist fre 12:00", "/rok pet 12:00"])
def test_below_a_suppliers_answer_a_text_with_a_date_is_asked_about(house: House, words: str):
    canon = "help@canon.example"
    house.reply(begun(house), f"/spør {canon}\nHva betyr E-42?")
    house.wait(minutes=2)
    (question,) = [letter for letter in house.letters() if letter.to == canon]
    house.reply(question, "Varmeelementet er gåent.")
    (news,) = house.letters("supplier")
    house.reply(news, f"{words}\nHei Ann! Delen kommer, og vi belaster din avdeling.")
    house.wait(minutes=2)
    assert [letter.kind for letter in house.letters()] == ["error"]
