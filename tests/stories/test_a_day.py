"""A day with real parts: two customers and three handlers, who have nothing but their mailboxes; Postfix, Dovecot, and maild."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.net import wait_until
from parts.town import Person, Town, town

pytestmark = pytest.mark.xdist_group("a day")
KARI, OLA, PER = (
    "Kari Nordmann <kari@staff.example>", "Ola Hansen <ola@staff.example>", "Per Moe <per@staff.example>",
)  # fmt: skip
ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"


@pytest.fixture
def place() -> Iterator[Town]:
    with tempfile.TemporaryDirectory(prefix="day", dir="/tmp") as folder, town(Path(folder), (KARI, OLA, PER)) as made:
        yield made


@pytest.mark.timeout(180)
def test_a_day_at_the_desk_is_worked_through_in_mailboxes_alone(place: Town) -> None:
    kari, ola, per = (Person(place, name, works_here=True) for name in (KARI, OLA, PER))
    ann, bo = (Person(place, name) for name in (ANN, BO))
    # The morning: two cases, the first Kari's and the second Ola's.
    ann.writes("Skriveren står", "Den blinker rødt.\n\n/close quiet\n")
    acknowledged, notice = ann.gets("ack"), kari.gets("notice")
    bo.writes("Passord", "Jeg har glemt det.\n")
    bo.gets("ack")
    other = ola.gets("notice")
    # Kari takes hers and answers, Ann answers, Kari keeps a note and gives the case to Per.
    kari.replies(notice, "/ta\n\nHei Ann, har du slått den av og på?")
    assert "✓ /ta: " in kari.gets("receipt").text
    answer = ann.gets("update")
    assert "har du slått den av og på?" in answer.text
    assert "/ta" not in answer.text
    ann.replies(answer, "Ja, to ganger. Nå lukter det svidd.")
    heard = kari.gets("update")
    kari.replies(heard, "/notat\nHun ringer alltid på mandager.")
    kari.gets("receipt")
    kari.replies(heard, "/tildel per")
    kari.gets("receipt")
    given = per.gets("notice")
    assert "Nå lukter det svidd." in given.text
    # Per's finger slips: nothing happens until he has mended the line.
    per.replies(given, "/lukx\n\nTrekk ut støpselet, Ann. Jeg kommer med en ny.")
    held = per.gets("error")
    assert "mente du /lukk?" in held.text
    assert place.site.case("1001")["status"] == "open"
    per.replies(held, "/lukk")
    per.gets("receipt")
    closing = ann.gets("closing")
    assert "Jeg kommer med en ny." in closing.text
    # Ola asks Bo and waits, Bo answers, Ola closes by the letter's link.
    ola.replies(other, "/vent kunde\n\nHva heter du der inne?")
    ola.gets("receipt")
    asked = bo.gets("update")
    assert place.site.case("1002")["status"] == "waiting"
    bo.replies(asked, "bo.li")
    news = ola.gets("update")
    ola.replies(news, "/lukk\n\nNytt passord kommer på SMS.", to=_link(news.text, "c"))
    ola.gets("receipt")
    assert "Nytt passord kommer på SMS." in bo.gets("closing").text
    # The evening: Ann thanks.
    ann.replies(closing, "Tusen takk, Per!")
    assert "Tusen takk, Per!" in per.gets("update").text
    _all_is_where_it_should_be(place, kari, ola, per, ann, bo)
    assert acknowledged.mail["Subject"] == "Re: Skriveren står [#1001]"


def _link(text: str, verb: str) -> str:
    """The address of a letter's link."""
    (address,) = set(re.findall(rf"<mailto:(support\+{verb}[a-z0-9]+@desk\.example)", text))
    return str(address)


def _all_is_where_it_should_be(place: Town, *people: Person) -> None:
    """Who got what, to the letter; the log of events is whole; and what maild says of its letters is what the mailboxes hold."""
    site = place.site
    # What is left are the hours at which solved cases close.
    assert wait_until(lambda: {row["queue"] for row in site.queue()} <= {"deadline"}), site.queue()
    table = {person.address.partition("@")[0]: Counter(letter.kind for letter in person.mailbox()) for person in people}
    assert table == {
        "kari": {"notice": 1, "update": 1, "receipt": 3},
        "ola": {"notice": 1, "update": 1, "receipt": 2},
        "per": {"notice": 1, "error": 1, "receipt": 1, "update": 1},
        "ann": {"ack": 1, "update": 1, "closing": 1},
        "bo": {"ack": 1, "update": 1, "closing": 1},
    }
    verified = site.maild("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    for number, who in (("1001", {"ann@kunde.example", "kari@staff.example", "per@staff.example"}),
                        ("1002", {"bo@kunde.example", "ola@staff.example"})):  # fmt: skip
        (traced,) = site.json("trace", f"#{number}")
        assert {reached["address"] for reached in traced["people"]} == who
        got = {
            person.address
            for person in people
            if any(str(letter.mail["X-Maild-Case"]) == number for letter in person.mailbox())
        }
        assert got == who
