"""A case that somebody opened in a customer's name: his words never come to the customer in ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts.house import Got, House

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"
KARI = "Kari Nordmann <kari@staff.example>"
FORGED = "Kontoen din er sperret: bit.example/x <ann@kunde.example>"
WORDS = "Logg inn på evil.example"
CUSTOMERS = "kunde: {name: Kunde AS, domains: [kunde.example], contacts: [bo@kunde.example]}\n"


def forged(house: House) -> Got:
    """The acknowledgement, which goes to the true Ann."""
    house.mail(FORGED, WORDS, "Se vedlegg.", proven=False)
    return next(letter for letter in house.letters() if letter.kind == "ack")


def status(house: House, words: str = "status", sender: str = ANN) -> Got:
    house.mail(sender, words, "")
    return next(letter for letter in house.letters() if letter.kind == "status")


@pytest.mark.parametrize("words", ["status", "Hva er status", "Kvar står saka?", "stanje"])
def test_a_proven_question_is_answered_with_number_and_state_and_none_of_his_words(house: House, words: str):
    forged(house)
    answer = status(house, words)
    assert "#1001\r\n  " in answer.text
    assert "Hos: Kari Nordmann." in answer.text
    whole = answer.raw.decode()
    assert not [word for word in ("Logg", "evil", "sperret", "bit.example") if word in whole]


def test_so_it_is_in_answer_to_the_acknowledgement(house: House):
    ack = forged(house)
    house.reply(ack, "status", ANN, proven=False)
    (answer,) = house.letters("status")
    assert "evil" not in answer.raw.decode()
    assert "Hei Ann Berg," in answer.text


def test_when_she_has_answered_a_letter_made_for_her_the_case_is_hers(house: House):
    ack = forged(house)
    house.reply(ack, "Ja, det er meg.", ANN, proven=False)
    house.wait(minutes=2)
    house.letters()
    assert house.kinds("1001").count("vouched") == 1
    assert f"#1001 {WORDS}" in status(house).text


def test_somebody_else_s_answer_makes_it_nobody_s(house: House):
    ack = forged(house)
    house.reply(ack, "Ja, det er meg.", BO)
    house.reply(ack, "Ja, det er meg.", ANN, proven=False, to="support@desk.example")
    house.wait(minutes=2)
    house.letters()
    assert "evil" not in status(house).text


def test_a_case_that_she_opened_herself_is_told_with_its_name(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    forged(house)
    answer = status(house)
    assert ("#1001 Skriver" in answer.text, "#1002 " in answer.text) == (True, False)


def test_a_contact_of_her_organisation_does_not_read_them_either(tmp_path: Path):
    house = House(tmp_path, customers=CUSTOMERS)
    house.mail(BO, "Nettet", "Det er nede.")
    forged(house)
    answer = status(house, "status alle", BO)
    assert "Kunde: ann@kunde.example." in answer.text
    assert not [word for word in ("evil", "bit.example") if word in answer.raw.decode()]
    house.database.close()


def test_what_a_handler_passed_on_may_be_forged(house: House):
    head = (
        "Fra: Ann Berg <ann@kunde.example>\nSendt: mandag 2. mars 2026 10:14\nTil: Kari Nordmann <kari@staff.example>"
    )
    house.mail(KARI, f"VS: {WORDS}", f"Ser dette rett ut?\n\n{head}\nEmne: {WORDS}\n\nSe vedlegg.\n")
    house.wait(minutes=2)
    house.letters()
    assert house.case("1001")["subject"] == WORDS
    assert "evil" not in status(house).text


def test_a_mail_of_hers_that_is_split_off_and_was_not_proven_is_not_told_by_its_words(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    ack, _ = house.letters()
    house.mail(ANN, f"Re: {WORDS} [#1001]", "Se vedlegg.", proven=False, In_Reply_To=str(ack.mail["Message-ID"]))
    house.wait(minutes=2)
    update = house.newest("1001", "handler:kari")
    house.letters()
    house.reply(update, "/del")
    house.wait(minutes=2)
    house.letters()
    assert house.case("1002")["subject"] == WORDS
    assert "evil" not in status(house).text
