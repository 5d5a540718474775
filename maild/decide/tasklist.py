"""tasklist: a case's open tasks as letters show them.

shown(ledger, case) -> number, text, who, due of each;  in_zone(ledger, case, at) -> an instant on the clock of the case's desk;
name_of(ledger, party) -> how a handler or person is called.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from maild.decide.ledger import Ledger
from maild.model.case import Case
from maild.model.message import named
from maild.model.people import handler_of, handler_party


def shown(ledger: Ledger, case: Case) -> list[dict[str, str]]:
    return [
        {
            "number": str(task.number),
            "text": ledger.subjects.get(task.text, ""),
            "who": name_of(ledger, handler_party(task.handler)),
            "due": in_zone(ledger, case, task.due_at),
        }
        for task in case.errands.open_tasks
    ]


def in_zone(ledger: Ledger, case: Case, at: datetime | None) -> str:
    """ISO 8601, "" for none."""
    return at.astimezone(ZoneInfo(ledger.policy.desks[case.desk].zone)).isoformat() if at else ""


def name_of(ledger: Ledger, party: str) -> str:
    """A handler's name; a person's, or his address."""
    key = handler_of(party)
    if key is not None:
        handler = ledger.policy.handlers.get(key)
        return handler.name if handler else key
    person = ledger.people.get(party)
    return named(person.name, person.address) if person else ""
