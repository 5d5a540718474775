"""desk_mail: a proven handler's mail to a desk, of no case, that is nothing but commands.

    1042 close          a case's number, then a command: the list of a digest, worked off
    #1050 assign ola
    list                a command that needs no case (Command.caseless)

All or nothing, and one receipt.  More than five lines with numbers wait for a word (drafts.py).  A mail with any other words in it is
an ordinary mail: handle(...) -> False.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from maild.decide import (
    absence,
    behalf,
    carry,
    colleagues,
    drafts,
    no_case,
    questions,
    receipts,
    rights,
    signature,
    verbs,
)
from maild.decide.acts import COMMANDS
from maild.decide.acts.context import Done, Order, Outcome, Wrong
from maild.decide.ledger import Ledger
from maild.decide.quoted import quotes_us
from maild.decide.related import survivor
from maild.model.case import Case
from maild.model.content import Content
from maild.model.draft import Draft
from maild.model.events import Declined, Ignored
from maild.model.known import Shown
from maild.model.people import MAILD, Handler, handler_party
from maild.model.vocabulary import Vocabulary

AT_ONCE = 5
MOST = 50
# "#1042 close", "P-17: close"; a number has a digit.
_NUMBERED = re.compile(r"(?P<hash>#?)(?P<number>(?=[^\s]*\d)[0-9A-Za-z][0-9A-Za-z-]{0,30})[:.)]?\s+(?P<rest>\S.*)")
_FEW_WORDS = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """A line: number "" where it names none; certain: nobody writes so who does not mean a command."""

    line: verbs.Line
    number: str = ""
    case: int | None = None
    certain: bool = False


def handle(ledger: Ledger, order: Order, at_once: int = AT_ONCE) -> bool:
    """Whether it was a mail of commands, or a word about one that is kept; then it is done."""
    ledger.known = rights.veiled(ledger.known, order.handler, ledger.policy)
    entries = _read(ledger, order)
    if entries is None:
        return False
    if order.prepared.message.message_id in ledger.known.obeyed:
        ledger.happen(None, MAILD, Ignored("a mail of commands came a second time"))
    elif not _finishes(ledger, order, entries):
        _carry(ledger, order, entries, at_once=at_once)
    return True


def is_list(ledger: Ledger, order: Order) -> bool:
    """Whether it is a mail of commands, of whatever length."""
    return _read(ledger, order) is not None or too_long(ledger, order)


def too_long(ledger: Ledger, order: Order) -> bool:
    """A list of more lines than one mail may have."""
    message = order.prepared.message
    rows = verbs.whole_rows(message.own_text, ledger.policy.texts.vocabulary)
    if len(rows) <= MOST:
        return False
    first = replace(message, own_text="\n".join(rows[:MOST]))
    return _read(ledger, replace(order, prepared=replace(order.prepared, message=first))) is not None


def carry_out(ledger: Ledger, order: Order, draft: Draft, how: str) -> None:
    """What was kept, as if it came now, however many lines it has."""
    drafts.finish(ledger, draft, how)
    held = drafts.order_of(ledger, order, draft)
    _carry(ledger, held, _read(ledger, held) or [], at_once=MOST)


# --- reading ----------------------------------------------------------------------------------------------------------------------


def _read(ledger: Ledger, order: Order) -> list[Entry] | None:
    """Its lines, or None for a mail with other words in it."""
    if word := questions.word(ledger, order):
        return [Entry(word, certain=True)]
    text = order.prepared.message.own_text
    rows = verbs.whole_rows(text, ledger.policy.texts.vocabulary)
    if not 1 <= len(rows) <= MOST or quotes_us(ledger, text):
        return None
    entries: list[Entry] = []
    for at, row in enumerate(rows):
        entry = _entry(ledger, order, row)
        if entry is None and entries and signature.is_farewell("\n".join(rows[at:]), order.handler.name, below=True):
            break
        if entry is None:
            return None
        entries.append(entry)
    return entries if any(entry.certain for entry in entries) else None


def _entry(ledger: Ledger, order: Order, row: str) -> Entry | None:
    vocabulary = ledger.policy.texts.vocabulary
    numbered = _NUMBERED.fullmatch(verbs.normal(row).lstrip("-*•·– "))
    if numbered:
        return _numbered(ledger, order.handler, row.strip(), numbered, vocabulary)
    line = verbs.read_line(row, vocabulary)
    if line is not None:
        return Entry(line, certain=bool(line.verb or line.hint))
    bare = verbs.bare(row, vocabulary)
    line = bare.lines[0] if bare else None
    command = COMMANDS.get(line.verb) if line else None
    if line is None or command is None or not (command.bare and command.caseless):
        return None
    does = not line.argument or isinstance(carry.attempt(ledger, order, line), Done)
    return Entry(line, certain=True) if does else None


def _numbered(ledger: Ledger, handler: Handler, row: str, found: re.Match[str], vocabulary: Vocabulary) -> Entry | None:
    number, known = found["number"], ledger.known.by_number
    case = known.get(number, known.get(number.upper()))
    line = verbs.command(row, found["rest"], vocabulary)
    case = survivor(ledger.known.cases[case], ledger.known).id if case is not None else None
    if case is not None and absence.acts_in(ledger, handler, ledger.case(case)):
        return Entry(line, number, case, certain=bool(line.verb or line.hint))
    # A number that we do not know may begin a sentence: "3 take aways from the meeting".
    short = bool(found["hash"]) or len(row.split()) <= _FEW_WORDS
    return Entry(line, number, certain=True) if line.verb and short else None


# --- doing ------------------------------------------------------------------------------------------------------------------------


def _carry(ledger: Ledger, order: Order, entries: Sequence[Entry], *, at_once: int) -> None:
    outcomes = _weigh(ledger, order, entries)
    done = [outcome for outcome in outcomes if isinstance(outcome, Done)]
    wrong = next((outcome for outcome in outcomes if isinstance(outcome, Wrong)), None)
    if wrong is not None:
        lines = receipts.refused([entry.line for entry in entries], outcomes)
        _decline(ledger, order, entries, lines, wrong)
    elif len([entry for entry in entries if entry.case is not None]) > at_once or (
        at_once == AT_ONCE and carry.asks(outcomes)
    ):
        _ask(ledger, order, entries, done)
    else:
        _perform(ledger, order, entries, done)


def _weigh(ledger: Ledger, order: Order, entries: Sequence[Entry]) -> list[Outcome]:
    """What each would do, after those above it."""
    seen: dict[int, Case] = {}
    return [_attempt(ledger, order, entry, seen) for entry in entries]


def _attempt(ledger: Ledger, order: Order, entry: Entry, seen: dict[int, Case]) -> Outcome:
    if entry.number and entry.case is None:
        return Wrong("no_such_case", f"#{entry.number}")
    # Files of a list are nobody's: which of its cases would they be of?
    message = replace(order.prepared.message, attachments=())
    mine = replace(order, case=entry.case, prepared=replace(order.prepared, message=message))
    return carry.attempt(ledger, mine, entry.line, seen=seen)


def _perform(ledger: Ledger, order: Order, entries: Sequence[Entry], done: Sequence[Done]) -> None:
    """Case by case, in the order in which they are named."""
    both = list(zip(entries, done, strict=True))
    cases = list(dict.fromkeys(entry.case for entry in entries if entry.case is not None))
    parts = [(_part(order, case, both), [d for e, d in both if e.case == case]) for case in cases]
    happened: list[Shown | None] = []
    for part, outcomes in parts:
        note = carry.is_note(ledger, part.order, part.parsed)
        happened.append(carry.perform(ledger, part.order, part.parsed, outcomes, note=note))
    for outcome in done:
        if outcome.after:
            outcome.after(ledger)
    for (part, outcomes), shown in zip(parts, happened, strict=True):
        carry.tell(ledger, part.order, part.parsed, outcomes, shown, note=True)
    colleagues.tell(ledger, order, {})
    lines = receipts.told([entry.line for entry in entries], done)
    lines += [line for part, _ in parts for line in carry.woke(ledger, part.order)]
    no_case.owe(ledger, order.handler, order.prepared, "receipt", {"lines": lines}, receipts.shown_by(done))


@dataclass(frozen=True, slots=True)
class _Part:
    """What of the mail is about one case."""

    order: Order
    parsed: verbs.Parsed


def _part(order: Order, case: int, both: Sequence[tuple[Entry, Done]]) -> _Part:
    """A case is told only of its own lines; files of such a mail are nobody's."""
    lines = tuple(entry.line for entry, _ in both if entry.case == case)
    prepared, message = order.prepared, order.prepared.message
    text = "\n".join(line.written for line in lines)
    author = message.author
    body: dict[str, Any] = {
        "subject": message.subject,
        "from": author.address if author else "",
        "from_name": author.name if author else "",
        "to": [a.address for a in message.to],
        "cc": [a.address for a in message.cc],
        "text": text,
        "own_text": text,
    }
    mine = replace(
        prepared,
        message=replace(message, text=text, own_text=text, attachments=()),
        body=Content(prepared.body.salt, json.dumps(body, ensure_ascii=False)),
    )
    return _Part(replace(order, prepared=mine, case=case, draft=None), verbs.Parsed(lines, ""))


