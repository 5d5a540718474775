"""dated: what is due of a case, as a story reads it: {"first_response": "Mon 13:00"}, on a winter's clock in Oslo."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from maild.decide import clocks
from maild.store.cases import load_cases
from maild.store.views import case_id
from parts.house import House


def due(house: House, number: str = "1001") -> dict[str, str]:
    """By the policy that the house has now; what the case's row keeps is the same."""
    row = case_id(house.session, number)
    assert row is not None
    found = clocks.dues(load_cases(house.session, [row])[row], house.policy)
    kept = house.session.one("SELECT due FROM cases WHERE id=?", (row,)) or (None,)
    said = {str(target): _clock(at.timestamp()) for target, at in found.items()}
    assert {k: _clock(v / 1000) for k, v in json.loads(kept[0] or "{}").items()} == said, "the row keeps it"
    return said


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds + 3600, UTC).strftime("%a %H:%M")
