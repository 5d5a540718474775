"""copying: who else gets what the customer is written."""

from __future__ import annotations

from functools import partial

from maild.decide import outsiders, withheld
from maild.decide.acts.context import Context, Done, Outcome, Wrong
from maild.decide.ledger import Ledger
from maild.decide.outsiders import is_desk
from maild.model.message import named
from maild.model.people import person_party
from maild.model.related_events import Copied, Excluded, Uncopied

MOST = 20


def cc(context: Context, argument: str) -> Outcome:
    """cc ADDRESS    He gets a letter of his own of what the customer is written from now on, and nothing of what was said before."""
    address = outsiders.named(argument)
    if not address:
        return Wrong("cc_whom")
    if is_desk(address, context.policy):
        return Wrong("cc_desk", address)
    if context.policy.handler_of_address(address):
        return Wrong("cc_handler", address)
    case, person = context.case, context.ledger.known.by_address.get(address)
    if person and person_party(person.id) in (*case.participants, *case.watchers):
        return Done((), "copied_already", address)
    if len(case.watchers) >= MOST:
        return Wrong("cc_too_many", str(MOST))
    return Done((), "copied", address, partial(_copy, context, address, _name(argument, address)))


def _copy(context: Context, address: str, name: str, ledger: Ledger) -> None:
    """A person who is not known yet becomes one when the whole mail is understood."""
    person = ledger.known.by_address.get(address)
    party = person_party(person.id) if person else ledger.newcomer(address, name, None)
    ledger.happen(context.case.id, context.by, Copied(party))


def uncc(context: Context, argument: str) -> Outcome:
    """uncc ADDRESS    He gets no more letters of the case, nor those that wait to leave."""
    case, people = context.case, context.ledger.people
    parties = [p for p in dict.fromkeys((*case.watchers, *case.participants)) if p != case.customer and p in people]
    address = outsiders.named(argument)
    party = next((p for p in parties if people[p].address == address), None)
    if party is None:
        return Wrong("uncc_whom", ", ".join(named(people[p].name, people[p].address) for p in parties))
    events = [
        event
        for event, there in ((Uncopied(party), case.watchers), (Excluded(party), case.participants))
        if party in there
    ]
    waiting = withheld.waiting(context.ledger, case.id, party)
    also = (Done((), "letter_taken_back", address),) if waiting else ()
    return Done(tuple(events), "uncopied", address, partial(withheld.hold, letters=waiting, by=context.by), also=also)


def _name(argument: str, address: str) -> str:
    """What stands before the address: Bo Moe <bo@example.org>."""
    before = argument[: argument.lower().find(address)].removesuffix("mailto:")
    return " ".join(before.strip(" <>\"'(,;").split())[:60]
