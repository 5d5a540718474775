"""A thousand rules are not compared with each other, whatever they have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from parts import pristine
from parts.house import DESKS, PEOPLE

from maild.policy import build, imply

COUNT = 300


@pytest.mark.parametrize(
    "shared", ["desk: support", "domain: kunde.example", "automatic: false", "not: {text: annet}"]
)  # fmt: skip
def test_what_all_rules_have_in_common_does_not_bring_them_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared: str
):
    asked = 0
    implies = imply.implies

    def counted(one: Any, other: Any) -> bool:
        nonlocal asked
        asked += 1
        return implies(one, other)

    monkeypatch.setattr(imply, "implies", counted)
    rules = "".join(
        f"- name: r{n}\n  when: {{{shared}, subject: ord{n:04}}}\n  set: {{label: l{n}}}\n" for n in range(COUNT)
    )
    for name, text in {"desks": DESKS, "people": PEOPLE, "routing": rules}.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    build.load(tmp_path, pristine.shipped)
    assert asked < COUNT


def loaded(folder: Path, rules: str) -> None:
    for name, text in {"desks": DESKS, "people": PEOPLE, "routing": rules}.items():
        (folder / f"{name}.yaml").write_text(text)
    build.load(folder, pristine.shipped)


def test_a_condition_may_stand_twice_where_another_rule_decides_in_between(tmp_path: Path):
    loaded(
        tmp_path,
        "- name: a\n  when: {domain: kunde.example}\n  set: {label: a}\n"
        "- name: b\n  when: {subject: haster}\n  set: {handler: kari}\n"
        "- name: c\n  when: {domain: kunde.example}\n  set: {handler: ola}\n",
    )
