"""offers: an estimate of billable work, which the customer accepts or declines by reply."""

from __future__ import annotations

import re
from datetime import timedelta

from maild.decide import asking, owing, tasklist, withheld
from maild.decide.acts.context import Context, Done, Outcome, Wrong
from maild.decide.ledger import Ledger
from maild.model.asking_events import Offered
from maild.model.content import Content
from maild.model.errands import OPEN
from maild.model.message import Address

STANDS = timedelta(days=14)
_UNIT = r"kr\.?|kroner|nok|sek|dkk|eur|euro|evrov|€|usd|\$|gbp|£"
_TIME = r"timer|timar|time|hours?|hrs?|ure|uri|ur|minutter|minutt|minutes?|min|dager|dagar|days?|dni|t|h|m|d"
_NUMBER = r"\d{1,3}(?:[ .'\u00a0]\d{3})+(?:[.,]\d{1,2})?|\d{1,7}(?:[.,]\d{1,2})?"
_AMOUNT = re.compile(
    rf"(?:(?:{_UNIT})\s?(?:{_NUMBER})(?:,-)?|(?:{_NUMBER})(?:\s?-\s?(?:{_NUMBER}))?\s?(?:,-|{_UNIT}|{_TIME}))(?=[\s;:,]|$)",
    re.I,
)


def offer(context: Context, argument: str) -> Outcome:
    """offer AMOUNT TEXT    An estimate for the customer, such as 2h or 1500 kr, to accept or decline by reply within 14 days."""
    found = _AMOUNT.match(argument)
    if found is None:
        return Wrong("offer_amount")
    words = argument[found.end() :].strip(" ;:,")
    if not words:
        return Wrong("offer_what", found[0])
    if context.case.ended:
        return Wrong("already_solved")
    customer = context.ledger.people.get(context.case.customer)
    if customer is None or not customer.writes:
        return Wrong("no_customer")
    content, amount = asking.phrase(context.order.prepared, words), " ".join(found[0].split())

    def after(ledger: Ledger) -> None:
        _send(ledger, context, amount, content)

    older = context.case.errands.offer
    again = older is not None and older.state == OPEN
    return Done((), "offered_anew" if again else "offered", amount, after)


def _send(ledger: Ledger, context: Context, amount: str, content: Content) -> None:
    """The offer and its letter; an older one that has not left yet stays at home, and goes after all where this one is undone."""
    case_id = context.case.id
    case = ledger.case(case_id)
    older = case.errands.offer
    if older is not None:
        waiting = [one for one in ledger.known.pending if one.letter == older.letter]
        withheld.take(ledger, waiting, context.order.by)
    customer = ledger.people[case.customer]
    until = ledger.now + STANDS
    text = ledger.phrase(case_id, content)
    ledger.happen(case_id, context.order.by, Offered(context.order.by, amount, text, ledger.next_letter(), until))
    case = ledger.case(case_id)
    owing.owe(
        ledger,
        case,
        case.customer,
        Address(customer.name, customer.address),
        "offer",
        "your-case",
        (),
        due_at=ledger.now + ledger.policy.limits.undo,
        language=case.language,
        values={"what": content.text, "amount": amount, "until": tasklist.in_zone(ledger, case, until)},
        author=context.author,
    )
