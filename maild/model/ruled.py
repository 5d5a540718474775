"""ruled: what rules began in a case, folded into it: facts, votes, alarms.

changes(case, record) -> the fields that an event of rule_events.py changes.  Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maild.model.recorded import Recorded
from maild.model.rule_events import (
    Alarmed,
    Balloted,
    Carried,
    Defeated,
    FactDoubted,
    FactGiven,
    FactsAsked,
    FactsWanted,
    FactVouched,
    Unballoted,
)

if TYPE_CHECKING:
    from maild.model.case import Case

UP, DOWN = "up", "down"


def changes(case: Case, record: Recorded) -> dict[str, Any]:
    """What such an event says of the case; nothing for any other."""
    match record.event:
        case FactsWanted(facts=facts):
            return {"wanted": tuple(dict.fromkeys((*case.wanted, *listed(facts))))}
        case FactsAsked():
            return {"asked": case.asked + 1}
        case FactGiven(fact=fact, value=value):
            others = tuple(one for one in case.given if one.partition(":")[0] != fact)
            return {"given": (*others, f"{fact}:{value}"), "unsure": _without(case.unsure, fact)}
        case FactDoubted(fact=fact):
            return {"unsure": (*_without(case.unsure, fact), fact)}
        case FactVouched(fact=fact):
            return {"unsure": _without(case.unsure, fact)}
        case Balloted(need=need, letters=letters):
            return {"need": need, "ballot": tuple(map(int, listed(letters)))}
        case Unballoted(reason=reason):
            return {"unasked": reason}
        case Carried() | Defeated():
            return {"need": 0}
        case Alarmed(state=state) if state == DOWN:
            return {"alarms": case.alarms + 1, "recovered_at": None}
        case Alarmed():
            return {"recovered_at": record.at}
    return {}


def given(case: Case) -> dict[str, str]:
    """Key of a fact -> the commitment of what was said."""
    pairs = (one.partition(":") for one in case.given)
    return {key: value for key, _, value in pairs}


def missing(case: Case) -> tuple[str, ...]:
    """The facts that are wanted and that nobody has said."""
    known = given(case)
    return tuple(key for key in case.wanted if key not in known)


def _without(keys: tuple[str, ...], key: str) -> tuple[str, ...]:
    return tuple(one for one in keys if one != key)


def listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))
