"""assign: who gets the case.  choose(choice, desk, policy, counters) -> Chosen.  Pure: turns and loads come as counters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from maild.model.people import Desk, Line
from maild.model.policy import Choice, Policy


@dataclass(frozen=True, slots=True)
class Chosen:
    """The handler (None: nobody), the reason in a few words, and the rotation whose turn has moved ("" = none)."""

    handler: str | None
    reason: str
    turn: str = ""


def choose(
    choice: Choice | None, desk: str, policy: Policy, counters: Mapping[str, int], away: frozenset[str] = frozenset()
) -> Chosen:
    """Pick among those of the choice who still work here; an empty list means the desk's team.

    Who is away is passed over; are they all, their cover has it, else the others of the desk.
    """
    if choice is None or choice.how == "nobody":
        return Chosen(None, "nobody, as the rules say")
    keys = _able(choice, desk, policy)
    if not keys:
        return Chosen(None, f"nobody works for {desk}")
    here = [key for key in keys if key not in away]
    if here:
        return HOW[choice.how](here, choice, desk, counters)
    return _in_place(keys, desk, policy, away)


def _in_place(keys: list[str], desk: str, policy: Policy, away: frozenset[str]) -> Chosen:
    covers = [key for absent in keys for key in policy.handlers[absent].cover]
    team = [handler.key for handler in policy.team(desk)]
    found = next((key for key in (*covers, *team) if key not in away and key in policy.handlers), None)
    return Chosen(found, f"in place of {keys[0]}, who is away" if found else "everybody is away")


def _able(choice: Choice, desk: str, policy: Policy) -> list[str]:
    if not choice.handlers:
        return [handler.key for handler in policy.team(desk)]
    return [key for key in choice.handlers if key in policy.handlers and not policy.handlers[key].retired]


def _named(keys: list[str], choice: Choice, desk: str, counters: Mapping[str, int]) -> Chosen:
    return Chosen(keys[0], "named by the rule")


def _round_robin(keys: list[str], choice: Choice, desk: str, counters: Mapping[str, int]) -> Chosen:
    turn = turn_key(choice, desk)
    count = counters.get(turn, 0)
    return Chosen(keys[count % len(keys)], f"round robin, turn {count + 1}", turn)


def _least_loaded(keys: list[str], choice: Choice, desk: str, counters: Mapping[str, int]) -> Chosen:
    load = {key: counters.get(open_key(key), 0) for key in keys}
    best = min(keys, key=lambda key: load[key])
    return Chosen(best, f"least loaded, {load[best]} open")


def line_choice(desk: Desk, line: Line) -> Choice:
    """Those of a line in turn."""
    return Choice("round_robin", line.handlers, f"line:{desk.key}:{line.name}")


def turn_key(choice: Choice, desk: str) -> str:
    """The counter of a rotation: its own, or the desk's."""
    return f"turn:{choice.key}" if choice.handlers else f"turn:desk:{desk}"


def open_key(handler: str) -> str:
    """The counter of a handler's open cases."""
    return f"open:{handler}"


HOW = {"named": _named, "round_robin": _round_robin, "least_loaded": _least_loaded}
