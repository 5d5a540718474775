"""carry: how a handler's mail to a case is carried out.  All or nothing; a mail of commands only never sends the handler's words.

read(ledger, order) -> its lines and text; attempt(ledger, order, line) -> what a line would do; carry(ledger, order, parsed) does it
all and tells, or does nothing of it and says why (decline).  What each command does stands in acts/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from maild.decide import (
    absence,
    asking,
    buried,
    colleagues,
    doubles,
    drafts,
    notices,
    pledges,
    questions,
    receipts,
    related,
    required,
    rest,
    rights,
    signature,
    verbs,
)
from maild.decide.acts import COMMANDS
from maild.decide.acts.context import FIRST, Context, Done, Order, Outcome, Wrong
from maild.decide.acts.implied import FOR_WHOM, implied_line
from maild.decide.attached import is_a_file
from maild.decide.ledger import Ledger
from maild.decide.senses import NOTES, continue_
from maild.model.case import Case, apply
from maild.model.events import Assigned, Declined, Noted, Replied
from maild.model.inside_events import Represented
from maild.model.known import Shown
from maild.model.people import Handler, handler_of, handler_party
from maild.model.recorded import Recorded


def carry(ledger: Ledger, order: Order, parsed: verbs.Parsed, *, note: bool = False) -> list[dict[str, Any]]:
    """Do it all and tell of it, or turn it down; the lines of its receipt.  note: all of it is internal, whatever it says."""
    if not _acts(ledger, order) and not _is_asked(ledger, order):
        decline(ledger, order, verbs.Parsed((verbs.Line("", ""),), ""), [_not_his(ledger, order)], keep=False)
        return []
    outcomes = weigh(ledger, order, parsed)
    if any(isinstance(outcome, Wrong) for outcome in outcomes):
        decline(ledger, order, parsed, outcomes, keep=not _only_about_drafts(parsed))
        return []
    if asks(outcomes) and not (order.draft and order.draft.reason == drafts.MANY):
        _ask(ledger, order, parsed, outcomes)
        return []
    done = [outcome for outcome in in_earnest(ledger, order, parsed) if isinstance(outcome, Done)]
    note = note or is_note(ledger, order, parsed) or any(outcome.inside for outcome in done)
    shown = perform(ledger, order, parsed, done, note=note)
    for outcome in done:
        if outcome.after:
            outcome.after(ledger)
    _pass_on(ledger, order, parsed, done, shown)
    required.vouched(ledger, order.prepared, order.case_id, order.by)
    lines = tell(ledger, order, parsed, done, shown, note=note)
    lines += woke(ledger, order)
    colleagues.tell(ledger, order, {order.case_id: shown})
    if _owes_receipt(ledger, parsed) or questions.stays_inside(order, parsed):
        receipt(ledger, order, lines, receipts.shown_by(done))
    return lines


FOR = "for"
# What somebody may do in a case that only asked something of him.
_ANSWERS = ("done", "approve", "reject", "note")


def _acts(ledger: Ledger, order: Order) -> bool:
    """Also in the case that his own mail opens, whosever desk it is."""
    return order.opens or absence.acts_in(ledger, order.handler, ledger.case(order.case_id))


def _is_asked(ledger: Ledger, order: Order) -> bool:
    """He answers the letter of a task, of a request, or what a colleague wrote him of one: his words stay inside (is_note)."""
    if order.about is None or order.about.kind not in asking.INSIDE:
        return False
    case = ledger.case(order.case_id)
    return absence.is_asked(ledger, order.handler, case) or case.errands.talk_of(order.about.id) is not None


def _not_his(ledger: Ledger, order: Order) -> Wrong:
    return Wrong("not_your_case", rights.who_has(ledger.case(order.case_id), ledger.policy))


def woke(ledger: Ledger, order: Order) -> list[dict[str, Any]]:
    """The cases that go on since this one is solved, as lines of the receipt; of others he need not know."""
    going_on = rest.solved(ledger, order.case_id, handler_party(order.handler.key))
    found = filter(None, (related.number(ledger, case, order.handler) for case in going_on))
    return [receipts.said(verbs.Line("", ""), Done((), "goes_on", number)) for number in found]


def _owes_receipt(ledger: Ledger, parsed: verbs.Parsed) -> bool:
    """A question is always answered; what else is, the site says."""
    wanted = ledger.policy.limits.receipts
    asks = any(COMMANDS[line.verb].asks for line in parsed.lines)
    return asks or wanted == "all" or (wanted == "commands" and bool(parsed.lines))


def asks(outcomes: Sequence[Outcome]) -> bool:
    """Whether something is so much at once that he must say it a second time."""
    return any(isinstance(outcome, Done) and outcome.asks for outcome in outcomes)


def is_note(ledger: Ledger, order: Order, parsed: verbs.Parsed) -> bool:
    """Whether the whole mail is internal; so it is where the word was only misspelt."""
    words = ledger.policy.texts.vocabulary
    inside = order.about is not None and order.about.kind in asking.INSIDE
    inside = inside or questions.stays_inside(order, parsed)
    return inside or order.purpose in NOTES or any("note" in (x.verb, words.verb(x.hint)) for x in parsed.lines)


# These tell the text below themselves.
_TELL = ("done", "approve", "reject", "notice")


def _pass_on(ledger: Ledger, order: Order, parsed: verbs.Parsed, done: Sequence[Done], shown: Shown | None) -> None:
    """Words below a task or a request, of which no command tells anybody, go to whoever asked."""
    if shown is None or order.about is None or order.about.kind not in asking.INSIDE:
        return
    told = any(outcome.inside for outcome in done) or any(line.verb in _TELL for line in parsed.lines)
    if shown.text and not told:
        asking.pass_on(ledger, order.case_id, order.about, shown, handler_party(order.handler.key))


def weigh(ledger: Ledger, order: Order, parsed: verbs.Parsed) -> list[Outcome]:
    """What each line would do, after those above it: `/done 1` and then `/close` closes a case without an open task."""
    return in_earnest(ledger.trial(), order, parsed)


def in_earnest(ledger: Ledger, order: Order, parsed: verbs.Parsed) -> list[Outcome]:
    """What each line does.  Whose the case is comes first and at once, wherever it stands: an offer needs somebody to go to."""
    text, seen = text_of(parsed, order.handler, notes=False), dict[int, Case]()
    found: dict[int, Outcome] = {}
    for at, line in sorted(enumerate(parsed.lines), key=lambda one: one[1].verb != FOR):
        outcome = attempt(ledger, order, line, text, seen)
        if line.verb == FOR and isinstance(outcome, Done) and outcome.after:
            outcome.after(ledger)
            outcome = replace(outcome, after=None)
            seen.clear()
        found[at] = outcome
    return [found[at] for at in range(len(parsed.lines))]


def _only_about_drafts(parsed: verbs.Parsed) -> bool:
    return not parsed.text and all(line.verb in (drafts.SEND, drafts.DROP) for line in parsed.lines)


# --- reading ----------------------------------------------------------------------------------------------------------------------

# A link's address is its verb; the body that it fills in says the same, and may be gone.
_ADDRESS_VERBS = {"t": ("take", ""), "c": ("close", ""), "w": ("wait", "3d"), "v": ("send", "")}


def read(ledger: Ledger, order: Order) -> verbs.Parsed:
    text, vocabulary = order.prepared.message.own_text, ledger.policy.texts.vocabulary
    if word := questions.word(ledger, order):
        return verbs.Parsed((word,), "")
    parsed = verbs.parse(text, vocabulary)
    bare = verbs.bare(text, vocabulary) if not parsed.lines else None
    if bare is not None and all(_counts_bare(ledger, order, line) for line in bare.lines):
        parsed = bare
    parsed = _with_link(order, verbs.Parsed(tuple(_once(parsed.lines)), parsed.text))
    if not is_note(ledger, order, parsed):
        parsed = buried.doubted(buried.held(parsed, vocabulary), order.handler.name)
    return implied_line(ledger, order, parsed) or parsed


def _with_link(order: Order, parsed: verbs.Parsed) -> verbs.Parsed:
    """With the command of the link's address, where the body does not say it."""
    verb, argument = _ADDRESS_VERBS.get(order.purpose, ("", ""))
    if not verb or any(line.verb == verb for line in parsed.lines):
        return parsed
    line = verbs.Line(f"/{verb} {argument}".strip(), verb, argument)
    return verbs.Parsed((line, *parsed.lines), parsed.text)


