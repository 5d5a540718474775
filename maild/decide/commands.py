"""commands: what a handler's mail does.  All or nothing; a mail of commands only never sends the handler's words.

handle(ledger, order) writes events into the ledger; the letters follow from them.  What each command does stands in acts/; nothing
is done before every line of the mail has been understood.  A mail that is turned down is kept (drafts.py); carry_out(ledger, order,
draft) carries out one that was kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from maild.decide import drafts, notices, rest, rights, verbs
from maild.decide.acts import COMMANDS
from maild.decide.acts.context import Context, Done, Order, Outcome, Wrong
from maild.decide.ledger import Ledger
from maild.model.draft import Draft
from maild.model.events import Assigned, Declined, Noted, Replied
from maild.model.people import Handler, handler_party
from maild.model.plan import Shown


def handle(ledger: Ledger, order: Order) -> None:
    """The whole mail: commands, then the text below them; or a word about one that is kept."""
    ledger.known = rights.veiled(ledger.known, order.handler, ledger.policy)
    parsed = _read(ledger, order)
    if _MARKER in order.prepared.message.own_text:
        _decline(ledger, order, verbs.Parsed((verbs.Line("", ""),), ""), [Wrong("no_own_words")], keep=False)
    elif not _finishes(ledger, order, parsed):
        _carry(ledger, order, parsed)


def carry_out(ledger: Ledger, order: Order, draft: Draft, how: str = drafts.CONFIRMED) -> None:
    """Carry out a mail that was kept, as if it came now.  order: the mail that says so, which is filed already."""
    ledger.known = rights.veiled(ledger.known, order.handler, ledger.policy)
    drafts.finish(ledger, draft, how)
    held = replace(drafts.order_of(ledger, order, draft), proven=True)
    _carry(ledger, held, _read(ledger, held))


def _carry(ledger: Ledger, order: Order, parsed: verbs.Parsed, *, note: bool = False) -> None:
    case = ledger.case(order.case_id)
    if not rights.acts_in(order.handler, case, ledger.policy):
        wrong = Wrong("not_your_case", rights.who_has(case, ledger.policy))
        _decline(ledger, order, verbs.Parsed((verbs.Line("", ""),), ""), [wrong], keep=False)
        return
    outcomes = [_try(ledger, order, line) for line in parsed.lines]
    if any(isinstance(outcome, Wrong) for outcome in outcomes):
        _decline(ledger, order, parsed, outcomes, keep=not _only_about_drafts(parsed))
        return
    done = [outcome for outcome in outcomes if isinstance(outcome, Done)]
    note = note or _is_note(ledger, order, parsed)
    shown = _write(ledger, order, parsed, note=note)
    for outcome in done:
        for event in outcome.events:
            ledger.happen(order.case_id, handler_party(order.handler.key), event)
    for outcome in done:
        if outcome.after:
            outcome.after(ledger)
    _tell(ledger, order, parsed, done, shown, note=note)
    rest.solved(ledger, order.case_id)


def _is_note(ledger: Ledger, order: Order, parsed: verbs.Parsed) -> bool:
    """Whether the whole mail is internal; so it is where the word was only misspelt."""
    words = ledger.policy.texts.vocabulary
    return order.purpose in ("n", "t") or any("note" in (x.verb, words.verb(x.hint)) for x in parsed.lines)


# --- a mail whose From nobody proves ----------------------------------------------------------------------------------------------


def leaves_a_note(ledger: Ledger, order: Order) -> bool:
    """Whether all that the mail would do is to leave an internal note."""
    lines = _read(ledger, order).lines
    return all(line.verb == "note" for line in lines) and bool(lines or order.purpose == "n")


def confirms(ledger: Ledger, order: Order) -> bool:
    """Whether the mail is a word about an unproven one, in reply to the letter that went to the registered address of its writer."""
    parsed = _read(ledger, order)
    if [line.verb for line in parsed.lines] not in ([drafts.SEND], [drafts.DROP]):
        return False
    unproven = any(draft.reason == drafts.UNPROVEN for draft in drafts.waiting(ledger, order))
    return unproven and not _says_something(order, _text(parsed, order.handler), parsed)


def as_read(ledger: Ledger, order: Order) -> str:
    """His mail as it would be carried out, with the command of the link that it was sent to."""
    parsed = _read(ledger, order)
    return drafts.written(parsed.lines, parsed.text)


# --- a mail that was kept ---------------------------------------------------------------------------------------------------------


def _finishes(ledger: Ledger, order: Order, parsed: verbs.Parsed) -> bool:
    """A reply to the letter that told of a draft, and nothing but a word about it; done, if it is."""
    draft = next(iter(drafts.waiting(ledger, order)), None)
    if draft is None or not parsed.lines or _says_something(order, _text(parsed, order.handler), parsed):
        return False
    words = [line.verb for line in parsed.lines]
    if words == [drafts.DROP]:
        _file(ledger, order)
        drafts.finish(ledger, draft, drafts.DROPPED)
        _receipt(ledger, order, [_line(parsed.lines[0], Done((), "dropped"))])
        return True
    if words == [drafts.SEND]:
        _send(ledger, order, parsed, draft)
        return True
    return draft.reason == drafts.WRONG and _correct(ledger, order, parsed, draft)


def _send(ledger: Ledger, order: Order, parsed: verbs.Parsed, draft: Draft) -> None:
    """The words without the commands; what only waited for a word is carried out."""
    held = drafts.order_of(ledger, order, draft)
    kept = _read(ledger, held)
    plain = verbs.Parsed((), kept.text)
    if draft.reason == drafts.WRONG and not _says_something(held, _text(kept, order.handler), kept):
        _decline(ledger, order, parsed, [Wrong("nothing_to_send")], keep=False)
        return
    _file(ledger, order)
    if draft.reason != drafts.WRONG:
        carry_out(ledger, order, draft)
        return
    drafts.finish(ledger, draft, drafts.SENT)
    note = _is_note(ledger, held, kept)
    _carry(ledger, replace(held, purpose="n" if note else "r"), plain, note=note)
    said = Done((), "noted" if note else "reply_leaves")
    _receipt(ledger, order, [_line(parsed.lines[0], said)])


def _correct(ledger: Ledger, order: Order, parsed: verbs.Parsed, draft: Draft) -> bool:
    """New lines in the places of the wrong ones, and all of it judged anew; False where they are no corrections."""
    held = drafts.order_of(ledger, order, draft)
    kept = _read(ledger, held)
    wrong = [isinstance(_try(ledger, held, line), Wrong) for line in kept.lines]
    asks = any(line.verb in ("help", drafts.SEND, drafts.DROP) for line in parsed.lines)
    if asks or len(parsed.lines) > max(sum(wrong), 1):
        return False
    # What was wrong may be right by now; then the new line is one more.
    lines = drafts.corrected(kept.lines, wrong, parsed.lines) if any(wrong) else [*kept.lines, *parsed.lines]
    _file(ledger, order)
    drafts.finish(ledger, draft, drafts.CORRECTED)
    whole = drafts.order_of(ledger, order, draft, drafts.written(lines, kept.text))
    _carry(ledger, whole, verbs.Parsed(tuple(lines), kept.text))
    return True


def _only_about_drafts(parsed: verbs.Parsed) -> bool:
    return not parsed.text and all(line.verb in (drafts.SEND, drafts.DROP) for line in parsed.lines)


def _file(ledger: Ledger, order: Order) -> None:
    """The mail that is a word about another: on the record, and nobody's news."""
    ledger.file(order.prepared, order.case_id, handler_party(order.handler.key), "handler", internal="internal")


