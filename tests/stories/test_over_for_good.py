"""A desk that takes no answers to its closed cases (`reopen: {after: answer}`)."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts.house import DESKS, Got, House

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"
STRICT = "\n".join(
    f"{row}\n  reopen: {{window: 7d, after: answer}}" if row.startswith("  zone") else row for row in DESKS.split("\n")
)
LATE = "Den står fortsatt, og nå er det røyk også. Hva gjør vi?"


def closed(house: House, desk: str = "support") -> Got:
    """A case that was solved eight days ago; its acknowledgement."""
    house.mail(ANN, "X", "Y", f"{desk}@desk.example")
    letters = {one.kind: one for one in house.letters()}
    house.reply(letters["notice"], "/lukk")
    house.wait(seconds=60)
    house.wait(days=8)
    house.letters()
    return letters["ack"]


@pytest.mark.parametrize(
    ("desk", "words"),
    [
        ("support", "skriver du en ny e-post til support@desk.example"),
        ("drift", "skriv du ein ny e-post til drift@desk.example"),
        ("podpora", "pišite novo sporočilo na podpora@desk.example"),
        ("help", "please write a new mail to help@desk.example"),
    ],
)
def test_whoever_answers_too_late_is_told_to_write_anew(tmp_path: Path, desk: str, words: str):
    house = House(tmp_path, desks=STRICT)
    house.reply(closed(house, desk), LATE)
    (letter,) = house.letters()
    assert (letter.kind, letter.to, words in " ".join(letter.text.split())) == ("closed", "ann@kunde.example", True)
    assert house.session.all("SELECT count(*), max(status) FROM cases") == [(1, "closed")]


def test_his_words_are_kept_in_the_case(tmp_path: Path):
    house = House(tmp_path, desks=STRICT)
    house.reply(closed(house), LATE)
    assert LATE in [message["text"].strip() for message in house.case("1001")["messages"]]


def test_within_the_window_he_reopens_it_as_ever(tmp_path: Path):
    house = House(tmp_path, desks=STRICT)
    house.mail(ANN, "X", "Y")
    letters = {one.kind: one for one in house.letters()}
    house.reply(letters["notice"], "/lukk")
    house.wait(days=6)
    house.reply(letters["ack"], LATE)
    assert house.case("1001")["status"] == "open"


def test_somebody_else_opens_a_case(tmp_path: Path):
    house = House(tmp_path, desks=STRICT)
    house.reply(closed(house), LATE, BO)
    assert house.case("1002")["customer"] == "bo@kunde.example"


def test_his_robot_is_not_answered(tmp_path: Path):
    house = House(tmp_path, desks=STRICT)
    house.reply(closed(house), "Jeg er bortreist.", Auto_Submitted="auto-replied")
    assert house.letters("closed") == []


def test_he_is_not_told_without_end(tmp_path: Path):
    house = House(tmp_path, desks=STRICT)
    ack = closed(house)
    for _ in range(7):
        house.reply(ack, LATE, ANN, proven=False)
    assert len(house.letters("closed")) == 5


def test_a_desk_that_says_nothing_opens_a_linked_case(tmp_path: Path):
    house = House(tmp_path)
    ack = closed(house)
    house.wait(days=8)
    house.reply(ack, LATE)
    assert house.case("1002")["status"] == "new"
