"""questions: what words without a command mean in reply to a letter about a handler's own mail.  They never go to the customer.

word(ledger, order) -> a plain yes or no to a question, as the command that says so; stays_inside(order, parsed) -> whether all of the
mail is a note: who answers "no such command" or "was it you?" speaks to us, or to a colleague.
"""

from __future__ import annotations

from maild.decide import asking, drafts, signature, verbs
from maild.decide.acts.context import Order
from maild.decide.ledger import Ledger
from maild.model.vocabulary import Vocabulary

_WAITS = (drafts.MANY, drafts.UNPROVEN)
_WORDS = {asking.YES: drafts.SEND, asking.NO: drafts.DROP}
# "It was me" and "it was not me" answer the one question that is asked so.
_MINE, _NOT_MINE = "mine", "not_mine"


def word(ledger: Ledger, order: Order) -> verbs.Line | None:
    """send or drop, where the whole text is a yes or a no, perhaps signed, to the letter of a mail that waits for one."""
    letter = order.letter
    if order.draft is not None or letter is None or letter.kind not in asking.QUESTIONS:
        return None
    if not any(draft.reason in _WAITS for draft in drafts.told_of(ledger, order)):
        return None
    text, vocabulary = order.prepared.message.own_text, ledger.policy.texts.vocabulary
    said = asking.answer(text, vocabulary, order.handler.name) or _whose(text, vocabulary, order.handler.name)
    verb = _WORDS.get(said, "")
    # The address of the link says yes: a no below it is neither.
    if not verb or (order.purpose == "v" and said == asking.NO):
        return None
    return verbs.Line(text.strip().partition("\n")[0].strip(), verb)


def _whose(text: str, vocabulary: Vocabulary, name: str) -> str:
    first, _, rest = text.strip().partition("\n")
    said = " ".join(verbs.normal(first).replace(",", " ").split()).strip(" .;:!")
    found = vocabulary.argument((_MINE, _NOT_MINE), said)
    if found is None or (rest.strip() and not signature.is_farewell(rest, name, below=True)):
        return ""
    return asking.YES if found == _MINE else asking.NO


def stays_inside(order: Order, parsed: verbs.Parsed) -> bool:
    """Without a command, and where no other letter's sense says whose the words are; the text of a mail that was sent by /send is
    what its writer made of it."""
    letter = order.letter
    if letter is None or letter.kind not in asking.ABOUT_HIS_MAIL or parsed.lines:
        return False
    sent = order.draft is not None and order.draft.reason == drafts.WRONG
    return not sent and (order.about is None or order.about.kind not in asking.INSIDE)
