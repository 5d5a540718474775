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
        ("size: {over: 20MB}", "size: {over: 5MB}"),
        ("size: {under: 1kB}", "size: {under: 1001}"),
        ("time: {after: 18:00}", "time: {after: 17:00}"),
        ("date: 2026-12-24", "date: {after: 2026-12-23, before: 2026-12-25}"),
        ("case: {count: {from: person, in: 1h, over: 5}}", "case: {count: {from: person, in: 1h, over: 4}}"),
        ("person: {known: true, muted: true}", "person: {muted: true}"),
        ("subject: {contains: AB, exactly: true}", "subject: {contains: AB, exactly: true}"),
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
        ("size: {over: 5MB}", "size: {over: 20MB}"),
        ("time: {after: 17:00}", "time: {after: 18:00}"),
        ("case: {count: {from: person, in: 2h, over: 5}}", "case: {count: {from: person, in: 1h, over: 4}}"),
        ("case: {count: {from: person, in: 1h, over: 5}}", "case: {count: {from: domain, in: 1h, over: 4}}"),
        ("subject: AB", "subject: {contains: AB, exactly: true}"),
        ("attachment: {size: {over: 5MB}}", "attachment: true"),
        # A rule between them may have given the label.
        ("label: vip", "label: vip"),
        ("{label: vip, subject: x}", "{label: vip, subject: x}"),
        ("not: {priority: high}", "not: {priority: high}"),
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
        "time: {after: 22:00, before: 06:00}",
        "all: [{size: {over: 5MB}}, {size: {under: 5MB}}]",
        "all: [{case: {count: {from: person, in: 1h, over: 5}}}, {case: {count: {from: person, in: 1h, under: 3}}}]",
        "all: [{date: 2026-12-24}, {date: {before: 2026-12-24}}]",
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
        "time: {after: 06:00, before: 06:01}",
        "all: [{weekday: monday}, {weekday: weekdays}]",
        "all: [{label: a}, {label: b}]",
        "all: [{attachment: {name: a}}, {attachment: {name: b}}]",
        "all: [{subject: {contains: AB, exactly: true}}, {subject: {contains: ab, exactly: true}}]",
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
BOUNDS = st.dictionaries(st.sampled_from(["over", "under"]), st.integers(0, 4), min_size=1)
HOURS = ["08:00", "08:01", "12:00"]
TIMES = st.dictionaries(st.sampled_from(["after", "before"]), st.sampled_from(HOURS), min_size=1)
COUNTS = st.builds(
    lambda whose, bounds: {"case": {"count": {"from": whose, "in": "1h", **bounds}}},
    st.sampled_from(["person", "domain"]),
    BOUNDS,
)
MORE = st.one_of(
    BOUNDS.map(lambda bounds: {"size": bounds}),
    TIMES.map(lambda times: {"time": times}),
    COUNTS,
    st.builds(
        lambda operator, words: {"subject": {operator: words, "exactly": True}},
        st.sampled_from(["is", "contains", "starts", "ends", "matches"]),
        st.sampled_from(["a", "A", "ab", "Ab"]),
    ),
    st.sampled_from(["l0", "l1"]).map(lambda word: {"label": word}),
)
TREES = st.recursive(
    st.one_of(LEAVES, HEADERS, MORE),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda x: {"all": x}),
        st.lists(inner, min_size=1, max_size=3).map(lambda x: {"any": x}),
        inner.map(lambda x: {"not": x}),
    ),
    max_leaves=5,
)
TEXTS = st.text("abcA", max_size=4)
MAILS = st.builds(
    lambda subject, text, headers, size, hour, counts: replace(
        MAIL, subject=subject, text=text, headers=tuple(("x-a", x) for x in headers), size=size, at=f"2026-03-02T{hour}",
        counts=(("person", 3600, counts[0]), ("domain", 3600, counts[1])),
    ),
    TEXTS, TEXTS, st.lists(TEXTS, max_size=2), st.integers(0, 5), st.sampled_from([*HOURS, "07:59"]),
    st.tuples(st.integers(0, 5), st.integers(0, 5)),
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
