"""What falls between commands: words and cases that one of them must not carry where another leads."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts.house import DESKS, Got, House

ANN, WRONG, RIGHT = "Ann Berg <ann@kunde.example>", "Feil <feil@kunde.example>", "rett@kunde.example"
BO = "Bo Li <bo@kunde.example>"


def notice(house: House, sender: str = ANN, subject: str = "Skriver") -> Got:
    house.mail(sender, subject, "Den står.")
    return next(letter for letter in house.letters() if letter.kind == "notice")


def outside(house: House) -> list[Got]:
    house.wait(minutes=2)
    return [letter for letter in house.letters() if not letter.to.endswith("@staff.example")]


def test_a_case_that_is_anothers_and_goes_on_elsewhere_in_one_mail_is_told_to_the_other(house: House):
    other = notice(house, BO, "Nett")
    first = notice(house, WRONG)
    house.reply(first, f"/for {RIGHT}\n/slå sammen #1001")
    outside(house)
    house.reply(other, "Nå virker det.")
    assert {letter.to for letter in outside(house)} == {"bo@kunde.example", RIGHT}


def test_a_note_beside_a_question_is_not_the_suppliers(house: House):
    house.reply(notice(house), "/notat Ann er lei\n/spør hjelp@leverandor.example Deler\nHar dere deler?")
    (question,) = outside(house)
    assert "Har dere deler?" in question.text
    assert "Ann er lei" not in question.text


@pytest.mark.parametrize("line", ["/spør leverandor.example", "/aks hjelp@leverandor.example", "/eskaler 9"])
def test_what_was_for_a_colleague_or_a_supplier_is_never_sent_to_the_customer_instead(house: House, line: str):
    house.reply(notice(house), f"{line}\nKunden er vanskelig.")
    error = next(letter for letter in house.letters() if letter.kind == "error")
    assert "/send, og" not in error.text
    house.reply(error, "/send")
    assert not outside(house)


@pytest.fixture
def secret(tmp_path: Path) -> House:
    """Another desk is confidential, and Kari alone works there."""
    desks = f"{DESKS}\nvarsling:\n  addresses: [varsling@desk.example]\n  name: Varsling\n  language: nb\n  zone: Europe/Oslo\n"
    desks += "  confidential: true\n"
    people = "kari:\n  name: Kari Nordmann\n  addresses: [kari@staff.example]\n  digest: none\n"
    people += "ola:\n  name: Ola Hansen\n  addresses: [ola@staff.example]\n  digest: none\n  desks: [support]\n"
    return House(tmp_path, desks=desks, people=people)


def test_a_confidential_case_never_goes_on_where_others_read_it(secret: House):
    secret.mail(BO, "Nett", "Borte.")
    secret.mail(ANN, "Om sjefen", "Han stjeler.", "varsling@desk.example")
    told = next(letter for letter in secret.letters() if "Om sjefen" in letter.subject and letter.kind == "notice")
    secret.reply(told, "/slå sammen #1001 likevel")
    (error,) = [letter for letter in secret.letters() if letter.kind == "error"]
    assert "#1001 kan leses av noen som ikke får lese denne saken" in error.text
    secret.database.close()


def test_files_of_a_list_are_nobodys(house: House):
    notice(house)
    house.mail("Ola Hansen <ola@staff.example>", "Oppdrag", "1001 spør hjelp@leverandor.example Deler")
    (error,) = [letter for letter in house.letters() if letter.kind == "error"]
    assert "skriv spørsmålet" in error.text


def test_whoever_gets_a_case_later_reads_who_wrote_what(house: House):
    told = notice(house)
    house.reply(told, "Slå den av og på.")
    house.wait(minutes=2)
    house.letters()
    house.reply(told, "/tildel ola" if told.to.startswith("kari") else "/tildel kari")
    given = next(letter for letter in house.letters() if letter.kind == "notice")
    asked, answered = given.text.index("Ann Berg, mandag 2. mars"), given.text.index("Slå den av og på.")
    assert given.text.index("Den står.") > asked
    assert "mars 2026 kl." in given.text[asked + 20 : answered]
