"""counting: how many cases somebody has, or was opened for him of late.  counted(session, question) -> Counted; reading only.

Everything is found by an index (migration 0020), and nothing is counted beyond MOST_COUNTED.
LIMITS  Of a domain each person is looked at: 50 000 of them take some 25 ms of each mail from there, where a rule asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from maild.model.seen import MOST_COUNTED, Counted, Counting
from maild.store.database import Session, stamp

# The index address_domain is on this very expression.
DOMAIN = {"sqlite": "substr(a.address, instr(a.address, '@') + 1)", "postgresql": "split_part(a.address, '@', 2)"}
_OPENED = "FROM address a JOIN cases c ON c.customer='person:' || a.person"


def counted(session: Session, asked: Counting | None) -> Counted:
    if asked is None:
        return Counted()
    counts = []
    for (whose, seconds), since in zip(asked.counts, asked.since, strict=True):
        domains, addresses = asked.domains.get(whose, ()), asked.addresses.get(whose, ())
        counts.append((whose, seconds, _opened(session, domains, addresses, since)))
    return Counted(_all(session, asked.address) if asked.cases else 0, tuple(counts))


def _all(session: Session, address: str) -> int:
    """His cases, open or not."""
    row = session.one(
        f"SELECT count(*) FROM (SELECT 1 {_OPENED} WHERE a.address=? LIMIT ?) AS found", (address, MOST_COUNTED)
    )
    return int(row[0]) if row else 0


def _opened(session: Session, domains: Sequence[str], addresses: Sequence[str], since: datetime) -> int:
    return min(len(opened(session, domains, addresses, since)), MOST_COUNTED)


def opened(session: Session, domains: Sequence[str], addresses: Sequence[str], since: datetime) -> set[int]:
    """The cases opened later than that: each once, though its customer has several of the addresses."""
    found: set[int] = set()
    domain = DOMAIN[session.database.dialect]
    for column, values in ((domain, domains), ("a.address", addresses)):
        for value in values:
            rows = session.all(
                f"SELECT c.id {_OPENED} WHERE {column}=? AND c.opened_at>? LIMIT ?",
                (value, stamp(since), MOST_COUNTED),
            )
            found |= {row[0] for row in rows}
    return found
