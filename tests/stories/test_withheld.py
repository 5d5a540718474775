"""An answer that waits its minute when the case becomes another's, or spam: it stays here, that is said, and /undo lets it go."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN = "Ann Berg <ann@kunde.example>"
BO = "bo@kunde.example"
ANSWER = "Hei Ann, svaret er 42."
FOR = [
    ("help", "/for bo@kunde.example", "/undo", "the answer to Ann Berg has not left", "send it again", "after all"),
    ("support", "/for bo@kunde.example", "/angre", "svaret til Ann Berg var ikke sendt", "send det på nytt", "likevel"),
    ("drift", "/for bo@kunde.example", "/angre", "svaret til Ann Berg var ikkje sendt", "send det på nytt", "likevel"),
    ("podpora", "/za bo@kunde.example", "/razveljavi", "odgovor še ni odšel", "ga pošljite znova", "vseeno"),
]
SPAM = [
    ("help", "/spam", "/undo", "the mail to Ann Berg has not left"),
    ("support", "/søppel", "/angre", "e-posten til Ann Berg var ikke sendt"),
    ("drift", "/søppel", "/angre", "e-posten til Ann Berg var ikkje send"),
    ("podpora", "/smeti", "/razveljavi", "sporočilo še ni odšlo"),
]


def answered(house: House, desk: str = "support") -> Got:
    """An answer that has not left; the notice of the case."""
    house.mail(ANN, "E-42", "E-42", f"{desk}@desk.example")
    notice = house.letters("notice")[0]
    house.reply(notice, ANSWER)
    house.wait(seconds=20)
    house.letters()
    return notice


def receipt(house: House) -> Got:
    (got,) = house.letters("receipt")
    return got


def answers(house: House) -> list[tuple[str, bool]]:
    house.wait(seconds=120)
    return [(letter.to, ANSWER in letter.text) for letter in house.letters("update")]


@pytest.mark.parametrize(("desk", "line", "undo", "said", "cure", "after_all"), FOR)
def test_for_takes_it_back_and_says_so(
    house: House, desk: str, line: str, undo: str, said: str, cure: str, after_all: str
):
    house.reply(answered(house, desk), line)
    text = receipt(house).text
    assert (said in text, cure in text) == (True, True)
    assert answers(house) == []
    assert house.session.all("SELECT internal FROM message ORDER BY id") == [(0,), (1,), (1,)], "nobody got it"


@pytest.mark.parametrize(("desk", "line", "undo", "said", "cure", "after_all"), FOR)
def test_undone_it_leaves_after_all(
    house: House, desk: str, line: str, undo: str, said: str, cure: str, after_all: str
):
    house.reply(answered(house, desk), line)
    house.reply(receipt(house), undo)
    assert after_all in receipt(house).text
    assert answers(house) == [("ann@kunde.example", True)]
    assert house.session.all("SELECT internal FROM message ORDER BY id") == [(0,), (0,), (1,), (1,)]


@pytest.mark.parametrize(("desk", "line", "undo", "said"), SPAM)
def test_so_does_spam(house: House, desk: str, line: str, undo: str, said: str):
    house.reply(answered(house, desk), line)
    done = receipt(house)
    assert said in done.text
    house.wait(seconds=300)
    assert house.letters() == []
    house.reply(done, undo)
    assert answers(house) == [("ann@kunde.example", True)]


def test_an_answer_that_was_undone_itself_stays_here(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    notice = house.letters("notice")[0]
    house.reply(notice, f"/prioritet lav\n{ANSWER}")
    first = receipt(house)
    house.reply(notice, f"/for {BO}")
    second = receipt(house)
    house.reply(first, "/angre")
    house.reply(second, "/angre")
    assert answers(house) == []


def test_an_answer_that_left_after_all_is_not_said_to_wait(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    notice = house.letters("notice")[0]
    house.reply(notice, f"/prioritet lav\n{ANSWER}")
    first = receipt(house)
    house.reply(notice, f"/for {BO}")
    house.reply(receipt(house), "/angre")
    assert answers(house) == [("ann@kunde.example", True)]
    house.reply(first, "/angre")
    assert "er allerede sendt og kan ikke kalles tilbake" in receipt(house).text


def test_who_gets_the_same_answer_in_copy_still_gets_it(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    notice = house.letters("notice")[0]
    house.reply(notice, f"/godta per@kunde.example\n{ANSWER}")
    house.letters()
    house.reply(notice, f"/for {BO}")
    assert answers(house) == [("per@kunde.example", True)]
    assert "retracted" not in house.kinds("1001")


def test_an_acknowledgement_that_comes_back_with_the_case_leaves_once(house: House):
    house.mail("Ola Hansen <ola@staff.example>", "Skriver", "/for ann@kunde.example Ann Berg\n\nHun ringte.")
    (opened,) = house.letters("receipt")
    house.reply(opened, f"/for {BO}")
    house.reply(receipt(house), "/angre")
    house.wait(seconds=120)
    assert [letter.to for letter in house.letters("ack")] == ["ann@kunde.example"]
