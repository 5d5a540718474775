"""A case that only its own people may know of, and what a handler of another desk may do."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts.house import DESKS, Got, House

from maild.model.case import Case
from maild.store.cases import load_cases

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"
QUIET = DESKS.replace("name: Drift\n", "name: Drift\n  confidential: true\n")
PEOPLE = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example], desks: [support]}
ola: {name: Ola Hansen, addresses: [ola@staff.example], desks: [drift, podpora, help]}
"""
RULE = """
- name: personnel
  when: {subject: Lønn}
  set: {confidential: true}
  because: About one person
"""


def made(folder: Path, desks: str = QUIET, people: str = PEOPLE, routing: str = "") -> House:
    return House(folder, routing=routing, desks=desks, people=people)


def case(house: House, number: str) -> Case:
    row = house.session.one("SELECT id FROM cases WHERE number=?", (number,))
    assert row is not None
    return load_cases(house.session, [row[0]])[row[0]]


def notice(house: House, subject: str, to: str = "support@desk.example", sender: str = ANN) -> Got:
    house.mail(sender, subject, "Den står.", to)
    return house.letters("notice")[0]


@pytest.mark.parametrize("line", ["/vent #1002", "/wait #1002", "/čakaj #1002"])
def test_a_confidential_case_does_not_exist_for_who_is_not_of_its_desk(tmp_path: Path, line: str):
    house = made(tmp_path)
    mine = notice(house, "Skriver")
    notice(house, "Sak om Bo", "drift@desk.example", BO)
    house.reply(mine, line)
    (error,) = house.letters()
    assert (error.kind, "det finnes ingen annen sak #1002" in error.text) == ("error", True)


def test_its_own_people_name_it_as_any_other(tmp_path: Path):
    house = made(tmp_path)
    notice(house, "Sak om Bo", "drift@desk.example", BO)
    other = notice(house, "Vrata", "drift@desk.example")
    house.reply(other, "/vent #1001")
    assert case(house, "1002").waits_for == case(house, "1001").id


def test_a_rule_makes_a_case_confidential_and_says_why(tmp_path: Path):
    house = made(tmp_path, desks=DESKS, routing=RULE)
    notice(house, "Lønn til Bo")
    assert case(house, "1001").confidential
    (told,) = [e["data"] for e in house.case("1001")["events"] if e["kind"] == "restricted"]
    assert told == {"reason": "About one person"}
    elsewhere = notice(house, "Vrata", "drift@desk.example", BO)
    house.reply(elsewhere, "/vent #1001")
    assert house.letters()[0].kind == "error"


def test_another_desk_that_got_the_mail_too_is_not_told_of_a_confidential_case(tmp_path: Path):
    house = made(tmp_path, desks=DESKS, routing=RULE)
    to = "support@desk.example, drift@desk.example"
    for subject, told in (("Skriver", ["kari@staff.example", "ola@staff.example"]), ("Lønn", ["kari@staff.example"])):
        house.mail(ANN, subject, "Se her.", to)
        assert sorted(letter.to for letter in house.letters("notice")) == told


def test_who_was_given_a_confidential_case_works_on_it(tmp_path: Path):
    house = made(tmp_path)
    theirs = notice(house, "Sak om Bo", "drift@desk.example", BO)
    house.reply(theirs, "/tildel kari")
    (given,) = house.letters("notice")
    assert given.to == "kari@staff.example"
    house.reply(given, "/ta")
    assert [letter.kind for letter in house.letters()] == ["receipt"]


@pytest.mark.parametrize("line", ["/lukk", "/lukk stille", "/close", "/zapri", "Hei Ann, det er ordnet."])
def test_a_case_that_went_to_another_desk_is_no_longer_his(tmp_path: Path, line: str):
    house = made(tmp_path, desks=DESKS)
    mine = notice(house, "Skriver")
    house.reply(mine, "/tildel drift")
    house.wait(seconds=61)
    house.letters()
    house.reply(mine, line)
    house.wait(seconds=61)
    (error,) = house.letters()
    assert (error.kind, error.to) == ("error", "kari@staff.example")
    assert "saka høyrer til ei anna gruppe; spør Drift" in error.text
    assert house.case("1001")["status"] == "new"


def test_that_a_case_may_belong_to_a_confidential_one_is_told_to_its_people_only(tmp_path: Path):
    house = made(tmp_path)
    theirs = notice(house, "Sak om Bo", "drift@desk.example", BO)
    assert theirs.to == "ola@staff.example"
    house.mail("eve@evil.example", "Angående #1001", "Hva med Bo?")
    (letter,) = house.letters("notice")
    assert case(house, "1002").linked == case(house, "1001").id
    assert (letter.to, "1001" in letter.text) == ("kari@staff.example", False)
