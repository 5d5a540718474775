"""colleagues: whoever has a case is told what another handler did to it: solved or opened it, merged it, made it part of an incident.

tell(ledger, order, shown)    after all else of his mail is done; shown: what stands below its commands, by case

Not himself, nor the team for which he writes; not who reads of it in another letter already.  What only turns in a case (its priority,
its labels) he sees in the next letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maild.decide import absence, notices, rights, tasklist
from maild.decide.acts.context import Order
from maild.decide.ledger import Ledger
from maild.model.case import Case
from maild.model.known import Shown
from maild.model.people import Handler, handler_party


def tell(ledger: Ledger, order: Order, shown: Mapping[int, Shown | None]) -> None:
    for case_id in ledger.touched():
        before = ledger.known.cases.get(case_id)
        key = _what(before, ledger.case(case_id)) if before else ""
        if before and key:
            said = shown.get(case_id)
            _tell(ledger, order, before, key, (said,) if said and said.text else ())


def _what(before: Case, after: Case) -> str:
    """The weightiest of it."""
    if before.merged_into != after.merged_into:
        return "by_merged" if after.merged_into is not None else "by_unmerged"
    if before.ended != after.ended:
        return "by_solved" if after.ended else "by_reopened"
    if before.parent != after.parent:
        return "by_grouped" if after.parent is not None else "by_ungrouped"
    return ""


def _tell(ledger: Ledger, order: Order, before: Case, key: str, shown: tuple[Shown, ...]) -> None:
    """Whoever had it, or stands in for him."""
    own, case = ledger.policy.handlers.get(before.handler or ""), ledger.case(before.id)
    doers = (order.by, handler_party(order.handler.key))
    if own is None or own.retired or handler_party(own.key) in doers:
        return
    for handler in absence.instead(ledger, own, case) or (own,):
        party = handler_party(handler.key)
        if party in doers or _reads(ledger, party, (case.id, case.merged_into)):
            continue
        values = {
            "news": {"ok": True, "key": key, "value": tasklist.name_of(ledger, order.by)},
            **_around(ledger, case, handler),
        }
        reason = "you-handle-it" if handler == own else "you-stand-in"
        notices.to_handler(ledger, ledger.case(case.id), handler, "notice", reason, values, shown)


def _reads(ledger: Ledger, party: str, cases: tuple[int | None, ...]) -> bool:
    """Of this case, or of the one in which it goes on."""
    return any(letter.party == party and letter.case in cases for letter in ledger.letters)


def _around(ledger: Ledger, case: Case, handler: Handler) -> dict[str, Any]:
    """The numbers of the case in which it goes on, and of its incident, if he may know of them."""
    tied = {"related": case.merged_into, "incident": case.parent}
    found = {name: ledger.known.cases.get(row or 0) for name, row in tied.items()}
    seen = {name: other for name, other in found.items() if other and rights.sees(handler, other, ledger.policy)}
    hidden = {name: "" for name, other in found.items() if other and name not in seen}
    return {**hidden, **{name: f"#{other.number}" for name, other in seen.items()}}
