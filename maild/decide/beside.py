"""beside: what else a handler should know of the customer when he reads of one case."""

from __future__ import annotations

from maild.decide.ledger import Ledger
from maild.model.case import Case
from maild.model.people import Handler
from maild.model.subject import without_tag

MOST = 5


def others(ledger: Ledger, case: Case, handler: Handler) -> list[dict[str, str]]:
    """The customer's other open cases at desks where this handler works, newest first."""
    known = ledger.known.others.get(case.customer, ())
    mine = [o for o in known if o.case != case.id and (not handler.desks or o.desk in handler.desks)]
    return [{"number": f"#{o.number}", "subject": without_tag(o.subject, o.number)} for o in mine[:MOST]]
