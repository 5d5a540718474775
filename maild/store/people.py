"""people: all that is known of a person, for whoever asks what we have on him (GDPR article 15).

known(session, address) -> a view or None; mails(session, person) -> his mails and the letters to him, by their rows.  Reading only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from maild.model.people import person_party
from maild.store.database import Session, iso, moment

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail of his (direction in, row of incoming) or a letter to him (out, row of outbox)."""

    direction: str
    row: int
    case: str
    at: str
    subject: str
    text: str


def known(session: Session, address: str) -> View | None:
    """None when the address belongs to no person; it may stand in others' mails all the same."""
    row = session.one(
        "SELECT p.id, p.name, p.language, p.muted, p.created_at, p.spam FROM address a JOIN person p ON p.id=a.person WHERE a.address=?",
        (address.lower(),),
    )
    if row is None:
        return None
    person, party = int(row[0]), person_party(int(row[0]))
    said = _said(session, party)
    return {
        "person": person,
        "addresses": [
            r[0] for r in session.all("SELECT address FROM address WHERE person=? ORDER BY address", (person,))
        ],
        "names": list(
            dict.fromkeys(name for name in (row[1], *(body.get("from_name", "") for _, body in said)) if name)
        ),
        "language": row[2],
        "muted": bool(row[3]),
        "spam": bool(row[5]),
        "known_since": iso(moment(row[4])),
        "cases": _cases(session, party),
        "copies_of": [
            row[0]
            for row in session.all(
                "SELECT c.number FROM watcher w JOIN cases c ON c.id=w.case_id WHERE w.person=? ORDER BY c.id",
                (person,),
            )
        ],
        "mails": _count(session, "SELECT count(*), max(at) FROM message WHERE author=? AND standing<>'erased'", party),
        "letters": _count(
            session, "SELECT count(*), max(created_at) FROM outbox WHERE party=? AND recipient<>''", party
        ),
    }


def _said(session: Session, party: str) -> list[tuple[int, View]]:
    rows = session.all(
        "SELECT m.id, c.text FROM message m JOIN content c ON c.commitment=m.content WHERE m.author=? ORDER BY m.id",
        (party,),
    )
    return [(row[0], json.loads(row[1])) for row in rows]


def _count(session: Session, question: str, party: str) -> View:
    count, last = session.one(question, (party,)) or (0, None)
    return {"count": count, "last": iso(moment(last)) if last is not None else None}


def _cases(session: Session, party: str) -> list[View]:
    """His own, and those in which he wrote."""
    rows = session.all(
        "SELECT c.number, c.desk, c.status, c.priority, c.opened_at, c.updated_at, c.customer=?, t.text FROM cases c"
        " LEFT JOIN content t ON t.commitment=c.subject WHERE c.customer=? OR c.id IN (SELECT case_id FROM message WHERE author=?)"
        " ORDER BY c.id",
        (party, party, party),
    )
    return [_case(row) for row in rows]


def _case(row: Sequence[Any]) -> View:
    own = bool(row[6])
    return {
        "number": row[0],
        "desk": row[1],
        "status": row[2],
        "priority": row[3],
        "opened_at": iso(moment(row[4])),
        "updated_at": iso(moment(row[5])),
        "customer": own,
        # What another calls his case is not this person's to read.
        "subject": (row[7] or "") if own else None,
    }


def mails(session: Session, person: int) -> list[Mail]:
    """In the order in which they came and went.  What others wrote, and notes between handlers, are not his."""
    party = person_party(person)
    came = session.all(
        "SELECT m.incoming, k.number, m.at, c.text FROM message m JOIN cases k ON k.id=m.case_id"
        " LEFT JOIN content c ON c.commitment=m.content WHERE m.author=? AND m.standing<>'erased' AND m.incoming IS NOT NULL",
        (party,),
    )
    left = session.all(
        "SELECT o.id, k.number, o.created_at FROM outbox o LEFT JOIN cases k ON k.id=o.case_id"
        " WHERE o.party=? AND o.recipient<>'' AND o.state<>'cancelled'",
        (party,),
    )
    both = [(row[2], Mail("in", row[0], row[1], iso(moment(row[2])) or "", *_words(row[3]))) for row in came]
    both += [(row[2], Mail("out", row[0], row[1] or "", iso(moment(row[2])) or "", "", "")) for row in left]
    return [mail for _, mail in sorted(both, key=lambda one: one[0])]


def _words(text: str | None) -> tuple[str, str]:
    body = json.loads(text or "{}")
    return body.get("subject", ""), body.get("text", "")
