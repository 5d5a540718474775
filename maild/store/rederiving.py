"""rederiving: open cases that were looked at by another policy, some at a time; and how far that has come.

stale(session, policy, most)      such cases, as rows; what is saved is not stale any more, so the next question goes on
refolded(session, ids)            cases of releases before there were clocks, from their events
came(session, ids)                when the first mail of each came in, and its customer's address
save(session, rows)               when it must be looked at, and what is due
note(...), end(...), last(...)    what has been moved, by the use of the policy (store/policies.Use)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from maild.model.case import Case, fold
from maild.model.moved import Moved
from maild.model.sla import Target
from maild.store import known_rows
from maild.store.case_state import load_case
from maild.store.database import Session, moment, moment_or_none, stamp
from maild.store.dues import dump_dues, load_dues
from maild.store.lists import marks
from maild.store.policies import Use

_OPEN = "status IN ('new', 'open', 'waiting', 'on_hold')"


@dataclass(frozen=True, slots=True)
class Stale:
    """counted: its clocks have been folded; due: the dates of then."""

    case: Case
    counted: bool
    due: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Progress:
    """ended_at: None while it goes on."""

    policy: str
    began_at: datetime
    ended_at: datetime | None
    moved: Moved


def stale(session: Session, policy: str, most: int) -> list[Stale]:
    """From both sides of the policy in force, which an index finds without looking at the others."""
    rows: list[Sequence[str]] = []
    for side in ("<", ">"):
        rows += session.all(question(side), (policy, most - len(rows))) if len(rows) < most else []
    return [_stale(int(row[0]), row[1], row[2]) for row in rows]


def question(side: str) -> str:
    """For the policies that sort on this side of the one in force."""
    return f"SELECT id, state, due FROM cases WHERE {_OPEN} AND policy {side} ? LIMIT ?"


def _stale(case_id: int, state: str, due: str | None) -> Stale:
    return Stale(load_case(case_id, state), '"clocks":' in state, load_dues(due))


def refolded(session: Session, ids: Sequence[int]) -> dict[int, Case]:
    found = {case: fold(case, records) for case, records in known_rows.log(session, ids).items()}
    return {number: case for number, case in found.items() if case is not None}


def came(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    """When the mail that opened each came in; nothing of imported ones, which came in long before us."""
    rows = session.all(
        "SELECT m.case_id, i.received_at FROM message m JOIN incoming i ON i.id=m.incoming WHERE i.source <> 'import'"
        f" AND m.id IN (SELECT min(id) FROM message WHERE case_id IN {marks(ids)} GROUP BY case_id)",
        ids,
    )
    return {row[0]: moment(row[1]) for row in rows}


def save(session: Session, rows: Iterable[tuple[int, datetime | None, Mapping[Target, datetime]]], policy: str) -> None:
    session.executemany(
        "UPDATE cases SET wake_at=?, due=?, policy=? WHERE id=?",
        [(stamp(wake) if wake else None, dump_dues(dues), policy, case) for case, wake, dues in rows],
    )


# --- how far it has come ----------------------------------------------------------------------------------------------------------

_COUNTS = ("cases", "earlier", "later", "held", "fresh", "gone")


def note(session: Session, use: Use, moved: Moved, now: datetime) -> None:
    session.execute(
        f"INSERT INTO rederived(id, policy, began_at, {', '.join(_COUNTS)}) VALUES (?,?,?,?,?,?,?,?,?)"
        f" ON CONFLICT(id) DO UPDATE SET {', '.join(f'{name}=rederived.{name}+excluded.{name}' for name in _COUNTS)}",
        (use.number, use.hash, stamp(now), *astuple(moved)),
    )


def end(session: Session, use: Use, now: datetime) -> Progress | None:
    """None where somebody else has said so, or there was nothing to do."""
    row = session.one(
        "UPDATE rederived SET ended_at=? WHERE id=? AND ended_at IS NULL RETURNING id", (stamp(now), use.number)
    )
    return last(session) if row else None


def last(session: Session) -> Progress | None:
    row = session.one(
        f"SELECT policy, began_at, ended_at, {', '.join(_COUNTS)} FROM rederived ORDER BY id DESC LIMIT 1"
    )
    return Progress(row[0], moment(row[1]), moment_or_none(row[2]), Moved(*row[3:])) if row else None
