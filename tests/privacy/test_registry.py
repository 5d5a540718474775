"""No column without a decision: what may it hold of a person, and what does erasing him do with it?"""

from __future__ import annotations

import re
from pathlib import Path

from parts.house import House
from parts.traces import columns

from maild.store.personal import BLANKED, COLUMNS, DELETED, KEYED, MASKED, NOTHING, PARTY, STAFF

ROOT = Path(__file__).parents[2]
DECISIONS = {NOTHING, PARTY, KEYED, BLANKED, MASKED, DELETED, STAFF}


def test_every_column_has_its_decision(house: House) -> None:
    missing = [f"{t}.{c}" for t, c in columns(house.session) if COLUMNS.get(t, {}).get(c) not in DECISIONS]
    assert missing == [], "decide in maild/store/personal.py, and have erasure.py or mentions.py do it"


def test_no_decision_is_left_over(house: House) -> None:
    there = set(columns(house.session))
    other = {("word_index", name) for name in ("head", "text", "id", "words")}  # each database has two of these
    left = [(t, c) for t, of in COLUMNS.items() for c in of if (t, c) not in there | other]
    assert left == []


def test_every_table_of_every_migration_is_looked_at(house: House) -> None:
    """A table that a migration makes and another drops is gone; all others have to be here."""
    made = {
        name
        for path in (ROOT / "migrations").glob("*.py")
        for name in re.findall(r"CREATE (?:VIRTUAL )?TABLE (?:IF NOT EXISTS )?(\w+)", path.read_text())
    }
    assert made - {"search"} <= set(COLUMNS)