# --- reading ----------------------------------------------------------------------------------------------------------------------

# The line of our letters above which people write (mail/owntext.py cuts there): still in the own text, there is nothing but the
# quoted letter, with the addresses signed for this handler.  The customer must not get it.
_MARKER = "[maild:"
# A link's address is its verb; the body that it fills in says the same, and may be gone.
_ADDRESS_VERBS = {"t": "take", "c": "close", "v": "send"}


def _read(ledger: Ledger, order: Order) -> verbs.Parsed:
    text, vocabulary = order.prepared.message.own_text, ledger.policy.texts.vocabulary
    parsed = verbs.parse(text, vocabulary)
    bare = verbs.bare(text, vocabulary) if not parsed.lines else None
    if bare is not None and all(_counts_bare(ledger, order, line) for line in bare.lines):
        parsed = bare
    verb = _ADDRESS_VERBS.get(order.purpose, "")
    if not verb or any(line.verb == verb for line in parsed.lines):
        return parsed
    return verbs.Parsed((verbs.Line(f"/{verb}", verb), *parsed.lines), parsed.text)


def _counts_bare(ledger: Ledger, order: Order, line: verbs.Line) -> bool:
    """`close` and `priority high` are commands by themselves; "Close the window" and "Note that it burns" are sentences."""
    command = COMMANDS.get(line.verb)
    if command is None or not command.bare:
        return False
    return not line.argument or isinstance(_act(ledger, order, line), Done)


