"""webform: the mail of a web form, whose customer is not its sender.

filled_in(ledger, prepared, verdict) -> the mail as that customer's own; None where it names nobody

Only a proven mail of a sender in `forms:` of organisations.yaml names another (facts.of_form).  What was filled in is anybody's all
the same: whoever is named proves nothing, commands nothing, and his acknowledgement draws on the budgets of unknown senders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from maild.decide import outsiders
from maild.decide.facts import named_in_form, of_form
from maild.decide.ledger import Ledger
from maild.model.message import Address, Kind, Message
from maild.model.people import Trust
from maild.model.plan import Prepared
from maild.model.policy import Named
from maild.model.verdict import Verdict

_NAMED = "named by "


def filled_in(ledger: Ledger, prepared: Prepared, verdict: Verdict) -> Prepared | None:
    """From now on whoever was named is the author of this arrival."""
    where = verdict.value("customer")
    if not isinstance(where, Named):
        return None
    customer, why = _customer(ledger, prepared, where)
    if customer is None:
        ledger.trace["customer"] = why
        return None
    ledger.trace["customer"] = f"{_NAMED}{where}"
    ledger.known = replace(ledger.known, author=ledger.known.by_address.get(customer.address))
    ledger.verified = False
    message = replace(by_a_person(prepared.message), author=customer)
    return replace(prepared, message=message, sender=customer.address, trust=Trust())


def by_a_person(message: Message) -> Message:
    """Filled in, whatever sent it."""
    return replace(message, reply_to=(), kind=Kind.PERSON, automatic=False)


def was_filled_in(trace: Mapping[str, Any]) -> bool:
    """Whether the trace of an arrival says so."""
    return str(trace.get("customer") or "").startswith(_NAMED)


def _customer(ledger: Ledger, prepared: Prepared, where: Named) -> tuple[Address | None, str]:
    """Who it is, or why the sender stays the customer."""
    if not of_form(prepared, ledger.policy):
        return None, "the sender: the mail is not proven to come from a web form of organisations.yaml"
    found = named_in_form(prepared, where)
    if found is None:
        return None, f"the sender: no one address stands in {where}"
    if outsiders.is_ours(found.address, ledger.policy):
        return None, f"the sender: what stands in {where} is an address of ours"
    return found, ""
