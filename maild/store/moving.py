"""moving: what an import asks of the database beside settling, and how an export goes through the cases.

here, sent, copy     whether a mail is here already: by its digest, as a letter of ours, under its Message-ID and of the same instant
reached, leave       the cursor of a source
case_ids             the cases of an export, in the order in which they began, some at a time
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maild.store.database import Session, stamp

_SOME = 500


def here(session: Session, digest: str) -> bool:
    return session.one("SELECT 1 FROM incoming WHERE digest=?", (digest,)) is not None


def sent(session: Session, letter: int) -> bool:
    return session.one("SELECT 1 FROM outbox WHERE id=?", (letter,)) is not None


def copy(session: Session, message_id: str, at: datetime) -> bool:
    """The same mail as somebody else got it: with another head or body, but under its name and of its second."""
    found = session.one(
        "SELECT 1 FROM reference r JOIN message m ON m.id=r.message WHERE r.message_id=? AND r.own=1 AND m.at=?",
        (message_id, stamp(at)),
    )
    return found is not None


def reached(session: Session, mark: str) -> str:
    """Where this source was left, "" at its beginning."""
    row = session.one("SELECT value FROM setting WHERE key=?", (f"import:{mark}",))
    return str(row[0]) if row else ""


def leave(session: Session, mark: str, after: str) -> None:
    session.execute(
        "INSERT INTO setting(key, value) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value=excluded.value",
        (f"import:{mark}", after),
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """Which cases.  since and until are about their last change."""

    desk: str | None = None
    status: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    ids: tuple[int, ...] = ()


def case_ids(session: Session, choice: Choice) -> Iterator[int]:
    """A page at a time: the list of a million cases is never held."""
    where, values = _where(choice)
    last = 0
    while True:
        rows = session.all(f"SELECT id FROM cases WHERE id>? {where} ORDER BY id LIMIT {_SOME}", (last, *values))
        yield from (row[0] for row in rows)
        if len(rows) < _SOME:
            return
        last = rows[-1][0]


def count(session: Session, choice: Choice) -> int:
    where, values = _where(choice)
    row = session.one(f"SELECT count(*) FROM cases WHERE id>0 {where}", values)
    return int(row[0]) if row else 0


def _where(choice: Choice) -> tuple[str, Sequence[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    for column, chosen in (("status", choice.status), ("id", choice.ids)):
        if chosen:
            parts.append(f"AND {column} IN ({','.join('?' * len(chosen))})")
            values += chosen
    for test, value in (("desk=", choice.desk), ("updated_at>=", choice.since), ("updated_at<", choice.until)):
        if value is not None:
            parts.append(f"AND {test}?")
            values.append(stamp(value) if isinstance(value, datetime) else value)
    return " ".join(parts), values
