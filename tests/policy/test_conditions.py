"""The conditions of routing.yaml: what they mean, and what a trace says when they fail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from maild.model.people import Desk
from maild.model.policy import Facts
from maild.policy import conditions
from maild.policy.compare import Place, Site
from maild.policy.source import Source

SITE = Site({"support": Desk("support", ("support@desk.example",), "Support", "nb", "UTC")}, ("nb", "nn", "sl", "en"))
MAIL = Facts(
    desk="support",
    author="ann@mail.kunde.example",
    domain="mail.kunde.example",
    to=("support@desk.example", "bo@other.example"),
    cc=(),
    subject="Skrivaren på KØKKENET er nede",
    text="Hei!\nFeil 0x8007: tonér tom\nHilsen Ann\n> gammel tekst",
    own_text="Hei!\nFeil 0x8007: tonér tom\nHilsen Ann",
    kind="person",
    automatic=False,
    language="nn",
    authenticated=True,
    headers=(("x-spam-flag", "NO"), ("received", "from a"), ("received", "from mx.kunde.example")),
    attachments=(),
    size=100,
)


def when(text: str) -> conditions.Condition:
    source = Source.of(text, "routing.yaml")
    compiled = conditions.compile(source.document, Place(source, (), SITE))
    assert not source.problems, source.problems
    return compiled


@pytest.mark.parametrize(
    "text",
    [
        "from: ANN@mail.kunde.example",
        "from: [x@y.example, ann@mail.kunde.example]",
        "from: {ends: .kunde.example}",
        "to: bo@other.example",
        "to: {starts: support@}",
        "domain: mail.kunde.example",
        "domain: {in: [a.example, mail.kunde.example]}",
        "subject: kokkenet",
        "subject: [printer, skrivaren]",
        "subject: {starts: SKRIVAREN, ends: nede}",
        "subject: {is: skrivaren pa køkkenet er NEDE}",
        "text: gammel",
        r"text: {matches: '^feil 0x\d+: toner'}",
        r"own_text: {matches: ['z+', 'tom$']}",
        "kind: [list, person]",
        "kind: {is: person}",
        "automatic: false",
        "language: nn",
        "desk: support",
        "authenticated: true",
        "header: X-Spam-Flag",
        "header: {name: x-spam-flag, is: 'no'}",
        "header: {name: Received, contains: kunde}",
        "any: [{subject: printer}, {text: toner}]",
        "all: [{subject: nede}, {kind: person}]",
        "not: {kind: automatic}",
        "{subject: nede, text: toner}",
        "not: {subject: nede, text: zzz}",
        "{}",
        "",
    ],
)
def test_it_holds_for_anns_mail(text: str) -> None:
    assert when(text).failed(MAIL) == ""


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("from: {ends: '@kunde.example'}", "from: {ends: @kunde.example}"),
        ("cc: bo@other.example", "cc: bo@other.example"),
        ("domain: kunde.example", "domain: kunde.example"),
        ("subject: [printer, papir]", "subject: [printer, papir]"),
        ("subject: {contains: nede, starts: nede}", "subject: {contains: nede, starts: nede}"),
        ("own_text: gammel", "own_text: gammel"),
        ("{subject: nede, text: zzz, kind: list}", "text: zzz"),
        ("any: [{subject: a1}, {text: b2}]", "any: [{subject: a1}, {text: b2}]"),
        ("all: [{subject: nede}, {language: sl}]", "language: sl"),
        ("not: {kind: person}", "not: {kind: person}"),
        ("automatic: true", "automatic: true"),
        ("header: X-Other", "header: X-Other"),
        ("header: {name: Received, is: from a b}", "header: {name: Received, is: from a b}"),
    ],
)
def test_the_first_part_that_failed_is_told_as_written(text: str, failed: str) -> None:
    assert when(text).failed(MAIL) == failed


def test_operators_of_one_condition_look_at_the_same_value() -> None:
    # Of two headers one begins so and the other ends so: neither does both.
    assert when("header: {name: received, starts: from a, ends: kunde.example}").failed(MAIL)


def test_a_long_list_is_cut_in_the_trace() -> None:
    words = ", ".join(f"word{n}" for n in range(100))
    assert len(when(f"subject: [{words}]").failed(MAIL)) <= 200


def test_a_mail_without_author_is_from_nobody() -> None:
    nobody = replace(MAIL, author="", domain="")
    assert when("from: {is: ''}").failed(nobody) == ""
    assert when("from: {contains: a}").failed(nobody)


def test_text_beyond_the_bound_is_not_looked_at() -> None:
    assert when("text: needle").failed(replace(MAIL, text="x" * 70_000 + "needle"))


def told(value: Any, text: str) -> str:
    source = Source.of(text, "routing.yaml")
    conditions.compile(source.document if value is None else value, Place(source, (), SITE))
    return "\n".join(map(str, source.problems))


def test_conditions_within_conditions_end_somewhere() -> None:
    value: dict[str, Any] = {"subject": "x"}
    for _ in range(100):
        value = {"not": value}
    assert "deep" in told(value, "")


def test_every_condition_and_operator_has_a_help_text() -> None:
    for name, (values, _) in conditions.CONDITIONS.items():
        assert (values.__doc__ or "").startswith(f"{name}: ")
