"""slips: what handlers are to be told of ladders' steps, until all cases that are due have been looked at.

keep(session, slips, at)   a settled plan's
flush(session, now)        -> arrivals made of them: one for each case of a handler, or one for all where there are many

LIMITS  While cases are still due they wait, for a minute at most: then the letters go in several lots.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from secrets import token_hex
from typing import Any

from maild.model.slip import MOST_LETTERS, Slip
from maild.store.database import Session, moment, stamp
from maild.store.text import dumps

PATIENCE = timedelta(minutes=1)
# So many rows at a time; and so many cases in one letter, which is settled in one go.
MOST, MOST_CASES = 5000, 500
_COLUMNS = "handler, case_id, target, step, due_at, who, turn"
_INTO = f"slip({_COLUMNS}, at)"


def keep(session: Session, slips: Sequence[Slip], at: datetime) -> None:
    session.insert(_INTO, [(*_row(slip), stamp(at)) for slip in slips])


def _row(slip: Slip) -> tuple[Any, ...]:
    return (slip.handler, slip.case, slip.target, slip.step, stamp(slip.due_at), slip.who, slip.turn)


def flush(session: Session, now: datetime) -> int:
    """Whoever deletes a row has it: several daemons make each arrival once."""
    oldest = session.one("SELECT min(at) FROM slip")
    if oldest is None or oldest[0] is None or (_busy(session, now) and moment(oldest[0]) > now - PATIENCE):
        return 0
    rows = session.all(
        f"DELETE FROM slip WHERE id IN (SELECT id FROM slip ORDER BY id LIMIT ?) RETURNING id, {_COLUMNS}", (MOST,)
    )
    lots = list(_lots(sorted(rows)))
    for lot in lots:
        _arrive(session, lot, now)
    return len(lots)


def _busy(session: Session, now: datetime) -> bool:
    """Cases are due still, or their arrivals are not settled; what is held is nobody's business here."""
    due = session.one("SELECT 1 FROM cases WHERE wake_at <= ? LIMIT 1", (stamp(now),))
    return due is not None or (
        session.one(
            "SELECT 1 FROM incoming WHERE state <> 'done' AND source='wake' AND state IN ('ready', 'leased', 'deferred') LIMIT 1"
        )
        is not None
    )


def _lots(rows: Sequence[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """What becomes a letter: the slips of a handler, case by case, or all of them."""
    for _, mine in groupby(sorted(rows, key=lambda row: (row[1], row[0])), key=lambda row: row[1]):
        his = list(mine)
        cases = list(dict.fromkeys(row[2] for row in his))
        size = MOST_CASES if len(cases) > MOST_LETTERS else 1
        for start in range(0, len(cases), size):
            some = {*cases[start : start + size]}
            yield [row for row in his if row[2] in some]


def _arrive(session: Session, lot: Sequence[tuple[Any, ...]], now: datetime) -> None:
    said = [lot[0][1], [list(row[2:]) for row in lot]]
    case = lot[0][2] if len({row[2] for row in lot}) == 1 else None
    session.execute(
        "INSERT INTO incoming(digest, raw, source, sender, client, protocol, size, received_at, case_id, trace, state, due_at)"
        " VALUES (?,0,'warning','','','',0,?,?,?,'ready',?) ON CONFLICT(digest) DO NOTHING",
        (f"warning:{token_hex(16)}", stamp(now), case, dumps(said), stamp(now)),
    )


def load(said: Sequence[Any]) -> tuple[str, tuple[Slip, ...]]:
    """The handler and the slips of an arrival."""
    handler, rows = str(said[0]), said[1]
    return handler, tuple(Slip(handler, row[0], row[1], row[2], moment(row[3]), row[4], row[5]) for row in rows)
