"""people: who takes part in a case."""

from __future__ import annotations

from maild.decide import outsiders
from maild.decide.acts.context import Context, Done, Outcome, Wrong
from maild.decide.ledger import Ledger
from maild.model.customer_events import Accepted
from maild.model.people import handler_party, person_party


def accept(context: Context, argument: str) -> Outcome:
    """accept [ADDRESS]    Somebody unverified, or in Cc, takes part: his mails join, and he gets the letters from now on."""
    case, people = context.case, context.ledger.people
    if not argument:
        waiting = [people[party].address for party in case.strangers if party in people]
        if len(waiting) != 1:
            return Wrong("accept_which" if waiting else "accept_whom", ", ".join(waiting))
        argument = waiting[0]
    address = outsiders.named(argument)
    if not address:
        return Wrong("no_address", argument[:100])
    if outsiders.is_ours(address, context.policy):
        return Wrong("address_of_ours", address)
    if _takes_part(context, address):
        return Done((), "accepted_already", address)
    by = handler_party(context.handler.key)

    def join(ledger: Ledger) -> None:
        party = ledger.newcomer(address, "", None)
        ledger.happen(case.id, by, Accepted(party))

    return Done((), "accepted", address, after=join)


def _takes_part(context: Context, address: str) -> bool:
    ledger = context.ledger
    person = ledger.known.by_address.get(address)
    inside = (context.case.customer, *context.case.participants)
    if person and person_party(person.id) in inside:
        return True
    return any(ledger.people[party].address.lower() == address for party in inside if party in ledger.people)
