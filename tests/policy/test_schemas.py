"""The JSON Schemas that editors use are those of the code.  MAILD_GOLDEN=write rewrites them."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from maild import config_schema
from maild.policy import schema

FOLDER = Path(__file__).parents[2] / "rules" / "schema"
MADE = {**schema.schemas(), "maild.json": config_schema.schema()}


@pytest.mark.parametrize("name", sorted(MADE))
def test_golden_schema_is_what_the_code_asks_for(name: str) -> None:
    text = json.dumps(MADE[name], indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if os.environ.get("MAILD_GOLDEN") == "write":
        (FOLDER / name).write_text(text, "utf-8")
    assert (FOLDER / name).read_text("utf-8") == text, "make golden"


def test_no_schema_is_left_over() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(MADE)


def test_every_condition_says_in_its_schema_what_it_means() -> None:
    conditions = MADE["routing.json"]["$defs"]["when"]["properties"]
    for name, form in conditions.items():
        assert form["description"].startswith(f"{name}: ")


def condition(name: str) -> dict[str, Any]:
    return dict(MADE["routing.json"]["$defs"]["when"]["properties"][name])


@pytest.mark.parametrize("name", ["kind", "hours", "weekday", "trust", "priority"])
def test_fixed_words_are_named_and_no_operator_but_theirs_is_taken(name: str) -> None:
    one, some, whole = condition(name)["anyOf"][:3]
    assert some["items"] == one
    assert one["enum"]
    assert (sorted(whole["properties"]), whole["additionalProperties"]) == (["in", "is"], False)


def test_a_site_s_own_words_are_left_to_check() -> None:
    assert "enum" not in condition("desk")["anyOf"][0]


def test_a_time_is_one_of_the_day() -> None:
    pattern = condition("time")["properties"]["after"]["pattern"]
    fits = [time for time in ("00:00", "19:59", "23:59", "24:00", "29:00", "24:01", "8:00") if re.search(pattern, time)]
    assert fits == ["00:00", "19:59", "23:59", "24:00"]


def test_what_may_be_left_empty_may_be_so_in_the_schema_and_nothing_else() -> None:
    when = MADE["routing.json"]["$defs"]["RuleForm"]["properties"]["when"]
    assert {"type": "null"} in when["anyOf"]
    assert "null" in MADE["cases.json"]["type"]
    assert condition("not")["minProperties"] == 1
    assert condition("any")["items"]["minProperties"] == 1
