"""swaps: duty that changed hands, or was offered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from maild.model.rota import Agreed, Override, Swap
from maild.store.database import Session, moment, stamp

_COLUMNS = (
    "rota_override(swap, part, rota, layer, since, until_at, handler, was, state, ordered_by, letter, cause, made_at)"
)


def swaps(session: Session, since: datetime) -> dict[int, Swap]:
    """Those of which some part ends later than that, each whole."""
    rows = session.all(
        "SELECT swap, rota, layer, since, until_at, handler, was, state, ordered_by, letter, cause, made_at FROM rota_override"
        " WHERE swap IN (SELECT swap FROM rota_override WHERE until_at>?) ORDER BY swap, part",
        (stamp(since),),
    )
    found: dict[int, Swap] = {}
    for swap, rota, layer, begins, until, handler, was, state, by, letter, cause, made in rows:
        part = Override(rota, layer, moment(begins), moment(until), handler, was)
        parts = (*found[swap].parts, part) if swap in found else (part,)
        found[swap] = Swap(swap, Agreed(state), by, letter, cause, parts, moment(made))
    return found


def next_id(session: Session) -> int:
    row = session.one("SELECT max(swap) FROM rota_override")
    return int(row[0] or 0) + 1 if row else 1


def keep(session: Session, changed: Iterable[Swap]) -> None:
    """As they are from now on."""
    for swap in changed:
        session.execute("DELETE FROM rota_override WHERE swap=?", (swap.id,))
        rest = (str(swap.state), swap.by, swap.letter, swap.cause, stamp(swap.made_at))
        rows = [
            (
                swap.id,
                number,
                part.rota,
                part.layer,
                stamp(part.since),
                stamp(part.until),
                part.handler,
                part.was,
                *rest,
            )
            for number, part in enumerate(swap.parts)
        ]
        session.insert(_COLUMNS, rows)
