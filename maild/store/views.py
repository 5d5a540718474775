"""views: what commands show of the database.  Reading only; plain values out, ready for JSON (CONTRACT.md).

People are shown by their addresses; times as ISO 8601 in UTC.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from maild.model.people import handler_of, handler_party, person_of
from maild.store import errands
from maild.store.cases import load_cases
from maild.store.database import Session, iso, moment, moment_or_none
from maild.store.dues import load_dues
from maild.store.talk import messages

View = dict[str, Any]
Names = Mapping[str, str]
_CASE = (
    "SELECT c.id, c.number, t.text, c.status, c.priority, c.desk, c.handler, c.customer, c.language, c.opened_at,"
    " c.updated_at, c.state, c.due FROM cases c LEFT JOIN content t ON t.commitment=c.subject"
)
_UNDATED = {"first_response": None, "next_update": None, "resolution": None}
# Where it stands in a pledge of a row's state that its letter never left (store/clocks.py).
_VOID = 5


# --- cases ----------------------------------------------------------------------------------------------------------------------


def cases(
    session: Session, handlers: Names, where: str = "", values: Sequence[Any] = (), most: int = 1_000_000
) -> Iterator[View]:
    """Cases, newest first."""
    rows = session.all(f"{_CASE} {where} ORDER BY c.id DESC LIMIT ?", (*values, most))
    addresses = _addresses(session, [row[7] for row in rows])
    for row in rows:
        yield _case(row, addresses, handlers)


def open_cases(session: Session, handlers: Names) -> Iterator[View]:
    return cases(session, handlers, "WHERE c.status IN ('new', 'open', 'waiting', 'on_hold')")


def _case(row: Sequence[Any], addresses: Names, handlers: Names) -> View:
    state = json.loads(row[11])
    return {
        "number": row[1],
        "subject": row[2] or "",
        "status": row[3],
        "priority": row[4],
        "desk": row[5],
        "handler": handlers.get(row[6] or "", row[6]),
        "customer": addresses.get(row[7]),
        "organisation": (state.get("clocks") or {}).get("organisation"),
        "language": row[8],
        "opened_at": iso(moment(row[9])),
        "updated_at": iso(moment(row[10])),
        "due": _due(row[12], state),
        **_state(state),
    }


def _due(dues: str | None, state: View) -> View:
    """By the policy by which it was looked at last; a date that a handler promised is the case's own."""
    found: dict[str, datetime | None] = {**_UNDATED, **load_dues(dues)}
    if state.get("promised_at") and state["status"] not in ("solved", "closed"):
        found["resolution"] = moment(state["promised_at"])
    return {target: iso(at) for target, at in found.items()}


def _state(state: View) -> View:
    """What stands in no column of its own."""
    told = (one for one in (state.get("clocks") or {}).get("pledges", ()) if not any(one[_VOID : _VOID + 1]))
    return {
        "labels": state["labels"],
        "type": state.get("type", ""),
        "category": state.get("category", ""),
        "promised_at": iso(moment_or_none(state.get("promised_at"))),
        "told": [{"target": one[0], "due_at": iso(moment(one[1])), "told_at": iso(moment(one[2]))} for one in told],
    }


def case_id(session: Session, number: str) -> int | None:
    """By its number, with or without the hash."""
    bare = number.removeprefix("#")
    row = session.one("SELECT id FROM cases WHERE number=?", (bare,)) or session.one(
        "SELECT id FROM cases WHERE number=?", (number,)
    )
    return int(row[0]) if row else None


def case(session: Session, row_id: int, handlers: Names) -> View:
    """One case whole."""
    shown = next(cases(session, handlers, "WHERE c.id=?", (row_id,)))
    state = session.one("SELECT state FROM cases WHERE id=?", (row_id,)) or ("{}",)
    parties = _Parties(session, handlers)
    happened = events(session, row_id, parties)
    return {
        **shown,
        "events": happened,
        "messages": messages(session, row_id, parties.name),
        "tasks": errands.tasks(session, state[0], parties.name),
        **_around(session, row_id),
        # Events name people by party; here are their addresses.
        "parties": {party: parties.name(party) for party in sorted(_named(happened))},
    }


