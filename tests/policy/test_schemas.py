"""The JSON Schemas that editors use are those of the code.  MAILD_GOLDEN=write rewrites them."""

from __future__ import annotations

import json
import os
from pathlib import Path

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
