"""lists: many values in one statement, as each database likes them best.

among(session, "id") , listed(session, ids) -> "id IN (?,?)" with its values, or "id=ANY(?)" with one list;  portions(rows) -> slices
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from maild.store.database import Session

PORTION = 400


def places(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


def marks(values: Sequence[Any]) -> str:
    """For a few values: (?,?,?).  None at all is no row, which PostgreSQL wants written."""
    return f"({places(values) or 'NULL'})"


def among(session: Session, column: str, values: Sequence[int]) -> str:
    """PostgreSQL plans a list as one value much quicker than as four hundred."""
    return f"{column} IN ({places(values)})" if session.sqlite else f"{column}=ANY(?)"


def listed(session: Session, values: Sequence[int]) -> Sequence[Any]:
    return values if session.sqlite else (list(values),)


def portions(rows: Sequence[Any], most: int = PORTION) -> Iterator[Sequence[Any]]:
    """Small at first, for the first ones are often enough."""
    start, size = 0, 50
    while start < len(rows):
        yield rows[start : start + size]
        start, size = start + size, min(2 * size, most)
