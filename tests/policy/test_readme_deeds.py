"""The examples of rules/README.md about what rules do are rules: they load, and the tests beside them pass."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maild.cli.check import check

README = (Path(__file__).parents[2] / "rules" / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", README, re.S)
DESKS = """
support: {addresses: [support@desk.example], name: Support, language: en, zone: Europe/Oslo}
operations: {addresses: [drift@desk.example], name: Drift, language: nn, zone: Europe/Oslo}
"""
PEOPLE = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example]}
ola: {name: Ola Hansen, addresses: [ola@staff.example]}
"""
FORMS = "municipality: {name: The municipality, forms: [form@municipality.example]}\n"


def example(start: str) -> str:
    (found,) = [block for block in BLOCKS if block.startswith(start)]
    return found


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("routing", "- name: new colleagues"),
        ("routing", "- name: Storåsen library"),
        ("routing", "- name: web form"),
        ("notices", "- {on: opened"),
        ("cases", "categories:"),
    ],
)
def test_the_example_is_a_good_file(tmp_path: Path, name: str, start: str):
    rules = tmp_path / "rules"
    rules.mkdir()
    files = {"desks": DESKS, "people": PEOPLE, "organisations": FORMS, "cases": example("categories:")}
    for key, text in {**files, name: example(start)}.items():
        (rules / f"{key}.yaml").write_text(text, "utf-8")
    good = Path(__file__).parents[1] / "bad_rules" / "good" / "maild.yaml"
    (tmp_path / "maild.yaml").write_text(good.read_text("utf-8"), "utf-8")
    found = check(tmp_path / "maild.yaml")
    assert (found.problems, found.policy is not None) == ([], True)
