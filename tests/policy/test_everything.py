"""rules/examples/everything: a site with every feature of every file of rules, each with a word on it, and without a fault.

What there is is asked of the code: a new condition, field or operator that is not in the example is named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maild.cli import site_files
from maild.cli.check import check
from maild.policy import build, choosing, conditions, schema
from maild.policy.actions import SetForm
from maild.policy.catalogue import ItemForm
from maild.policy.recurring import RecurringForm
from maild.policy.source import Source

SITE = Path(__file__).parents[2] / "rules" / "examples" / "everything"
SCHEMAS = {name.removesuffix(".json"): made for name, made in schema.schemas().items()}


def source(name: str) -> Source:
    return Source.of((SITE / "rules" / f"{name}.yaml").read_text("utf-8"), f"{name}.yaml")


def names(form: Any) -> Iterator[str]:
    """Every key that a file may have somewhere, but those of the site's own."""
    if isinstance(form, dict):
        if isinstance(form.get("properties"), dict):
            yield from form["properties"]
        for part in form.values():
            yield from names(part)
    elif isinstance(form, list):
        for part in form:
            yield from names(part)


def keys(value: Any) -> Iterator[str]:
    """Every key that a file has."""
    if isinstance(value, dict):
        yield from value
        for part in value.values():
            yield from keys(part)
    elif isinstance(value, list):
        for part in value:
            yield from keys(part)


def told(part: str) -> set[str]:
    """Conditions (when) or fields (set) of rules that stand on a line with a comment."""
    read = source("routing")
    lines = read.text.splitlines()
    return {
        str(path[2])
        for path, (line, _) in read.positions.items()
        if len(path) == 3 and path[1] == part and "  # " in lines[line - 1]
    }


def test_it_is_a_site_without_a_fault_or_a_warning():
    found = check(SITE / "maild.yaml")
    assert (found.problems, found.policy is not None) == ([], True)


def test_every_condition_stands_there_with_a_comment():
    assert {*conditions.CONDITIONS, *conditions.GROUPS} - told("when") == set()


def test_every_field_that_a_rule_sets_stands_there_with_a_comment():
    assert set(SetForm.model_fields) - told("set") == set()


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_key_of_a_file_stands_there(name: str):
    # What is asked and decided as in routing.yaml stands there.
    form = {"catalogue": ItemForm, "recurring": RecurringForm}.get(name)
    wanted = set(form.model_fields) if form else set(names(SCHEMAS[name]))
    # A list whose entries name their key is another way to write the mapping.
    assert wanted - {"key"} - set(keys(source(name).document)) == set()


def test_every_way_to_choose_a_handler_stands_there():
    assert set(choosing.HOW) <= set(keys(source("routing").document))


def test_there_is_a_file_of_each_kind_and_none_besides():
    assert {path.stem for path in (SITE / "rules").glob("*.yaml")} == set(SCHEMAS)


def test_every_rule_has_a_test_that_meets_it():
    policy = check(SITE / "maild.yaml").policy
    assert policy is not None
    tried = {test.rule for test in build.tests(policy)}
    assert {rule["name"] for rule in source("routing").document} == tried


def test_a_new_site_gets_none_of_it():
    wish = site_files.Wish(("support@desk.example",), (), None, None, "", None, "UTC", "en", None, None)
    assert not [name for name in site_files.files(wish) if "example" in name]
