"""escalate: what happens when a promise slips, or soon will: the steps of its ladder, each once and in order; and a case that nobody takes.

due(ledger, case_id)      all that is due of the case by now: Breached, Warned with what that step does, Untended
whom(ledger, case, word)  who hears of it: a word of WHO, or a handler's key

A step is an event; whom it tells is noted beside it (Plan.slips), and gets his letter when every case that is due has been looked at
(slips.py): so one who would get a hundred letters gets one, and a letter that cannot be written stops no step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from maild.decide import absence, clocks, duty, notices, rights
from maild.decide.acts import lines
from maild.decide.clocks import Coming
from maild.decide.ledger import Ledger
from maild.model.asking_events import Escalated
from maild.model.case import Case
from maild.model.clock_events import Breached, Untended, Warned
from maild.model.events import Assigned, Prioritised, Priority
from maild.model.people import MAILD, Handler, Role
from maild.model.slip import UNASSIGNED, Slip


def due(ledger: Ledger, case_id: int) -> None:
    """All of it; after each step the case is asked anew, for a step may change what is promised."""
    before = ledger.case(case_id).seq
    while found := _next(ledger, case_id):
        _take(ledger, case_id, found)
    _untended(ledger, case_id)
    if any(isinstance(record.event, Warned) for record in ledger.events_of(case_id)):
        notices.tell(ledger, case_id, notices.Telling(None, news="by_ladder"), after=before)


def _next(ledger: Ledger, case_id: int) -> Coming | None:
    found = clocks.coming(ledger.case(case_id), ledger.policy, ledger.now)
    return found[0] if found and found[0].at <= ledger.now else None


def _take(ledger: Ledger, case_id: int, found: Coming) -> None:
    target, turn = str(found.clock.target), found.clock.turn
    name = found.step.name if found.step else "breached"
    ledger.trace.setdefault("steps", []).append({"target": target, "step": name, "at": found.at.isoformat()})
    if found.step is None:
        ledger.happen(case_id, MAILD, Breached(target, found.due_at, turn))
        return
    ledger.happen(case_id, MAILD, Warned(target, found.step.name, turn))
    for act in STEPS.values():
        act(ledger, case_id, found)


# --- what a step does -----------------------------------------------------------------------------------------------------------


def _tell(ledger: Ledger, case_id: int, found: Coming) -> None:
    """tell: WHO    They get a letter."""
    if found.step:
        _note(
            ledger, case_id, found.step.tell, str(found.clock.target), found.step.name, found.due_at, found.clock.turn
        )


def _raise(ledger: Ledger, case_id: int, found: Coming) -> None:
    """priority: WORD    The case gets it, unless it has a higher one."""
    wanted, ranks = found.step.raise_to if found.step else None, tuple(Priority)
    if found.step and wanted and ranks.index(wanted) < ranks.index(ledger.case(case_id).priority):
        ledger.happen(case_id, MAILD, Prioritised(wanted, f"ladder, {found.step.name}"))


def _escalate(ledger: Ledger, case_id: int, found: Coming) -> None:
    """escalate: true    The case goes to the next line, where one of its handlers has it; from the last one it goes nowhere."""
    case = ledger.case(case_id)
    line = lines.following(case, ledger.policy) if found.step and found.step.escalate else None
    chosen = lines.pick(ledger, case, line) if line else None
    if line is None or chosen is None or chosen.handler is None:
        return
    ledger.turn(chosen)
    ledger.happen(case_id, MAILD, Escalated(line.name))
    ledger.happen(case_id, MAILD, Assigned(chosen.handler, f"line {line.name}"))


def _untended(ledger: Ledger, case_id: int) -> None:
    """Nobody has taken it for so long as its desk says."""
    case = ledger.case(case_id)
    found, asked = clocks.untended(case, ledger.policy), ledger.policy.desks[case.desk].unassigned
    if found is None or asked is None or found[1] > ledger.now:
        return
    ledger.trace.setdefault("steps", []).append({"target": UNASSIGNED, "step": "", "at": found[1].isoformat()})
    ledger.happen(case_id, MAILD, Untended(found[0]))
    _note(ledger, case_id, asked.tell, UNASSIGNED, "", found[0])


def _note(
    ledger: Ledger, case_id: int, words: Iterable[str], target: str, step: str, due_at: datetime, turn: int = 0
) -> None:
    """Each of them once, by the first word that names him."""
    case = ledger.case(case_id)
    told = {handler.key: word for word in reversed(tuple(words)) for handler in whom(ledger, case, word)}
    for key, word in reversed(told.items()):
        ledger.slip(Slip(key, case_id, target, step, due_at, word, turn))
    ledger.trace["steps"][-1]["tells"] = list(reversed(told))


# --- who is told ----------------------------------------------------------------------------------------------------------------


def whom(ledger: Ledger, case: Case, word: str) -> tuple[Handler, ...]:
    """Those who may see the case, and who stands in for whoever is away; if there are none, the desk's team."""
    policy = ledger.policy
    named = WHO[word](ledger, case) if word in WHO else _one(ledger, word)
    able = tuple(one for one in named if not one.retired and rights.sees(one, case, policy))
    here = absence.present(ledger, able)
    readers = here or tuple(reader for one in able for reader in (absence.instead(ledger, one, case) or (one,)))
    found = tuple(dict.fromkeys(one for one in readers if rights.sees(one, case, policy)))
    return found or absence.present(ledger, policy.team(case.desk)) or policy.team(case.desk)


def _one(ledger: Ledger, key: str) -> tuple[Handler, ...]:
    found = ledger.policy.handlers.get(key)
    return (found,) if found else ()


def _handler(ledger: Ledger, case: Case) -> tuple[Handler, ...]:
    """Whoever answered the page of a case that is another's: that one was told that he need not come."""
    return _one(ledger, case.pages.by if case.handler and case.pages.by else case.handler or "")


def _desk(ledger: Ledger, case: Case) -> tuple[Handler, ...]:
    return ledger.policy.team(case.desk)


def _lead(ledger: Ledger, case: Case) -> tuple[Handler, ...]:
    return rights.holders(case.desk, ledger.policy, Role.LEAD)


def _line(ledger: Ledger, case: Case) -> tuple[Handler, ...]:
    of_desk = ledger.policy.desks[case.desk].lines
    keys = of_desk[lines.current(case, ledger.policy)].handlers if of_desk else ()
    return tuple(one for key in keys for one in _one(ledger, key))


def _on_call(ledger: Ledger, case: Case) -> tuple[Handler, ...]:
    """Outside the hours of duty nobody has it: the leads then."""
    return duty.now_on(ledger, case.desk) or _lead(ledger, case)


Act = Callable[[Ledger, int, Coming], None]
# In this order: who is told has had the case until now.
STEPS: dict[str, Act] = {"tell": _tell, "priority": _raise, "escalate": _escalate}
# The words of model/sla.WHO.
WHO: dict[str, Callable[[Ledger, Case], tuple[Handler, ...]]] = {
    "handler": _handler,
    "desk": _desk,
    "lead": _lead,
    "line": _line,
    "oncall": _on_call,
}
