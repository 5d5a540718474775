"""New cases of a known trouble belong to its incident from the beginning, if a rule says so."""

from __future__ import annotations

import json
from pathlib import Path

from parts.house import House

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"
RULE = "- name: net\n  when: {subject: nett}\n  set: {handler: kari, notice: nett-nede}\n"


def incident(house: House) -> None:
    house.mail(ANN, "Noe er galt", "Hei.")
    house.reply(house.letters("notice")[0], "/hendelse Nettet er nede\n/merke nett-nede")
    house.letters()


def test_the_case_belongs_to_the_open_incident_with_that_label(tmp_path: Path):
    house = House(tmp_path, routing=RULE)
    incident(house)
    house.mail(BO, "Ikke nett", "Ingenting går.")
    assert (house.case("1002")["parent"], house.case("1001")["children"]) == ("1001", ["1002"])
    assert "Hører til hendelsen #1001." in house.letters("notice")[0].text


def test_its_customer_is_told_with_the_others(tmp_path: Path):
    house = House(tmp_path, routing=RULE)
    house.mail(ANN, "Noe er galt", "Hei.")
    notice = house.letters("notice")[0]
    house.reply(notice, "/hendelse Nettet er nede\n/merke nett-nede")
    house.mail(BO, "Ikke nett", "Ingenting går.")
    house.letters()
    house.reply(notice, "/driftsmelding Det er en kabel.")
    house.wait(seconds=60)
    assert "bo@kunde.example" in [one.to for one in house.letters("incident")]


def test_without_an_open_incident_it_stands_alone_and_the_trace_says_so(tmp_path: Path):
    house = House(tmp_path, routing=RULE)
    house.mail(BO, "Ikke nett", "Ingenting går.")
    assert house.case("1001")["parent"] is None
    row = house.session.one("SELECT trace FROM incoming ORDER BY id LIMIT 1")
    assert json.loads(row[0])["notes"] == ["no incident with the label nett-nede is open"]  # type: ignore[index]


def test_an_incident_that_is_over_takes_no_more(tmp_path: Path):
    house = House(tmp_path, routing=RULE)
    house.mail(ANN, "Noe er galt", "Hei.")
    notice = house.letters("notice")[0]
    house.reply(notice, "/hendelse Nettet er nede\n/merke nett-nede")
    house.reply(notice, "/lukk")
    house.mail(BO, "Ikke nett", "Ingenting går.")
    assert house.case("1002")["parent"] is None


def test_a_case_that_is_no_incident_takes_none(tmp_path: Path):
    house = House(tmp_path, routing=RULE)
    house.mail(ANN, "Noe er galt", "Hei.")
    house.reply(house.letters("notice")[0], "/merke nett-nede")
    house.mail(BO, "Ikke nett", "Ingenting går.")
    assert house.case("1002")["parent"] is None
