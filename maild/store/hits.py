"""hits: how often each rule of routing.yaml matched, kept as mails are settled.

count(session, trace, now)       in the settling's own transaction, one statement, and none for a mail that no rule of the site's met
hits(session, since) -> by rule  what was counted from that day on
forget(session, now)             what is older than KEPT

Counted and not computed: a mail that three rules meet costs some ten microseconds, while a million stored traces are 4 GB to read and
half a minute to parse, and go with old mails.
A rule is its name: under another name, it is another rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from maild.store.database import EPOCH, Session, moment, stamp

KEPT = timedelta(days=800)
_BUILT_IN = "built in"


@dataclass(frozen=True, slots=True)
class Hits:
    """matched: so many mails; decided: of so many it decided anything (in the shadow: would have changed anything)."""

    matched: int
    decided: int
    last_at: datetime


def count(session: Session, trace: Mapping[str, Any], now: datetime) -> None:
    matched = [rule["name"] for rule in trace.get("rules", ()) if rule["matched"] and rule["where"] != _BUILT_IN]
    if not matched:
        return
    took = {
        *trace.get("took", ()),
        *(shadow["name"] for shadow in trace.get("shadows", ()) if shadow["differs"] or shadow.get("loses")),
    }
    rows = [(name, _day(now), 1, int(name in took), stamp(now)) for name in dict.fromkeys(matched)]
    session.insert(
        "rule_hit(rule, day, hits, decided, last_at)",
        rows,
        "ON CONFLICT(rule, day) DO UPDATE SET hits=rule_hit.hits+1, decided=rule_hit.decided+excluded.decided,"
        " last_at=excluded.last_at",
    )


def hits(session: Session, since: datetime) -> dict[str, Hits]:
    rows = session.all(
        "SELECT rule, sum(hits), sum(decided), max(last_at) FROM rule_hit WHERE day>=? GROUP BY rule", (_day(since),)
    )
    return {row[0]: Hits(int(row[1]), int(row[2]), moment(row[3])) for row in rows}


def counted_since(session: Session) -> datetime | None:
    """The first day that is counted at all."""
    row = session.one("SELECT min(day) FROM rule_hit")
    return EPOCH + timedelta(days=row[0]) if row and row[0] is not None else None


def forget(session: Session, now: datetime) -> None:
    session.execute("DELETE FROM rule_hit WHERE day<?", (_day(now - KEPT),))


def _day(at: datetime) -> int:
    """Days since 1970, UTC."""
    return (at - EPOCH).days
