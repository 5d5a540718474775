"""agenda: the open cases that may concern a handler, with what a line about each says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from maild.model.agenda import Asked, Item
from maild.model.case import Case
from maild.model.message import named
from maild.store.database import Session, stamp
from maild.store.lists import places

MOST = 500


def agenda(session: Session, asked: Asked | None, load: Callable[[int, str], Case]) -> tuple[Item, ...]:
    """The oldest first.  load: a case from its row's state."""
    if asked is None:
        return ()
    whose, values = _whose(asked)
    rows = session.all(
        "SELECT c.id, c.state, t.text, p.name, (SELECT min(a.address) FROM address a WHERE a.person=p.id),"
        " (SELECT max(e.seq) FROM event e WHERE e.case_id=c.id AND e.kind='replied') FROM cases c"
        " LEFT JOIN content t ON t.commitment=c.subject LEFT JOIN person p ON c.customer='person:' || p.id"
        f" WHERE c.status IN ('new', 'open', 'waiting', 'on_hold') AND ({whose}) ORDER BY c.id LIMIT ?",
        (*values, MOST),
    )
    return tuple(Item(load(r[0], r[1]), r[2] or "", named(r[3] or "", r[4] or ""), r[5] or 0) for r in rows)


def any_before(session: Session, asked: Asked | None, at: datetime) -> bool:
    """Whether there is any such case from before that instant."""
    if asked is None:
        return False
    whose, values = _whose(asked)
    found = session.one(
        "SELECT 1 FROM cases c WHERE c.status IN ('new', 'open', 'waiting', 'on_hold') AND c.opened_at<?"
        f" AND ({whose}) LIMIT 1",
        (stamp(at), *values),
    )
    return found is not None


def _whose(asked: Asked) -> tuple[str, list[Any]]:
    ways = [f"c.handler IN ({places(asked.handlers)})"]
    if asked.desks:
        ways.append(f"c.handler IS NULL AND c.desk IN ({places(asked.desks)})")
    return " OR ".join(ways), [*asked.handlers, *asked.desks]
