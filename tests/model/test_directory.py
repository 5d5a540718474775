"""Whose an address is."""

from __future__ import annotations

from maild.model.directory import directory
from maild.model.people import Handler, Organisation

KARI = Handler("kari", "Kari", ("kari@staff.example", "shared@staff.example"), ())
OLA = Handler("ola", "Ola", ("ola@staff.example", "shared@staff.example"), ())
GONE = Handler("gone", "Gone", ("gone@staff.example", "ola@staff.example"), (), retired=True)
SCHOOL = Organisation("school", "School", domains=("skole.example",), forms=("form@web.example",))
TOWN = Organisation("town", "Town", domains=("skole.example", "kommune.example"), contacts=("rektor@skole.example",))


def test_an_address_of_two_is_of_whoever_stands_first() -> None:
    found = directory([KARI, OLA], [SCHOOL, TOWN])
    assert (found.handlers["shared@staff.example"], found.domains["skole.example"]) == (KARI, SCHOOL)


def test_whoever_has_left_has_no_address() -> None:
    found = directory([GONE, OLA], []).handlers
    assert (found.get("gone@staff.example"), found["ola@staff.example"]) == (None, OLA)


def test_a_contact_belongs_to_his_organisation_whatever_his_domain_says() -> None:
    found = directory([], [SCHOOL, TOWN])
    who = ("rektor@skole.example", "per@skole.example", "per@kunde.example", "")
    assert [found.organisation(address) for address in who] == [TOWN, SCHOOL, None, None]


def test_forms_are_known_by_their_senders() -> None:
    assert directory([], [SCHOOL, TOWN]).forms == {"form@web.example"}