def _around(session: Session, row_id: int) -> View:
    """Who gets copies, and the cases that are tied to this one, by number."""
    case = load_cases(session, [row_id])[row_id]
    tied = (*case.links, *case.absorbed, *case.children, *(c for c in (case.parent, case.merged_into) if c is not None))
    number = _numbers(session, sorted(set(tied)))
    addresses = _addresses(session, (*case.watchers, *case.followers))
    title = session.one("SELECT text FROM content WHERE commitment=?", (case.incident,)) if case.incident else None
    return {
        "alarms": case.alarms,
        "watchers": [addresses[party] for party in case.watchers if party in addresses],
        "followers": [
            handler_of(party) or addresses[party] for party in case.followers if handler_of(party) or party in addresses
        ],
        "links": [number[other] for other in case.links],
        "merged_into": number.get(case.merged_into or 0),
        "merged": [number[other] for other in case.absorbed],
        "incident": (title[0] if title else "") if case.incident else None,
        "children": [number[other] for other in case.children],
        "parent": number.get(case.parent or 0),
    }


def _numbers(session: Session, ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        found |= dict(session.all(f"SELECT id, number FROM cases WHERE id IN ({','.join('?' * len(some))})", some))
    return found


def _named(happened: Sequence[View]) -> set[str]:
    """The handlers and persons that events speak of."""
    facts = [(key, value) for event in happened for key, value in event["data"].items() if isinstance(value, str)]
    parties = {handler_party(value) if key == "handler" else value for key, value in facts}
    return {party for party in parties if party.partition(":")[0] in ("handler", "person")}


class _Parties:
    """Addresses for parties, asked once each."""

    def __init__(self, session: Session, handlers: Names) -> None:
        self._session, self._handlers = session, handlers
        self._known: dict[str, str] = {}

    def name(self, party: str) -> str:
        if party not in self._known:
            key = handler_of(party)
            found = _addresses(self._session, [party])
            self._known[party] = self._handlers.get(key, key) if key else found.get(party, party)
        return self._known[party]


def events(session: Session, row_id: int, parties: _Parties) -> list[View]:
    rows = session.all("SELECT seq, at, kind, actor, cause, data FROM event WHERE case_id=? ORDER BY seq", (row_id,))
    return [
        {
            "seq": r[0],
            "at": iso(moment(r[1])),
            "kind": r[2],
            "actor": parties.name(r[3]),
            "cause": r[4],
            "data": json.loads(r[5]),
        }
        for r in rows
    ]


def _addresses(session: Session, parties: Sequence[str]) -> dict[str, str]:
    ids = sorted({n for party in parties if (n := person_of(party)) is not None})
    found: dict[str, str] = {}
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        rows = session.all(
            f"SELECT person, address FROM address WHERE person IN ({','.join('?' * len(some))}) ORDER BY person", some
        )
        found.update({f"person:{person}": address for person, address in rows})
    return found


# --- queues ---------------------------------------------------------------------------------------------------------------------


def queue(session: Session, *, everything: bool) -> Iterator[View]:
    """All three queues; done rows only when everything is asked for."""
    # +id: by the index of what is undone, not through a table of millions, which may have a damaged page as well.
    some = "ORDER BY id" if everything else "WHERE state <> 'done' ORDER BY +id"
    for r in session.all(f"SELECT id, state, attempts, due_at, error, message_id, source FROM incoming {some}"):
        yield _row(f"in-{r[0]}", "incoming", r[1:6], {"source": r[6]})
    some = "ORDER BY id" if everything else "WHERE state NOT IN ('done', 'cancelled') ORDER BY +id"
    for r in session.all(f"SELECT id, state, attempts, due_at, error, message_id, kind FROM outbox {some}"):
        state = "done" if r[1] == "cancelled" else r[1]
        yield _row(f"out-{r[0]}", "outbox", (state, *r[2:6]), {"kind": r[6]})
    for r in session.all("SELECT number, wake_at FROM cases WHERE wake_at IS NOT NULL ORDER BY wake_at"):
        yield _row(f"case-{r[0]}", "deadline", ("deferred", 0, r[1], None, None), {"case": r[0]})


def _row(row_id: str, name: str, rest: Sequence[Any], more: View) -> View:
    state, attempts, due_at, error, message_id = rest
    return {
        "id": row_id,
        "queue": name,
        "state": state,
        "attempts": attempts,
        # What is done is due no more.
        "due_at": None if state == "done" else iso(moment_or_none(due_at)),
        "error": error,
        "message_id": message_id,
        **more,
    }


def queue_row(session: Session, row_id: str) -> View | None:
    """One row of a queue, with the whole error."""
    return next((row for row in queue(session, everything=True) if row["id"] == row_id), None)


# --- traces ---------------------------------------------------------------------------------------------------------------------


def traces(session: Session, subject: str) -> list[View]:
    """The stored traces of a case (by number) or of one mail (by Message-ID), oldest first."""
    columns = "SELECT id, source, received_at, state, message_id, trust, trace, error FROM incoming"
    row_id = case_id(session, subject)
    if row_id is not None:
        rows = session.all(f"{columns} WHERE case_id=? ORDER BY id", (row_id,))
    else:
        rows = session.all(
            f"{columns} WHERE message_id=? ORDER BY id", (subject if subject.startswith("<") else f"<{subject}>",)
        )
    return [_trace(session, row) for row in rows]


def arrival_of(session: Session, digest: str) -> str:
    """The arrival of that digest, as the queue names it; "" for none."""
    row = session.one("SELECT id FROM incoming WHERE digest=?", (digest,))
    return f"in-{row[0]}" if row else ""


def _trace(session: Session, row: Sequence[Any]) -> View:
    happened = session.all(
        "SELECT case_id, seq, kind, data FROM event WHERE cause=? ORDER BY id", (f"incoming:{row[0]}",)
    )
    return {
        "incoming": row[0],
        "source": row[1],
        "received_at": iso(moment(row[2])),
        "state": row[3],
        "message_id": row[4],
        "recipients": [
            r[0] for r in session.all("SELECT recipient FROM delivery WHERE incoming=? ORDER BY recipient", (row[0],))
        ],
        "trust": json.loads(row[5]) if row[5] else None,
        "error": row[7],
        **(json.loads(row[6]) if row[6] and row[6].startswith("{") else {}),
        "events": [{"seq": e[1], "kind": e[2], "data": json.loads(e[3])} for e in happened],
        "duplicate": _again(session, row[0], row[2]),
        "letters": _told(session, [json.loads(e[3]) for e in happened if e[2] in ("told", "acknowledged")]),
    }


def _again(session: Session, row_id: int, received_at: int) -> list[View]:
    """The same mail once more, for others than those who had it already: it is no second mail."""
    rows = session.all(
        "SELECT recipient, received_at FROM delivery WHERE incoming=? AND received_at>? ORDER BY received_at, recipient",
        (row_id, received_at),
    )
    return [{"recipient": recipient, "at": iso(moment(at))} for recipient, at in rows]


def _told(session: Session, events: Sequence[Mapping[str, Any]]) -> list[View]:
    """The letters that a mail brought about, and where they are now."""
    found = []
    for event in events:
        row = session.one("SELECT recipient, state FROM outbox WHERE id=?", (event["letter"],)) or ("", "gone")
        found.append({"kind": event.get("what", "ack"), "to": row[0], "state": row[1], "id": f"out-{event['letter']}"})
    return found
