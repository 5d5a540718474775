"""required: facts that a rule wants of a case (`ask`, facts.yaml): taken from what the customer's side writes, and asked for.

begin(...)     a case was opened: what its mail says of them
heard(...)     one who takes part wrote; what is still missing is asked for once more, by a letter of its own
vouched(...)   a handler says the same as somebody who did not prove who he is
answers(...)   whether a mail fills in anything, though it may be empty but for our own block
The acknowledgement asks first (tasklist.asks).  What was written is kept as phrases, erased with the rest of the case.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from maild.decide import asking, budget, filled, notices, scheduling, tasklist
from maild.decide.ledger import Ledger
from maild.decide.thread import Join
from maild.model.case import Case
from maild.model.events import Suppressed
from maild.model.fact import Fact
from maild.model.people import MAILD
from maild.model.plan import Prepared
from maild.model.rule_events import FactDoubted, FactGiven, FactsWanted, FactVouched
from maild.model.ruled import given, missing
from maild.model.verdict import Verdict

# Whose word it is.
STANDINGS = ("customer", "participant")


def begin(
    ledger: Ledger, prepared: Prepared, case_id: int, row: int, verdict: Verdict, *, passed_on: bool = False
) -> None:
    """The rules' `ask`.  passed_on: a handler brought it, who answers for it."""
    value = verdict.value("ask")
    wanted = [key for key in value if key in ledger.policy.facts] if isinstance(value, tuple) else []
    if wanted:
        ledger.happen(case_id, MAILD, FactsWanted(",".join(wanted)))
        _take(ledger, prepared, case_id, row, sure=passed_on or prepared.trust.authenticated)


def heard(ledger: Ledger, prepared: Prepared, case_id: int, row: int) -> None:
    """More of a case that wants facts."""
    case = ledger.case(case_id)
    if not case.wanted:
        return
    _take(ledger, prepared, case_id, row, sure=prepared.trust.authenticated)
    case = ledger.case(case_id)
    if case.asked == 1 and _facts(ledger, missing(case)) and not case.ended:
        _ask_again(ledger, prepared, case)


def answers(ledger: Ledger, prepared: Prepared, join: Join) -> bool:
    """It says something of what its case wants."""
    if join.case is None or join.standing not in STANDINGS or not join.case.wanted:
        return False
    return bool(filled.read(prepared.message.text, _facts(ledger, missing(join.case))))


def _facts(ledger: Ledger, keys: Iterable[str]) -> list[Fact]:
    return [ledger.policy.facts[key] for key in keys if key in ledger.policy.facts]


def vouched(ledger: Ledger, prepared: Prepared, case_id: int, by: str) -> None:
    """Only what was said: a handler's sentence with a label in it must not become a value."""
    case = ledger.case(case_id)
    known = given(case)
    said = filled.read(prepared.message.own_text, _facts(ledger, case.unsure)) if case.unsure else {}
    for key, value in said.items():
        if ledger.subjects.get(known.get(key, "")) == value:
            ledger.happen(case_id, by, FactVouched(key, by))


def _take(ledger: Ledger, prepared: Prepared, case_id: int, row: int, *, sure: bool) -> None:
    """Each fact that the mail says, and another value for one that was said, where the author wrote it above what he quotes.

    sure: it is proven who wrote.  What was said before him by somebody who did not prove it, he is asked for as if nobody had.
    """
    case, message = ledger.case(case_id), prepared.message
    lacking = _facts(ledger, (*missing(case), *(case.unsure if sure else ())))
    said = {
        **filled.within(f"{message.subject}\n{message.own_text}", lacking),
        **filled.read(message.text, lacking),
        **_corrected(ledger, prepared, case),
    }
    for key, value in said.items():
        text = ledger.phrase(case_id, asking.phrase(prepared, value))
        ledger.happen(case_id, ledger.person(prepared), FactGiven(key, text, row))
        if not sure:
            ledger.happen(case_id, MAILD, FactDoubted(key))
    if sure:
        scheduling.wished(ledger, case_id, said)


def _corrected(ledger: Ledger, prepared: Prepared, case: Case) -> dict[str, str]:
    """Only whoever proves that he writes takes back what was said."""
    before = given(case)
    if not prepared.trust.authenticated:
        return {}
    said = filled.read(prepared.message.own_text, _facts(ledger, before))
    return {key: value for key, value in said.items() if ledger.subjects.get(before[key]) != value}


def _ask_again(ledger: Ledger, prepared: Prepared, case: Case) -> None:
    """Once: whoever has not answered the second time is asked by a person."""
    person = ledger.people.get(case.customer)
    address = person.address if person else ""
    proven = prepared.trust.authenticated
    spent = (budget.proven_exhausted if proven else budget.exhausted)(
        address, ledger.now, ledger.known.budgets, ledger.policy.limits
    )
    if spent:
        ledger.happen(case.id, MAILD, Suppressed(case.customer, "facts", spent))
        return
    for key in (budget.proven_key(address, ledger.now),) if proven else budget.keys(address, ledger.now):
        ledger.spend(key)
    block: dict[str, Any] = dict(tasklist.asks(ledger, case, ledger.next_letter()))
    notices.to_customer(ledger, ledger.case(case.id), case.customer, "facts", (), MAILD, **block)
