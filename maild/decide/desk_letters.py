"""desk_letters: a letter to a handler that is about no one case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from maild.decide.ledger import Ledger
from maild.model.events import Told
from maild.model.known import Shown
from maild.model.message import Address
from maild.model.people import MAILD, Desk, Handler, handler_party
from maild.model.plan import Letter


def owe(
    ledger: Ledger,
    handler: Handler,
    desk: Desk,
    kind: str,
    reason: str,
    values: dict[str, Any],
    *,
    subject: str = "",
    automatic: str = "auto-generated",
    shown: tuple[Shown, ...] = (),
    answers: str = "",
    due_at: datetime | None = None,
    replaces: int | None = None,
) -> None:
    """At once (or due_at), in his language.  answers: the Message-ID of a mail of his that it answers."""
    party, number = handler_party(handler.key), ledger.next_letter()
    ledger.happen(None, MAILD, Told(party, kind, number))
    ledger.owe(
        Letter(
            id=number,
            case=None,
            number="",
            kind=kind,
            party=party,
            to=Address(handler.name, handler.address),
            desk=desk.key,
            language=handler.language or desk.language,
            subject=subject,
            reason=reason,
            due_at=due_at or ledger.now,
            automatic=automatic,
            shown=shown,
            values=values,
            references=(answers,) if answers else (),
            in_reply_to=answers,
            replaces=replaces,
        )
    )
