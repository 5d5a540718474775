"""The table of faults and attacks names tests that there are, and leaves no number out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "tests/faults/README.md").read_text("utf-8")
_CITED = re.compile(r"`(tests/[\w/]+\.py)?(?:::(\w+))?[^`]*`")


def cited() -> list[tuple[str, str]]:
    """(file, test) of each citation; one without a file means the file cited before it in its row."""
    found = []
    for row in TABLE.splitlines():
        file = ""
        for match in _CITED.finditer(row):
            file = match[1] or file
            if match[1] or match[2]:
                found.append((file, match[2] or ""))
    return found


@pytest.mark.parametrize(("letter", "last"), [("c", 58), ("b", 48), ("m", 12)])
def test_every_fault_attack_and_bug_has_its_row(letter: str, last: int):
    there = {int(number) for number in re.findall(rf"^\| {letter}(\d+)", TABLE, re.M)}
    assert there == set(range(1, last + 1))


def test_every_test_that_it_names_is_there():
    missing = []
    for file, test in cited():
        path = ROOT / file
        if not path.is_file() or (test and not re.search(rf"^(?:async )?def {test}\b", path.read_text("utf-8"), re.M)):
            missing.append(f"{file}::{test}")
    assert cited()
    assert missing == []
