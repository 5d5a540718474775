"""commands: what a handler's mail does.  All or nothing; a mail of commands only never sends the handler's words.

handle(ledger, order) carries a mail to a case out (carry.py), or what it says about one that was kept (drafts.py).
carry_out(ledger, order, draft) carries out one that was kept, of a case or of none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from maild.decide import anew, buried, desk_mail, drafts, questions, rights, verbs
from maild.decide.acts.context import Done, Order, Wrong
from maild.decide.acts.implied import FOR_WHOM, implied_line
from maild.decide.carry import (
    carry,
    decline,
    inward,
    is_note,
    read,
    receipt,
    says_something,
    text_of,
    weigh,
)
from maild.decide.ledger import Ledger
from maild.decide.mistaken import no_own_words
from maild.decide.receipts import said
from maild.model.draft import Draft


def handle(ledger: Ledger, order: Order) -> None:
    """The whole mail: commands, then the text below them; or a word about one that is kept."""
    ledger.known = rights.veiled(ledger.known, order.handler, ledger.policy)
    parsed = read(ledger, order)
    if no_own_words(ledger, order, parsed):
        decline(ledger, order, verbs.Parsed((verbs.Line("", ""),), ""), [Wrong("no_own_words")], keep=False)
    elif not _finishes(ledger, order, parsed):
        carry(ledger, order, parsed)


def carry_out(ledger: Ledger, order: Order, draft: Draft, how: str = drafts.CONFIRMED) -> None:
    """Carry out a mail that was kept, as if it came now.  order: the mail that says so, which is filed already."""
    if draft.case is None and draft.reason == drafts.UNPROVEN:
        anew.release(ledger, order, draft)
        return
    if draft.case is None:
        desk_mail.carry_out(ledger, order, draft, how)
        return
    ledger.known = rights.veiled(ledger.known, order.handler, ledger.policy)
    drafts.finish(ledger, draft, how)
    held = replace(drafts.order_of(ledger, order, draft), proven=True)
    carry(ledger, held, read(ledger, held))


# --- a mail whose From nobody proves ----------------------------------------------------------------------------------------------


def leaves_a_note(ledger: Ledger, order: Order) -> bool:
    """Whether all that the mail would do is to leave an internal note."""
    parsed = read(ledger, order)
    stays = order.purpose == "n" or questions.stays_inside(order, parsed)
    return all(line.verb == "note" for line in parsed.lines) and bool(parsed.lines or stays)


def confirms(ledger: Ledger, order: Order) -> bool:
    """Whether the mail is a word about an unproven one, in reply to the letter that went to the registered address of its writer."""
    parsed = read(ledger, order)
    if [line.verb for line in parsed.lines] not in ([drafts.SEND], [drafts.DROP]):
        return False
    unproven = any(draft.reason == drafts.UNPROVEN for draft in drafts.waiting(ledger, order))
    return unproven and not says_something(order, text_of(parsed, order.handler), parsed)


def as_read(ledger: Ledger, order: Order) -> str:
    """His mail as it would be carried out, with the command of the link that it was sent to."""
    parsed = read(ledger, order)
    return drafts.written(parsed.lines, parsed.text)


# --- a mail that was kept ---------------------------------------------------------------------------------------------------------


def _finishes(ledger: Ledger, order: Order, parsed: verbs.Parsed) -> bool:
    """A reply to the letter that told of a draft, and nothing but a word about it; done, if it is."""
    waiting = drafts.waiting(ledger, order)
    draft = next(iter(waiting), None)
    if draft is None or not parsed.lines or says_something(order, text_of(parsed, order.handler), parsed):
        return False
    words = [line.verb for line in parsed.lines]
    if words == [drafts.DROP]:
        _file(ledger, order)
        for dropped in waiting:
            drafts.finish(ledger, dropped, drafts.DROPPED)
        receipt(ledger, order, [said(parsed.lines[0], Done((), "dropped"))])
        return True
    if words == [drafts.SEND] and draft.reason == drafts.UNPROVEN:
        _confirm(ledger, order, waiting)
        return True
    if words == [drafts.SEND]:
        _send(ledger, order, parsed, draft)
        return True
    return draft.reason == drafts.WRONG and _correct(ledger, order, parsed, draft)


def _confirm(ledger: Ledger, order: Order, named: Sequence[Draft]) -> None:
    """All that the letter names, in the order in which it came."""
    _file(ledger, order)
    for draft in named:
        carry_out(ledger, order, draft)


def _send(ledger: Ledger, order: Order, parsed: verbs.Parsed, draft: Draft) -> None:
    """The words without the commands; what only waited for a word is carried out."""
    held = drafts.order_of(ledger, order, draft)
    kept = read(ledger, held)
    unsaid = next((line for line in kept.lines if line.why == FOR_WHOM), None)
    if unsaid is not None:
        decline(ledger, order, parsed, [Wrong(FOR_WHOM, unsaid.hint)], keep=False)
        return
    plain = _with_implied(ledger, held, verbs.Parsed((), kept.text))
    empty = not says_something(held, text_of(kept, order.handler), kept) or inward(ledger, kept)
    if draft.reason == drafts.WRONG and empty:
        decline(ledger, order, parsed, [Wrong("nothing_to_send")], keep=False)
        return
    _file(ledger, order)
    if draft.reason != drafts.WRONG:
        carry_out(ledger, order, draft)
        return
    drafts.finish(ledger, draft, drafts.SENT)
    note = is_note(ledger, held, kept)
    lines = carry(ledger, replace(held, purpose="n" if note else "r"), plain, note=note)
    receipt(ledger, order, [said(parsed.lines[0], Done((), "sent")), *lines])


def _correct(ledger: Ledger, order: Order, parsed: verbs.Parsed, draft: Draft) -> bool:
    """New lines in the places of the wrong ones, and all of it judged anew; False where they are no corrections."""
    held = drafts.order_of(ledger, order, draft)
    kept = buried.without_doubt(read(ledger, held))
    wrong = [isinstance(outcome, Wrong) for outcome in weigh(ledger, held, kept)]
    asks = any(drafts.is_question(line.verb) for line in parsed.lines)
    if asks or len(parsed.lines) > max(sum(wrong), 1):
        return False
    # What was wrong may be right by now, such as /close when its writer has read what the customer wrote: said again, it is said once.
    again = {line.verb for line in parsed.lines}
    right = [*(line for line in kept.lines if line.verb not in again), *parsed.lines]
    lines = drafts.corrected(kept.lines, wrong, parsed.lines) if any(wrong) else right
    # A command that stood in the text stands above it now.
    text = buried.without(kept.text, ledger.policy.texts.vocabulary, buried.moved(kept.lines, lines))
    _file(ledger, order)
    drafts.finish(ledger, draft, drafts.CORRECTED)
    whole = drafts.order_of(ledger, order, draft, drafts.written(lines, text))
    carry(ledger, whole, _with_implied(ledger, whole, verbs.Parsed(tuple(lines), text)))
    return True


def _with_implied(ledger: Ledger, held: Order, parsed: verbs.Parsed) -> verbs.Parsed:
    """As its letter is answered: words to a supplier are his, whatever was wrong beside them."""
    return implied_line(ledger, held, parsed) or parsed


def _file(ledger: Ledger, order: Order) -> None:
    """The mail that is a word about another: on the record, and nobody's news."""
    ledger.file(order.prepared, order.case_id, order.by, "handler", internal="internal")
