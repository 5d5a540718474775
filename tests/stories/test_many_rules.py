"""A policy of many rules: the same decisions, a short trace that can be told in full, and turns that a stop does not end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from parts.house import House

from maild.replays.recall import is_short

ANN = "Ann Berg <ann@kunde.example>"
MANY = "".join(f"- name: r{n}\n  when: {{subject: ord{n}x}}\n  set: {{label: l{n}}}\n" for n in range(60))


def trace(house: House, row: int) -> dict[str, Any]:
    [(text,)] = house.session.all("SELECT trace FROM incoming WHERE id=?", (row,))
    return dict(json.loads(text))


def test_of_many_rules_those_that_matched_are_kept_and_how_many_were_asked(tmp_path: Path) -> None:
    house = House(tmp_path, MANY)
    row = house.mail(ANN, "Om ORD7X og ord42x", "Hei.")
    assert house.case("1001")["labels"] == ["l7", "l42"]
    kept = trace(house, row)
    assert [rule["name"] for rule in kept["rules"]] == ["r7", "r42", "everyone in turn"]
    assert kept["asked"] == 62
    assert is_short(kept)
    house.database.close()


def test_of_few_rules_every_one_is_kept_with_what_failed(tmp_path: Path) -> None:
    house = House(tmp_path, MANY[: MANY.index("- name: r5\n")])
    kept = trace(house, house.mail(ANN, "Om ord3x", "Hei."))
    assert [rule["failed"] for rule in kept["rules"]] == [
        "subject: ord0x", "subject: ord1x", "subject: ord2x", "", "subject: ord4x", "automatic: true", "",
    ]  # fmt: skip
    house.database.close()


def test_a_rule_that_stops_leaves_the_case_to_whose_turn_it_is(tmp_path: Path) -> None:
    house = House(tmp_path, "- name: last word\n  when: {subject: skriver}\n  set: {priority: high}\n  stop: true\n")
    house.mail(ANN, "Skriver", "Den står.")
    case = house.case("1001")
    assert case["priority"] == "high"
    assert case["handler"]
    house.database.close()
