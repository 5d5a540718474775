"""clocks: what a case's events say of its clocks, as JSON in the case's row.

Rows of releases before there were clocks have none: `load` of nothing is what nothing was said of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maild.model.clocks import UNSTARTED, WAITING, Clocks, Pledge, Stop, Word
from maild.model.events import Status
from maild.store.database import moment, stamp

_TIMES = ("since_at", "answered_at", "spoke_at", "free_at", "closing_at")


def dump(clocks: Clocks) -> dict[str, Any]:
    """Only what there is."""
    if clocks is UNSTARTED:
        return {}
    found: dict[str, Any] = {name: getattr(clocks, name) for name in Clocks.__match_args__}
    for name in _TIMES:
        found[name] = found[name] and stamp(found[name])
    found["stops"] = [[stop.status, stamp(stop.since), stop.until and stamp(stop.until)] for stop in clocks.stops]
    found["pledges"] = [_pledge(p) for p in clocks.pledges]
    found["words"] = [[w.message, stamp(w.at), w.seq, w.cause, *([1] if w.void else [])] for w in clocks.words]
    found["runs"] = "" if clocks.runs else "no"
    return {name: value for name, value in found.items() if value}


def _pledge(told: Pledge) -> list[Any]:
    """What is as usual at its end is left out."""
    of = [told.of] if told.of else []
    pauses = [" ".join(sorted(told.pauses))] if of or told.pauses != WAITING else []
    void = [int(told.void)] if told.void or pauses else []
    return [told.target, stamp(told.due_at), stamp(told.told_at), told.letter, told.turn, *void, *pauses, *of]


def _pledged(
    target: str, due_at: int, told_at: int, letter: int, turn: int, void: int = 0, pauses: str = "waiting", of: int = 0
) -> Pledge:
    still = frozenset(map(Status, pauses.split()))
    return Pledge(target, moment(due_at), moment(told_at), letter, turn, bool(void), still, of)


def load(found: Mapping[str, Any]) -> Clocks:
    if not found:
        return UNSTARTED
    values = dict(found)
    for name in _TIMES:
        values[name] = moment(found[name]) if name in found else None
    values["stops"] = tuple(
        Stop(Status(status), moment(since), None if until is None else moment(until))
        for status, since, until in found.get("stops", ())
    )
    values["pledges"] = tuple(_pledged(*told) for told in found.get("pledges", ()))
    values["words"] = tuple(
        Word(message, moment(at), seq, cause, bool(void)) for message, at, seq, cause, *void in found.get("words", ())
    )
    values["runs"] = "runs" not in found
    values |= {name: tuple(found.get(name, ())) for name in ("fired", "breached")}
    return Clocks(**values)
