"""standing: how open cases stand, as far as their customers may know.  Reading only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from maild.model.known import Whose
from maild.model.people import person_party
from maild.store.database import Session, moment

# A letter tells of fewer; one more says that there are more.
MOST = 51
_PEOPLE = 5000


def open_cases(session: Session, whose: Whose) -> list[int]:
    """The open cases of these people, the newest first."""
    parties = _parties(session, whose)
    found: list[int] = []
    for at in range(0, len(parties), 200):
        some = parties[at : at + 200]
        rows = session.all(
            f"SELECT id FROM cases WHERE customer IN ({','.join('?' * len(some))}) AND status NOT IN ('solved', 'closed')"
            " ORDER BY id DESC LIMIT ?",
            (*some, MOST),
        )
        found += [row[0] for row in rows]
    return sorted(found, reverse=True)[:MOST]


def _parties(session: Session, whose: Whose) -> list[str]:
    found: list[int] = []
    for address in whose.addresses:
        found += [row[0] for row in session.all("SELECT person FROM address WHERE address=?", (address,))]
    for domain in whose.domains:
        rows = session.all("SELECT person FROM address WHERE address LIKE ? LIMIT ?", (f"%@{domain}", _PEOPLE))
        found += [row[0] for row in rows]
    return [person_party(person) for person in dict.fromkeys(found)]


def last_said(session: Session, cases: Sequence[int]) -> dict[int, tuple[str, datetime]]:
    """Who wrote last in each case what its customer may read, and when."""
    found = {}
    for case in cases:
        row = session.one(
            "SELECT author, at FROM message WHERE case_id=? AND internal=0 ORDER BY id DESC LIMIT 1", (case,)
        )
        if row:
            found[case] = (row[0], moment(row[1]))
    return found