def _once(lines: Sequence[verbs.Line]) -> list[verbs.Line]:
    """Without what is said a second time and would be told the customer twice."""
    return [
        line
        for at, line in enumerate(lines)
        if line.verb not in _ENDS or all((line.verb, line.argument) != (x.verb, x.argument) for x in lines[:at])
    ]


_ENDS = ("close", "reopen", "undo")


def inward(ledger: Ledger, parsed: verbs.Parsed) -> bool:
    """Whether a line's command, or the one that was meant, takes the text below for itself: the customer must not get it instead.

    So it is where nobody knows yet whom the text is for.
    """
    words = ledger.policy.texts.vocabulary
    slips = (line.written.lstrip(" /#!").split()[:1] for line in parsed.lines if not line.verb)
    known = any(line.verb in _TAKES_TEXT or line.why == FOR_WHOM for line in parsed.lines)
    return known or any(words.resembles(word, _TAKES_TEXT) for slip in slips for word in slip)


_TAKES_TEXT = frozenset(("ask", "request", "escalate", "task", "done", "offer", "approve", "reject", "notice"))


def _counts_bare(ledger: Ledger, order: Order, line: verbs.Line) -> bool:
    """`close` and `priority high` are commands by themselves; "Close the window" and "Note that it burns" are sentences."""
    command = COMMANDS.get(line.verb)
    if command is None or not command.bare:
        return False
    return not line.argument or isinstance(_act(ledger, order, line), Done)


