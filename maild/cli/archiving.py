"""archiving: cases marked as taken into the archive, by `case archived` and `export --archived`.  Not a command itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from maild.cli.desk import ordered

# An order is one line of 64 kB at most.
_MANY = 1000


def mark(config: Path, numbers: Sequence[str], taken_at: datetime | None = None) -> int:
    """taken_at: when the copy was begun, if not now.  The exit code."""
    for start in range(0, len(numbers), _MANY):
        order: dict[str, Any] = {"order": "archived", "numbers": list(numbers[start : start + _MANY])}
        if taken_at is not None:
            order["at"] = taken_at.isoformat()
        code = ordered(config, order, _alone)
        if code:
            return code
    return 0


def _alone(session: Any, asked: dict[str, Any], actor: str, now: datetime) -> Any:
    from maild import orders

    taken_at = datetime.fromisoformat(asked["at"]) if "at" in asked else now
    return orders.archive(session, asked["numbers"], actor, now, taken_at)
