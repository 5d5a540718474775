"""discreet: what a confidential case keeps from others, whatever rules say that are not about it.

kept(ledger, case, verdict, name, value)    of what a rule hands out (forward, watch, tasks) that which stays in the house
shut(ledger, case, verdict, approval)       whether it may not be shown to all whom a rule wants to approve it

A rule that names somebody was mostly written for other mail: his own people's feedback on a leader must not go to that leader because
he reads along with his domain.  Only a rule that says `confidential: true` itself knows whom it lets in; it is asked for nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from maild.decide import rights
from maild.decide.ledger import Ledger
from maild.model.approval import Approval
from maild.model.case import Case
from maild.model.people import handler_of
from maild.model.policy import Rule, Todo
from maild.model.verdict import Verdict

HANDED_OUT = ("forward", "watch", "tasks")


def kept(ledger: Ledger, case_id: int, verdict: Verdict, name: str, value: object) -> object:
    """The value, without those who may not know of the case; the trace says who was left out."""
    case = ledger.case(case_id)
    if name not in HANDED_OUT or not isinstance(value, tuple) or not rights.confidential(case, ledger.policy):
        return value
    let_in = frozenset(one for rule in _about_it(verdict) for one in getattr(rule.set, name))
    return tuple(_kept(ledger, case, name, value, let_in))


def shut(ledger: Ledger, case_id: int, verdict: Verdict, approval: Approval, voters: Iterable[str]) -> bool:
    """Whether some of them (parties) may not know of the case, and the rule that says so does not ask them."""
    case = ledger.case(case_id)
    if not rights.confidential(case, ledger.policy) or any(rule.set.approve == approval for rule in _about_it(verdict)):
        return False
    asked = [ledger.policy.handlers.get(handler_of(voter) or "") for voter in voters]
    return not all(handler and rights.sees(handler, case, ledger.policy) for handler in asked)


def _about_it(verdict: Verdict) -> Iterator[Rule]:
    """The rules that matched and say themselves that the case is confidential."""
    matched = {(tried.name, tried.where) for tried in verdict.matched}
    for rule in verdict.asked:
        if rule.set.confidential and not rule.shadow and (rule.name, rule.where) in matched:
            yield rule


def _kept(
    ledger: Ledger, case: Case, name: str, value: tuple[object, ...], let_in: frozenset[object]
) -> Iterator[object]:
    for one in value:
        if one in let_in or _may_know(ledger, case, one):
            yield one
            continue
        if isinstance(one, Todo):
            yield replace(one, handler="")
        notes = ledger.trace.setdefault("notes", [])
        notes.append(f"{name}: the case is confidential, and {_who(one)} is not let in by the rule that says so")


def _may_know(ledger: Ledger, case: Case, one: object) -> bool:
    """Handlers and desks that read along are held back wherever letters are written (notices.py): they may be let in another day."""
    if not isinstance(one, Todo):
        return "@" not in str(one)
    handler = ledger.policy.handlers.get(one.handler)
    return handler is None or rights.sees(handler, case, ledger.policy)


def _who(one: object) -> str:
    return one.handler if isinstance(one, Todo) else str(one)
