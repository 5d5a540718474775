"""deeds: what the rules' decisions do to a case beside effects.py, for which the mail or its handler must be known: the tasks on its
list, those who read along or get the mail, the incident to which it belongs.  A row of DEEDS for each field; nothing of it is done to
history that is imported.

chosen(ledger, case, verdict)   how its handler is chosen: the decision, or the turn of the line that a rule names
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from maild.decide import absence, asking, discreet, forwarding
from maild.decide.assign import line_choice
from maild.decide.effects import RULES
from maild.decide.ledger import Ledger
from maild.model.asking_events import Tasked
from maild.model.content import Content
from maild.model.deed_events import Followed
from maild.model.events import Watched
from maild.model.people import handler_of
from maild.model.plan import Prepared
from maild.model.policy import Choice, Todo
from maild.model.related_events import Gathered, Grouped
from maild.model.verdict import Decided, Verdict

BUILT_IN = "built in"


def chosen(ledger: Ledger, case_id: int, verdict: Verdict) -> Choice | None:
    """A rule that names somebody outweighs one that names a line, and both outweigh those that are built in."""
    decided, value = verdict.decisions.get("handler"), verdict.value("handler")
    choice = value if isinstance(value, Choice) else None
    line = verdict.value("line")
    if line is None or (decided is not None and decided.where != BUILT_IN):
        return choice
    desk = ledger.policy.desks[ledger.case(case_id).desk]
    found = next((one for one in desk.lines if one.name == line), None)
    if found is None:
        note(ledger, f"the desk {desk.key} has no line {line}")
        return choice
    return line_choice(desk, found)


def apply(ledger: Ledger, prepared: Prepared, case_id: int, verdict: Verdict) -> None:
    """When the case has its handler."""
    for name, deed in DEEDS.items():
        decided = verdict.decisions.get(name)
        if decided is not None:
            kept = discreet.kept(ledger, case_id, verdict, name, decided.value)
            deed(ledger, prepared, case_id, replace(decided, value=kept))


def note(ledger: Ledger, text: str) -> None:
    """What could not be done, for the trace."""
    ledger.trace.setdefault("notes", []).append(text)


# --- tasks ------------------------------------------------------------------------------------------------------------------------


def _tasks(ledger: Ledger, prepared: Prepared, case_id: int, decided: Decided) -> None:
    for at, todo in enumerate(decided.value if isinstance(decided.value, tuple) else ()):
        if isinstance(todo, Todo):
            _task(ledger, prepared, case_id, todo, at)


def _task(ledger: Ledger, prepared: Prepared, case_id: int, todo: Todo, at: int) -> None:
    whose = _whose(ledger, case_id, todo)
    if whose is None:
        note(ledger, f"task {todo.text!r}: nobody works for the desk")
        return
    salt = hashlib.sha256(b"todo\0" + prepared.body.salt + f"{case_id} {at}".encode()).digest()[:16]
    text = ledger.phrase(case_id, Content(salt, todo.text))
    due_at = ledger.now + todo.due if todo.due else None
    ledger.happen(case_id, RULES, Tasked(RULES, text, whose, due_at))
    if whose != ledger.case(case_id).handler:
        asking.entrust(ledger, case_id, len(ledger.case(case_id).errands.tasks), due=False)


def _whose(ledger: Ledger, case_id: int, todo: Todo) -> str | None:
    """Whom the rule names, else whoever has the case, else the first of the desk's team who is here."""
    case = ledger.case(case_id)
    named = ledger.policy.handlers.get(todo.handler or case.handler or "")
    if named is not None and not named.retired:
        return named.key
    team = ledger.policy.team(case.desk)
    return next((handler.key for handler in absence.present(ledger, team) or team), None)


# --- who reads along --------------------------------------------------------------------------------------------------------------


def _watch(ledger: Ledger, prepared: Prepared, case_id: int, decided: Decided) -> None:
    for one in decided.value if isinstance(decided.value, tuple) else ():
        _follow(ledger, case_id, str(one))


def _follow(ledger: Ledger, case_id: int, one: str) -> None:
    case = ledger.case(case_id)
    if one.startswith("desk:"):
        desk = one.removeprefix("desk:")
        if desk in ledger.policy.desks and desk != case.desk and desk not in case.watching:
            ledger.happen(case_id, RULES, Watched(desk))
        return
    party = one if handler_of(one) else ledger.newcomer(one, "", None)
    if party not in (*case.followers, case.customer, *case.participants):
        ledger.happen(case_id, RULES, Followed(party))


def _forward(ledger: Ledger, prepared: Prepared, case_id: int, decided: Decided) -> None:
    for address in decided.value if isinstance(decided.value, tuple) else ():
        forwarding.forward(ledger, prepared, case_id, str(address))


def _notice(ledger: Ledger, prepared: Prepared, case_id: int, decided: Decided) -> None:
    """The case belongs to an incident from its beginning."""
    parent = ledger.known.incidents.get(str(decided.value))
    if parent is None:
        note(ledger, f"no incident with the label {decided.value} is open")
        return
    ledger.happen(case_id, RULES, Grouped(parent))
    ledger.happen(parent, RULES, Gathered(case_id))


DEEDS: dict[str, Callable[[Ledger, Prepared, int, Decided], None]] = {
    "tasks": _tasks,
    "watch": _watch,
    "notice": _notice,
    "forward": _forward,
}
