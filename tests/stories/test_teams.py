"""A team's shared mailbox as handler: its members answer for it, and the record names them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.house import PEOPLE, Got, House

ANN = "Ann Berg <ann@kunde.example>"
TEAM, KARI, OLA = "team@staff.example", "kari@staff.example", "ola@staff.example"
WITH_TEAM = (
    PEOPLE
    + """
driftsteam:
  name: Driftsteamet
  addresses: [team@staff.example]
  members: [kari]
  digest: none
"""
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, "- name: team\n  set: {handler: driftsteam}\n", people=WITH_TEAM)
    yield made
    made.database.close()


def begun(house: House) -> Got:
    house.mail(ANN, "Skriver", "Den står.")
    (notice,) = house.letters("notice")
    assert notice.to == TEAM
    return notice


def test_a_member_answers_for_the_team_and_the_record_says_who(house: House):
    house.reply(begun(house), "/ta\nHei Ann, vi ser på det.", f"Kari Nordmann <{KARI}>")
    house.wait(seconds=61)
    receipt, update = sorted(house.letters(), key=lambda letter: letter.kind)
    assert (receipt.to, update.to) == (TEAM, "ann@kunde.example")
    assert "Hei Ann, vi ser på det." in update.text
    assert "Kari Nordmann (Kundeservice)" in str(update.mail["From"])
    case = house.case("1001")
    assert case["handler"] == TEAM
    assert {event["actor"] for event in case["events"] if event["kind"] in ("replied", "assigned")} >= {KARI}


def test_the_shared_mailbox_itself_may_write_too(house: House):
    house.reply(begun(house), "/prioritet høy")
    assert house.case("1001")["priority"] == "high"


def test_whoever_is_no_member_proves_nothing(house: House):
    house.reply(begun(house), "/lukk", OLA)
    assert house.case("1001")["status"] == "new"
    assert "unverified" in {letter.kind for letter in house.letters()}


def test_an_unproven_member_does_nothing(house: House):
    house.reply(begun(house), "/lukk", KARI, proven=False)
    assert house.case("1001")["status"] == "new"


def test_the_team_is_not_told_of_what_its_member_did(house: House):
    house.reply(begun(house), "/prioritet høy\n/notat Jeg ringer.", KARI)
    house.wait(days=1)
    assert [(letter.kind, letter.to) for letter in house.letters()] == [("receipt", TEAM)]


def test_a_members_own_letter_is_answered_as_himself(house: House):
    notice = begun(house)
    house.reply(notice, "/tildel kari", KARI)
    own = house.letters("notice")[0]
    assert own.to == KARI
    house.reply(own, "/lukk")
    (receipt,) = house.letters("receipt")
    assert receipt.to == KARI


def test_a_member_undoes_what_he_did_for_the_team(house: House):
    notice = begun(house)
    house.reply(notice, "/prioritet høy", KARI)
    house.reply(notice, "/angre", KARI)
    assert house.case("1001")["priority"] == "medium"


def test_an_unproven_member_is_asked_himself_and_his_word_carries_it_out_for_the_team(house: House):
    house.reply(begun(house), "/lukk", KARI, proven=False)
    (asked,) = house.letters("unverified")
    assert asked.to == KARI
    house.wait(seconds=1)
    house.reply(asked, "/send", proven=False)
    assert house.case("1001")["status"] == "solved"
    (receipt,) = house.letters("receipt")
    assert receipt.to == TEAM


def test_a_member_does_not_approve_through_the_team_what_he_asked_for_himself(house: House):
    notice = begun(house)
    house.reply(notice, "/tildel kari", KARI)
    own = next(letter for letter in house.letters("notice") if letter.to == KARI)
    house.reply(own, "/innhent driftsteam Kjøpe skriver")
    house.letters("receipt")
    house.wait(minutes=2)
    asked = next(letter for letter in house.letters() if letter.kind == "approval")
    assert asked.to == TEAM
    house.reply(asked, "ja", KARI)
    assert "approved" not in house.kinds("1001")
    (error,) = house.letters("error")
    assert "en annen må godkjenne" in error.text


# --- whose acts a member may undo -------------------------------------------------------------------------------------------------

BOTH = WITH_TEAM.replace("members: [kari]", "members: [kari, ola]")


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, "- name: team\n  set: {handler: driftsteam}\n", people=BOTH)
    yield made
    made.database.close()


@pytest.mark.parametrize("word", ["/undo", "/angre", "/razveljavi"])
def test_a_members_own_act_is_not_undone_through_the_team(pair: House, word: str):
    notice = begun(pair)
    pair.reply(notice, "/tildel ola", KARI)
    own = next(letter for letter in pair.letters("notice") if letter.to == OLA)
    pair.reply(own, "/tildel driftsteam\n/prioritet kritisk")
    pair.letters()
    pair.reply(notice, word, KARI)
    case = pair.case("1001")
    assert case["priority"] == "critical", "it is Ola's"


def test_what_one_member_did_as_the_team_another_undoes(pair: House):
    notice = begun(pair)
    pair.reply(notice, "/prioritet kritisk", OLA)
    pair.letters()
    pair.reply(notice, "/angre", KARI)
    assert pair.case("1001")["priority"] == "medium"


def test_a_member_for_himself_does_not_undo_what_another_did_as_the_team(pair: House):
    notice = begun(pair)
    pair.reply(notice, "/tildel kari\n/prioritet kritisk", OLA)
    own = next(letter for letter in pair.letters("notice") if letter.to == KARI)
    pair.reply(own, "/angre")
    assert "ikke gjort noe som kan angres" in pair.letters("error")[0].text
    assert pair.case("1001")["priority"] == "critical"
