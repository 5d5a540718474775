"""A rule lets a mail go on to somebody else, whole; the case stays here, and no loop begins."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from parts.house import Got, House

from maild.decide import forwarding

ANN, LOCAL = "Ann Berg <ann@kunde.example>", "kontakt@bibliotek.example"
RULE = f"- name: local\n  set: {{handler: kari, forward: {LOCAL}}}\n"


def passed_on(house: House) -> list[Got]:
    return house.letters("forward")


def test_the_mail_goes_on_whole_and_the_case_stays(tmp_path: Path):
    house = House(tmp_path, routing=RULE)
    house.mail(ANN, "Lånekort", "Kortet er borte.")
    (letter,) = passed_on(house)
    (file,) = letter.mail.iter_attachments()
    inside = message_from_bytes(file.get_payload(decode=True), policy=default)
    assert (letter.to, file.get_filename()) == (LOCAL, "mail.eml")
    assert (inside["Subject"], "Kortet er borte." in inside.get_body().get_content()) == ("Lånekort", True)  # type: ignore[union-attr]
    assert house.case("1001")["handler"] == "kari@staff.example"
    assert "forwarded" in house.kinds("1001")


@pytest.mark.parametrize(
    ("desk", "words"),
    [
        ("support", "sender videre til deg"),
        ("drift", "sender vidare til deg"),
        ("podpora", "posredujemo"),
        ("help", "pass on"),
    ],
)
def test_the_letter_is_in_the_desks_language(tmp_path: Path, desk: str, words: str):
    house = House(tmp_path, routing=RULE)
    house.mail(ANN, "X", "Y", f"{desk}@desk.example")
    assert words in passed_on(house)[0].text


def test_no_word_of_the_mail_stands_in_the_letter_itself(tmp_path: Path):
    house = House(tmp_path, routing=RULE)
    house.mail(ANN, "Vinn en premie", "Klikk her.", proven=False)
    (letter,) = passed_on(house)
    assert "premie" not in letter.subject + letter.text
    assert "Klikk" not in letter.text
    assert "ikke bekreftet hvem" in letter.text


def test_what_is_answered_to_it_is_the_handlers_only(tmp_path: Path):
    house = House(tmp_path, routing=RULE)
    house.mail(ANN, "Lånekort", "Kortet er borte.")
    house.reply(passed_on(house)[0], "Jeg ringer henne.")
    house.wait(seconds=60)
    assert {(one.to, "Jeg ringer henne." in one.text) for one in house.letters()} == {("kari@staff.example", True)}


@pytest.mark.parametrize(
    "header", [{"Auto_Submitted": "auto-generated"}, {"Precedence": "list", "List_Id": "<x.example>"}]
)
def test_what_a_program_sent_does_not_go_on(tmp_path: Path, header: dict[str, str]):
    house = House(tmp_path, routing=RULE)
    house.mail(ANN, "Rapport", "Alt er bra.", **header)
    assert passed_on(house) == []


def test_his_own_mail_does_not_go_on_to_him(tmp_path: Path):
    house = House(tmp_path, routing=RULE)
    house.mail(f"Lokal <{LOCAL}>", "Spørsmål", "Hei.")
    assert passed_on(house) == []


def test_a_mail_that_comes_back_opens_nothing(tmp_path: Path):
    house = House(tmp_path, routing=RULE)
    house.mail(ANN, "Lånekort", "Kortet er borte.")
    (letter,) = passed_on(house)
    house.arrives(letter.raw, "support@desk.example", "support@desk.example")
    assert house.session.all("SELECT count(*) FROM cases") == [(1,)]
    assert passed_on(house) == []


def test_a_flood_does_not_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(forwarding, "A_DAY", 2)
    house = House(tmp_path, routing=RULE)
    for number in range(4):
        house.mail(ANN, f"Sak {number}", "Hei.")
    assert len(passed_on(house)) == 2
    (kept,) = [
        e["data"] for e in house.case("1004")["events"] if e["kind"] == "suppressed" and e["data"]["what"] == "forward"
    ]
    assert kept["reason"] == "2 mails a day go on to one address"
