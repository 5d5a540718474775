"""commands: what a handler's mail does.  All or nothing; a mail of commands only never sends the handler's words.

handle(ledger, order) writes events into the ledger; the letters follow from them.  A command is one function that says what
would happen (`Done`) or why it cannot (`Wrong`); nothing is done before every line of the mail has been understood.
To add one: a function, a row in COMMANDS, its words in templates/*/words.txt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from maild.decide import notices, verbs
from maild.decide.ledger import Ledger
from maild.model.case import Case
from maild.model.events import Assigned, Declined, Event, Moved, Noted, Prioritised, Priority, Reopened, Replied, Solved
from maild.model.people import Handler, handler_party
from maild.model.plain import plain
from maild.model.plan import LetterRow, Prepared
from maild.model.policy import Policy
from maild.model.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Order:
    """A proven handler's mail to a case: purpose is the verb of the address he wrote to, letter the one he answers."""

    prepared: Prepared
    handler: Handler
    case: int
    purpose: str
    letter: LetterRow | None


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a line cannot be carried out: a key of the templates' words, and a hint to mend it."""

    key: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """The events a line causes, and the receipt's line: a key of the templates' words with its value."""

    events: tuple[Event, ...]
    key: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    case: Case
    handler: Handler
    policy: Policy
    order: Order
    closes_in: timedelta
    ledger: Ledger

    @property
    def vocabulary(self) -> Vocabulary:
        return self.policy.texts.vocabulary


Outcome = Done | Wrong


def handle(ledger: Ledger, order: Order) -> None:
    """The whole mail: commands, then the text below them."""
    parsed = _read(order, ledger.policy.texts.vocabulary)
    if _MARKER in order.prepared.message.own_text:
        _decline(ledger, order, verbs.Parsed((verbs.Line("", ""),), ""), [Wrong("no_own_words")])
        return
    outcomes = [_try(ledger, order, line) for line in parsed.lines]
    if any(isinstance(outcome, Wrong) for outcome in outcomes):
        _decline(ledger, order, parsed, outcomes)
        return
    done = [outcome for outcome in outcomes if isinstance(outcome, Done)]
    note = order.purpose in ("n", "t") or any(line.verb == "note" for line in parsed.lines)
    _write(ledger, order, parsed, note=note)
    for outcome in done:
        for event in outcome.events:
            ledger.happen(order.case, handler_party(order.handler.key), event)
    _tell(ledger, order, parsed, done, note=note)


# The line of our letters above which people write (mail/owntext.py cuts there): still in the own text, there is nothing but the
# quoted letter, with the addresses signed for this handler.  The customer must not get it.
_MARKER = "[maild:"
# A link's address is its verb; the body that it fills in says the same, and may be gone.
_ADDRESS_VERBS = {"t": "take", "c": "close"}


