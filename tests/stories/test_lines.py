"""A case that its line cannot solve goes to the next, with what was tried."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.house import PEOPLE, Got, House

ANN = "Ann Berg <ann@kunde.example>"
KARI, OLA, IDA = "kari@staff.example", "ola@staff.example", "ida@staff.example"
DESKS = """
support:
  addresses: [support@desk.example]
  name: Kundeservice
  language: nb
  zone: Europe/Oslo
  lines: {"1": [kari], "2": [ola, ida], seniorer: [per]}
"""
MORE = PEOPLE + "".join(
    f"{key}:\n  name: {name}\n  addresses: [{key}@staff.example]\n"
    for key, name in (("ida", "Ida Moe"), ("per", "Per Lie"))
)
TO_KARI = "- name: first line\n  set: {handler: kari}\n"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, TO_KARI, desks=DESKS, people=MORE)
    yield made
    made.database.close()


def begun(house: House) -> Got:
    house.mail(ANN, "Skriver", "Den står.")
    return house.letters("notice")[-1]


@pytest.mark.parametrize("verb", ["/escalate", "/eskaler", "eskaler", "/eskaliraj"])
def test_the_next_line_gets_the_case_with_what_was_tried(house: House, verb: str):
    below = "\nJeg har byttet toner, det hjalp ikke." if verb.startswith("/") else ""
    house.reply(begun(house), f"{verb}{below}")
    house.wait(seconds=61)
    receipt, notice = sorted(house.letters(), key=lambda letter: letter.kind, reverse=True)
    assert (receipt.to, "saken er hos linje 2: Ola Hansen" in receipt.text) == (KARI, True)
    assert (notice.kind, notice.to, "| Den står." in notice.text) == ("notice", OLA, True)
    assert ("| Jeg har byttet toner, det hjalp ikke." in notice.text) == bool(below)
    assert house.case("1001")["handler"] == OLA


def test_those_of_a_line_take_turns(house: House):
    got = []
    for _ in range(3):
        house.reply(begun(house), "/eskaler")
        got += [letter.to for letter in house.letters("notice")]
    assert got == [OLA, IDA, OLA]


def test_whoever_is_away_is_passed_over(house: House):
    notice = begun(house)
    house.session.execute("INSERT INTO absence(handler, since, until_at, provisional) VALUES ('ola', 0, NULL, 0)")
    house.reply(notice, "/eskaler")
    assert house.case("1001")["handler"] == IDA


def test_a_cap_stops_no_colleague(tmp_path: Path):
    capped = MORE.replace("  addresses: [ola@staff.example]\n", "  addresses: [ola@staff.example]\n  cap: 1\n")
    house = House(tmp_path, TO_KARI, desks=DESKS, people=capped)
    for _ in range(3):
        house.reply(begun(house), "/eskaler")
    assert [house.case(number)["handler"] for number in ("1001", "1002", "1003")] == [OLA, IDA, OLA]


@pytest.mark.parametrize(
    "words", ["/eskaler seniorer", "/eskaler til Seniorer", "/escalate line seniorer", "/tildel seniorer"]
)
def test_a_line_by_its_name(house: House, words: str):
    house.reply(begun(house), words.replace("til ", ""))
    assert house.case("1001")["handler"] == "per@staff.example"


@pytest.mark.parametrize(
    "words", ["/eskaler 2", "/eskaler 2. linje", "/escalate line 2", "/eskaliraj raven 2", "/tildel linje 2"]
)
def test_a_line_by_its_number(house: House, words: str):
    house.reply(begun(house), words)
    assert house.case("1001")["handler"] == OLA


def test_from_line_to_line_until_the_last_which_says_so(house: House):
    house.reply(begun(house), "/eskaler")
    house.reply(house.letters("notice")[0], "/eskaler")
    to_per = house.letters("notice")[0]
    assert to_per.to == "per@staff.example"
    house.reply(to_per, "/eskaler")
    (error,) = house.letters()
    assert "saken er allerede hos siste linje (seniorer); gi den til noen med /tildel" in error.text
    assert house.kinds("1001").count("escalated") == 2


def test_a_line_that_is_not_there_is_told_with_those_that_are(house: House):
    house.reply(begun(house), "/eskaler 4")
    (error,) = house.letters()
    assert "det finnes ingen slik linje; det finnes 1, 2, seniorer" in error.text


def test_a_desk_without_lines_says_so(tmp_path: Path):
    (tmp_path / "plain").mkdir()
    house = House(tmp_path / "plain")
    house.reply(begun(house), "/eskaler")
    (error,) = house.letters()
    assert "gruppen har ingen linjer" in error.text
    house.database.close()


def test_undo_gives_the_case_back_to_its_line(house: House):
    notice = begun(house)
    house.reply(notice, "/eskaler")
    house.reply(notice, "/angre")
    assert house.case("1001")["handler"] == KARI
    house.letters()
    house.wait(seconds=1)
    house.reply(notice, "/eskaler")
    assert "saken er hos linje 2" in house.letters("receipt")[0].text, "the next line is the second again"