def _decline(ledger: Ledger, order: Order, entries: Sequence[Entry], lines: list[dict[str, Any]], wrong: Wrong) -> None:
    party = handler_party(order.handler.key)
    ledger.happen(None, party, Declined(party, wrong.key, wrong.hint))
    values: dict[str, Any] = {"lines": lines, "words": order.prepared.message.own_text}
    if any(entry.line.verb not in (drafts.SEND, drafts.DROP) for entry in entries):
        drafts.park(ledger, order, drafts.WRONG)
        values["kept_until"] = drafts.until(ledger, order.prepared.desk)
    no_case.owe(ledger, order.handler, order.prepared, "error", values)


def _ask(ledger: Ledger, order: Order, entries: Sequence[Entry], done: Sequence[Done]) -> None:
    """So much at once is done when he says it a second time."""
    drafts.park(ledger, order, drafts.MANY, named=receipts.named_by(done))
    lines = receipts.told([entry.line for entry in entries], done)
    values = {"lines": lines, "kept_until": drafts.until(ledger, order.prepared.desk), "sends": True}
    no_case.owe(ledger, order.handler, order.prepared, "confirm", values)


# --- a mail that was kept ---------------------------------------------------------------------------------------------------------


def _finishes(ledger: Ledger, order: Order, entries: Sequence[Entry]) -> bool:
    """A reply to the letter that told of a draft, and nothing but a word about it."""
    draft = next((d for d in drafts.waiting(ledger, order) if d.case is None), None)
    if draft is None:
        return False
    words = [entry.line.verb for entry in entries]
    if words == [drafts.DROP]:
        drafts.finish(ledger, draft, drafts.DROPPED)
        lines = [receipts.said(entries[0].line, Done((), "dropped"))]
        no_case.owe(ledger, order.handler, order.prepared, "receipt", {"lines": lines})
        return True
    if draft.reason == drafts.BEHALF:
        lines_only = not any(entry.number for entry in entries)
        return lines_only and behalf.correct(ledger, order, [entry.line for entry in entries], draft)
    if words == [drafts.SEND] and draft.reason != drafts.WRONG:
        carry_out(ledger, order, draft, drafts.CONFIRMED)
        return True
    return draft.reason == drafts.WRONG and _correct(ledger, order, entries, draft)


def _correct(ledger: Ledger, order: Order, entries: Sequence[Entry], draft: Draft) -> bool:
    """New lines in the places of the wrong ones, and all of it judged anew."""
    held = drafts.order_of(ledger, order, draft)
    kept = _read(ledger, held) or []
    wrong = [isinstance(outcome, Wrong) for outcome in _weigh(ledger, held, kept)]
    asks = any(drafts.is_question(entry.line.verb) for entry in entries)
    if asks or len(entries) > sum(wrong):
        return False
    instead = iter(entries)
    whole = [next(instead, entry) if bad else entry for entry, bad in zip(kept, wrong, strict=True)]
    drafts.finish(ledger, draft, drafts.CORRECTED)
    text = "\n".join(entry.line.written for entry in whole)
    _carry(ledger, drafts.order_of(ledger, order, draft, text), whole, at_once=AT_ONCE)
    return True
