"""behalf: a handler opens a case for somebody else: he passes a mail on to the desk, or writes /for at the top of one.

handle(ledger, order, linked) -> whether his new mail was that; then it is done, all of it or nothing
correct(ledger, order, lines, draft) -> whether these lines mended one that was turned down; then that is done

The case is the original sender's: of a mail that is attached whole, else of the topmost header block (mail/forwarded.py); /for
decides over both.  The receipt says whose it is, and the customer hears nothing before he could correct it.  What is passed on may
be forged all the same: in the acknowledgement stands no word of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from maild.decide import (
    buried,
    carry,
    contact,
    drafts,
    intake,
    no_case,
    notices,
    outsiders,
    pledges,
    receipts,
    required,
    rest,
    rights,
    verbs,
    voting,
)
from maild.decide.acts.context import Done, Order, Outcome, Wrong
from maild.decide.facts import facts
from maild.decide.ledger import NOBODY, Ledger
from maild.decide.outsiders import Whom
from maild.decide.route import route
from maild.decide.seeing import seen
from maild.model.content import Content
from maild.model.customer_events import Reported
from maild.model.draft import Draft
from maild.model.events import Declined, Ignored, Opened
from maild.model.known import Person, Shown
from maild.model.message import Address, Message
from maild.model.people import MAILD, Trust, handler_party
from maild.model.plan import Prepared
from maild.model.policy import Facts
from maild.model.seen import Counted
from maild.model.subject import is_forward, unforwarded
from maild.model.trust_events import Doubted
from maild.model.vocabulary import Vocabulary


def handle(ledger: Ledger, order: Order, linked: int | None = None) -> bool:
    """A proven handler's new mail to a desk."""
    message = order.prepared.message
    parsed = _read(_own(message), ledger.policy.texts.vocabulary)
    if not _is_for(message, parsed):
        return False
    if message.message_id in ledger.known.obeyed:
        ledger.happen(None, MAILD, Ignored("a mail on somebody's behalf came a second time"))
        return True
    ledger.known = rights.veiled(ledger.known, order.handler, ledger.policy)
    _do(ledger, order, parsed, linked)
    return True


def is_on_behalf(ledger: Ledger, message: Message) -> bool:
    """Whether a handler's mail to a desk is for somebody else."""
    return _is_for(message, _read(_own(message), ledger.policy.texts.vocabulary))


def _is_for(message: Message, parsed: verbs.Parsed) -> bool:
    named = any(line.verb == carry.FOR for line in parsed.lines)
    return named or message.forwarded is not None or is_forward(message.subject)


def correct(ledger: Ledger, order: Order, lines: Sequence[verbs.Line], draft: Draft) -> bool:
    """New lines in the places of the wrong ones, and all of it judged anew."""
    held = of_draft(ledger, order, draft)
    vocabulary = ledger.policy.texts.vocabulary
    kept = _read(draft.text, vocabulary)
    wrong = [isinstance(outcome, Wrong) for outcome in _on_trial(ledger, held, kept, None)]
    if any(drafts.is_question(line.verb) for line in lines) or len(lines) > sum(wrong):
        return False
    whole = drafts.corrected(kept.lines, wrong, lines)
    drafts.finish(ledger, draft, drafts.CORRECTED)
    rest = buried.without(kept.text, vocabulary, buried.moved(kept.lines, whole))
    text = drafts.written(whole, rest)
    _do(ledger, of_draft(ledger, order, draft, text), verbs.Parsed(tuple(whole), rest), None)
    return True


def of_draft(ledger: Ledger, order: Order, draft: Draft, text: str = "") -> Order:
    """A mail of no case that was kept.  What is filed is the mail that was kept, not the one that mended it."""
    held = drafts.order_of(ledger, order, draft, text)
    prepared = held.prepared
    message = replace(prepared.message, text=prepared.message.own_text, html=None)
    subject, body = Content(prepared.subject.salt, message.subject[:500]), Content(prepared.body.salt, _body(message))
    return replace(held, prepared=replace(prepared, message=message, subject=subject, body=body))