def _text(parsed: verbs.Parsed, handler: Handler) -> str:
    """What is left of the mail when the commands are done; `/note words` is a note of these words.

    "Regards, Kari" below a command is how her mail program ends every mail, and no word to anybody.
    """
    noted = [line.argument for line in parsed.lines if line.verb == "note" and line.argument]
    text = "" if parsed.lines and verbs.is_farewell(parsed.text, handler.name) else parsed.text
    return "\n".join([*noted, text]).strip()


def _try(ledger: Ledger, order: Order, line: verbs.Line) -> Outcome:
    if not line.verb:
        return Wrong("not_understood", line.hint)
    case, least = ledger.case(order.case_id), COMMANDS[line.verb].least
    if rights.lacks(order.handler, case, ledger.policy, least):
        able = rights.holders(case.desk, ledger.policy, least)
        return Wrong(f"needs_{least}", ", ".join(handler.name for handler in able))
    return _act(ledger, order, line)


def _act(ledger: Ledger, order: Order, line: verbs.Line) -> Outcome:
    """What the command would do, whoever may give it."""
    case = ledger.case(order.case_id)
    days = ledger.policy.desks[case.desk].reopen_days
    return COMMANDS[line.verb].act(
        Context(case, order.handler, ledger.policy, order, timedelta(days=days), ledger), line.argument
    )


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


def _write(ledger: Ledger, order: Order, parsed: verbs.Parsed, *, note: bool) -> Shown | None:
    """File the mail; its words are a note, or the answer to the customer; words there are none in a mail of commands only."""
    text = _text(parsed, order.handler)
    party = handler_party(order.handler.key)
    answer = _says_something(order, text, parsed) and not note
    row = _row(ledger, order, "handler" if order.proven else "noted", internal=not answer)
    if answer:
        if ledger.case(order.case_id).handler is None:
            ledger.happen(order.case_id, party, Assigned(order.handler.key, "first to answer"))
        ledger.happen(order.case_id, party, Replied(row, party))
    elif text:
        ledger.happen(order.case_id, party, Noted(row, party))
    return ledger.show(order.prepared, row, text) if answer or text else None


def _row(ledger: Ledger, order: Order, standing: str, *, internal: bool) -> int:
    """Where the mail stands in the case; one that was kept stands there already."""
    if order.draft is not None and order.draft.message is not None:
        ledger.restate(order.draft.message, standing, internal=internal)
        return order.draft.message
    party = handler_party(order.handler.key)
    return ledger.file(order.prepared, order.case_id, party, standing, internal="internal" if internal else "")


# --- telling ----------------------------------------------------------------------------------------------------------------------


def _tell(
    ledger: Ledger, order: Order, parsed: verbs.Parsed, done: list[Done], shown: Shown | None, *, note: bool
) -> None:
    text = _text(parsed, order.handler)
    answer = _says_something(order, text, parsed) and not note
    notices.tell(ledger, order.case_id, notices.Telling(order.prepared, shown, handler_party(order.handler.key)))
    if not parsed.lines:
        return
    lines = [_line(line, d) for line, d in zip(parsed.lines, done, strict=True)]
    if answer or text:
        lines.append(_line(verbs.Line("", ""), Done((), "reply_leaves" if answer else "noted")))
    _receipt(ledger, order, lines)


def _receipt(ledger: Ledger, order: Order, lines: list[dict[str, Any]]) -> None:
    notices.to_handler(ledger, ledger.case(order.case_id), order.handler, "receipt", "your-command", {"lines": lines})


def _line(line: verbs.Line, outcome: Outcome) -> dict[str, Any]:
    ok = isinstance(outcome, Done)
    value = outcome.value if isinstance(outcome, Done) else outcome.hint
    return {"ok": ok, "written": line.written, "key": outcome.key, "value": value}


def _decline(
    ledger: Ledger, order: Order, parsed: verbs.Parsed, outcomes: Sequence[Outcome], *, keep: bool = True
) -> None:
    """Nothing is done and nothing sent; he gets each line back with what is wrong, and his words whole.  keep: as a draft."""
    party = handler_party(order.handler.key)
    row = _row(ledger, order, "declined", internal=True)
    wrong = next(outcome for outcome in outcomes if isinstance(outcome, Wrong))
    ledger.happen(order.case_id, party, Declined(party, wrong.key, wrong.hint))
    case = ledger.case(order.case_id)
    values: dict[str, Any] = {
        "lines": [_line(line, outcome) for line, outcome in zip(parsed.lines, outcomes, strict=True)],
        "words": order.prepared.message.own_text,
    }
    if keep:
        drafts.park(ledger, order, drafts.WRONG, row=row)
        values["kept_until"] = drafts.until(ledger, case.desk)
        values["sends"] = _says_something(order, _text(parsed, order.handler), parsed)
    notices.to_handler(ledger, case, order.handler, "error", "your-command", values)
