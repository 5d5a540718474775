"""swap_answers: what a handler answers to the letter that asks him to take somebody's duty: yes, no, a link, or /approve and /reject.

answered(ledger, order) -> whether the mail was one; then it is done.  order: proven to be his, and in reply to a letter of no case.
words(ledger, order) -> what it says, to be asked about
"""

from __future__ import annotations

from maild.decide import asking, desk_mail, no_case, receipts, swaps, verbs
from maild.decide.acts.context import Done, Order, Outcome, Wrong
from maild.decide.ledger import Ledger
from maild.model.events import Declined
from maild.model.people import handler_party
from maild.model.rota import Agreed, Swap

_YES, _NO = ("approve", "accept"), ("reject",)


def answered(ledger: Ledger, order: Order) -> bool:
    """Commands in such a mail are commands."""
    if order.letter is None or order.letter.kind != swaps.KIND:
        return False
    said = _said(ledger, order)
    swap = next((swap for swap in ledger.swaps.values() if swap.letter == order.letter.id), None)
    if not said and desk_mail.handle(ledger, order):
        return True
    outcome = _answer(ledger, order, swap, said)
    _tell(ledger, order, outcome, swap)
    return True


def words(ledger: Ledger, order: Order) -> str:
    """The mail's own words; of an empty one to the link of an answer, the answer."""
    written, asked = order.prepared.message.own_text, order.letter is not None and order.letter.kind == swaps.KIND
    if written.strip() or not asked:
        return written
    said = {asking.YES: "yes", asking.NO: "no"}.get(_said(ledger, order))
    language = order.handler.language or ledger.policy.default_desk.language
    return ledger.policy.texts.vocabulary.said(said, language) if said else written


def _said(ledger: Ledger, order: Order) -> str:
    """YES, NO or ""."""
    vocabulary, message = ledger.policy.texts.vocabulary, order.prepared.message
    parsed = verbs.parse(message.own_text, vocabulary)
    said = [line.verb for line in parsed.lines if not line.argument]
    if len(said) == 1 == len(parsed.lines) and said[0] in (*_YES, *_NO):
        return asking.YES if said[0] in _YES else asking.NO
    letter = order.letter.id if order.letter else 0
    purpose = next((token.purpose for token in order.prepared.tokens if token.letter == letter), "")
    return asking.reads(order.prepared, purpose, vocabulary)


def _answer(ledger: Ledger, order: Order, swap: Swap | None, said: str) -> Outcome:
    if not said:
        return Wrong("swap_yes_or_no")
    if swap is None or swap.state is not Agreed.OFFERED or swap.until <= ledger.now:
        return Wrong("swap_over")
    if said == asking.NO:
        swaps.refuse(ledger, swap, order.by)
        return Done((), "swap_refused")
    if not swaps.stands(ledger, swap):
        return Wrong("swap_changed")
    swaps.agree(ledger, swap, order.by)
    return Done((), "swap_agreed")


def _tell(ledger: Ledger, order: Order, outcome: Outcome, swap: Swap | None) -> None:
    """A receipt with what is his now, or an error with what he wrote."""
    written = verbs.Line(order.prepared.message.own_text.strip().partition("\n")[0][:60], "")
    lines = [receipts.said(written, outcome)]
    if isinstance(outcome, Wrong):
        party = handler_party(order.handler.key)
        ledger.happen(None, party, Declined(party, outcome.key, outcome.hint))
        no_case.owe(ledger, order.handler, order.prepared, "error", {"lines": lines})
        return
    if swap is not None and outcome.key == "swap_agreed":
        lines += swaps.said(ledger, swap.parts, order.handler.key)
    no_case.owe(ledger, order.handler, order.prepared, "receipt", {"lines": lines})
