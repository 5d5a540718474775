"""drafts: a handler's mail that was not carried out is kept, and his reply to the letter that says so finishes it.

    only the corrected lines    they take the wrong lines' places, in order; all is judged anew
    /send                       his words go out without the commands; what waits for a word or a proof is carried out as it is
    /drop                       nothing of it is kept
    yes, no                     the same, where the letter asks (questions.py)

Anything else in reply is a mail of its own, and the draft stays; words without a command are a note.  Kept for a week (KEPT).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from maild.decide import verbs
from maild.decide.acts import COMMANDS
from maild.decide.acts.context import Order, acting_as, sense
from maild.decide.ledger import Ledger
from maild.decide.related import answered, survivor
from maild.model.content import Content
from maild.model.draft import Draft, Kept, dump_kept
from maild.model.draft_events import Finished, Parked
from maild.model.known import Known
from maild.model.people import handler_party
from maild.model.plan import Prepared

KEPT = timedelta(days=7)
WRONG, MANY, UNPROVEN, BEHALF = "wrong", "many", "unproven", "behalf"
SEND, DROP = "send", "drop"
# How a draft ends.
SENT, CORRECTED, CONFIRMED, DROPPED = "sent", "corrected", "confirmed", "dropped"


def with_drafts(prepared: Prepared, known: Known) -> Prepared:
    """The mail with the words of the drafts that it may finish, for asking what they name."""
    kept = [_top(draft.text) for drafts in known.drafts.values() for draft in drafts if draft.text]
    own = "\n".join([prepared.message.own_text, *kept])
    passed = (d.kept.passed for some in known.drafts.values() for d in some if d.kept)
    message = prepared.message
    forwarded = message.forwarded or next((one for one in passed if one), None)
    return replace(prepared, message=replace(message, own_text=own, forwarded=forwarded))


def _top(text: str) -> str:
    """Where its commands stand, ten lines at most: of many drafts, each must have its part in what is asked."""
    rows = [row[:300] for row in text.split("\n") if row.strip()]
    return "\n".join(rows[:_TOP])


_TOP = 12


def waiting(ledger: Ledger, order: Order) -> tuple[Draft, ...]:
    """The drafts that a reply to this letter can finish."""
    party = handler_party(order.handler.key)
    return tuple(d for d in told_of(ledger, order) if d.party == party and d.waits(ledger.now))


def told_of(ledger: Ledger, order: Order) -> tuple[Draft, ...]:
    """The drafts of which the letter told that he answers."""
    return ledger.known.drafts.get(order.letter.id, ()) if order.letter else ()


def park(
    ledger: Ledger,
    order: Order,
    reason: str,
    text: str = "",
    *,
    row: int | None = None,
    letter: int | None = None,
    answers: int | None = None,
    named: Iterable[int] = (),
) -> Draft:
    """Keep his mail.

    text: its words if they are no longer those of the mail; row: where it stands in the case; letter: the one that will tell of it,
    None for the next to be written; answers: the letter that he will have read when he finishes it, None for the one that he answers now;
    named: the cases that he is asked about.
    """
    prepared = order.prepared
    text = text or prepared.message.own_text
    read = order.letter.id if order.letter else None
    # What was to open a case, or may have been, is needed whole.
    kept = _kept(prepared) if reason == BEHALF or (reason == UNPROVEN and order.case is None) else None
    draft = Draft(
        ledger.next_draft(),
        ledger.next_letter() if letter is None else letter,
        order.case,
        handler_party(order.handler.key),
        prepared.id,
        row,
        reason,
        order.purpose,
        read if answers is None else answers,
        ledger.now,
        ledger.now + KEPT,
        text,
        prepared.message.attachments,
        named=tuple(dict.fromkeys(named)),
        kept=kept,
    )
    said = {
        "own_text": text,
        **({"named": draft.named} if draft.named else {}),
        **({"mail": dump_kept(kept)} if kept else {}),
    }
    ledger.keep(draft, Content(prepared.body.salt, json.dumps(said, ensure_ascii=False)))
    if reason not in (WRONG, BEHALF):
        ledger.happen(order.case, draft.party, Parked(draft.party, draft.id, reason))
    return draft


def _kept(prepared: Prepared) -> Kept:
    message = prepared.message
    return Kept(message.subject, message.message_id, message.references[-3:], message.language, message.forwarded)


def finish(ledger: Ledger, draft: Draft, how: str) -> None:
    """It is no draft any more."""
    ledger.finish(draft, how)
    ledger.happen(draft.case, draft.party, Finished(draft.party, draft.id, how))


def order_of(ledger: Ledger, order: Order, draft: Draft, text: str = "") -> Order:
    """The draft's mail as an order, as if it came now: its words (or these), its files, and the letter that its writer had read."""
    message = replace(order.prepared.message, own_text=text or draft.text, attachments=draft.files)
    if draft.kept:
        kept = draft.kept
        message = replace(
            message,
            subject=kept.subject,
            message_id=kept.message_id,
            references=kept.references,
            language=kept.language,
            forwarded=kept.passed,
        )
    mail = replace(order.prepared, id=draft.incoming, received_at=draft.made_at, message=message)
    read = ledger.known.letters.get(draft.answers) if draft.answers is not None else None
    case = ledger.known.cases.get(draft.case) if draft.case is not None else None
    handler, actor = acting_as(ledger.policy, order.handler, read)
    letter = answered(read, ledger.known) if read else None
    going_on = survivor(case, ledger.known) if case else None
    return replace(
        order,
        handler=handler,
        actor=actor or order.actor,
        prepared=mail,
        # The case may have been merged since.
        case=going_on.id if going_on else draft.case,
        purpose=draft.purpose,
        letter=letter,
        about=sense(letter, going_on),
        draft=draft,
    )


def is_question(verb: str) -> bool:
    """A word that corrects nothing: it asks for something, or is about the draft itself."""
    command = COMMANDS.get(verb)
    return verb in (SEND, DROP) or (command is not None and command.caseless)


def corrected(lines: Sequence[verbs.Line], wrong: Sequence[bool], new: Sequence[verbs.Line]) -> list[verbs.Line]:
    """The lines with new ones in the places of those that are wrong; what is wrong beyond them stays."""
    instead = iter(new)
    return [next(instead, line) if bad else line for line, bad in zip(lines, wrong, strict=True)]


def written(lines: Sequence[verbs.Line], text: str) -> str:
    """The mail that these lines and this text would have been."""
    # What a letter implies is not written, and is read into it again.
    return "\n".join([*(_signed(line.written) for line in lines if line.written), "", text]).strip()


def _signed(row: str) -> str:
    """With its sign: without it a line counts only in a mail of commands."""
    return row if row.lstrip("-*•·–0123456789.) ")[:1] in (*verbs.SLASHES, *"#!＃！") else f"/{row}"


def until(ledger: Ledger, desk: str) -> str:
    """The end of the week, on the clock of a desk."""
    zone = ZoneInfo((ledger.policy.desks.get(desk) or ledger.policy.default_desk).zone)
    return (ledger.now + KEPT).astimezone(zone).isoformat()