def _do(ledger: Ledger, order: Order, parsed: verbs.Parsed, linked: int | None) -> None:
    outcomes = _on_trial(ledger, order, parsed, linked)
    wrong = next((outcome for outcome in outcomes if isinstance(outcome, Wrong)), None)
    if wrong is not None:
        _decline(ledger, order, parsed, outcomes, wrong)
    else:
        _carry(ledger, order, parsed, linked)


def _on_trial(ledger: Ledger, order: Order, parsed: verbs.Parsed, linked: int | None) -> list[Outcome]:
    """What the lines would do shows only in the case that they open: on trial first, then in earnest or not at all."""
    trial = Ledger(ledger.cause, ledger.known, ledger.policy, ledger.now)
    return carry.in_earnest(trial, _begin(trial, order, parsed, linked).order, parsed)


def _own(message: Message) -> str:
    """What the handler says himself; a forward without a word of his has nothing but the other's text."""
    passed = message.forwarded
    return "" if passed and not passed.attached and not passed.above else message.own_text


def _read(text: str, vocabulary: Vocabulary) -> verbs.Parsed:
    parsed = verbs.parse(text, vocabulary)
    return parsed if any(line.verb == "note" for line in parsed.lines) else buried.held(parsed, vocabulary)


def _named(parsed: verbs.Parsed) -> Whom | None:
    line = next((line for line in parsed.lines if line.verb == carry.FOR), None)
    return outsiders.whom(line.argument) if line else None


# --- the case ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Begun:
    """The order to the case that was opened, and the original as a letter shows it, if there is one."""

    order: Order
    shown: Shown | None


def _begin(ledger: Ledger, order: Order, parsed: verbs.Parsed, linked: int | None) -> _Begun:
    prepared, whom = order.prepared, _named(parsed)
    original = _original(prepared, whom)
    passed = prepared.message.forwarded
    verdict = route(_facts(ledger, original), ledger.policy.rules)
    ledger.trace.update(intake.trace(verdict))
    desk, case_id = intake.desk_of(ledger, prepared, verdict), ledger.next_case()
    customer = _customer(ledger, original) if whom is None else NOBODY
    row, shown = ledger.next_message(), None
    if passed is not None:
        row = ledger.file(original, case_id, customer, "customer")
        # A client names the mail that it passes on: what answers that one belongs here.
        ledger.teach(case_id, row, prepared.message.references[-3:])
        shown = replace(ledger.show(original, row), incoming=prepared.id)
    subject = ledger.subject(original.subject)
    person = ledger.people.get(customer)
    # In which language a handler tells of a call says nothing of whoever called.
    known = contact.language(ledger, person, original, desk) if passed else person.language if person else None
    language = str(verdict.value("language") or "") or known or ledger.policy.desks[desk].language
    opened = Opened(ledger.number(desk), desk, subject, customer, language, row, linked)
    ledger.open(case_id, handler_party(order.handler.key), opened)
    if passed is not None:
        # What is passed on may be forged.
        ledger.happen(case_id, MAILD, Doubted())
    else:
        ledger.happen(case_id, MAILD, Reported())
    intake.decide(ledger, original, case_id, verdict)
    pledges.begin(ledger, case_id, prepared.received_at)
    required.begin(ledger, original, case_id, row, verdict, passed_on=True)
    voting.begin(ledger, original, case_id, row, verdict, passed_on=True)
    mine = replace(prepared, message=replace(prepared.message, own_text=_own(prepared.message)))
    return _Begun(replace(order, prepared=mine, case=case_id, draft=None, opens=True), shown)


def _facts(ledger: Ledger, original: Prepared) -> Facts:
    """Of the mail that he passes on.  LIMITS  Its author is looked up, but neither his cases nor those of his domain are counted."""
    author = original.message.author
    known = ledger.known.by_address.get(author.address.lower()) if author else None
    of_him = replace(ledger.known, author=known, counted=Counted())
    return facts(original, False, ledger.policy, seen(original, of_him))


def _customer(ledger: Ledger, original: Prepared) -> str:
    """Whose mail it is; nobody's yet, where that cannot be seen or it is a letter of ours."""
    author = original.message.author
    if author is None or not outsiders.named(author.address) or outsiders.is_desk(author.address, ledger.policy):
        return NOBODY
    return ledger.newcomer(author.address, author.name, original.message.language)


