"""no_case: letters to handlers that belong to no case: what a mail to a desk did, or why it did nothing; lists."""

from __future__ import annotations

from typing import Any

from maild.decide.ledger import Ledger
from maild.decide.owing import plain_id
from maild.decide.subjects import bare_of
from maild.model.events import Told
from maild.model.known import Shown
from maild.model.message import Address
from maild.model.people import MAILD, Handler, handler_party
from maild.model.plan import Letter, Prepared


def owe(
    ledger: Ledger,
    handler: Handler,
    prepared: Prepared,
    kind: str,
    values: dict[str, Any],
    shown: tuple[Shown, ...] = (),
) -> None:
    """At once, to his registered address, as an answer to his mail."""
    party, number = handler_party(handler.key), ledger.next_letter()
    desk = ledger.policy.desks.get(prepared.desk, ledger.policy.default_desk)
    ledger.happen(None, MAILD, Told(party, kind, number))
    answers = plain_id(prepared)
    ledger.owe(
        Letter(
            number,
            None,
            "",
            kind,
            party,
            Address(handler.name, handler.address),
            desk.key,
            handler.language or desk.language,
            bare_of(prepared.message.subject) or desk.name,
            "your-mail",
            ledger.now,
            automatic="auto-replied",
            shown=shown,
            values=values,
            references=(answers,) if answers else (),
            in_reply_to=answers,
        )
    )
