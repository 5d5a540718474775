"""absence: who is away, as the database knows it."""

from __future__ import annotations

from collections.abc import Mapping

from maild.model.absence import Absence
from maild.store.database import Session, moment, moment_or_none, stamp


def absent(session: Session) -> dict[str, Absence]:
    """By handler; some may be over."""
    # By the key, though all are wanted: a table with few rows is read through its index at no cost, and no mail scans a table.
    rows = session.all("SELECT handler, since, until_at, provisional FROM absence WHERE handler>''")
    return {row[0]: Absence(moment(row[1]), moment_or_none(row[2]), bool(row[3])) for row in rows}


def keep(session: Session, absences: Mapping[str, Absence | None]) -> None:
    """As they are from now on; None: here."""
    for handler, absence in absences.items():
        session.execute("DELETE FROM absence WHERE handler=?", (handler,))
        if absence is not None:
            until = stamp(absence.until_at) if absence.until_at else None
            row = (handler, stamp(absence.since), until, int(absence.provisional))
            session.insert("absence(handler, since, until_at, provisional)", [row])
