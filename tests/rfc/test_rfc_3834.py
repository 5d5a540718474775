"""Automatic answers (RFC 3834): whom we answer, where the answer goes, and what it says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts.house import Got, House
from parts.mails import authenticated, mail

ANN = "Ann Berg <ann@kunde.example>"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def acknowledged(house: House, sender: str = "ann@kunde.example", **headers: str) -> list[Got]:
    """What goes out of itself to whoever wrote this mail, with this return path."""
    made = mail(ANN, "Skriver", "Den står.", **headers)
    house.arrives(authenticated(made), "support@desk.example", sender)
    return [letter for letter in house.letters() if letter.kind != "notice"]


@pytest.mark.parametrize(
    "sender",
    ["owner-printers@kunde.example", "Printers-Request@kunde.example", "MAILER-DAEMON@kunde.example", ""],
)
def test_rfc_3834_2_a_return_path_behind_which_nobody_reads_is_not_answered(house: House, sender: str) -> None:
    assert acknowledged(house, sender) == []
    assert house.case("1001")["subject"] == "Skriver", "the mail is a case all the same"


@pytest.mark.parametrize("sender", ["request@kunde.example", "homeowner-ann@kunde.example"])
def test_rfc_3834_2_a_person_with_such_a_name_is_answered(house: House, sender: str) -> None:
    assert len(acknowledged(house, sender)) == 1


def test_rfc_3834_4_the_answer_goes_to_who_wrote_and_never_to_reply_to(house: House) -> None:
    """A service may answer From (section 4); Reply-To is where a stranger would have his letters sent."""
    [ack] = acknowledged(house, "bounces@mass.example", Reply_To="victim@elsewhere.example")
    assert ack.to == "ann@kunde.example"


def test_rfc_3834_3_1_an_acknowledgement_says_what_it_is_and_what_it_answers(house: House) -> None:
    [ack] = acknowledged(house, Message_ID="<first@kunde.example>")
    assert ack.mail["Auto-Submitted"] == "auto-replied"
    assert ack.mail["In-Reply-To"] == ack.mail["References"] == "<first@kunde.example>"
    assert ack.mail["Precedence"] is None or ack.mail["Precedence"] != "bulk"