def _original(prepared: Prepared, whom: Whom | None) -> Prepared:
    """The mail as its first sender wrote it, as far as that can be seen; of a telephone call, what the handler tells of it."""
    message, passed = prepared.message, prepared.message.forwarded
    author = Address(whom.name, whom.reach) if whom else passed.author if passed else None
    subject = (passed.subject if passed else "") or unforwarded(message.subject)
    first = replace(
        message,
        subject=subject,
        author=author,
        cc=(),
        reply_to=(),
        message_id=passed.message_id if passed else None,
        references=passed.references if passed else (),
        text=passed.text if passed else message.own_text,
        own_text=passed.text if passed else message.own_text,
        html=None,
        language=passed.language if passed else None,
        headers=(),
        forwarded=None,
    )
    return replace(
        prepared,
        # The mail itself is the handler's: erasing the customer masks it, and does not take it away.
        id=0,
        sender=author.address if author else "",
        message=first,
        trust=Trust(),
        subject=Content(prepared.subject.salt, subject[:500]),
        body=Content(prepared.body.salt, _body(first)),
    )


def _body(message: Message) -> str:
    """As settle.py writes it."""
    author = message.author
    said = {
        "subject": message.subject,
        "from": author.address if author else "",
        "from_name": author.name if author else "",
        "to": [a.address for a in message.to],
        "cc": [],
        "text": message.text,
        "own_text": message.own_text,
    }
    return json.dumps(said, ensure_ascii=False)


# --- doing ------------------------------------------------------------------------------------------------------------------------


def _carry(ledger: Ledger, order: Order, parsed: verbs.Parsed, linked: int | None) -> None:
    begun = _begin(ledger, order, parsed, linked)
    case_id, by = begun.order.case_id, handler_party(order.handler.key)
    done = [outcome for outcome in carry.in_earnest(ledger, begun.order, parsed) if isinstance(outcome, Done)]
    # His words are for his colleagues: the customer has not written to us yet.
    note = carry.perform(ledger, begun.order, parsed, done, note=True)
    for outcome in done:
        if outcome.after:
            outcome.after(ledger)
    both = tuple(shown for shown in (begun.shown, note) if shown)
    telling = notices.Telling(
        begun.order.prepared, both[-1] if both else None, by, because=_because(ledger), new=True, before=both[:-1]
    )
    notices.tell(ledger, case_id, telling)
    lines = receipts.told(parsed.lines, done)
    if note and not any(outcome.inside for outcome in done):
        lines.append(receipts.said(verbs.Line("", ""), Done((), "noted")))
    if _named(parsed) is None:
        lines.append(receipts.said(verbs.Line("", ""), _whose(ledger.people.get(ledger.case(case_id).customer))))
    carry.receipt(ledger, begun.order, lines, receipts.shown_by(done))
    rest.solved(ledger, case_id)


def _because(ledger: Ledger) -> str:
    decisions = ledger.trace.get("decisions", {})
    decided = decisions.get("priority") or decisions.get("desk")
    return str(decided["because"]) if decided else ""


def _whose(person: Person | None) -> Done:
    """For whom it is, and how to correct that."""
    if person is None:
        return Done((), "passed_for_nobody")
    return Done((), "passed_for", Whom(person.address, person.name).shown)


def _decline(ledger: Ledger, order: Order, parsed: verbs.Parsed, outcomes: Sequence[Outcome], wrong: Wrong) -> None:
    """No case, and he gets his words back; they are kept for the lines that mend them."""
    party = handler_party(order.handler.key)
    ledger.happen(None, party, Declined(party, wrong.key, wrong.hint))
    lines = receipts.refused(parsed.lines, outcomes)
    words = _own(order.prepared.message)
    drafts.park(ledger, order, drafts.BEHALF, words)
    values = {"lines": lines, "words": words, "kept_until": drafts.until(ledger, order.prepared.desk)}
    no_case.owe(ledger, order.handler, order.prepared, "error", values)
