"""Who takes part in a case: a colleague with somebody's letter, somebody in Cc; and nobody by himself."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"
KARI = "kari@staff.example"


def begun(house: House, **headers: str) -> tuple[Got, Got]:
    """A case; what the customer got, and the handler."""
    house.mail(ANN, "Skriver", "Den står.", **headers)
    ack, notice = house.letters()
    return ack, notice


def standing(house: House) -> str:
    """As whom the last mail of the case was read."""
    row = house.session.one("SELECT standing FROM message ORDER BY id DESC")
    assert row is not None
    return str(row[0])


def colleague(house: House) -> Got:
    """Ann has passed her letter on to Bo, who answers it; what the handler is told."""
    ack, _ = begun(house)
    house.reply(ack, "Jeg sitter ved siden av, den piper også.", BO)
    house.wait(seconds=61)
    (update,) = house.letters()
    return update


def answer(house: House, letter: Got, text: str = "Hei, prøv nå.") -> list[str]:
    """Who gets what the handler answers."""
    house.reply(letter, text)
    house.wait(seconds=61)
    return sorted(one.to for one in house.letters() if one.kind in ("update", "closing"))


def test_a_colleague_is_unverified_and_gets_nothing(house: House):
    update = colleague(house)
    assert "Med «/godta» slipper du avsenderen inn" in update.text
    assert answer(house, update) == ["ann@kunde.example"]


@pytest.mark.parametrize("words", ["/accept", "/godta", "/sprejmi", "godta bo@kunde.example"])
def test_accepted_he_takes_part(house: House, words: str):
    update = colleague(house)
    house.reply(update, words)
    (receipt,) = house.letters()
    assert "bo@kunde.example er med i saken fra nå av" in receipt.text
    assert "accepted" in house.kinds("1001")
    assert answer(house, update) == ["ann@kunde.example", "bo@kunde.example"]


def test_his_letter_is_his_own_and_shows_nothing_of_before(house: House):
    update = colleague(house)
    house.reply(update, "/notat Ann er sur.")
    house.reply(update, "/godta\nHei begge to.")
    house.wait(seconds=61)
    letters = {letter.to: letter for letter in house.letters("update")}
    his, hers = letters["bo@kunde.example"], letters["ann@kunde.example"]
    assert his.reply_to != hers.reply_to
    assert "Hei begge to." in his.text
    assert "Den står" not in his.text
    assert "sur" not in his.text
    assert str(hers.mail["Message-ID"]) not in his.raw.decode()
    house.reply(his, "Takk, den virker for meg. Jeg prøver den andre også.", BO)
    assert standing(house) == "participant"
    house.wait(seconds=61)
    (told,) = house.letters()
    assert told.to == KARI
    assert "MERK" not in told.text


def test_who_takes_part_may_write_without_any_letter(house: House):
    house.reply(colleague(house), "/godta")
    house.mail(BO, "Angående [#1001]", "Her er et bilde til.")
    assert standing(house) == "participant"


def test_with_two_strangers_he_says_which(house: House):
    ack, _ = begun(house)
    house.reply(ack, "Jeg også.", BO)
    house.reply(ack, "Og jeg.", "Eva <eva@kunde.example>")
    house.wait(seconds=61)
    update = house.letters()[-1]
    house.reply(update, "/godta")
    (error,) = house.letters()
    assert "godta hvem? Det kan være bo@kunde.example, eva@kunde.example" in error.text
    house.reply(update, "/godta eva@kunde.example\n/godta bo@kunde.example")
    assert house.kinds("1001").count("accepted") == 2


def test_cc_is_a_proposal_that_the_handler_takes_up(house: House):
    _, notice = begun(house, Cc="Bo Li <bo@kunde.example>, support@desk.example, Kari <kari@staff.example>")
    assert "Også sendt til bo@kunde.example, som ikke er med i saken: «/godta bo@kunde.example»" in notice.text
    assert notice.text.count("Også sendt til") == 1, "our own addresses are no proposals"
    assert answer(house, notice) == ["ann@kunde.example"]
    house.reply(notice, "/godta bo@kunde.example")
    house.letters()
    assert answer(house, notice, "Og nå?") == ["ann@kunde.example", "bo@kunde.example"]


def test_cc_of_a_later_mail_is_told_too_and_not_of_one_who_takes_part(house: House):
    ack, notice = begun(house)
    house.reply(ack, "Bo vet mer.", ANN, Cc="bo@kunde.example")
    house.wait(seconds=61)
    (update,) = house.letters()
    assert "Også sendt til bo@kunde.example" in update.text
    house.reply(notice, "/godta bo@kunde.example")
    house.reply(ack, "Eva også.", ANN, Cc="bo@kunde.example, eva@kunde.example")
    house.wait(seconds=61)
    (update,) = house.letters("update")
    assert "Også sendt til eva@kunde.example" in update.text
    assert "Også sendt til bo@kunde.example" not in update.text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/godta", "ingen venter på å bli med i denne saken"),
        ("/godta Bo", "ingen adresse som e-post kan sendes til"),
        ("/godta bo@kunde.example eva@kunde.example", "ingen adresse som e-post kan sendes til"),
        ("/godta drift@desk.example", "drift@desk.example er en av våre egne adresser"),
        ("/godta ola@staff.example", "ola@staff.example er en av våre egne adresser"),
    ],
)
def test_what_cannot_be_is_said(house: House, words: str, said: str):
    _, notice = begun(house)
    house.reply(notice, words)
    (error,) = house.letters()
    assert (error.kind, said in error.text) == ("error", True)
    assert "accepted" not in house.kinds("1001")


def test_who_is_there_already_is_not_let_in_twice(house: House):
    _, notice = begun(house)
    house.reply(notice, "/godta ann@kunde.example")
    (receipt,) = house.letters()
    assert "ann@kunde.example er allerede med i saken" in receipt.text
    assert "accepted" not in house.kinds("1001")


def test_a_customer_lets_nobody_in(house: House):
    ack, _ = begun(house)
    house.reply(ack, "/godta bo@kunde.example", ANN)
    assert "accepted" not in house.kinds("1001")


def test_letters_follow_the_language_that_she_writes_now(house: House):
    ack, notice = begun(house)
    house.reply(ack, "Hello, could you please write to me in English from now on?", ANN)
    house.wait(seconds=61)
    house.letters()
    house.reply(notice, "Of course.")
    house.wait(seconds=61)
    (update,) = house.letters("update")
    assert "Reply to this mail if you want to add something." in update.text


def test_a_word_of_a_near_language_changes_nothing(house: House):
    house.mail(ANN, "Skriver", "Hei, jeg har en skriver som ikke virker. Hva kan jeg gjøre? Vennlig hilsen Ann")
    ack, notice = house.letters()
    house.reply(ack, "Eg veit ikkje kva eg skal gjere no.", ANN)
    house.reply(notice, "Hei.")
    house.wait(seconds=61)
    (update,) = [letter for letter in house.letters("update") if letter.to == "ann@kunde.example"]
    assert "Du får denne e-posten fordi saken er din." in update.text
