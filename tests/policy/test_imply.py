"""What conditions say of each other: what must follow does, and nothing is said to follow that does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy.test_conditions import MAIL, SITE, when

from maild.model.policy import Facts
from maild.policy import conditions
from maild.policy.compare import Place
from maild.policy.imply import excludes, implies, never
from maild.policy.source import Source


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("subject: printer", "subject: [skriver, printer]"),
        ("subject: printerfeil", "subject: printer"),
        ("domain: a.example", "domain: {in: [a.example, b.example]}"),
        ("domain: mail.a.example", "domain: {ends: .a.example}"),
        ("{subject: x, kind: person}", "subject: x"),
        ("subject: x", "any: [{text: y}, {subject: x}]"),
        ("any: [{subject: xa}, {subject: xb}]", "subject: x"),
        ("{subject: x, text: y}", "all: [{text: y}, {subject: x}]"),
        ("not: {subject: x}", "not: {subject: xy}"),
        ("kind: person", "not: {kind: [list, bounce]}"),
        ("{kind: person, subject: x}", "{subject: x, not: {kind: list}}"),
        ("header: {name: X-A, is: b}", "header: X-A"),
        ("to: a@x.example", "to: {ends: '@x.example'}"),
        ("subject: {matches: 'a+b'}", "subject: {matches: ['a+b', 'c']}"),
        ("subject: {starts: [abc, abd], ends: z}", "subject: {starts: ab}"),
        ("subject: SKRÍVER", "subject: skriver"),
        ("subject: x", ""),
    ],
)
def test_one_follows_from_the_other(one: str, other: str) -> None:
    assert implies(when(one), when(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("subject: [skriver, printer]", "subject: printer"),
        ("subject: printer", "text: printer"),
        ("subject: printer", "subject: printerfeil"),
        ("subject: x", "not: {subject: y}"),
        ("any: [{subject: x}, {text: y}]", "subject: x"),
        ("subject: x", "{subject: x, text: y}"),
        ("not: {subject: xy}", "not: {subject: x}"),
        ("header: {name: X-A, is: b}", "header: X-B"),
        ("to: {starts: a}", "to: {is: a}"),
        ("", "subject: x"),
        ("subject: {starts: ab}", "subject: {ends: ab}"),
        # Of two addresses in To one may be this, the other that.
        ("to: a@x.example", "not: {to: b@x.example}"),
    ],
)
def test_the_other_does_not_follow(one: str, other: str) -> None:
    assert not implies(when(one), when(other))


@pytest.mark.parametrize(
    "text",
    [
        "all: [{domain: a.example}, {domain: b.example}]",
        "{kind: person, not: {kind: [person, list]}}",
        "all: [{subject: {starts: ab}}, {subject: {starts: cd}}]",
        "{subject: {is: abc, contains: z}}",
        "any: [{all: [{desk: support}, {not: {desk: support}}]}, {all: [{kind: list}, {kind: person}]}]",
        "{automatic: true, any: [{automatic: false}, {all: [{kind: list}, {kind: person}]}]}",
        "{subject: printerfeil, not: {subject: printer}}",
    ],
)
def test_it_holds_for_no_mail(text: str) -> None:
    assert never(when(text))


@pytest.mark.parametrize(
    "text",
    [
        "all: [{to: a@x.example}, {to: b@x.example}]",
        "all: [{subject: a}, {subject: b}]",
        "{kind: person, not: {kind: list}}",
        "{subject: printer, not: {subject: printerfeil}}",
        "all: [{header: {name: Received, contains: a}}, {header: {name: Received, is: b}}]",
        "{subject: {starts: ab, ends: ba}}",
        "",
    ],
)
def test_a_mail_may_come_for_which_it_holds(text: str) -> None:
    assert not never(when(text))


WORDS = st.sampled_from(["a", "b", "ab", "ba", "abc"])
LISTS = st.one_of(WORDS, st.lists(WORDS, min_size=1, max_size=3))
LEAVES = st.builds(
    lambda name, operator, words: {name: {operator: words}},
    st.sampled_from(["subject", "text"]),
    st.sampled_from(["is", "contains", "starts", "ends", "matches"]),
    LISTS,
)
HEADERS = st.builds(
    lambda operator, words: {"header": {"name": "X-A", operator: words}}, st.sampled_from(["is", "starts"]), LISTS
)
TREES = st.recursive(
    st.one_of(LEAVES, HEADERS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda x: {"all": x}),
        st.lists(inner, min_size=1, max_size=3).map(lambda x: {"any": x}),
        inner.map(lambda x: {"not": x}),
    ),
    max_leaves=5,
)
TEXTS = st.text("abc", max_size=4)
MAILS = st.builds(
    lambda subject, text, headers: replace(MAIL, subject=subject, text=text, headers=tuple(("x-a", x) for x in headers)),
    TEXTS, TEXTS, st.lists(TEXTS, max_size=2),
)  # fmt: skip


def compiled(value: object) -> conditions.Condition:
    return conditions.compile(value, Place(Source("f"), (), SITE))


@settings(max_examples=400, deadline=None)
@given(TREES, TREES, st.lists(MAILS, min_size=5, max_size=15))
def test_nothing_is_claimed_that_a_mail_refutes(one: object, other: object, mails: list[Facts]) -> None:
    first, second = compiled(one), compiled(other)
    narrow, apart, impossible = implies(first, second), excludes(first, second), never(first)
    for mail in mails:
        holds, too = not first.failed(mail), not second.failed(mail)
        assert not (narrow and holds and not too)
        assert not (apart and holds and too)
        assert not (impossible and holds)


def test_conditions_deep_in_each_other_are_told_soon() -> None:
    value: dict[str, object] = {"subject": "a"}
    for _ in range(12):
        value = {"all": [{"any": [value, {"text": "b"}]}, {"not": {"all": [value, {"text": "c"}]}}]}
    deep = compiled(value)
    assert implies(deep, deep)
    assert not implies(deep, compiled({"subject": "zz"}))
    never(deep)
