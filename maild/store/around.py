"""around: what stands around a case: its watchers as rows, the cases tied to it, the mails that a letter told of.

told(session, letters) -> letter id -> mails; tied(session, cases) -> case id -> case; watch(session, cases) writes the rows by
which a person's copies are found.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from maild.model.case import Case
from maild.model.known import LetterRow
from maild.model.people import person_of
from maild.model.related import Said
from maild.store.case_state import load_case
from maild.store.database import Session, moment
from maild.store.lists import marks
from maild.store.outbox import attachment

_MOST = 200
# As case_state.py writes it; what is no incident has no such key.
_INCIDENT = '%"incident":"%'


def tied(session: Session, cases: Mapping[int, Case]) -> dict[int, Case]:
    """The linked and merged cases, an incident's and a case's incident: their numbers are told to whom they may be."""
    ids = {
        i
        for c in cases.values()
        for i in (*c.links, *c.absorbed, *c.children[:_MOST], *((c.parent,) if c.parent else ()))
    }
    missing = sorted(ids - cases.keys())
    found = {i: cases[i] for i in ids & cases.keys()}
    if missing:
        states = session.all(f"SELECT id, state FROM cases WHERE id IN {marks(missing)}", missing)
        found |= {row[0]: load_case(row[0], row[1]) for row in states}
    return found


def incidents(session: Session, labels: Iterable[str]) -> dict[str, int]:
    """The newest open incident with each of these labels."""
    found: dict[str, int] = {}
    for label in labels:
        rows = session.all(
            "SELECT c.id, c.state FROM label l JOIN cases c ON c.id=l.case_id WHERE l.label=?"
            " AND c.status IN ('new', 'open', 'waiting', 'on_hold') AND c.state LIKE ? ORDER BY c.id DESC LIMIT 1",
            (label, _INCIDENT),
        )
        found |= {label: rows[0][0]} if rows else {}
    return found


def told(session: Session, letters: Sequence[LetterRow]) -> dict[int, tuple[Said, ...]]:
    """The mails that each of these letters told of, oldest first."""
    if not letters:
        return {}
    ids = [letter.id for letter in letters]
    rows = session.all(f"SELECT id, messages FROM letter WHERE id IN {marks(ids)}", ids)
    named = {row[0]: json.loads(row[1]) for row in rows}
    said = _said(session, sorted({message for messages in named.values() for message in messages}))
    return {letter: tuple(said[m] for m in sorted(messages) if m in said) for letter, messages in named.items()}


def _said(session: Session, messages: Sequence[int]) -> dict[int, Said]:
    if not messages:
        return {}
    rows = session.all(
        "SELECT m.id, m.case_id, m.at, m.author, m.kind, m.message_id, m.incoming, c.text, m.attachments, i.trust,"
        " (SELECT min(o.id) FROM message o WHERE o.case_id=m.case_id)"
        " FROM message m JOIN content c ON c.commitment=m.content LEFT JOIN incoming i ON i.id=m.incoming"
        f" WHERE m.id IN {marks(messages)}",
        messages,
    )
    return {
        r[0]: Said(
            *(r[0], r[1], moment(r[2]), r[3], r[4], r[5], r[6] or 0, r[7]),
            tuple(attachment(file) for file in json.loads(r[8])),
            json.loads(r[9] or "{}").get("authentication", "none") != "none",
            r[10] == r[0],
        )
        for r in rows
    }


def watch(session: Session, cases: Iterable[Case]) -> None:
    """Who watches these cases now."""
    for case in cases:
        session.execute("DELETE FROM watcher WHERE case_id=?", (case.id,))
        along = dict.fromkeys((*case.watchers, *case.followers))
        people = [number for party in along if (number := person_of(party)) is not None]
        session.insert("watcher(case_id, person)", [(case.id, person) for person in people])
