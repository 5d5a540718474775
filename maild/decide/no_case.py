"""no_case: letters to handlers that belong to no case: what a mail to a desk did, or why it did nothing; lists."""

from __future__ import annotations

from typing import Any

from maild.decide import desk_letters
from maild.decide.ledger import Ledger
from maild.decide.owing import plain_id
from maild.model.known import Shown
from maild.model.people import Handler
from maild.model.plan import Prepared
from maild.model.subject import bare_of


def owe(
    ledger: Ledger,
    handler: Handler,
    prepared: Prepared,
    kind: str,
    values: dict[str, Any],
    shown: tuple[Shown, ...] = (),
) -> None:
    """At once, to his registered address, as an answer to his mail."""
    desk = ledger.policy.desks.get(prepared.desk, ledger.policy.default_desk)
    desk_letters.owe(
        ledger,
        handler,
        desk,
        kind,
        "your-mail",
        values,
        subject=bare_of(prepared.message.subject) or desk.name,
        automatic="auto-replied",
        shown=shown,
        answers=plain_id(prepared),
    )
