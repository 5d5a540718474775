"""webform: the mail of a web form, whose customer is not its sender.

read(ledger, prepared, automatic) -> the mail as his own whom the form names, as if he had written it and nobody had proven that;
                                     the mail as it came where it is no form's, or names nobody
recalled(prepared, policy, told) -> the same of a stored mail, as its trace tells it

Only a proven mail of a sender in `forms:` of organisations.yaml names another (facts.of_form).  What was filled in is anybody's all
the same: whoever is named proves nothing, commands nothing, and his acknowledgement draws on the budgets of unknown senders.  It is
read before anything is asked of the mail: his cases, his spam mark and his organisation count, and never the form's.
"""

from __future__ import annotations

from dataclasses import replace

from maild.decide import outsiders
from maild.decide.facts import customers, facts, named_in_form
from maild.decide.ledger import Ledger
from maild.decide.route import route
from maild.decide.seeing import seen
from maild.decide.thread import join
from maild.model.message import Address, Kind
from maild.model.people import Trust
from maild.model.plan import Prepared
from maild.model.policy import Named, Policy


def read(ledger: Ledger, prepared: Prepared, *, automatic: bool) -> Prepared:
    """From here on whoever was named is the author of this arrival."""
    if not customers(prepared, ledger.policy):
        return prepared
    known, author = ledger.known, prepared.message.author
    # The question was for whoever is named.
    ledger.known = replace(known, author=known.by_address.get(author.address.lower()) if author else None)
    where = _rules_say(ledger, prepared, automatic=automatic)
    if where is None:
        return prepared
    customer, why = _customer(ledger, prepared, where)
    if customer is None:
        ledger.trace["customer"] = why
        return prepared
    ledger.trace["customer"] = _told(where)
    ledger.known = replace(known, author=known.by_address.get(customer.address))
    return _his(prepared, customer)


def recalled(prepared: Prepared, policy: Policy, told: str) -> Prepared:
    """As it was read then.  told: the trace's `customer`."""
    where = next((where for where in policy.wants.forms if _told(where) == told), None)
    customer = named_in_form(prepared, where) if where else None
    return _his(prepared, customer) if customer else prepared


def _told(where: Named) -> str:
    return f"named by {where}"


def _his(prepared: Prepared, customer: Address) -> Prepared:
    message = replace(prepared.message, author=customer, reply_to=(), kind=Kind.PERSON, automatic=False)
    return replace(prepared, message=message, sender=customer.address, trust=Trust(), through=prepared)


def _rules_say(ledger: Ledger, prepared: Prepared, *, automatic: bool) -> Named | None:
    """Asked of the form's mail as it came; nothing else that they say of that holds."""
    found = seen(prepared, ledger.known, join(prepared, ledger.known, ledger.policy))
    where = route(facts(prepared, automatic, ledger.policy, found), ledger.policy.rules).value("customer")
    return where if isinstance(where, Named) else None


def _customer(ledger: Ledger, prepared: Prepared, where: Named) -> tuple[Address | None, str]:
    """Who it is, or why the sender stays the customer."""
    found = named_in_form(prepared, where)
    if found is None:
        return None, f"the sender: no one address stands in {where}"
    if outsiders.is_ours(found.address, ledger.policy):
        return None, f"the sender: what stands in {where} is an address of ours"
    return found, ""
