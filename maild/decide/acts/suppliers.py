"""suppliers: a question to somebody outside, whose answer is the handlers' only."""

from __future__ import annotations

from maild.decide import asking, verbs
from maild.decide.acts.context import Context, Done, Outcome, Wrong
from maild.decide.attached import is_a_file
from maild.decide.ledger import Ledger
from maild.decide.naming import addresses_in
from maild.model.asking_events import Asked
from maild.model.content import Content


def ask(context: Context, argument: str) -> Outcome:
    """ask ADDRESS [SUBJECT]    The text below goes to a supplier, and nothing else of the case; the answers are the handlers' only.

    ask customer: it goes to the customer, although he answers a supplier's letter.
    """
    if context.vocabulary.means("customer", argument):
        return _customer(context)
    address = address_of(context, argument)
    if isinstance(address, Wrong):
        return address
    if not _says_something(context):
        return Wrong("ask_what", address)
    words = " ".join(argument.split()[1:])
    subject = asking.phrase(context.order.prepared, words) if words else None

    def after(ledger: Ledger) -> None:
        _send(ledger, context, address, subject)

    return Done((), "asked", address, after, inside=True)


def _customer(context: Context) -> Outcome:
    """The text is an ordinary answer."""
    if context.inside:
        return Wrong("inside_only")
    if sum(line.verb == "ask" for line in _lines(context)) > 1:
        return Wrong("ask_once")
    return Done((), "for_customer") if _says_something(context) else Wrong("ask_what")


def _lines(context: Context) -> tuple[verbs.Line, ...]:
    return verbs.parse(context.order.prepared.message.own_text, context.vocabulary).lines


def _says_something(context: Context) -> bool:
    """Words or a file; where nothing else is in the mail, a picture is an answer too."""
    files = context.order.prepared.message.attachments
    return bool(context.text) or (any(map(is_a_file, files)) if _lines(context) else bool(files))


def address_of(context: Context, argument: str) -> str | Wrong:
    """The address that begins the argument, if letters about the case may go there."""
    first = argument.split()[:1]
    found = addresses_in(first[0].strip("<>,;")) if first else ()
    if not found or first[0].strip("<>,;").lower() != found[0]:
        return Wrong("address_first", first[0] if first else "")
    address, policy = found[0], context.policy
    if policy.desk_of_address(address):
        return Wrong("our_own_address", address)
    if policy.handler_of_address(address):
        return Wrong("a_handler", address)
    known = [party for party, person in context.ledger.people.items() if person.address == address]
    if set(known) & {context.case.customer, *context.case.participants, *context.case.watchers}:
        return Wrong("takes_part", address)
    # Far down in a huge mail it was not looked up, and might be a person's whom we know.
    if not known and address not in addresses_in(context.order.prepared.message.own_text):
        return Wrong("address_first", address)
    return address


def _send(ledger: Ledger, context: Context, address: str, subject: Content | None) -> None:
    case_id = context.case.id
    party = ledger.newcomer(address, "", None)
    before = ledger.case(case_id).errands.supplier(party)
    named = ledger.phrase(case_id, subject) if subject else before.subject if before else ""
    ledger.happen(case_id, context.order.by, Asked(party, context.row, named))
    said = ledger.subjects.get(named, "")
    asking.outside(ledger, case_id, party, "question", context.author, context.shown(context.text), subject=said)
