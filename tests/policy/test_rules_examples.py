"""The examples in rules/README.md of what rules ask for are files that load, and their tests hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maild.decide.route import route
from maild.model.people import Desk, Handler
from maild.policy import build, door, routing
from maild.policy.actions import said
from maild.policy.compare import Site
from maild.policy.source import Source

README = (Path(__file__).parents[2] / "rules" / "README.md").read_text("utf-8")
DESK = Desk("support", ("support@desk.example",), "Support", "en", "Europe/Oslo")
SITE = Site({"support": DESK}, build.LANGUAGES, {"ola": Handler("ola", "Ola", ("ola@staff.example",), ())})


def example(heading: str) -> str:
    """The first block of YAML under a heading."""
    found = re.search(rf"^#+ {re.escape(heading)}\n.*?```yaml\n(.*?)```", README, re.S | re.M)
    assert found is not None, heading
    return found[1]


def test_the_facts() -> None:
    source = Source.of(example("facts.yaml"), "facts.yaml")
    assert (set(build.facts_of(source, SITE)), source.problems) == ({"user_name", "computer", "place"}, [])


def test_the_door() -> None:
    source = Source.of(example("door.yaml"), "door.yaml")
    assert (len(door.made(source, SITE)), source.problems) == (2, [])


@pytest.mark.parametrize("heading", ["Approval", "Monitoring"])
def test_a_rule_and_the_test_beside_it(heading: str) -> None:
    source = Source.of(example(heading), "routing.yaml")
    rules = tuple(routing.rules(source, SITE))
    [test] = routing.tests(source, SITE)
    verdict = route(test.facts, rules)
    came = {name: said(name, decided.value, test.facts) for name, decided in verdict.decisions.items()}
    assert (source.problems, test.expect.items() <= came.items()) == ([], True)
