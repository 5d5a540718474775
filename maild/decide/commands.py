"""commands: what a handler's mail does.  All or nothing; a mail of commands only never sends the handler's words.

handle(ledger, order) writes events into the ledger; the letters follow from them.  What each command does stands in acts/; nothing
is done before every line of the mail has been understood.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from maild.decide import asking, notices, rest, verbs
from maild.decide.acts import COMMANDS
from maild.decide.acts.context import Context, Done, Order, Outcome, Wrong
from maild.decide.acts.implied import implied_line
from maild.decide.ledger import Ledger
from maild.model.case import Case, apply
from maild.model.events import Assigned, Declined, Noted, Replied
from maild.model.people import Handler, handler_party
from maild.model.recorded import Recorded


def handle(ledger: Ledger, order: Order) -> None:
    """The whole mail: commands, then the text below them."""
    parsed = _read(ledger, order)
    if _MARKER in order.prepared.message.own_text:
        _decline(ledger, order, verbs.Parsed((verbs.Line("", ""),), ""), [Wrong("no_own_words")])
        return
    outcomes = _weigh(ledger, order, parsed)
    if any(isinstance(outcome, Wrong) for outcome in outcomes):
        _decline(ledger, order, parsed, outcomes)
        return
    done = [outcome for outcome in outcomes if isinstance(outcome, Done)]
    note = _is_note(order, parsed, done)
    _write(ledger, order, parsed, note=note)
    for outcome in done:
        for event in outcome.events:
            ledger.happen(order.case, order.by, event)
    for outcome in done:
        if outcome.after:
            outcome.after(ledger)
    _tell(ledger, order, parsed, done, note=note)
    rest.solved(ledger, order.case)


# The line of our letters above which people write (mail/owntext.py cuts there): still in the own text, there is nothing but the
# quoted letter, with the addresses signed for this handler.  The customer must not get it.
_MARKER = "[maild:"
# A link's address is its verb; the body that it fills in says the same, and may be gone.
_ADDRESS_VERBS = {"t": "take", "c": "close"}


def _is_note(order: Order, parsed: verbs.Parsed, done: list[Done]) -> bool:
    """Whether the text stays among the handlers, but for what a command does with it."""
    inside = order.letter is not None and order.letter.kind in asking.INSIDE
    return (
        inside
        or order.purpose in ("n", "t")
        or any(line.verb == "note" for line in parsed.lines)
        or any(outcome.inside for outcome in done)
    )


def _weigh(ledger: Ledger, order: Order, parsed: verbs.Parsed) -> list[Outcome]:
    """What each line would do, after those above it: `/done 1` and then `/close` closes a case without an open task."""
    case, outcomes = ledger.case(order.case), []
    for line in parsed.lines:
        outcome = _try(ledger, order, line, case, _text(parsed, order.handler))
        outcomes.append(outcome)
        for event in outcome.events if isinstance(outcome, Done) else ():
            case = apply(case, Recorded(case.seq + 1, ledger.now, order.by, ledger.cause, event))
    return outcomes


def _read(ledger: Ledger, order: Order) -> verbs.Parsed:
    text, vocabulary = order.prepared.message.own_text, ledger.policy.texts.vocabulary
    parsed = verbs.parse(text, vocabulary)
    bare = verbs.bare(text, vocabulary) if not parsed.lines else None
    if bare is not None and all(_counts_bare(ledger, order, line) for line in bare.lines):
        parsed = bare
    implied = implied_line(ledger, order, parsed)
    if implied is not None:
        return implied
    verb = _ADDRESS_VERBS.get(order.purpose, "")
    if not verb or any(line.verb == verb for line in parsed.lines):
        return parsed
    return verbs.Parsed((verbs.Line(f"/{verb}", verb), *parsed.lines), parsed.text)


def _counts_bare(ledger: Ledger, order: Order, line: verbs.Line) -> bool:
    """`close` and `priority high` are commands by themselves; "Close the window" and "Note that it burns" are sentences."""
    command = COMMANDS.get(line.verb)
    if command is None or not command.bare:
        return False
    return not line.argument or isinstance(_try(ledger, order, line, ledger.case(order.case), ""), Done)


def _text(parsed: verbs.Parsed, handler: Handler) -> str:
    """What is left of the mail when the commands are done; `/note words` is a note of these words.

    "Regards, Kari" below a command is how her mail program ends every mail, and no word to anybody.
    """
    noted = [line.argument for line in parsed.lines if line.verb == "note" and line.argument]
    text = "" if parsed.lines and verbs.is_farewell(parsed.text, handler.name) else parsed.text
    return "\n".join([*noted, text]).strip()


def _try(ledger: Ledger, order: Order, line: verbs.Line, case: Case, text: str) -> Outcome:
    if not line.verb:
        return Wrong(line.why, line.hint)
    days = ledger.policy.desks[case.desk].reopen_days
    context = Context(case, order.handler, ledger.policy, order, timedelta(days=days), ledger, text)
    return COMMANDS[line.verb].act(context, line.argument)


# What mail programs hang on every mail; beside commands it is no file for the customer.
_HANGERS_ON = (
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
    "text/vcard",
)


def _says_something(order: Order, text: str, parsed: verbs.Parsed) -> bool:
    """Whether there is an answer in it: words or files; under a command alone the logo of a signature is neither."""
    files = order.prepared.message.attachments
    if parsed.lines:
        files = tuple(file for file in files if not file.inline and file.type not in _HANGERS_ON)
    return bool(text or files)


def _write(ledger: Ledger, order: Order, parsed: verbs.Parsed, *, note: bool) -> None:
    """File the mail; its words are a note, or the answer to the customer; words there are none in a mail of commands only."""
    text = _text(parsed, order.handler)
    party = order.by
    answer = _says_something(order, text, parsed) and not note
    row = ledger.file(order.prepared, order.case, party, "handler", internal="" if answer else "internal")
    if answer:
        if ledger.case(order.case).handler is None:
            ledger.happen(order.case, party, Assigned(order.handler.key, "first to answer"))
        ledger.happen(order.case, party, Replied(row, party))
    elif text:
        ledger.happen(order.case, party, Noted(row, party))


def _tell(ledger: Ledger, order: Order, parsed: verbs.Parsed, done: list[Done], *, note: bool) -> None:
    text = _text(parsed, order.handler)
    answer = _says_something(order, text, parsed) and not note
    shown = ledger.show(order.prepared, ledger.next_message() - 1, text) if answer or text else None
    own = handler_party(order.handler.key)
    notices.tell(ledger, order.case, notices.Telling(order.prepared, shown, own, wrote=order.by))
    told = any(outcome.after or outcome.inside for outcome in done)
    if text and shown and order.letter and order.letter.kind in asking.INSIDE and not told:
        asking.pass_on(ledger, order.case, order.letter, shown, own)
    if not parsed.lines:
        return
    lines: list[dict[str, Any]] = [
        {"ok": True, "written": line.written, "key": d.key, "value": d.value}
        for line, d in zip(parsed.lines, done, strict=True)
    ]
    if answer:
        lines.append({"ok": True, "written": "", "key": "reply_leaves", "value": ""})
    elif text and not any(outcome.inside for outcome in done):
        lines.append({"ok": True, "written": "", "key": "noted", "value": ""})
    notices.to_handler(ledger, ledger.case(order.case), order.handler, "receipt", "your-command", {"lines": lines})


def _decline(ledger: Ledger, order: Order, parsed: verbs.Parsed, outcomes: list[Outcome]) -> None:
    """Nothing is done and nothing sent; he gets each line back with what is wrong, and his words whole."""
    party = order.by
    ledger.file(order.prepared, order.case, party, "declined", internal="internal")
    wrong = [(line, o) for line, o in zip(parsed.lines, outcomes, strict=True) if isinstance(o, Wrong)]
    ledger.happen(order.case, party, Declined(party, wrong[0][1].key, wrong[0][1].hint))
    lines = [
        {
            "ok": isinstance(o, Done),
            "written": line.written,
            "key": o.key,
            "value": o.hint if isinstance(o, Wrong) else o.value,
        }
        for line, o in zip(parsed.lines, outcomes, strict=True)
    ]
    values = {"lines": lines, "words": order.prepared.message.own_text}
    notices.to_handler(ledger, ledger.case(order.case), order.handler, "error", "your-command", values)
