"""Which DMARC policy holds: the tree walk of RFC 9989 section 4.10 on a small world of our own."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from maild.mail.dmarc_record import Dmarc, find, walk
from maild.mail.names import Answer, Book, Question, State


def told(domain: str, records: Mapping[str, str | tuple[str, ...]], exists: bool = True) -> Dmarc:
    known: dict[Question, Answer] = {}
    for _ in range(5):
        book = Book(known)
        found = find(domain, book)
        if not book.missing:
            return found
        for question in book.missing:
            name = question.name.removeprefix("_dmarc.")
            said = records.get(name, ()) if question.type == "TXT" else ()
            texts = (said,) if isinstance(said, str) else said
            known[question] = Answer(State.FOUND if texts else State.EMPTY if exists else State.ABSENT, texts)
    raise AssertionError("it asks for ever")


def test_the_record_of_the_domain_itself_decides() -> None:
    found = told("help.org.example", {"help.org.example": "v=DMARC1; p=reject", "org.example": "v=DMARC1; p=none"})
    assert (found.at, found.policy) == ("help.org.example", "reject")


def test_without_one_that_of_the_organisation_does_with_its_word_for_what_lies_below() -> None:
    org = {"org.example": "v=DMARC1; p=reject; sp=quarantine; np=reject"}
    assert told("help.org.example", org).policy == "quarantine"
    assert told("gone.org.example", org, exists=False).policy == "reject"
    assert told("help.org.example", {"org.example": "v=DMARC1; p=reject"}).policy == "reject"
    assert told("help.org.example", org).at == "org.example"


def test_a_public_suffix_says_so_and_the_organisation_is_one_label_below() -> None:
    found = told("a.b.shop.example", {"example": "v=DMARC1; p=reject; psd=y"})
    assert found.organisation == "shop.example"
    assert found.at == ""


def test_psd_n_ends_the_walk() -> None:
    found = told(
        "a.b.org.example", {"b.org.example": "v=DMARC1; p=reject; psd=n", "org.example": "v=DMARC1; p=none; sp=none"}
    )
    assert (found.organisation, found.policy) == ("b.org.example", "reject")


def test_a_name_of_many_labels_is_asked_for_at_most_eight_times() -> None:
    assert list(walk("a.b.c.d.e.f.g.h.i.j.example"))[:3] == [
        "a.b.c.d.e.f.g.h.i.j.example",
        "e.f.g.h.i.j.example",
        "f.g.h.i.j.example",
    ]
    assert len(list(walk("a.b.c.d.e.f.g.h.i.j.example"))) == 8
    assert list(walk("a.b.example")) == ["a.b.example", "b.example", "example"]


def test_two_records_are_none_and_that_is_said() -> None:
    found = told("org.example", {"org.example": ("v=DMARC1; p=reject", "v=DMARC1; p=none")})
    assert (found.at, found.errors) == ("", ("_dmarc.org.example has 2 records, so none of them counts",))


@pytest.mark.parametrize("record", ["v=dmarc1; p=reject", "p=reject; v=DMARC1", "DMARC1; p=reject"])
def test_a_record_that_begins_otherwise_does_not_count(record: str) -> None:
    found = told("org.example", {"org.example": record})
    assert found.at == ""
    assert "does not begin with v=DMARC1" in found.errors[0]


@pytest.mark.parametrize(
    ("record", "policy", "word"),
    [
        ("v=DMARC1; p=block", "none", "none of none, quarantine, reject"),
        ("v=DMARC1; rua=mailto:a@org.example", "none", "p= is missing"),
        ("v=DMARC1; p=reject; rua=postmaster@org.example", "reject", "no mailto"),
        ("v=DMARC1; p=reject; adkim=strict", "reject", "neither r nor s"),
        ("v=DMARC1; p=reject; pct=20", "reject", "no longer looked at"),
    ],
)
def test_what_counts_but_is_not_meant_so_is_named(record: str, policy: str, word: str) -> None:
    found = told("org.example", {"org.example": record})
    assert found.policy == policy
    assert word in " ".join(found.oddities)


def test_a_policy_in_test_is_one_step_milder() -> None:
    assert told("org.example", {"org.example": "v=DMARC1; p=reject; t=y"}).policy == "quarantine"


def test_strict_alignment_is_read() -> None:
    found = told("org.example", {"org.example": "v=DMARC1; p=reject; adkim=s; aspf=S"})
    assert (found.strict_dkim, found.strict_spf) == (True, True)


def test_silence_is_no_verdict() -> None:
    book = Book({Question("_dmarc.org.example", "TXT"): Answer(State.SILENT)})
    assert find("org.example", book).silent