def text_of(parsed: verbs.Parsed, handler: Handler, *, notes: bool = True) -> str:
    """What is left of the mail when the commands are done; `/note words` is a note of these words (left out where notes is False).

    "Regards, Kari" below a command is how her mail program ends every mail, and no word to anybody.
    """
    noted = [line.argument for line in parsed.lines if notes and line.verb == "note" and line.argument]
    text = "" if parsed.lines and signature.is_farewell(parsed.text, handler.name, below=True) else parsed.text
    return doubles.single("\n".join([*noted, text])).strip()


def attempt(
    ledger: Ledger, order: Order, line: verbs.Line, text: str = "", seen: dict[int, Case] | None = None
) -> Outcome:
    """What a line would do, or why it cannot: also since he may not.

    text: below the commands; seen: the cases as the lines before it have left them.
    """
    if not line.verb:
        return Wrong(line.why, line.hint)
    if order.case is not None:
        case, least = ledger.case(order.case), COMMANDS[line.verb].least
        if not _acts(ledger, order) and not (line.verb in _ANSWERS and _is_asked(ledger, order)):
            return _not_his(ledger, order)
        if rights.lacks(order.handler, case, ledger.policy, least):
            able = rights.holders(case.desk, ledger.policy, least)
            return Wrong(f"needs_{least}", ", ".join(handler.name for handler in able))
    return _act(ledger, order, line, text, seen)


def _act(
    ledger: Ledger, order: Order, line: verbs.Line, text: str = "", seen: dict[int, Case] | None = None
) -> Outcome:
    """What the command would do, whoever may give it."""
    command = COMMANDS[line.verb]
    seen = {} if seen is None else seen
    case = (seen.get(order.case) or ledger.case(order.case)) if order.case is not None else None
    if case is None and not command.caseless:
        return Wrong("which_case", f"1042 {ledger.policy.texts.vocabulary.word(line.verb, _language(ledger, order))}")
    desk = ledger.policy.desks[case.desk if case else order.prepared.desk]
    context = Context(case, order.handler, ledger.policy, order, timedelta(days=desk.reopen_days), ledger, text)
    outcome = command.act(context, line.argument)
    if case is not None and isinstance(outcome, Done):
        seen[case.id] = _foreseen(ledger, order, case, outcome)
    return outcome


def _foreseen(ledger: Ledger, order: Order, case: Case, outcome: Done) -> Case:
    for event in outcome.events:
        case = apply(case, Recorded(case.seq + 1, ledger.now, order.by, ledger.cause, event))
    return case


def _language(ledger: Ledger, order: Order) -> str:
    return order.handler.language or ledger.policy.desks[order.prepared.desk].language


def says_something(order: Order, text: str, parsed: verbs.Parsed) -> bool:
    """Whether there is an answer in it: words or files; under a command alone the logo of a signature is neither."""
    files = order.prepared.message.attachments
    if parsed.lines:
        files = tuple(file for file in files if is_a_file(file))
    return bool(text or files)


def perform(ledger: Ledger, order: Order, parsed: verbs.Parsed, done: Sequence[Done], *, note: bool) -> Shown | None:
    """File the mail, and let happen what its lines say.  Its words, if it has any, are a note, or the answer to the customer."""
    text = text_of(parsed, order.handler)
    party = order.by
    answer = says_something(order, text, parsed) and not note
    row = row_of(ledger, order, "handler" if order.proven else "noted", internal=not answer)
    if order.actor:
        ledger.happen(order.case_id, party, Represented(order.handler.key))
    if answer:
        if ledger.case(order.case_id).handler is None:
            ledger.happen(order.case_id, party, Assigned(order.handler.key, FIRST))
        ledger.happen(order.case_id, party, Replied(row, party))
    elif text:
        ledger.happen(order.case_id, party, Noted(row, party))
    for outcome in done:
        for event in outcome.events:
            ledger.happen(order.case_id, party, event)
    return ledger.show(order.prepared, row, text) if answer or text else None


def row_of(ledger: Ledger, order: Order, standing: str, *, internal: bool) -> int:
    """Where the mail stands in the case; one that was kept stands there already."""
    if order.draft is not None and order.draft.message is not None:
        ledger.restate(order.draft.message, standing, internal=internal)
        return order.draft.message
    return ledger.file(order.prepared, order.case_id, order.by, standing, internal="internal" if internal else "")


