"""chain: the hash chain over all events, followed from its beginning.

follow(rows) -> Chain(events, head);  Broken names the first event that is not what it was.  rows(session) reads them in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from maild.store.database import Session
from maild.store.record import NO_CHAIN, link

COLUMNS = ("id", "case_id", "seq", "kind", "version", "at", "actor", "cause", "data", "chain")
_PAGE = 5_000


class Broken(Exception):
    """An event was changed, or one is missing before it."""


@dataclass(frozen=True, slots=True)
class Chain:
    """How many events, and the hash that stands for all of them."""

    events: int = 0
    head: str = NO_CHAIN


def follow(events: Iterable[Sequence[Any]]) -> Chain:
    """Recompute every link; the columns as in COLUMNS."""
    count, head = 0, NO_CHAIN
    for row in events:
        head = link(head, row[:-1])
        if head != row[-1]:
            raise Broken(f"event {row[0]} is not what was recorded, or one before it is missing")
        count += 1
    return Chain(count, head)


def rows(session: Session) -> Iterator[Sequence[Any]]:
    """All events in order, some thousands at a time."""
    last = 0
    while page := session.all(f"SELECT {', '.join(COLUMNS)} FROM event WHERE id>? ORDER BY id LIMIT {_PAGE}", (last,)):
        yield from page
        last = int(page[-1][0])
