"""implied: what a handler's reply means by the letter that it answers, without a command in it.

A reply to what somebody outside answered goes to him, and not to the customer; a reply to a request for approval that is a plain yes or
no is the vote.  Where a command beside it speaks to the customer, nobody but its writer knows whom the text is for: he is asked.
"""

from __future__ import annotations

from maild.decide import asking, signature, verbs
from maild.decide.acts.context import Order
from maild.decide.attached import is_a_file
from maild.decide.ledger import Ledger
from maild.model.vocabulary import Vocabulary

FOR_WHOM = "text_for_whom"
_VOTES = {asking.YES: "approve", asking.NO: "reject"}
# These say themselves what becomes of the text below.
_OWN_TEXT = ("ask", "note", "request", "escalate", "approve", "reject")
# The customer is told something by these: what stands below may be the words for it.
_TO_CUSTOMER = ("close", "reopen", "offer", "notice", "accept", "cc", "for", "due")
# Words to the address of an answer, or to that of closing.
_ANSWERS = ("r", "c")


def implied_line(ledger: Ledger, order: Order, parsed: verbs.Parsed) -> verbs.Parsed | None:
    """The mail with the command that its letter implies; None where it implies none."""
    if order.about is None or any(line.verb in _OWN_TEXT or not line.verb for line in parsed.lines):
        return None
    if order.about.kind == "approval" and not parsed.lines:
        return _vote(ledger, order, parsed)
    if order.letter and order.letter.kind in asking.QUESTIONS and not parsed.lines:
        return None
    if outward(ledger, order) and _says_something(order, parsed):
        return _outside(ledger, order, parsed)
    return None


def outward(ledger: Ledger, order: Order) -> str:
    """The address to which a plain reply goes: a supplier's, or another's whom the case asked something; "" where there is none."""
    if order.about is None or order.case is None or order.purpose not in _ANSWERS:
        return ""
    errands, party = ledger.case(order.case).errands, ""
    if order.about.kind == asking.SUPPLIER:
        supplier = errands.supplier_of(order.about.id)
        party = supplier.party if supplier else ""
    elif order.about.kind == asking.COLLEAGUE:
        talk = errands.talk_of(order.about.id)
        party = talk.to if talk else ""
    person = ledger.people.get(party)
    return person.address if person else ""


def _vote(ledger: Ledger, order: Order, parsed: verbs.Parsed) -> verbs.Parsed | None:
    said = asking.reads(order.prepared, order.purpose, ledger.policy.texts.vocabulary)
    if said:
        return verbs.Parsed((verbs.Line(f"/{_VOTES[said]}", _VOTES[said]),), "")
    if order.purpose in ("y", "x"):
        # A link that says yes above words that say something else is no vote.
        return verbs.Parsed((verbs.Line("", "", why="vote_plainly"),), parsed.text)
    return None


def _says_something(order: Order, parsed: verbs.Parsed) -> bool:
    """Words or files; a farewell below a command is how his mail program ends every mail."""
    files = order.prepared.message.attachments
    if not parsed.lines:
        return bool(parsed.text or files)
    said = parsed.text and not signature.is_farewell(parsed.text, order.handler.name, below=True)
    return bool(said or any(map(is_a_file, files)))


def _outside(ledger: Ledger, order: Order, parsed: verbs.Parsed) -> verbs.Parsed:
    address = outward(ledger, order)
    words = ledger.policy.texts.vocabulary
    asked = verbs.Line("", "ask", address)
    if any(_speaks_to_customer(line, words) for line in parsed.lines):
        asked = verbs.Line("", "", hint=address, why=FOR_WHOM)
    return verbs.Parsed((*parsed.lines, asked), parsed.text)


def _speaks_to_customer(line: verbs.Line, words: Vocabulary) -> bool:
    return line.verb in _TO_CUSTOMER or (line.verb == "wait" and words.means("customer", line.argument))
