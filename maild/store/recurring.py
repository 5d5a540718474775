"""recurring: since when an entry of recurring.yaml is known as it stands, and the last of its days that was a case.

known(session) -> entry -> Row;  begin(...): it is new, or another rule: what lies before is past;  take(...) -> whether this day is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from maild.store.database import Session, moment, stamp


@dataclass(frozen=True, slots=True)
class Row:
    """day: 2026-09-01, "" for none yet."""

    rule: str
    since: datetime
    day: str


def known(session: Session) -> Mapping[str, Row]:
    rows = session.all("SELECT entry, rule, since, day FROM recurring")
    return {row[0]: Row(row[1], moment(row[2]), row[3]) for row in rows}


def begin(session: Session, entry: str, rule: str, now: datetime) -> None:
    """Two daemons begin it once."""
    session.execute(
        "INSERT INTO recurring(entry, rule, since, day) VALUES (?,?,?,'') ON CONFLICT(entry) DO UPDATE SET"
        " rule=excluded.rule, since=excluded.since, day='' WHERE recurring.rule<>excluded.rule",
        (entry, rule, stamp(now)),
    )


def take(session: Session, entry: str, rule: str, day: str) -> bool:
    """False: somebody else has, or it is not the newest any more."""
    cursor = session.execute("UPDATE recurring SET day=? WHERE entry=? AND rule=? AND day<?", (day, entry, rule, day))
    return bool(cursor.rowcount)
