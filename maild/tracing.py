"""tracing: what of all rows is a person's own, and by what he is known elsewhere.

trace(session, request) -> Traced: by ids; sought_by(traced, request) -> Seek for mentions.py.  Reading only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from maild.mail import masking
from maild.mentions import Seek
from maild.model.people import person_party
from maild.store import erasure
from maild.store.database import Session, stamp

_ALL = 10_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """Who is to be erased, what else is his (a telephone number, a nickname), by whom.  force: open cases too; trial: only look."""

    address: str
    actor: str
    at: datetime
    also: tuple[str, ...] = ()
    force: bool = False
    trial: bool = False


@dataclass(frozen=True, slots=True)
class Traced:
    """What is known of an address: the person, his names and addresses, the rows that are his own."""

    person: int | None
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    cases: tuple[tuple[int, str, str, str], ...] = ()
    lines: tuple[str, ...] = ()
    wrote_in: frozenset[int] = frozenset()
    messages: tuple[int, ...] = ()
    arrivals: tuple[int, ...] = ()
    letters: tuple[int, ...] = ()


def trace(session: Session, request: Request) -> Traced:
    """Everything of his own, by ids."""
    until, address = stamp(request.at), request.address.lower()
    row = session.one(
        "SELECT p.id, p.name FROM address a JOIN person p ON p.id=a.person WHERE a.address=? AND p.created_at<=?",
        (address, until),
    )
    if row is None:
        letters = erasure.letters_of(session, None, [address], until, most=_ALL)
        return Traced(
            None,
            (),
            (address,),
            arrivals=tuple(erasure.other_arrivals(session, [address], until, _ALL)),
            letters=tuple(letters),
        )
    person = int(row[0])
    addresses = tuple(
        r[0] for r in session.all("SELECT address FROM address WHERE person=? ORDER BY address", (person,))
    )
    messages = erasure.own_messages(session, person, until, _ALL)
    written = list(_written(session, person))
    return Traced(
        person,
        tuple(dict.fromkeys(name for name in (row[1], *(w[0] for w in written)) if name)),
        addresses,
        tuple(erasure.cases_of(session, person)),
        tuple(dict.fromkeys(line for w in written for line in w[1])),
        frozenset(w[2] for w in written) | {c[0] for c in erasure.cases_of(session, person)},
        tuple(messages),
        (
            *_in_slices(session, erasure.arrivals_of, messages),
            *erasure.other_arrivals(session, addresses, until, _ALL),
        ),
        (
            *erasure.letters_of(session, person, addresses, until, most=_ALL),
            *_in_slices(session, erasure.letters_that_show, messages),
        ),
    )


def _in_slices(session: Session, ask: Callable[[Session, Sequence[int]], list[int]], ids: Sequence[int]) -> list[int]:
    found: dict[int, None] = {}
    for start in range(0, len(ids), 500):
        found |= dict.fromkeys(ask(session, ids[start : start + 500]))
    return list(found)


def _written(session: Session, person: int) -> Iterator[tuple[str, list[str], int]]:
    """Of each mail of his: the name he bore, his lines and the mail's id, the case."""
    for case, message_id, said in session.all(
        "SELECT m.case_id, m.message_id, c.text FROM message m LEFT JOIN content c ON c.commitment=m.content WHERE m.author=?"
        " ORDER BY m.id",
        (person_party(person),),
    ):
        body = json.loads(said or "{}")
        lines = masking.lines_of(body.get("own_text", ""))
        yield body.get("from_name", ""), [*lines, *([message_id] if message_id else [])], case


def sought_by(traced: Traced, request: Request) -> Seek:
    own = {
        "incoming": frozenset(traced.arrivals),
        "message": frozenset(traced.messages),
        "cases": frozenset(case[0] for case in traced.cases),
        "outbox": frozenset(traced.letters),
        "person": frozenset([traced.person] if traced.person else []),
    }
    return Seek(
        traced.addresses,
        masking.sought(traced.addresses, traced.names, request.also),
        masking.sought(traced.addresses, traced.names, (*request.also, *traced.lines)),
        masking.sought(traced.addresses),
        traced.wrote_in,
        own,
        stamp(request.at),
    )
