"""people: who takes part in a case."""

from __future__ import annotations

from functools import partial

from maild.decide import hand_over, outsiders, withheld
from maild.decide.acts import taking_back
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


def for_(context: Context, argument: str) -> Outcome:
    """for ADDRESS or PHONE [NAME]    The case is this person's, who called or wrote.  The one before is told nothing."""
    whom = outsiders.whom(argument)
    if whom is None:
        return Wrong("for_whom", argument[:100])
    if outsiders.is_desk(whom.reach, context.policy):
        return Wrong("address_of_ours", whom.reach)
    ledger, case = context.ledger, context.case
    known = ledger.known.by_address.get(whom.reach)
    if known and person_party(known.id) == case.customer:
        return Done((), "for_already", whom.shown)
    reached = "@" in whom.reach or (known is not None and known.writes)
    by, mail = handler_party(context.handler.key), context.order.prepared
    give = partial(hand_over.give, case_id=case.id, by=by, whom=whom, prepared=mail)
    back = taking_back.lines(ledger, withheld.waiting(ledger, case.id, case.customer), "answer_taken_back")
    return Done((), "for_person" if reached else "for_phone", whom.shown, after=give, also=back)


def _takes_part(context: Context, address: str) -> bool:
    ledger = context.ledger
    person = ledger.known.by_address.get(address)
    inside = (context.case.customer, *context.case.participants)
    if person and person_party(person.id) in inside:
        return True
    return any(ledger.people[party].address.lower() == address for party in inside if party in ledger.people)
