"""scheduling: work that begins later: until then its case is on hold, and its clocks have not begun.

at(ledger, case_id, begins)         from the beginning of a case on
wished(ledger, case_id, said)       a proven customer says a date that facts.yaml says work begins by (`begins`); what she was told before
                                    holds no more, and she is told so
news(ledger, case_id)               what handlers read of it, if this arrival said so
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from maild.decide import budget, dates, notices, pledges, tasklist
from maild.decide.ledger import Ledger
from maild.model.case import Case
from maild.model.events import Suppressed
from maild.model.people import MAILD
from maild.model.waiting_events import Scheduled


def at(ledger: Ledger, case_id: int, begins: datetime) -> None:
    if begins > ledger.now:
        ledger.happen(case_id, MAILD, Scheduled(begins))


def wished(ledger: Ledger, case_id: int, said: Mapping[str, str]) -> None:
    """A date that nobody can read, or that is near, changes nothing: its handler reads it; nor does one of work that has begun."""
    case = ledger.case(case_id)
    told = any(not one.void for one in case.clocks.pledges)
    zone = ZoneInfo(ledger.policy.desks[case.desk].zone)
    for key, value in said.items():
        before = ledger.policy.facts[key].begins
        day = dates.when(value, ledger.now.astimezone(zone)) if before is not None else None
        if before is not None and isinstance(day, datetime) and not case.ended and case.clocks.first_at is None:
            at(ledger, case_id, (day - timedelta(days=before)).astimezone(UTC))
    after = ledger.case(case_id)
    if told and all(one.void for one in after.clocks.pledges):
        _tell(ledger, after)


def _tell(ledger: Ledger, case: Case) -> None:
    """When it begins, and by when she hears from us now."""
    person = ledger.people.get(case.customer)
    address = person.address if person else ""
    spent = budget.proven_exhausted(address, ledger.now, ledger.known.budgets, ledger.policy.limits)
    if spent:
        ledger.happen(case.id, MAILD, Suppressed(case.customer, "planned", spent))
        return
    ledger.spend(budget.proven_key(address, ledger.now))
    values: dict[str, Any] = dict(pledges.answers(ledger, case, ledger.next_letter(), "planned"))
    values |= {"starts": tasklist.in_zone(ledger, case, case.until_at), "later": True}
    notices.to_customer(ledger, ledger.case(case.id), case.customer, "planned", (), MAILD, **values)


def news(ledger: Ledger, case_id: int) -> dict[str, Any] | str:
    begins = [record.event.starts_at for record in ledger.events_of(case_id) if isinstance(record.event, Scheduled)]
    if not begins:
        return ""
    return {"ok": True, "key": "planned_for", "at": tasklist.in_zone(ledger, ledger.case(case_id), begins[-1])}
