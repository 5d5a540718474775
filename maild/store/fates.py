"""fates: what became of a mail, from its first byte to the last letter.  Reading only; plain values out, ready for JSON.

of_message_id(session, id)   the arrivals that bore this Message-ID, and the letter of ours that does
of_address(session, address) what came from this address (by envelope or by From), and every letter to it
of_case(session, row)        what came for a case, and every letter about it
reached(session, row)        everybody who was ever sent anything of it: who, where, what and when

Each is a Trail: arrivals with the letters that they caused, and letters that none of these arrivals caused.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from maild.model.people import person_party
from maild.store.cases import load_cases
from maild.store.database import Session, iso, moment, moment_or_none

View = dict[str, Any]
_ARRIVALS = (
    "SELECT i.id, i.received_at, i.source, i.client, i.protocol, i.size, i.sender, i.message_id, i.state, i.error, i.due_at, c.number"
    " FROM incoming i LEFT JOIN cases c ON c.id=i.case_id"
)
_LETTERS = (
    "SELECT o.id, o.created_at, o.kind, o.recipient, o.message_id, o.state, o.attempts, o.due_at, o.sent_at, o.error, c.number"
    " FROM outbox o LEFT JOIN cases c ON c.id=o.case_id"
)
_SOME = 500
_PROMISES = ("told", "acknowledged")
_REASONED = ("ignored", "suppressed", "declined", "unballoted")


@dataclass(frozen=True, slots=True)
class Trail:
    """arrivals: each with `letters`; letters: the others.  Oldest first."""

    arrivals: tuple[View, ...]
    letters: tuple[View, ...]


def of_message_id(session: Session, value: str) -> Trail:
    bare = value if value.startswith("<") else f"<{value}>"
    arrivals = session.all(f"{_ARRIVALS} WHERE i.message_id=? ORDER BY i.id", (bare,))
    return _trail(session, arrivals, session.all(f"{_LETTERS} WHERE o.message_id=? ORDER BY o.id", (bare,)))


def of_address(session: Session, address: str) -> Trail:
    bare = address.lower()
    person = session.one("SELECT person FROM address WHERE address=?", (bare,))
    written = "SELECT incoming FROM message WHERE author=? AND incoming IS NOT NULL"
    arrivals = session.all(
        f"{_ARRIVALS} WHERE lower(i.sender)=? OR i.id IN ({written}) ORDER BY i.id",
        (bare, person_party(person[0]) if person else ""),
    )
    return _trail(session, arrivals, session.all(f"{_LETTERS} WHERE lower(o.recipient)=? ORDER BY o.id", (bare,)))


def of_case(session: Session, row: int) -> Trail:
    arrivals = session.all(f"{_ARRIVALS} WHERE i.case_id=? ORDER BY i.id", (row,))
    return _trail(session, arrivals, session.all(f"{_LETTERS} WHERE o.case_id=? ORDER BY o.id", (row,)))


def reached(session: Session, row: int) -> list[View]:
    """Each party and address once, in the order in which they were first sent something.

    Letters of the case itself, and those of the case in which it goes on that show a mail of this one.  What was taken back before it
    left does not count; what waits to leave does, with no time yet.  An erased address is empty.
    """
    columns = "o.party, o.recipient, o.kind, o.sent_at, l.messages FROM outbox o JOIN letter l ON l.id=o.id WHERE o.state<>'cancelled'"
    rows = session.all(f"SELECT o.id, {columns} AND o.case_id=?", (row,))
    case = load_cases(session, [row])[row]
    if case.merged_into is not None:
        mails = {found[0] for found in session.all("SELECT id FROM message WHERE case_id=?", (row,))}
        others = session.all(f"SELECT o.id, {columns} AND o.case_id=?", (case.merged_into,))
        rows += [other for other in others if mails & set(json.loads(other[5]))]
    people: dict[tuple[str, str], View] = {}
    for _, party, address, kind, sent_at, _ in sorted(rows):
        person = people.setdefault(
            (party, address),
            {"party": party, "address": address, "kinds": [], "letters": 0, "first_at": None, "last_at": None},
        )
        person["letters"] += 1
        if kind not in person["kinds"]:
            person["kinds"].append(kind)
        if sent_at is not None:
            sent = iso(moment(sent_at))
            person["first_at"], person["last_at"] = person["first_at"] or sent, sent
    return list(people.values())


def _trail(session: Session, arrivals: Sequence[Sequence[Any]], letters: Sequence[Sequence[Any]]) -> Trail:
    made = [_arrival(session, row) for row in arrivals]
    caused = {letter["id"] for arrival in made for letter in arrival["letters"]}
    return Trail(tuple(made), tuple(view for row in letters if (view := _letter(row))["id"] not in caused))


def _arrival(session: Session, row: Sequence[Any]) -> View:
    happened = session.all("SELECT kind, at, data FROM event WHERE cause=? ORDER BY id", (f"incoming:{row[0]}",))
    told = [(kind, at, json.loads(text)) for kind, at, text in happened]
    named = sorted({facts["letter"] for kind, _, facts in told if kind in _PROMISES and facts.get("letter")})
    recipients = session.all(
        "SELECT recipient, received_at FROM delivery WHERE incoming=? ORDER BY received_at, recipient", (row[0],)
    )
    return {
        "id": f"in-{row[0]}",
        "at": iso(moment(row[1])),
        "door": row[2],
        "client": row[3],
        "protocol": row[4],
        "size": row[5],
        "sender": row[6],
        "message_id": row[7],
        "recipients": [{"address": r[0], "at": iso(moment(r[1]))} for r in recipients],
        "state": row[8],
        "error": (row[9] or "").strip().rpartition("\n")[2] or None,
        "due_at": None if row[8] == "done" else iso(moment(row[10])),
        "settled_at": iso(moment(told[0][1])) if told else None,
        "case": row[11],
        "events": [kind for kind, _, _ in told],
        "reasons": [facts["reason"] for kind, _, facts in told if kind in _REASONED and facts.get("reason")],
        "letters": _numbered(session, named),
    }


def _numbered(session: Session, ids: Sequence[int]) -> list[View]:
    rows: list[tuple[Any, ...]] = []
    for start in range(0, len(ids), _SOME):
        some = ids[start : start + _SOME]
        rows += session.all(f"{_LETTERS} WHERE o.id IN ({','.join('?' * len(some))}) ORDER BY o.id", some)
    return [_letter(row) for row in rows]


def _letter(row: Sequence[Any]) -> View:
    waits = row[5] in ("ready", "leased", "deferred")
    return {
        "id": f"out-{row[0]}",
        "at": iso(moment(row[1])),
        "kind": row[2],
        "to": row[3],
        "message_id": row[4],
        "state": row[5],
        "attempts": row[6],
        "due_at": iso(moment(row[7])) if waits else None,
        "sent_at": iso(moment_or_none(row[8])),
        "error": row[9],
        "case": row[10],
    }
