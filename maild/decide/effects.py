"""effects: what the rules' decisions do to a case that has just been opened.  A row of EFFECTS for each field, in that order.

Which desk it is, whether there is a case at all, who has it and what the customer is told are asked before and after: intake.py; what wants
its handler or the mail: deeds.py.
"""

from __future__ import annotations

from collections.abc import Callable

from maild.decide.ledger import Ledger
from maild.model.asking_events import Escalated
from maild.model.deed_events import CaseType, Categorised, Typed
from maild.model.events import Labelled, Prioritised, Priority
from maild.model.trust_events import Restricted
from maild.model.verdict import Decided, Verdict

RULES = "maild"


def apply(ledger: Ledger, case_id: int, verdict: Verdict) -> None:
    """Let the case have all that was decided."""
    for name, effect in EFFECTS.items():
        decided = verdict.decisions.get(name)
        if decided is not None:
            effect(ledger, case_id, decided)


def labels(ledger: Ledger, case_id: int, verdict: Verdict) -> None:
    """Nothing but the labels."""
    if "labels" in verdict.decisions:
        _labels(ledger, case_id, verdict.decisions["labels"])


def _priority(ledger: Ledger, case_id: int, decided: Decided) -> None:
    ledger.happen(case_id, RULES, Prioritised(Priority(str(decided.value)), decided.because or decided.rule))


def _labels(ledger: Ledger, case_id: int, decided: Decided) -> None:
    for label in decided.value if isinstance(decided.value, tuple) else ():
        ledger.happen(case_id, RULES, Labelled(label))


def _confidential(ledger: Ledger, case_id: int, decided: Decided) -> None:
    """Only its own people may see it."""
    if decided.value:
        ledger.happen(case_id, RULES, Restricted(decided.because or decided.rule))


def _line(ledger: Ledger, case_id: int, decided: Decided) -> None:
    """Of its desk, if that has such a line; who has it there is asked later (deeds.py)."""
    lines = ledger.policy.desks[ledger.case(case_id).desk].lines
    if decided.value in [line.name for line in lines]:
        ledger.happen(case_id, RULES, Escalated(str(decided.value)))


def _type(ledger: Ledger, case_id: int, decided: Decided) -> None:
    ledger.happen(case_id, RULES, Typed(CaseType(str(decided.value)), decided.because or decided.rule))


def _category(ledger: Ledger, case_id: int, decided: Decided) -> None:
    ledger.happen(case_id, RULES, Categorised(str(decided.value), decided.because or decided.rule))


EFFECTS: dict[str, Callable[[Ledger, int, Decided], None]] = {
    "priority": _priority,
    "labels": _labels,
    "confidential": _confidential,
    "line": _line,
    "type": _type,
    "category": _category,
}
