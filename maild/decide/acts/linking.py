"""linking: cases that have to do with each other, and one mail that becomes a case of its own."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from maild.decide import notices, pledges, verbs
from maild.decide.acts import cases, incidents
from maild.decide.acts.context import Context, Done, Outcome, Wrong
from maild.decide.ledger import Ledger
from maild.model.events import Assigned, Opened
from maild.model.known import Shown
from maild.model.message import named
from maild.model.people import person_of
from maild.model.plan import MessageRow
from maild.model.related import Said
from maild.model.related_events import Linked, Split
from maild.model.subject import without_tag
from maild.model.trust_events import Doubted, Restricted


def link(context: Context, argument: str) -> Outcome:
    """link #N    The two cases have to do with each other; linked to an incident, the case belongs to it."""
    if not argument or " " in argument:
        return Wrong("link_to_what")
    other = cases.named(context, argument)
    if isinstance(other, Wrong):
        return other
    if other.incident and not context.case.incident:
        return incidents.gather(context, context.case, other)
    if context.case.incident and not other.incident:
        return incidents.gather(context, other, context.case)
    if other.id in context.case.links:
        return Done((), "linked_already", f"#{other.number}")
    by, here, there = context.by, context.case.id, other.id
    return Done((Linked(there),), "linked", f"#{other.number}", lambda ledger: _tie(ledger, there, by, here))


def _tie(ledger: Ledger, there: int, by: str, here: int) -> None:
    ledger.happen(there, by, Linked(here))


# --- a mail that becomes a case -------------------------------------------------------------------------------------------------


def split(context: Context, argument: str) -> Outcome:
    """split [TITLE]    The customer's mail that the answered letter told of is a case of its own, under its subject or this title."""
    told = context.ledger.known.told.get(context.order.letter.id, ()) if context.order.letter else ()
    mails = [said for said in told if person_of(said.author) is not None and said.author in context.ledger.people]
    if not mails:
        return Wrong("split_what")
    said, title = mails[-1], context.written(argument)[:_LONGEST].strip()
    if (
        sum(
            line.verb == "split"
            for line in verbs.parse(context.order.prepared.message.own_text, context.vocabulary).lines
        )
        > 1
    ):
        return Wrong("split_once")
    number = context.ledger.foresee(context.case.desk)
    return Done((), "split", f"#{number}", partial(_split, context, said, title))


_LONGEST = 500


def _split(context: Context, said: Said, title: str, ledger: Ledger) -> None:
    old, by = context.case, context.by
    body = json.loads(said.text)
    case_id, row = ledger.next_case(), ledger.next_message()
    subject = context.content("subject", title or without_tag(body.get("subject", ""), old.number))
    opened = Opened(
        ledger.number(old.desk), old.desk, ledger.subject(subject), said.author, old.language, row, linked=old.id
    )
    ledger.open(case_id, by, opened)
    ledger.add(_copy(context, said, case_id, row), body, "" if said.first else said.message_id or "")
    ledger.happen(old.id, by, Split(case_id, said.message, by))
    ledger.happen(case_id, by, Linked(old.id))
    if not (title or said.proven):
        ledger.happen(case_id, by, Doubted())
    if old.confidential:
        ledger.happen(case_id, by, Restricted(f"split from #{old.number}"))
    ledger.happen(case_id, by, Assigned(old.handler or context.handler.key, f"split from #{old.number}"))
    # What was answered in the other case since waits only from now on.
    spoke_at = old.clocks.spoke_at
    answered = spoke_at is not None and spoke_at > said.at
    pledges.begin(ledger, case_id, context.order.prepared.received_at if answered else said.at)
    _tell(context, said, body, case_id, row, ledger)


def _copy(context: Context, said: Said, case_id: int, row: int) -> MessageRow:
    """The mail stays where it was, for what stands around it needs it; the new case has its words under a salt of its own."""
    content = context.content("split", said.text)
    return MessageRow(
        *(row, case_id, "in", said.author, said.kind, content, said.message_id, said.incoming),
        internal=False,
        standing="customer",
        attachments=said.attachments,
    )


def _tell(context: Context, said: Said, body: dict[str, Any], case_id: int, row: int, ledger: Ledger) -> None:
    """As of any new case; and a receipt in it for whoever split it, so that he has an address there."""
    name = named(body.get("from_name", ""), body.get("from", ""))
    shown = Shown(row, said.at, name, body.get("own_text", ""), said.incoming, said.attachments)
    by = context.by
    notices.tell(ledger, case_id, notices.Telling(None, shown, by, of=said, new=True))
    lines = [{"ok": True, "written": "", "key": "split_from", "value": f"#{context.case.number}"}]
    notices.to_handler(ledger, ledger.case(case_id), context.handler, "receipt", "your-command", {"lines": lines})
