"""A caller of whom we know a number only, and whose mail a handler passed on: shown and erased like anybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.house import House

from maild.model.people import person_party
from maild.store import people

OLA = "Ola Hansen <ola@staff.example>"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.database.close()


def test_a_caller_is_known_by_his_number(house: House):
    house.mail(OLA, "Skriver", "/for +47 912 34 567 Kari Moe\n\nHun ringte.")
    known = people.known(house.session, "+4791234567")
    assert known is not None
    assert (known["addresses"], known["names"]) == (["+4791234567"], ["Kari Moe"])
    assert [case["number"] for case in known["cases"]] == ["1001"]


def test_what_a_handler_wrote_about_her_is_not_hers_to_take(house: House):
    text = (
        "Hun er sur.\n\nFra: Ann <ann@kunde.example>\nSendt: 2. mars 2026 10:14\nTil: Ola\nEmne: Skriver\n\nDen står."
    )
    house.mail(OLA, "VS: Skriver", text)
    row = house.session.one("SELECT person FROM address WHERE address='ann@kunde.example'")
    assert row is not None
    mails = people.mails(house.session, row[0])
    assert [mail.direction for mail in mails if mail.row] == ["out"], "the mail itself is the handler's"
    said = house.session.all("SELECT standing FROM message WHERE author=?", (person_party(row[0]),))
    assert said == [("customer",)], "her words are hers: erasing her takes them"
