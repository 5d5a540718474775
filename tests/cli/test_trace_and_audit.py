"""`maild trace` and `maild audit verify`: where is my mail, and is the record whole?"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

import pytest
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site, short_folder


@pytest.fixture(scope="module")
def desk() -> Iterator[Site]:
    """Ann wrote, was acknowledged, and her handler told; then the daemon went down."""
    sink = Sink()
    site = Site(short_folder(), sink.address)
    try:
        site.start().send(mail("Ann Berg <ann@kunde.example>", "Skriver", "Hei", Message_ID="<one@kunde.example>"))
        sink.wait("ack")
        sink.wait("notice")
        wait_until(lambda: not site.queue(), 20)
        assert site.stop() == 0
        yield site
    finally:
        site.close()
        sink.close()


def test_an_address_is_told_what_came_from_it_and_what_went_to_it(desk: Site) -> None:
    told = desk.maild("trace", "Ann@kunde.example")
    assert told.returncode == 0
    assert "by smtp from 127.0.0.1" in told.stdout
    assert "for support@desk.example" in told.stdout
    assert "case 1001: opened, assigned" in told.stdout
    assert "ack to ann@kunde.example: sent 20" in told.stdout


def test_a_mail_is_found_by_its_id_with_the_letters_that_it_caused(desk: Site) -> None:
    (trail,) = desk.json("trace", "one@kunde.example")
    (arrival,) = trail["arrivals"]
    assert (arrival["state"], arrival["case"], arrival["message_id"]) == ("done", "1001", "<one@kunde.example>")
    assert sorted(letter["kind"] for letter in arrival["letters"]) == ["ack", "notice"]
    assert {letter["state"] for letter in arrival["letters"]} == {"done"}
    assert trail["letters"] == []


def test_a_letter_of_ours_is_found_by_its_id(desk: Site) -> None:
    (trail,) = desk.json("trace", "ann@kunde.example")
    letter = next(one for one in trail["arrivals"][0]["letters"] if one["kind"] == "ack")
    (found,) = desk.json("trace", letter["message_id"])
    assert found == {"arrivals": [], "letters": [letter]}


def test_a_case_names_everybody_who_was_sent_anything_of_it(desk: Site) -> None:
    told = desk.maild("trace", "#1001").stdout.splitlines()
    at = told.index("sent something of this case:")
    assert [re.sub(r"20[-\d]+ [:\d]+", "TIME", line) for line in told[at + 1 :]] == [
        "  ann@kunde.example (person:1): 1 letter (ack), TIME",
        "  kari@staff.example (handler:kari): 1 letter (notice), TIME",
    ]


def test_a_program_reads_the_same(desk: Site) -> None:
    (trail,) = desk.json("trace", "1001")
    assert [(one["party"], one["address"], one["kinds"], one["letters"]) for one in trail["people"]] == [
        ("person:1", "ann@kunde.example", ["ack"], 1),
        ("handler:kari", "kari@staff.example", ["notice"], 1),
    ]
    assert all(one["first_at"] == one["last_at"] != "" for one in trail["people"])


def test_of_nobody_nothing_is_known(desk: Site) -> None:
    told = desk.maild("trace", "eve@evil.example")
    assert (told.returncode, told.stdout) == (1, "")
    assert "nothing is known of eve@evil.example" in told.stderr


def test_the_record_is_whole_and_its_head_is_met(desk: Site) -> None:
    (report,) = desk.json("audit", "verify")
    assert report["whole"]
    assert (report["cases"], report["arrivals"]) == (1, 1)
    assert desk.maild("audit", "verify", "--head", report["head"]).returncode == 0


def test_a_head_of_another_record_is_not_met(desk: Site) -> None:
    told = desk.maild("audit", "verify", "--head", "ab" * 32)
    assert told.returncode == 1
    assert "is not met" in told.stdout


def test_a_head_that_is_none_is_refused(desk: Site) -> None:
    assert desk.maild("audit", "verify", "--head", "abc").returncode == 64


def test_a_changed_event_is_named(desk: Site) -> None:
    database = sqlite3.connect(desk.config.parent / "state" / "maild.sqlite")
    was = database.execute("SELECT actor FROM event WHERE id=2").fetchone()
    try:
        database.execute("UPDATE event SET actor='admin:eve' WHERE id=2")
        database.commit()
        told = desk.maild("audit", "verify")
        assert told.returncode == 1
        assert "event 2 (case row 1, " in told.stdout
        assert "NOT whole" in told.stdout
    finally:
        database.execute("UPDATE event SET actor=? WHERE id=2", was)
        database.commit()
        database.close()
