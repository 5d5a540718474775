"""policies: the policies that were ever in force: their files, and since when each was.

keep(session, row) stores one under its hash; use(session, hash, ...) puts it in force for all daemons of this database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from maild.store.database import Session, moment, stamp
from maild.store.text import dumps


@dataclass(frozen=True, slots=True)
class Use:
    """A policy came into force.  number grows by one each time; node: the daemon that brought it."""

    number: int
    hash: str
    at: datetime
    node: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A policy's files: the site's own, and by their hash those that ship with maild ("" for none)."""

    hash: str
    own: Mapping[str, str]
    shipped_hash: str = ""
    shipped: Mapping[str, str] | None = None


def keep(session: Session, kept: Kept, now: datetime) -> None:
    """The same policy again changes only when it was loaded last."""
    if kept.shipped is not None:
        session.execute(
            "INSERT INTO shipped(hash, files) VALUES (?,?) ON CONFLICT DO NOTHING",
            (kept.shipped_hash, dumps(dict(kept.shipped))),
        )
    session.execute(
        "INSERT INTO policy(hash, files, loaded_at, shipped) VALUES (?,?,?,?) ON CONFLICT(hash) DO UPDATE"
        " SET loaded_at=excluded.loaded_at",
        (kept.hash, dumps(dict(kept.own)), stamp(now), kept.shipped_hash),
    )


def use(session: Session, value: str, node: str, now: datetime) -> Use:
    """From now on it is the one in force; nothing new if it is already.  Only inside a transaction of the settler's."""
    last = in_force(session)
    if last is not None and last.hash == value:
        return last
    made = Use(last.number + 1 if last else 1, value, now, node)
    session.execute(
        "INSERT INTO policy_use(id, hash, at, node) VALUES (?,?,?,?)", (made.number, value, stamp(now), node)
    )
    return made


def in_force(session: Session) -> Use | None:
    rows = uses(session, 1)
    return rows[0] if rows else None


def uses(session: Session, most: int) -> list[Use]:
    """The newest first."""
    rows = session.all("SELECT id, hash, at, node FROM policy_use ORDER BY id DESC LIMIT ?", (most,))
    return [Use(row[0], row[1], moment(row[2]), row[3]) for row in rows]


def beginning(session: Session, word: str) -> list[str]:
    """The hashes that begin so; or the one in force, the one before it (`active`, `previous`)."""
    back = {"active": 0, "previous": 1}.get(word)
    if back is not None:
        return [one.hash for one in uses(session, back + 1)[back:]]
    if not word.isalnum():
        return []
    return [row[0] for row in session.all("SELECT hash FROM policy WHERE hash LIKE ? ORDER BY hash", (f"{word}%",))]


def kept(session: Session, value: str) -> Kept | None:
    row = session.one(
        "SELECT p.hash, p.files, p.shipped, s.files FROM policy p LEFT JOIN shipped s ON s.hash=p.shipped WHERE p.hash=?",
        (value,),
    )
    if row is None:
        return None
    return Kept(row[0], json.loads(row[1]), row[2], json.loads(row[3]) if row[3] else None)
