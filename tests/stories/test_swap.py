"""Duty changes hands by mail: asked, answered, taken back.

Today is Monday 2 March 2026, 10:00 in Oslo: Kari has the week, then Ola, then Lars.
"""

from __future__ import annotations

import pytest
from parts.duty import IDA, KARI, OLA, Site, asked, has_duty, kinds, link

LANGUAGES = ("en", "nb", "nn", "sl")
SWAP = {"en": "/swap", "nb": "/bytt", "nn": "/byt", "sl": "/zamenjaj"}
FRIDAY = {"en": "fri", "nb": "fre", "nn": "fredag", "sl": "petek"}
YES = {"en": "Yes", "nb": "Ja", "nn": "Ja", "sl": "Da"}
NO = {"en": "no", "nb": "nei", "nn": "nei", "sl": "ne"}
UNDO = {"en": "/undo", "nb": "/angre", "nn": "/angre", "sl": "/razveljavi"}


# --- the story, in all languages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_colleague_who_says_yes_has_the_duty_of_that_day(rota: Site, language: str):
    house = rota(language)
    receipt, question = asked(house, f"{SWAP[language]} ola {FRIDAY[language]}")
    assert (receipt.to, question.to) == (KARI, OLA)
    assert "Ola Hansen" in receipt.text
    assert has_duty(house, "2026-03-06T20:00") == ("kari",), "until he says yes"
    house.reply(question, YES[language])
    assert has_duty(house, "2026-03-06T20:00") == ("ola",)
    assert has_duty(house, "2026-03-07T07:59") == ("ola",), "until the hour of handing over"
    assert has_duty(house, "2026-03-07T08:00") == ("kari",)
    assert has_duty(house, "2026-03-05T20:00") == ("kari",)
    assert sorted((letter.kind, letter.to) for letter in house.letters()) == [("receipt", OLA), ("swap", KARI)]
    assert kinds(house) == ["duty_offered", "duty_swapped"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_colleague_who_says_no_changes_nothing(rota: Site, language: str):
    house = rota(language)
    _, question = asked(house, f"{SWAP[language]} ola {FRIDAY[language]}")
    house.reply(question, NO[language])
    assert has_duty(house, "2026-03-06T20:00") == ("kari",)
    told = {letter.to: letter for letter in house.letters()}
    assert (told[OLA].kind, told[KARI].kind) == ("receipt", "swap")
    assert kinds(house) == ["duty_offered", "duty_refused"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_undo_in_reply_to_the_receipt_takes_the_question_back(rota: Site, language: str):
    house = rota(language)
    receipt, question = asked(house, f"{SWAP[language]} ola {FRIDAY[language]}")
    house.reply(receipt, UNDO[language])
    assert sorted((letter.kind, letter.to) for letter in house.letters()) == [("receipt", KARI), ("swap", OLA)]
    house.reply(question, YES[language])
    assert [letter.kind for letter in house.letters()] == ["error"]
    assert has_duty(house, "2026-03-06T20:00") == ("kari",)
    assert kinds(house) == ["duty_offered", "duty_returned"]


# --- how it may be answered -------------------------------------------------------------------------------------------------------


def test_the_buttons_of_the_letter_answer_it(rota: Site):
    house = rota()
    _, question = asked(house)
    house.reply(question, "ja", to=link(question, "y"))
    assert has_duty(house, "2026-03-06T20:00") == ("ola",)


def test_the_button_no_says_no_even_where_the_mail_program_drops_its_word(rota: Site):
    house = rota()
    _, question = asked(house)
    house.reply(question, "", to=link(question, "x"))
    assert kinds(house) == ["duty_offered", "duty_refused"]


@pytest.mark.parametrize(
    ("words", "kind"), [("/godkjenn", "duty_swapped"), ("/avslå", "duty_refused"), ("/godta", "duty_swapped")]
)
def test_the_commands_for_yes_and_no_answer_it_too(rota: Site, words: str, kind: str):
    house = rota()
    _, question = asked(house)
    house.reply(question, words)
    assert kinds(house) == ["duty_offered", kind]


def test_other_words_are_no_answer_and_open_no_case(rota: Site):
    house = rota()
    _, question = asked(house)
    house.reply(question, "Kanskje, jeg må spørre hjemme først.")
    (error,) = house.letters()
    assert (error.kind, error.to) == ("error", OLA)
    assert "skriv bare ja eller nei" in error.text
    assert house.session.all("SELECT id FROM cases") == []
    assert kinds(house) == ["duty_offered"]


def test_a_yes_that_is_not_proven_agrees_to_nothing(rota: Site):
    house = rota()
    _, question = asked(house)
    house.reply(question, "ja", proven=False)
    assert has_duty(house, "2026-03-06T20:00") == ("kari",)
    assert kinds(house) == ["duty_offered"]


def test_somebody_elses_yes_agrees_to_nothing(rota: Site):
    house = rota()
    _, question = asked(house)
    house.reply(question, "ja", "lars@staff.example")
    assert kinds(house) == ["duty_offered"]


def test_a_swap_that_is_not_proven_asks_nobody(rota: Site):
    house = rota()
    house.mail(KARI, "Vakt", "/bytt ola fre", proven=False)
    assert "swap" not in [letter.kind for letter in house.letters()]
    assert kinds(house) == []


def test_a_customers_swap_is_text(rota: Site):
    house = rota()
    house.mail("Ann Berg <ann@kunde.example>", "Vakt", "/bytt ola fre")
    assert "swap" not in [letter.kind for letter in house.letters()]
    assert kinds(house) == []


def test_the_same_yes_twice_is_one(rota: Site):
    house = rota()
    _, question = asked(house)
    house.reply(question, "ja")
    house.letters()
    house.reply(question, "nei")
    (error,) = house.letters()
    assert "det spørsmålet gjelder ikke lenger" in error.text
    assert has_duty(house, "2026-03-06T20:00") == ("ola",)


def test_a_yes_comes_too_late_when_the_duty_is_over(rota: Site):
    house = rota()
    _, question = asked(house)
    house.wait(days=6)
    house.reply(question, "ja")
    (error,) = [letter for letter in house.letters() if letter.to == OLA]
    assert "det spørsmålet gjelder ikke lenger" in error.text


def test_of_two_who_were_asked_the_first_yes_counts(rota: Site):
    house = rota()
    _, of_ola = asked(house)
    _, of_lars = asked(house, "/bytt lars fre")
    house.reply(of_lars, "ja")
    house.letters()
    house.reply(of_ola, "ja")
    (error,) = house.letters()
    assert "den vakten er en annens nå" in error.text
    assert has_duty(house, "2026-03-06T20:00") == ("lars",)


# --- a lead -----------------------------------------------------------------------------------------------------------------------


def test_a_lead_says_so_and_it_is_so(rota: Site):
    house = rota()
    house.mail(IDA, "Vakt", "/bytt lars fre")
    letters = {letter.to: letter for letter in house.letters()}
    assert {to: letter.kind for to, letter in letters.items()} == {
        IDA: "receipt",
        KARI: "swap",
        "lars@staff.example": "swap",
    }
    assert "du har fri fra fredag 6. mars 2026" in letters[KARI].text
    assert "du har vakt fra fredag 6. mars 2026" in letters["lars@staff.example"].text
    assert "mailto" not in letters[KARI].text
    assert has_duty(house, "2026-03-06T20:00") == ("lars",)


def test_what_a_lead_said_only_the_lead_takes_back(rota: Site):
    house = rota()
    house.mail(IDA, "Vakt", "/bytt lars fre")
    house.letters()
    house.mail("lars@staff.example", "Vakt", "/angre")
    (error,) = house.letters()
    assert error.kind == "error"
    house.mail(IDA, "Vakt", "/angre")
    assert has_duty(house, "2026-03-06T20:00") == ("kari",)


def test_whoever_agreed_may_take_it_back_before_it_begins(rota: Site):
    house = rota()
    _, question = asked(house)
    house.reply(question, "ja")
    (receipt,) = [letter for letter in house.letters() if letter.kind == "receipt"]
    house.reply(receipt, "/angre")
    assert {letter.to for letter in house.letters()} == {OLA, KARI}
    assert has_duty(house, "2026-03-06T20:00") == ("kari",)


def test_duty_that_has_begun_is_not_taken_back(rota: Site):
    house = rota()
    _, question = asked(house)
    house.reply(question, "ja")
    house.letters()
    house.wait(days=4, hours=9)
    house.mail(KARI, "Vakt", "/angre")
    (error,) = house.letters()
    assert "den vakten har begynt" in error.text
    assert has_duty(house, "2026-03-06T20:00") == ("ola",)
