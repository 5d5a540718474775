"""found: what a storm left in the database, read beside maild's own views, for the judge.

look(site) -> Found.  Mails are known by their X-Storm-Id and their octets, which maild does not look at.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from parts.site import Site

from maild.cli.desk import opened
from maild.store import audit
from maild.store.database import Session

_ID = re.compile(rb"^X-Storm-Id: (\S+)\r\n", re.M)


@dataclass(frozen=True)
class Arrival:
    """raw: the whole mail as stored, with our Received field on top; events: kinds that it caused; messages: rows filed of it;
    cases: that it caused events in."""

    id: int
    state: str
    raw_id: int
    raw: bytes
    size: int
    events: tuple[str, ...]
    messages: int
    cases: tuple[int, ...]

    def holds(self, sha256: str, size: int) -> bool:
        return hashlib.sha256(self.raw[-size:]).hexdigest() == sha256


@dataclass(frozen=True)
class Case:
    id: int
    number: str
    status: str
    customer: str
    handler: str
    wake_at: int | None


@dataclass(frozen=True)
class Letter:
    id: int
    message_id: str
    recipient: str
    kind: str
    state: str
    case: int | None
    created_at: int


@dataclass
class Found:
    """arrivals: X-Storm-Id -> rows.  closings: case -> (seq, at, kind, closes_at) of what opens and closes it."""

    arrivals: dict[str, list[Arrival]] = field(default_factory=lambda: defaultdict(list))
    cases: dict[int, Case] = field(default_factory=dict)
    letters: dict[str, Letter] = field(default_factory=dict)
    letter_rows: int = 0
    closings: dict[int, list[tuple[int, int, str, Any]]] = field(default_factory=lambda: defaultdict(list))
    storage: list[str] = field(default_factory=list)
    record: list[str] = field(default_factory=list)


def look(site: Site) -> Found:
    found = Found()
    with opened(site.config) as desk:
        session, handlers = desk.session, desk.handlers
        _arrivals(session, found)
        _cases(session, found, handlers)
        rows = session.all("SELECT id, message_id, recipient, kind, state, case_id, created_at FROM outbox ORDER BY id")
        found.letters = {row[1]: Letter(*row) for row in rows}
        found.letter_rows = len(rows)
        found.storage += _storage(session)
        found.record += audit.verify(session).faults
    told = site.maild("audit", "verify", seconds=300)
    found.record += told.stdout.splitlines()[:3] if told.returncode else []
    return found


def _arrivals(session: Session, found: Found) -> None:
    events: dict[str, list[tuple[str, int | None]]] = defaultdict(list)
    for cause, kind, case in session.all("SELECT cause, kind, case_id FROM event ORDER BY id"):
        events[cause].append((kind, case))
    messages = dict(session.all("SELECT incoming, count(*) FROM message WHERE incoming IS NOT NULL GROUP BY incoming"))
    for row_id, state, raw_id, size in session.all(
        "SELECT id, state, raw, size FROM incoming WHERE source NOT IN ('wake', 'undelivered', 'warning') ORDER BY id"
    ):
        raw = b"".join(bytes(r[0]) for r in session.all("SELECT bytes FROM chunk WHERE raw=? ORDER BY n", (raw_id,)))
        caused = events[f"incoming:{row_id}"]
        cases = tuple(sorted({case for _, case in caused if case is not None}))
        kinds = tuple(kind for kind, _ in caused)
        name = match[1].decode() if (match := _ID.search(raw)) else f"nobody's {row_id}"
        found.arrivals[name].append(Arrival(row_id, state, raw_id, raw, size, kinds, messages.get(row_id, 0), cases))


def _cases(session: Session, found: Found, handlers: dict[str, str]) -> None:
    addresses = {f"person:{person}": address for person, address in session.all("SELECT person, address FROM address")}
    for row in session.all("SELECT id, number, status, customer, handler, wake_at FROM cases ORDER BY id"):
        found.cases[row[0]] = Case(*row[:3], addresses.get(row[3], row[3]), handlers.get(row[4] or "", ""), row[5])
    kinds = "('solved', 'reopened', 'closed', 'received')"
    for case, seq, at, kind, text in session.all(
        f"SELECT case_id, seq, at, kind, data FROM event WHERE kind IN {kinds} ORDER BY case_id, seq"
    ):
        found.closings[case].append((seq, at, kind, json.loads(text).get("closes_at")))


def _storage(session: Session) -> Iterator[str]:
    """The database by its own checks, and each mail's octets: there, whole, and nobody's left over."""
    if session.sqlite:
        yield from (row[0] for row in session.all("PRAGMA integrity_check") if row[0] != "ok")
        yield from (f"foreign key: {row}" for row in session.all("PRAGMA foreign_key_check"))
    size = "sum(length(bytes))" if session.sqlite else "sum(octet_length(bytes))"
    sizes = dict(session.all(f"SELECT raw, {size} FROM chunk GROUP BY raw"))
    wanted = dict(session.all("SELECT raw, size FROM incoming WHERE source NOT IN ('wake', 'undelivered', 'warning')"))
    yield from (f"mail {raw} has {sizes.get(raw)} octets of {n}" for raw, n in wanted.items() if sizes.get(raw) != n)
    yield from (f"octets {raw} are nobody's" for raw in sizes.keys() - wanted.keys())
    yield from (f"octets {row[0]} are still staged" for row in session.all("SELECT raw FROM staging"))