# --- telling ----------------------------------------------------------------------------------------------------------------------


def tell(
    ledger: Ledger, order: Order, parsed: verbs.Parsed, done: Sequence[Done], shown: Shown | None, *, note: bool
) -> list[dict[str, Any]]:
    """Owe the letters that follow; the lines of the receipt."""
    text = text_of(parsed, order.handler)
    own = handler_party(order.handler.key)
    notices.tell(ledger, order.case_id, notices.Telling(order.prepared, shown, own, wrote=order.by))
    lines = receipts.told(parsed.lines, done)
    lines += [receipts.said(verbs.Line("", ""), one) for one in _promises(ledger, order)]
    answer = says_something(order, text, parsed) and not note
    if text and not answer and not any(outcome.inside for outcome in done):
        here = questions.stays_inside(order, parsed)
        lines.append(receipts.said(verbs.Line("", ""), Done((), "noted_here" if here else "noted")))
    return [*lines, *(receipts.said(verbs.Line("", ""), letter) for letter in _letters(ledger, order, answer=answer))]


def _promises(ledger: Ledger, order: Order) -> list[Done]:
    """What is promised of the case otherwise than before."""
    before, now = ledger.known.cases.get(order.case_id), ledger.case(order.case_id)
    return [Done((), key, at=at) for key, at in pledges.lines(ledger, before, now)] if before else []


def _letters(ledger: Ledger, order: Order, *, answer: bool) -> list[Done]:
    """Who gets a letter in this case, and when, each once; a letter without a time leaves at once."""
    me, case = handler_party(order.handler.key), order.case_id
    told = []
    for letter in ledger.letters:
        if letter.case != case or letter.party == me:
            continue
        zone = ZoneInfo(ledger.policy.desks[ledger.case(case).desk].zone)
        at = letter.due_at.astimezone(zone).isoformat() if letter.due_at > ledger.now else ""
        mine = answer and letter.kind in ("update", "closing") and not handler_of(letter.party)
        kind = "reply_leaves" if mine else f"letter_{letter.kind}"
        key = kind if kind in _LETTERS else "letter_other"
        told.append(Done((), f"{key}_at" if at else key, letter.to.name or letter.to.address, at=at))
    return [one for at, one in enumerate(told) if one not in told[:at]]


_LETTERS = ("reply_leaves", "letter_closing", "letter_notice")


def receipt(ledger: Ledger, order: Order, lines: list[dict[str, Any]], shown: tuple[Shown, ...] = ()) -> None:
    values = {"lines": lines, **continue_(ledger, order, "receipt")}
    notices.to_handler(ledger, ledger.case(order.case_id), order.handler, "receipt", "your-command", values, shown)


def _ask(ledger: Ledger, order: Order, parsed: verbs.Parsed, outcomes: Sequence[Outcome]) -> None:
    """Nothing is done until he says so in reply; the mail is kept whole."""
    row = row_of(ledger, order, "declined", internal=True)
    done = [outcome for outcome in outcomes if isinstance(outcome, Done)]
    drafts.park(ledger, order, drafts.MANY, row=row, named=receipts.named_by(done))
    case, lines = ledger.case(order.case_id), receipts.told(parsed.lines, done)
    values = {"lines": lines, "kept_until": drafts.until(ledger, case.desk), "sends": True}
    values |= continue_(ledger, order, "confirm")
    notices.to_handler(ledger, case, order.handler, "confirm", "your-command", values)


def decline(
    ledger: Ledger, order: Order, parsed: verbs.Parsed, outcomes: Sequence[Outcome], *, keep: bool = True
) -> None:
    """Nothing is done and nothing sent; he gets each line back with what is wrong, and his words whole.  keep: as a draft."""
    party = order.by
    row = row_of(ledger, order, "declined", internal=True)
    wrong = next(outcome for outcome in outcomes if isinstance(outcome, Wrong))
    ledger.happen(order.case_id, party, Declined(party, wrong.key, wrong.hint))
    case = ledger.case(order.case_id)
    values: dict[str, Any] = {
        "lines": receipts.refused(parsed.lines, outcomes),
        "words": order.prepared.message.own_text,
    }
    shown = tuple(dict.fromkeys(s for outcome in outcomes if isinstance(outcome, Wrong) for s in outcome.shown))
    if keep:
        drafts.park(ledger, order, drafts.WRONG, row=row, answers=ledger.next_letter() if shown else None)
        values["kept_until"] = drafts.until(ledger, case.desk)
        values["sends"] = says_something(order, text_of(parsed, order.handler), parsed) and not inward(ledger, parsed)
    values |= continue_(ledger, order, "error")
    notices.to_handler(ledger, case, order.handler, "error", "your-command", values, shown)
