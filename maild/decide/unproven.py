"""unproven: a handler is asked whether mails in his name are his, by a letter to his registered address, one an hour at most.

ask(ledger, order, row, words, keep=...)    a mail that nobody proved has come, and stands in its case, or is of none

What comes within the hour waits for the next letter, which leaves when the hour is over and names all of it.  His word carries out,
or drops, just what the letter names.  A flood fills a letter: what is more is only filed, and the letter says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from maild.decide import desk_letters, drafts, notices, owing
from maild.decide.acts.context import Order
from maild.decide.facts import HOUR, unverified_key
from maild.decide.ledger import Ledger
from maild.decide.senses import continue_
from maild.model.draft import Draft
from maild.model.events import Ignored
from maild.model.inside_events import Continued
from maild.model.known import Pending
from maild.model.message import Address
from maild.model.people import MAILD, Desk, handler_party

# How many mails one letter names.
MOST = 10
_KIND, _REASON = "unverified", "mail-in-your-name"


def ask(ledger: Ledger, order: Order, row: int | None, words: str, *, keep: bool) -> None:
    """keep: it can be confirmed; one that only came again cannot.  words: the mail as it would be carried out."""
    key = unverified_key(order.handler.address, ledger.now)
    if not ledger.known.budgets.get(key, 0):
        ledger.spend(key)
        _at_once(ledger, order, row, words, keep=keep)
    elif keep:
        _with_the_next(ledger, order, row, words)


def _at_once(ledger: Ledger, order: Order, row: int | None, words: str, *, keep: bool) -> None:
    values: dict[str, Any] = {"words": words}
    if keep:
        values["words"] = _said(drafts.park(ledger, order, drafts.UNPROVEN, words, row=row))
        values |= _until(ledger, order)
    values |= continue_(ledger, order, _KIND)
    if order.case is None:
        desk_letters.owe(ledger, order.handler, _desk(ledger, order), _KIND, _REASON, values)
        return
    notices.to_handler(ledger, ledger.case(order.case_id), order.handler, _KIND, _REASON, values)


def _until(ledger: Ledger, order: Order) -> dict[str, Any]:
    return {"kept_until": drafts.until(ledger, _desk(ledger, order).key), "sends": True}


def _desk(ledger: Ledger, order: Order) -> Desk:
    key = order.prepared.desk if order.case is None else ledger.case(order.case).desk
    return ledger.policy.desks.get(key, ledger.policy.default_desk)


def _said(draft: Draft) -> str:
    """What would be carried out: his words, and below them the mail that he is said to have passed on."""
    passed = draft.kept.passed.text if draft.kept and draft.kept.passed else ""
    return draft.text if passed.strip() in draft.text else f"{draft.text}\n\n{passed}".strip()


def _with_the_next(ledger: Ledger, order: Order, row: int | None, words: str) -> None:
    """One letter for all that came since the last: it takes the place of the one that waited, if there is one."""
    waiting = _waiting(ledger, order)
    before = [d for d in ledger.known.unproven if waiting and d.letter == waiting.letter and d.waits(ledger.now)]
    if len(before) >= MOST:
        if order.case is None:
            ledger.happen(None, MAILD, Ignored("one more mail in a handler's name than he is asked about in an hour"))
        return
    if waiting:
        ledger.cancel(waiting.outbox)
        due_at = waiting.due_at
    else:
        hour = unverified_key(order.handler.address, ledger.now)[1] + 1
        ledger.spend((unverified_key(order.handler.address, ledger.now)[0], hour))
        due_at = datetime.fromtimestamp(hour * HOUR, UTC)
    for draft in before:
        ledger.retell(draft, ledger.next_letter())
    mine = drafts.park(ledger, order, drafts.UNPROVEN, words, row=row)
    _owe(ledger, order, [*before, mine], due_at, waiting)


def _waiting(ledger: Ledger, order: Order) -> Pending | None:
    """The letter that leaves when the hour is over."""
    party = handler_party(order.handler.key)
    mine = (p for p in ledger.known.pending if p.kind == _KIND and p.party == party)
    return next((p for p in mine if p.due_at > ledger.now), None)


def _owe(ledger: Ledger, order: Order, named: Sequence[Draft], due_at: datetime, instead: Pending | None) -> None:
    """About a case, if any of the mails is: what is said to it reaches them all."""
    mails = [{"number": _number(ledger, d), "words": _said(d)} for d in named]
    one = {"words": _said(named[0])} if len(mails) == 1 else {"mails": mails, "more": len(mails) >= MOST}
    order = replace(order, case=next((d.case for d in reversed(named) if d.case is not None), None))
    sense = continue_(ledger, order, _KIND) or _carry_on(ledger, order, instead)
    values, handler, desk = {**one, **_until(ledger, order), **sense}, order.handler, _desk(ledger, order)
    replaces = instead.outbox if instead else None
    if order.case is None:
        desk_letters.owe(ledger, handler, desk, _KIND, _REASON, values, due_at=due_at, replaces=replaces)
        return
    case = ledger.case(order.case)
    owing.owe(
        ledger,
        case,
        handler_party(handler.key),
        Address(handler.name, handler.address),
        _KIND,
        _REASON,
        (),
        due_at=due_at,
        language=handler.language or desk.language,
        values={**owing.case_values(ledger, case, handler), **values},
        automatic="auto-generated",
        replaces=replaces,
    )


def _number(ledger: Ledger, draft: Draft) -> str:
    return f"#{ledger.case(draft.case).number}" if draft.case is not None else ""


def _carry_on(ledger: Ledger, order: Order, instead: Pending | None) -> dict[str, Any]:
    """What the letter that it replaces would have been answered as, it is answered as, too."""
    found = ledger.case(order.case).errands.sense_of(instead.letter) if instead and order.case is not None else None
    if found is None:
        return {}
    ledger.happen(order.case, MAILD, Continued(ledger.next_letter(), found.of, found.what))
    return {"inside": True}
