"""tasklist: a case's open tasks as letters show them.

shown(ledger, case) -> number, text, who, due of each;  in_zone(ledger, case, at) -> an instant on the clock of the case's desk;
name_of(ledger, party) -> how a handler or person is called.  facts(ledger, case): what it must have, as far as it has it; asks(...): the
rest of it, for a letter to the customer.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from maild.decide.ledger import Ledger
from maild.model.case import Case
from maild.model.errands import OPEN
from maild.model.fact import Fact
from maild.model.message import named
from maild.model.people import MAILD, handler_of, handler_party
from maild.model.rule_events import FactsAsked
from maild.model.ruled import given, missing


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


def facts(ledger: Ledger, case: Case) -> list[tuple[Fact, str, bool]]:
    """Each fact that is wanted, with what was said ("" where nothing was, or it is erased), and whether nobody proved who said it."""
    said, known = given(case), ledger.policy.facts
    return [
        (known[key], ledger.subjects.get(said.get(key, ""), ""), key in case.unsure)
        for key in case.wanted
        if key in known
    ]


def asks(ledger: Ledger, case: Case, letter: int) -> dict[str, list[Fact]]:
    """What that letter asks the customer for, which is on record; nothing where nothing is missing."""
    lacking = [key for key in missing(case) if key in ledger.policy.facts]
    if not lacking:
        return {}
    ledger.happen(case.id, MAILD, FactsAsked(",".join(lacking), letter))
    return {"asks": [ledger.policy.facts[key] for key in lacking]}


def approvers(ledger: Ledger, case: Case) -> str:
    """Whose votes the case waits for."""
    asked = (one for one in case.errands.requests if case.need and one.letter in case.ballot and one.state == OPEN)
    return ", ".join(name_of(ledger, one.approver) for one in asked)


def unasked(case: Case) -> str:
    """Why nobody was asked for an approval that a rule wants; no longer said when a handler has asked somebody, or the case is over."""
    return "" if case.ended or case.errands.requests else case.unasked


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
