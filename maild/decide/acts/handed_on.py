"""handed_on: what a case asked of people is asked by the case in which it goes on: open tasks, suppliers, an open offer, open requests.

The letters that told of it stay what they were: a reply to one finds its task, its supplier or its request there.  Pure.
"""

from __future__ import annotations

from maild.decide.ledger import Ledger
from maild.model.asking_events import Answered, Asked, Offered, Reminded, Requested, Tasked
from maild.model.case import Case
from maild.model.errands import OPEN, Errands
from maild.model.inside_events import Continued, Reasked, Relayed


def hand_on(ledger: Ledger, case: Case, into: int, by: str) -> None:
    """Ask it all there, in whose name it was asked."""
    errands = case.errands
    for words in errands.phrases():
        ledger.keep_phrase(into, words)
    _tasks(ledger, errands, into, by)
    _suppliers(ledger, errands, into, by)
    offer, there = errands.offer, ledger.case(into).errands.offer
    # Of two offers nobody could tell which stands.
    if offer and offer.state == OPEN and not (there and there.state == OPEN):
        to = offer.to or case.customer
        ledger.happen(into, by, Offered(offer.by, offer.amount, offer.text, offer.letter, offer.until_at, to))
        for letter in offer.reasked:
            ledger.happen(into, by, Reasked(offer.letter, letter))
    for one in errands.requests:
        if one.state == OPEN:
            ledger.happen(into, by, Requested(one.by, one.approver, one.text, one.letter, one.until_at))
    for talk in errands.talks:
        ledger.happen(into, by, Relayed(talk.letter, talk.to, talk.text))
    for sense in errands.senses:
        ledger.happen(into, by, Continued(sense.letter, sense.of, sense.what))


def _tasks(ledger: Ledger, errands: Errands, into: int, by: str) -> None:
    for task in errands.open_tasks:
        ledger.happen(into, by, Tasked(task.by, task.text, task.handler, task.due_at))
        number = len(ledger.case(into).errands.tasks)
        for letter in task.letters:
            ledger.happen(into, by, Reminded(number, letter, task.reminded))


def _suppliers(ledger: Ledger, errands: Errands, into: int, by: str) -> None:
    for supplier in errands.suppliers:
        known = ledger.case(into).errands.supplier(supplier.party)
        ledger.happen(into, by, Asked(supplier.party, None, known.subject if known else supplier.subject))
        for letter in supplier.letters:
            ledger.happen(into, by, Answered(supplier.party, letter))