def _read(order: Order, vocabulary: Vocabulary) -> verbs.Parsed:
    parsed = verbs.parse(order.prepared.message.own_text, vocabulary)
    verb = _ADDRESS_VERBS.get(order.purpose, "")
    if not verb or any(line.verb == verb for line in parsed.lines):
        return parsed
    return verbs.Parsed((verbs.Line(f"/{verb}", verb), *parsed.lines), parsed.text)


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
    case = ledger.case(order.case)
    days = ledger.policy.desks[case.desk].reopen_days
    return COMMANDS[line.verb](
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


def _write(ledger: Ledger, order: Order, parsed: verbs.Parsed, *, note: bool) -> None:
    """File the mail; its words are a note, or the answer to the customer; words there are none in a mail of commands only."""
    text = _text(parsed, order.handler)
    party = handler_party(order.handler.key)
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
    notices.tell(ledger, order.case, notices.Telling(order.prepared, shown, handler_party(order.handler.key)))
    if not parsed.lines:
        return
    lines: list[dict[str, Any]] = [
        {"ok": True, "written": line.written, "key": d.key, "value": d.value}
        for line, d in zip(parsed.lines, done, strict=True)
    ]
    if answer:
        lines.append({"ok": True, "written": "", "key": "reply_leaves", "value": ""})
    elif text:
        lines.append({"ok": True, "written": "", "key": "noted", "value": ""})
    notices.to_handler(ledger, ledger.case(order.case), order.handler, "receipt", "your-command", {"lines": lines})


def _decline(ledger: Ledger, order: Order, parsed: verbs.Parsed, outcomes: list[Outcome]) -> None:
    """Nothing is done and nothing sent; he gets each line back with what is wrong, and his words whole."""
    party = handler_party(order.handler.key)
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


# --- the commands ---------------------------------------------------------------------------------------------------------------


def take(context: Context, argument: str) -> Outcome:
    """take    I handle it."""
    if argument:
        return Wrong("no_argument", "take")
    return Done((Assigned(context.handler.key, "taken"),), "taken")


def assign(context: Context, argument: str) -> Outcome:
    """assign WHO    Give the case to a handler (login, name or address), to a desk, or to nobody (none)."""
    if not argument:
        return Wrong("who", ", ".join(h.key for h in context.policy.team(context.case.desk)))
    if context.vocabulary.means("nobody", argument):
        return Done((Assigned(None, "given back"),), "assigned_nobody")
    desk = next(
        (d for d in context.policy.desks.values() if plain(argument) in (plain(d.key), d.address) and not d.retired),
        None,
    )
    if desk:
        return Done((Moved(desk.key), Assigned(None, f"moved to {desk.key}")), "moved", desk.name)
    found = _handlers(argument, context.policy)
    if len(found) != 1:
        names = [h.key for h in found] or [h.key for h in context.policy.team(context.case.desk)]
        return Wrong("several" if found else "nobody_called", ", ".join(names))
    return Done((Assigned(found[0].key, f"assigned by {context.handler.name}"),), "assigned", found[0].name)


def _handlers(who: str, policy: Policy) -> list[Handler]:
    """By login or address exactly, else by any part of the name."""
    folded = plain(who)
    able = [h for h in policy.handlers.values() if not h.retired]
    exact = [h for h in able if folded in (plain(h.key), plain(h.name), *h.addresses)]
    return exact or [h for h in able if folded in plain(h.name).split()]


def close(context: Context, argument: str) -> Outcome:
    """close [quiet]    The case is solved; text below goes out as the closing reply.  quiet: the customer is not told."""
    quiet = context.vocabulary.means("quiet", argument)
    if argument and not quiet:
        return Wrong("only_quiet", "close_quiet")
    if context.case.ended:
        return Done((), "already_solved")
    letter = context.order.letter
    if letter is not None and letter.seq < context.case.heard:
        return Wrong("customer_wrote_since")
    closes_at = context.ledger.now + context.closes_in
    return Done(
        (Solved(handler_party(context.handler.key), quiet, closes_at),), "solved_quietly" if quiet else "solved"
    )


def reopen(context: Context, argument: str) -> Outcome:
    """reopen    The case is open again."""
    if argument:
        return Wrong("no_argument", "reopen")
    if not context.case.ended:
        return Done((), "already_open")
    return Done((Reopened(handler_party(context.handler.key)),), "reopened")


def priority(context: Context, argument: str) -> Outcome:
    """priority WORD    critical, high, medium or low, in any of the languages."""
    name = context.vocabulary.argument(verbs.PRIORITIES, argument)
    if name is None:
        return Wrong("no_priority", ", ".join(Priority))
    return Done((Prioritised(Priority(name), f"set by {context.handler.name}"),), "prioritised", name)


def note(context: Context, argument: str) -> Outcome:
    """note [TEXT]    The whole mail is internal; the customer sees nothing of it."""
    return Done((), "kept_internal")


def help_(context: Context, argument: str) -> Outcome:
    """help    The list of commands."""
    return Done((), "help")


COMMANDS: dict[str, Callable[[Context, str], Outcome]] = {
    "take": take,
    "assign": assign,
    "close": close,
    "reopen": reopen,
    "priority": priority,
    "note": note,
    "help": help_,
}
