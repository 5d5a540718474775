"""A case as a person reads it: what was said and what happened, in order, folded, in the desk's zone, harmless."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from parts.house import House
from parts.mails import authenticated, mail

from maild.cli.case_page import Look, page
from maild.cli.event_words import sentence
from maild.model.recorded import KINDS

ANN, KARI = "Ann Berg <ann@kunde.example>", "Kari Nordmann <kari@staff.example>"
OSLO = ZoneInfo("Europe/Oslo")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def shown(house: House, number: str = "1001", **more: Any) -> str:
    names = {address: h.name for h in house.policy.handlers.values() for address in h.addresses}
    look = Look(OSLO, "Europe/Oslo", **{"columns": 90, "names": names, **more})
    return "\n".join(line.text for line in page(house.case(number), look)) + "\n"


def conversation(house: House) -> None:
    """Ann writes with a picture, Kari answers with a command, Ann answers from an address that nobody vouches for."""
    made = mail(ANN, "Skriveren står", "Hei,\nskriveren i 3. etasje står.\n\n-- \nAnn Berg\nKunde AS\n")
    made.add_attachment(b"\x89PNG" + b"0" * 34_000, maintype="image", subtype="png", filename="bilde av skriver.png")
    house.arrives(authenticated(made), "support@desk.example", "ann@kunde.example")
    notice = next(letter for letter in house.letters() if letter.kind == "notice")
    house.wait(minutes=3)
    house.reply(
        notice, "/priority high\n\nÅpne luken bak.\n\nOn Mon, 2 Mar 2026, Kundeservice wrote:\n> Sak\n> fra Ann\n"
    )
    house.wait(minutes=2)
    answer = next(letter for letter in house.letters() if letter.kind == "update")
    house.wait(hours=23)
    house.reply(answer, "Et halvt ark. Takk!\n", ANN, proven=False)


def test_a_case_reads_like_a_conversation(house: House) -> None:
    conversation(house)
    assert shown(house) == (Path(__file__).parent / "conversation.txt").read_text("utf-8")


def test_quotes_and_signatures_are_shown_on_demand(house: House) -> None:
    conversation(house)
    assert "> fra Ann" not in shown(house)
    told = shown(house, quotes=True)
    assert "   > fra Ann\n" in told
    assert "   Kunde AS\n" in told
    assert "--quotes" not in told


def test_all_events_are_shown_on_demand_with_their_numbers(house: House) -> None:
    conversation(house)
    told = shown(house, events=True)
    assert "event 1: case opened at desk support" in told
    assert "mail received from Ann Berg as customer (signed address)" in told


def test_letters_are_shown_in_full_on_demand(house: House) -> None:
    conversation(house)
    assert "saksnummer" not in shown(house)
    told = shown(house, letters=True)
    assert "[2] acknowledgement to Ann Berg <ann@kunde.example>, 2026-03-02 10:00, sent" in told
    assert "saksnummer" in told


def test_mails_are_told_apart_by_who_vouches_for_them_and_who_may_read_them(house: House) -> None:
    house.mail(ANN, "Skriver", "Den står.", proven=False)
    notice = next(letter for letter in house.letters() if letter.kind == "notice")
    house.reply(notice, "/note\nHun sitter i gamlebygget.\n")
    assert "[1] Ann Berg <ann@kunde.example>, 2026-03-02 10:00, not verified\n" in shown(house)
    assert ", verified, internal\n" in shown(house)


def test_a_subject_is_named_where_it_changes(house: House) -> None:
    conversation(house)
    assert "Subject:" not in shown(house)
    house.mail(ANN, "Enda en ting [#1001]", "Kaffemaskinen også.")
    assert "   Subject: Enda en ting [#1001]\n" in shown(house)


def test_a_file_keeps_its_number_when_it_travels_on(house: House) -> None:
    conversation(house)
    numbers = [(m["direction"], f["number"]) for m in house.case("1001")["messages"] for f in m["attachments"]]
    assert numbers == [("in", 1), ("out", 1)]


def test_nothing_that_a_stranger_wrote_steers_the_terminal() -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31m\r\u202e"
    person = f"ann{evil}@kunde.example"
    file = {"number": 1, "name": evil, "type": evil, "size": 1, "inline": False}
    message = {
        "seq": 1,
        "at": "2026-03-02T09:00:00Z",
        "direction": "in",
        "from": person,
        "from_name": evil,
        "to": [person],
        "subject": evil,
        "text": evil,
        "own_text": evil,
        "kind": evil,
        "standing": "stranger",
        "internal": False,
        "verified": False,
        "attachments": [file],
        "event": 1,
    }
    letter = {**message, "seq": 2, "direction": "out", "state": evil, "event": None}
    event = {"seq": 1, "at": "2026-03-02T09:00:00Z", "kind": evil, "actor": evil, "data": {evil: evil}}
    case = {
        "number": evil,
        "subject": evil,
        "status": "new",
        "priority": "high",
        "desk": evil,
        "handler": person,
        "customer": person,
        "labels": [evil],
        "opened_at": "2026-03-02T09:00:00Z",
        "updated_at": "2026-03-02T09:00:00Z",
        "messages": [message, letter],
        "events": [event],
        "parties": {evil: evil},
    }
    for switches in ({}, {"quotes": True, "events": True, "letters": True}):
        for line in page(case, Look(OSLO, "Europe/Oslo", 60, **switches)):
            assert line.text.isprintable(), line


def test_every_kind_of_event_has_its_sentence() -> None:
    for kind, event in KINDS.items():
        facts = dict.fromkeys(event.__match_args__, "x")
        told = sentence({"kind": kind, "actor": "maild", "data": facts}, str, OSLO)
        assert not told.startswith(f"{kind}:"), told


def test_an_event_of_another_release_is_told_by_its_facts() -> None:
    event = {"kind": "sent_to_moon", "actor": "maild", "data": {"rocket": "big", "fuel": None}}
    assert sentence(event, str, OSLO) == "sent to moon: rocket big"
    assert sentence({"kind": "moved", "actor": "maild", "data": {"room": "B"}}, str, OSLO) == "moved: room B"
