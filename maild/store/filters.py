"""filters: what cases a search is narrowed to, and that as SQL.

conditions(session, Filters(...)) -> Conditions over cases c and message m
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maild.model.people import person_party
from maild.store.database import Session, stamp
from maild.store.lists import places
from maild.store.text import dumps

# Characters of a filter: SQLite takes no endless pattern.
_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What the cases must be; empty means any.  handler "" is nobody's; customer is an address, or a domain with its @.

    since, until    when the message came
    """

    statuses: tuple[str, ...] = ()
    desk: str | None = None
    handler: str | None = None
    customer: str | None = None
    label: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter as SQL over cases c and message m: as a way to its rows, and as a test of one row."""

    way: str
    test: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Conditions:
    parts: tuple[Condition, ...]
    since: int | None
    until: int | None

    @property
    def way(self) -> str:
        return " AND ".join(part.way for part in self.parts)

    @property
    def test(self) -> str:
        return "".join(f" AND {part.test}" for part in self.parts)

    @property
    def values(self) -> tuple[Any, ...]:
        return tuple(value for part in self.parts for value in part.values)


def conditions(session: Session, filters: Filters) -> Conditions:
    since, until = (None if at is None else stamp(at) for at in (filters.since, filters.until))
    parts: list[Condition] = []

    def add(sql: str, *values: Any) -> None:
        parts.append(Condition(sql, sql, values))

    if filters.statuses:
        add(f"c.status IN ({places(filters.statuses)})", *map(_storable, filters.statuses))
    if filters.desk is not None:
        add("c.desk=?", _storable(filters.desk))
    if filters.handler is not None:
        add("c.handler=?", _storable(filters.handler)) if filters.handler else add("c.handler IS NULL")
    if filters.customer is not None:
        parts.append(_customer(session, _storable(filters.customer).lower()))
    if filters.label is not None:
        way = "c.id IN (SELECT case_id FROM label WHERE label=?)"
        test = "EXISTS (SELECT 1 FROM label l WHERE l.label=? AND l.case_id=c.id)"
        parts.append(Condition(way, test, (_storable(filters.label),)))
    if since is not None:
        add("m.at>=?", since)
    if until is not None:
        add("m.at<?", until)
    return Conditions(tuple(parts), since, until)


def _storable(text: str) -> str:
    """As a database may be asked for it; what it loses stands in no row."""
    return text[:_LONGEST].replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _customer(session: Session, who: str) -> Condition:
    """By address, or everybody of a domain; found first, for with a subquery PostgreSQL may go through all cases."""
    which, value = "address=?", who
    if who.startswith("@"):
        bare = re.sub(r"([\\%_])", r"\\\1", who)
        which, value = "address LIKE ? ESCAPE '\\'", f"%{bare}"
    rows = session.all(f"SELECT DISTINCT person FROM address WHERE {which}", (value,))
    parties = [person_party(person) for (person,) in rows]
    if session.sqlite:
        sql = "c.customer IN (SELECT value FROM json_each(?))"
        return Condition(sql, sql, (dumps(parties),))
    return Condition("c.customer=ANY(?)", "c.customer=ANY(?)", (parties,))
