"""owing: one letter that is owed, and the event that says so.

owe(ledger, case, party, to, kind, reason, shown, ...)  the event and the letter;  letter(...): the letter alone
case_values(ledger, case, reader)  what every letter may say of its case
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from maild.decide import pledges, related, tasklist
from maild.decide.ledger import Ledger
from maild.model.case import Case
from maild.model.events import Told
from maild.model.known import Pending, Shown
from maild.model.message import Address
from maild.model.people import MAILD, Handler, handler_of, handler_party
from maild.model.plan import Letter, Prepared
from maild.model.related import Said
from maild.model.subject import without_tag

# An id that may stand in our header as it came: printable, without angle brackets inside, short.
_PLAIN_ID = re.compile(r"<[^\s<>@]{1,120}@[^\s<>@]{1,78}>")


def owe(
    ledger: Ledger, case: Case, party: str, to: Address, kind: str, reason: str, shown: tuple[Shown, ...], **more: Any
) -> None:
    """A letter, and the event that says so."""
    after = ledger.happen(case.id, MAILD, Told(party, kind, ledger.next_letter())) or case
    letter(ledger, after, party, to, kind, reason, shown, **more)


def letter(
    ledger: Ledger,
    case: Case,
    party: str,
    to: Address,
    kind: str,
    reason: str,
    shown: tuple[Shown, ...],
    *,
    due_at: datetime,
    language: str,
    values: dict[str, Any],
    author: str = "",
    automatic: str = "",
    authenticated: bool = True,
    in_reply_to: str = "",
    replaces: int | None = None,
    first: bool = False,
    subject: str | None = None,
    template: str = "",
) -> None:
    thread = ledger.known.thread.get((case.id, party), ())
    answers = in_reply_to or (thread[-1] if thread else "")
    if subject is None:
        subject = _subject(ledger, case, party) if authenticated else ""
    number = f"#{case.number}" if case.number else ""
    whose = (ledger.next_letter(), case.id, number, kind, party, to, case.desk, language, subject, reason, due_at)
    references = tuple(dict.fromkeys((*thread, *((answers,) if answers else ()))))
    ledger.owe(
        Letter(
            *whose,
            author=author,
            automatic=automatic,
            authenticated=authenticated,
            seq=case.seq,
            shown=shown,
            values=values,
            references=references,
            in_reply_to=answers,
            replaces=replaces,
            first=first,
            template=template,
        )
    )


def plain_id(prepared: Prepared | None, said: Said | None = None) -> str:
    """The mail's own id, where it may stand in our header."""
    value = prepared.message.message_id if prepared else said.message_id if said else None
    return value if value and _PLAIN_ID.fullmatch(value) else ""


def burst(ledger: Ledger, case: Case, party: str, kind: str) -> Pending | None:
    """A letter of the same sort to the same person that has not left yet."""
    return next(
        (
            p
            for p in ledger.known.pending
            if p.case == case.id and p.party == party and p.kind == kind and p.due_at > ledger.now
        ),
        None,
    )


def _subject(ledger: Ledger, case: Case, party: str) -> str:
    """What a handler calls it after a telephone call, only his colleagues read."""
    if case.reported and handler_of(party) is None:
        return ""
    return without_tag(ledger.subjects.get(case.subject, ""), case.number)


def case_values(ledger: Ledger, case: Case, reader: Handler | None = None) -> dict[str, Any]:
    """reader: None for somebody who is no handler."""
    customer = ledger.people.get(case.customer)
    return {
        "handler_name": name_of(ledger, handler_party(case.handler)) if case.handler else "",
        "customer_name": customer.name if customer else "",
        "customer_address": customer.address if customer else "",
        "customer_verified": ledger.verified,
        **related.values(ledger, case, reader),
        "linked": "",
        "also": ", ".join(ledger.policy.desks[key].name for key in case.watching if key in ledger.policy.desks),
        "title": ledger.subjects.get(case.title, ""),
        "promised": _promised(ledger, case),
        **(pledges.dues(ledger, case) if reader else {}),
        "priority": str(case.priority),
        "status": str(case.status),
        "type": case.type,
        "category": case.category,
        "response": pledges.response(ledger.policy, case.desk, customer.address if customer else "", case.opened_at),
        # The first one is the letter itself.
        "alarms": str(case.alarms) if case.alarms > 1 else "",
        "tasks": tasklist.shown(ledger, case),
        "facts": tasklist.facts(ledger, case),
        "approvers": tasklist.approvers(ledger, case),
        "unasked": tasklist.unasked(case),
    }


def _promised(ledger: Ledger, case: Case) -> str:
    zone = ZoneInfo(ledger.policy.desks[case.desk].zone)
    return case.promised_at.astimezone(zone).isoformat() if case.promised_at else ""


def name_of(ledger: Ledger, party: str) -> str:
    key = handler_of(party)
    handler = ledger.policy.handlers.get(key) if key else None
    return handler.name if handler else ""
