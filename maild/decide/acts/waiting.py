"""waiting: a case that rests, and what wakes it."""

from __future__ import annotations

from datetime import datetime

from maild.decide import dates
from maild.decide.acts.context import Context, Done, Outcome, Wrong
from maild.decide.naming import numbers_in
from maild.model.case import rests_until
from maild.model.events import Waiting


def wait(context: Context, argument: str) -> Outcome:
    """wait WHEN    The case rests: until the customer writes (customer), until 3d, fri 09:00 or 12.3., or until #1050 is solved."""
    if not argument:
        return Wrong("wait_for_what")
    if context.case.ended:
        return Wrong("already_solved")
    stale = context.stale()
    if stale is not None:
        return stale
    by = context.order.by
    if context.vocabulary.means("customer", argument):
        return Done((Waiting(by, "customer"),), "waits_customer")
    if argument.startswith("#"):
        return _for_case(context, argument, by)
    until = moment(context, argument)
    if isinstance(until, Wrong):
        return until
    before = rests_until(context.case)
    was = before.astimezone(context.zone).isoformat() if before else ""
    return Done((Waiting(by, "time", until),), "waits_until", until.isoformat(), was=was)


def moment(context: Context, words: str) -> datetime | Wrong:
    """What the words mean on the clock of the case's desk."""
    found = dates.when(words, context.ledger.now.astimezone(context.zone))
    return Wrong(found.key, found.hint) if isinstance(found, dates.NoDate) else found


def _for_case(context: Context, argument: str, by: str) -> Outcome:
    known = context.ledger.known
    number = next((n for n in numbers_in(argument) if n in known.by_number), None)
    other = known.cases.get(known.by_number[number]) if number else None
    if other is None or other.id == context.case.id:
        return Wrong("no_such_case", argument)
    if other.ended:
        return Wrong("case_is_solved", f"#{other.number}")
    if _leads_to(context, other.id):
        return Wrong("waits_in_a_ring", f"#{other.number}")
    return Done((Waiting(by, "case", case=other.id),), "waits_for", f"#{other.number}")


def _leads_to(context: Context, start: int) -> bool:
    """Whether that case waits for ours: the two would rest for ever.  Only what this arrival knows of is followed."""
    at: int | None = start
    for _ in range(10):
        case = context.ledger.known.cases.get(at) if at else None
        if case is None:
            return False
        if case.waits_for == context.case.id:
            return True
        at = case.waits_for
    return True
