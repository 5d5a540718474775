"""Whoever has a case is told what another handler did to it, and nobody of his own act."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.house import DESKS, PEOPLE, Got, House

ANN, LI = "Ann Berg <ann@kunde.example>", "Li Dahl <li@kunde.example>"
KARI, OLA = "kari@staff.example", "ola@staff.example"
ROUTING = """
- name: hers
  when: {subject: skriver}
  set: {handler: kari}
- name: his
  when: {subject: nett}
  set: {handler: ola}
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, ROUTING)
    yield made
    made.database.close()


def in_language(house: House, language: str) -> None:
    people = house.folder / "rules" / "people.yaml"
    people.write_text(people.read_text().replace("digest: none\n", f"digest: none\n  language: {language}\n"))
    house.load()


def begun(house: House, subject: str, sender: str = ANN) -> Got:
    """A case: skriver is Kari's, nett is Ola's."""
    house.mail(sender, subject, "Hjelp.")
    return house.letters("notice")[0]


def told(house: House, who: str) -> list[Got]:
    return [letter for letter in house.letters() if letter.to == who and letter.kind != "receipt"]


@pytest.mark.parametrize(
    ("language", "line", "says"),
    [
        ("en", "#1001 close", "Kari Nordmann has solved this case of yours."),
        ("nb", "#1001 lukk", "Kari Nordmann har løst denne saken din."),
        ("nn", "#1001 lukk stille", "Kari Nordmann har løyst denne saka di."),
        ("sl", "#1001 zapri", "zahtevek je rešen (Kari Nordmann)."),
    ],
)
def test_he_is_told_that_a_colleague_solved_his_case(house: House, language: str, line: str, says: str):
    in_language(house, language)
    begun(house, "nett")
    house.mail(f"Kari Nordmann <{KARI}>", "Liste", line)
    (letter,) = told(house, OLA)
    assert (letter.kind, says in letter.text) == ("notice", True)


def test_with_the_words_that_the_customer_gets(house: House):
    hers = begun(house, "nett")
    house.reply(hers, "/tildel kari")
    to_kari = told(house, KARI)[0]
    house.reply(to_kari, "/tildel ola")
    house.letters()
    house.reply(to_kari, "/lukk\nRuteren er byttet.")
    (letter,) = told(house, OLA)
    assert "| Ruteren er byttet." in letter.text


def test_nobody_is_told_of_what_he_did_himself(house: House):
    house.reply(begun(house, "nett"), "/lukk")
    assert told(house, OLA) == []


def test_a_case_that_was_opened_again_or_whose_end_was_undone_is_his_again(house: House):
    begun(house, "nett")
    house.mail(f"Kari Nordmann <{KARI}>", "Liste", "#1001 lukk stille")
    house.letters()
    house.mail(f"Kari Nordmann <{KARI}>", "Liste", "#1001 angre")
    (letter,) = told(house, OLA)
    assert "Kari Nordmann har åpnet denne saken din igjen." in letter.text


def test_who_had_a_case_that_was_merged_is_told_where_it_goes_on(house: House):
    begun(house, "nett"), begun(house, "skriver", LI)
    house.mail(f"Kari Nordmann <{KARI}>", "Liste", "#1001 slå sammen #1002")
    (letter,) = told(house, OLA)
    assert "Kari Nordmann har slått denne saken din sammen med en annen." in letter.text
    assert "#1002" in letter.text


def test_one_who_has_both_is_told_once(house: House):
    begun(house, "nett"), begun(house, "nett nede", LI)
    house.mail(f"Kari Nordmann <{KARI}>", "Liste", "#1001 slå sammen #1002")
    assert len(told(house, OLA)) == 1


def test_who_has_a_case_that_became_part_of_an_incident_is_told(house: House):
    hers, _ = begun(house, "skriver"), begun(house, "nett", LI)
    house.reply(hers, "/hendelse Brudd")
    house.letters()
    house.reply(hers, "/koble #1002")
    (letter,) = told(house, OLA)
    assert "Kari Nordmann har lagt denne saken din til en hendelse." in letter.text
    assert "#1001" in letter.text


def test_closing_all_tells_whoever_has_the_others(house: House):
    hers, his = begun(house, "skriver"), begun(house, "nett", LI)
    house.reply(hers, "/hendelse Brudd")
    house.reply(his, "/koble #1001")
    house.letters()
    house.reply(hers, "/lukk alle")
    (letter,) = told(house, OLA)
    assert "[#1002]" in letter.subject
    assert "Kari Nordmann har løst denne saken din." in letter.text


# --- rights -----------------------------------------------------------------------------------------------------------------------


def test_another_desks_cases_of_an_incident_stay_open_and_are_named(tmp_path: Path):
    people = PEOPLE.replace("digest: none", "digest: none\n  desks: [support]", 1)
    house = House(tmp_path, ROUTING, people=people)
    hers = begun(house, "skriver")
    house.mail(LI, "nett", "Nede.", "drift@desk.example")
    his = house.letters("notice")[0]
    house.reply(hers, "/hendelse Brudd")
    house.reply(his, "/kople #1001")
    house.letters()
    house.reply(hers, "/lukk alle")
    (receipt,) = house.letters("receipt")
    assert "hører til andre grupper, og fortsatt åpne: #1002" in receipt.text
    assert [house.case(number)["status"] for number in ("1001", "1002")] == ["solved", "new"]


QUIET = DESKS.replace("name: Drift\n", "name: Drift\n  confidential: true\n")


def test_a_confidential_one_is_not_named_either(tmp_path: Path):
    people = PEOPLE.replace("digest: none", "digest: none\n  desks: [support]", 1)
    house = House(tmp_path, ROUTING, people=people, desks=QUIET)
    hers = begun(house, "skriver")
    house.mail(LI, "nett", "Nede.", "drift@desk.example")
    his = house.letters("notice")[0]
    house.reply(hers, "/hendelse Brudd")
    house.reply(his, "/kople #1001")
    house.letters()
    house.reply(hers, "/lukk alle")
    (receipt,) = house.letters("receipt")
    assert "1002" not in receipt.text
    assert house.case("1002")["status"] == "new"


CONFIDED = """
- name: personnel
  when: {subject: Lønn}
  set: {handler: kari, confidential: true}
  because: About one person
"""
COVERED = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example], desks: [support], digest: none, cover: [ola]}
ola: {name: Ola Hansen, addresses: [ola@staff.example], desks: [drift, podpora, help], digest: none}
per: {name: Per Li, addresses: [per@staff.example], desks: [support], digest: none}
"""


def test_a_cover_of_another_desk_reads_nothing_of_a_case_that_a_rule_made_confidential(tmp_path: Path):
    house = House(tmp_path, CONFIDED, people=COVERED)
    house.mail(ANN, "Lønn til Bo", "Se her.")
    ack = house.letters("ack")[0]
    house.mail(f"Kari Nordmann <{KARI}>", "Borte", "/borte 3d")
    house.letters()
    house.reply(ack, "Hva skjer?", ANN)
    house.wait(seconds=61)
    assert {letter.to for letter in house.letters()} == {"per@staff.example"}
