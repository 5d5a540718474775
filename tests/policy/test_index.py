"""The index of rules: the same verdict as asking every rule, without asking every rule."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy.test_conditions import MAIL, when
from policy.test_imply import MAILS, TREES, compiled

from maild.decide.route import route
from maild.model.events import Priority
from maild.model.policy import Decisions, Facts, Rule
from maild.policy.index import indexed


def rule(text: str, name: str = "", *, stop: bool = False, ours: bool = False) -> Rule:
    return Rule(name or text, "routing.yaml:1", when(text), Decisions(labels=(name or text,)), stop=stop, ours=ours)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(TREES, st.booleans()), min_size=1, max_size=8), st.lists(MAILS, min_size=1, max_size=4))
def test_the_verdict_is_that_of_asking_every_rule(trees: list[tuple[object, bool]], mails: list[Facts]) -> None:
    rules = [
        Rule(f"r{n}", f"f:{n}", compiled(tree), Decisions(labels=(f"l{n}",), priority=Priority.HIGH), stop=stop)
        for n, (tree, stop) in enumerate(trees)
    ]
    for mail in mails:
        one, other = route(mail, rules), route(mail, indexed(rules))
        assert (one.tried, one.matched, one.decisions) == (other.tried, other.matched, other.decisions)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("domain: mail.kunde.example", True),
        ("domain: other.example", False),
        ("subject: [zzz, kokkenet]", True),
        ("text: {matches: 'feil 0x8\\d+'}", True),
        ("text: {matches: 'feil 0x9\\d+'}", False),
        ("{subject: zzz, not: {kind: list}}", False),
        ("any: [{subject: zzz}, {text: toner}]", True),
        ("to: bo@other.example", True),
        ("header: {name: Received, contains: kunde}", True),
        ("header: {name: Received, is: kunde}", False),
        ("not: {subject: nede}", True),  # may match: it must be asked
        ("subject: KØKKENET", True),
    ],
)
def test_only_rules_that_could_match_are_asked(text: str, found: bool) -> None:
    assert list(indexed([rule(text)]).could(MAIL)) == ([0] if found else [])


def test_of_several_conditions_the_rarest_is_looked_for() -> None:
    rules = [rule(f"{{desk: support, domain: d{n}.example}}") for n in range(30)]
    assert list(indexed(rules).could(replace(MAIL, domain="d7.example"))) == [7]


def test_the_whole_trace_names_what_failed_in_each_rule() -> None:
    verdict = route(
        MAIL, indexed([rule("{kind: person, subject: zzz}"), rule("text: toner"), rule("not: {kind: person}")])
    )
    assert [(tried.matched, tried.failed) for tried in verdict.tried] == [
        (False, "subject: zzz"), (True, ""), (False, "not: {kind: person}"),
    ]  # fmt: skip


def test_stop_ends_the_search_but_for_what_is_built_in() -> None:
    rules = indexed(
        [rule("text: toner", "one", stop=True), rule("kind: person", "two"), rule("", "built in", ours=True)]
    )
    verdict = route(MAIL, rules)
    assert verdict.value("labels") == ("one", "built in")
    assert [tried.name for tried in verdict.tried] == ["one", "built in"]
