"""anew: a handler's mail of no case: to a desk, or in reply to a letter of no case that was made for him.

    handle(ledger, prepared, where, handler)    whether it was a word of his as a handler; then it is done
    letter_of(ledger, prepared, handler)        the letter of no case that he answers
    release(ledger, order, draft)               what waited for his word, as if it came now

Nothing of it is a customer's.  What is an order and is not proven to be his waits, and he is asked at his registered address.
"""

from __future__ import annotations

from dataclasses import replace

from maild.decide import behalf, carry, desk_mail, drafts, no_case, proof, receipts, swap_answers, unproven, verbs
from maild.decide.acts.context import Done, Order, Wrong
from maild.decide.ledger import Ledger
from maild.decide.marks import marks
from maild.decide.thread import Join
from maild.model.draft import Draft
from maild.model.events import Declined, Ignored
from maild.model.known import LetterRow
from maild.model.people import MAILD, Handler, handler_party
from maild.model.plan import Prepared


def handle(ledger: Ledger, prepared: Prepared, where: Join, handler: Handler) -> bool:
    letter = letter_of(ledger, prepared, handler)
    if where.case is not None and letter is None:
        return False
    lacks = proof.lack_anew(ledger, prepared, handler, own=letter is not None)
    ledger.trace["handler"] = {"key": handler.key, "lacks": lacks}
    order = Order(prepared, handler, None, _purpose(prepared, letter), letter)
    # A word to the letter that went to his own mailbox wants that letter's address only.
    if lacks in ("", proof.NOT_PROVEN) and _finishes(ledger, order):
        return True
    if lacks:
        return _doubt(ledger, order, lacks)
    if not (_obey(ledger, order, where.linked) or _refuse(ledger, order)):
        return False
    ledger.remember(marks(prepared))
    return True


def letter_of(ledger: Ledger, prepared: Prepared, handler: Handler) -> LetterRow | None:
    named = (ledger.known.letters[token.letter] for token in prepared.tokens if token.letter in ledger.known.letters)
    mine = handler_party(handler.key)
    return next((row for row in named if row.case is None and row.party == mine and not row.revoked), None)


def _purpose(prepared: Prepared, letter: LetterRow | None) -> str:
    return next((token.purpose for token in prepared.tokens if letter and token.letter == letter.id), "")


# --- proven -----------------------------------------------------------------------------------------------------------------------


def _obey(ledger: Ledger, order: Order, linked: int | None, at_once: int = desk_mail.AT_ONCE) -> bool:
    return (
        swap_answers.answered(ledger, order)
        or (order.letter is None and behalf.handle(ledger, order, linked))
        or desk_mail.handle(ledger, order, at_once)
    )


def _refuse(ledger: Ledger, order: Order) -> bool:
    """Words that would open a case in his own name, though he meant none: he is told where they belong."""
    if desk_mail.too_long(ledger, order):
        wrong = Wrong("too_many_lines", str(desk_mail.MOST))
    elif order.letter is not None:
        wrong = Wrong("of_no_case")
    else:
        return False
    party, words = handler_party(order.handler.key), order.prepared.message.own_text
    ledger.happen(None, party, Declined(party, wrong.key, wrong.hint))
    written = verbs.Line(words.strip().partition("\n")[0][:60], "")
    no_case.owe(
        ledger, order.handler, order.prepared, "error", {"lines": [receipts.said(written, wrong)], "words": words}
    )
    return True


# --- not proven -------------------------------------------------------------------------------------------------------------------


def _doubt(ledger: Ledger, order: Order, lacks: str) -> bool:
    """An order waits for his word; what acted before does nothing; anything else is a mail like others'."""
    prepared = order.prepared
    ordered = order.letter is not None or behalf.is_on_behalf(ledger, prepared.message)
    if not (ordered or desk_mail.is_list(ledger, order)):
        return False
    if lacks == proof.AGAIN or proof.again(ledger, prepared):
        ledger.happen(None, MAILD, Ignored("a handler's mail of no case came a second time"))
        return True
    unproven.ask(ledger, order, None, swap_answers.words(ledger, order), keep=True)
    ledger.remember(marks(prepared))
    return True


def _finishes(ledger: Ledger, order: Order) -> bool:
    """A word about mails that wait for one, and nothing else."""
    waiting = [draft for draft in drafts.waiting(ledger, order) if draft.reason == drafts.UNPROVEN]
    word = _word(ledger, order) if waiting else ""
    if not word:
        return False
    for draft in waiting:
        if word == drafts.SEND:
            release(ledger, order, draft)
        else:
            drafts.finish(ledger, draft, drafts.DROPPED)
    if word == drafts.DROP:
        written = verbs.Line(order.prepared.message.own_text.strip().partition("\n")[0][:60], word)
        lines = [receipts.said(written, Done((), "dropped"))]
        no_case.owe(ledger, order.handler, order.prepared, "receipt", {"lines": lines})
    ledger.remember(marks(order.prepared))
    return True


def _word(ledger: Ledger, order: Order) -> str:
    """SEND, DROP or ""; who uses the link need write nothing."""
    parsed = verbs.parse(order.prepared.message.own_text, ledger.policy.texts.vocabulary)
    if carry.text_of(parsed, order.handler).strip():
        return ""
    said = [line.verb for line in parsed.lines] or ([drafts.SEND] if order.purpose == "v" else [])
    return said[0] if said in ([drafts.SEND], [drafts.DROP]) else ""


def release(ledger: Ledger, order: Order, draft: Draft) -> None:
    """He saw all of it in the letter: however many lines it has, he is not asked a second time."""
    drafts.finish(ledger, draft, drafts.CONFIRMED)
    held = behalf.of_draft(ledger, order, draft)
    _ = _obey(ledger, held, None, desk_mail.MOST) or _refuse(ledger, replace(held, draft=None))
