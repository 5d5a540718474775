"""implied: what a handler's reply means by the letter that it answers, without a command in it.

A reply to a supplier's answer goes to that supplier; a reply to a request for approval that is a plain yes or no is the vote.
"""

from __future__ import annotations

from maild.decide import asking, verbs
from maild.decide.acts.context import Order
from maild.decide.ledger import Ledger

_VOTES = {asking.YES: "approve", asking.NO: "reject"}
# These say themselves what becomes of the text below.
_OWN_TEXT = ("ask", "note", "request", "escalate", "approve", "reject")


def implied_line(ledger: Ledger, order: Order, parsed: verbs.Parsed) -> verbs.Parsed | None:
    """The mail with the command that its letter implies; None where it implies none."""
    if order.letter is None or any(line.verb in _OWN_TEXT or not line.verb for line in parsed.lines):
        return None
    if order.letter.kind == "approval" and not parsed.lines:
        return _vote(ledger, order, parsed)
    if order.letter.kind == "supplier" and order.purpose == "r":
        return _to_supplier(ledger, order, parsed)
    return None


def _vote(ledger: Ledger, order: Order, parsed: verbs.Parsed) -> verbs.Parsed | None:
    said = asking.reads(order.prepared, order.purpose, ledger.policy.texts.vocabulary)
    if said:
        return verbs.Parsed((verbs.Line(f"/{_VOTES[said]}", _VOTES[said]),), "")
    if order.purpose in ("y", "x"):
        # A link that says yes above words that say something else is no vote.
        return verbs.Parsed((verbs.Line("", "", why="vote_plainly"),), parsed.text)
    return None


def _to_supplier(ledger: Ledger, order: Order, parsed: verbs.Parsed) -> verbs.Parsed | None:
    assert order.letter is not None
    asked = ledger.case(order.case_id).errands.supplier_of(order.letter.id)
    person = ledger.people.get(asked.party) if asked else None
    files = order.prepared.message.attachments
    if person is None or not person.address or not (parsed.text or (files and not parsed.lines)):
        return None
    return verbs.Parsed((*parsed.lines, verbs.Line("", "ask", person.address)), parsed.text)
