"""assign: who gets the case.  choose(choice, desk, policy, counters, ...) -> Chosen.  Pure: turns and loads come as counters."""

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
    choice: Choice | None,
    desk: str,
    policy: Policy,
    counters: Mapping[str, int],
    away: frozenset[str] = frozenset(),
    last: str = "",
) -> Chosen:
    """Pick among those of the choice who still work here; an empty list means the desk's team.

    Who is away, or has as many cases as his cap allows, is passed over; are they all away, their cover has it, else the others of the
    desk; are they all full, nobody.  last: the handler who had the customer's last case.
    """
    if choice is not None and choice.how == "sticky":
        if _can(last, desk, policy, counters, away):
            return Chosen(last, "the customer's last handler")
        choice = choice.otherwise
    if choice is None or choice.how == "nobody":
        return Chosen(None, "nobody, as the rules say")
    keys = able(choice, desk, policy)
    if not keys:
        return Chosen(None, f"nobody works for {desk}" if choice.how != "skill" else f"nobody has the {choice.key}")
    here = [key for key in keys if key not in away]
    if not here:
        return _in_place(keys, desk, policy, counters, away)
    free = [key for key in here if not full(key, policy, counters)]
    if not free:
        return Chosen(None, f"everybody is full: {', '.join(here)}")
    return HOW[choice.how](free, choice, desk, counters)


def _can(key: str, desk: str, policy: Policy, counters: Mapping[str, int], away: frozenset[str]) -> bool:
    handler = policy.handlers.get(key)
    works = handler is not None and not handler.retired and handler.works_for(desk)
    return works and key not in away and not full(key, policy, counters)


def full(key: str, policy: Policy, counters: Mapping[str, int]) -> bool:
    """Whether he has as many open cases as his cap allows."""
    handler = policy.handlers.get(key)
    return handler is not None and handler.cap is not None and counters.get(open_key(key), 0) >= handler.cap


def _in_place(keys: list[str], desk: str, policy: Policy, counters: Mapping[str, int], away: frozenset[str]) -> Chosen:
    covers = [key for absent in keys for key in policy.handlers[absent].cover]
    team = [handler.key for handler in policy.team(desk)]
    here = [key for key in (*covers, *team) if key not in away and key in policy.handlers]
    found = next((key for key in here if not full(key, policy, counters)), None)
    if found is None:
        return Chosen(None, "everybody is away or full" if here else "everybody is away")
    return Chosen(found, f"in place of {keys[0]}, who is away")


def able(choice: Choice, desk: str, policy: Policy) -> list[str]:
    """Those of a choice who work here; of a skill, those who work for the desk."""
    if choice.how != "skill" and not choice.handlers:
        return [handler.key for handler in policy.team(desk)]
    working = [key for key in choice.handlers if key in policy.handlers and not policy.handlers[key].retired]
    return [key for key in working if choice.how != "skill" or policy.handlers[key].works_for(desk)]


def _named(keys: list[str], choice: Choice, desk: str, counters: Mapping[str, int]) -> Chosen:
    return Chosen(keys[0], "named by the rule")


def _round_robin(keys: list[str], choice: Choice, desk: str, counters: Mapping[str, int]) -> Chosen:
    turn = turn_key(choice, desk)
    count = counters.get(turn, 0)
    return Chosen(keys[count % len(keys)], f"round robin, turn {count + 1}", turn)


def _skill(keys: list[str], choice: Choice, desk: str, counters: Mapping[str, int]) -> Chosen:
    turn = turn_key(choice, desk)
    count = counters.get(turn, 0)
    return Chosen(keys[count % len(keys)], f"{choice.key.replace(':', ' ')}, turn {count + 1}", turn)


def _weighted(keys: list[str], choice: Choice, desk: str, counters: Mapping[str, int]) -> Chosen:
    """Each as often as his weight says, spread over the round rather than one after the other."""
    weights = dict(zip(choice.handlers, choice.weights, strict=True))
    order = spread({key: weights[key] for key in keys})
    turn = turn_key(choice, desk)
    count = counters.get(turn, 0)
    return Chosen(order[count % len(order)], f"weighted, turn {count + 1}", turn)


def spread(weights: Mapping[str, int]) -> list[str]:
    """A round in which each stands as often as his weight: whoever is furthest behind his share is next."""
    whole, had = sum(weights.values()), dict.fromkeys(weights, 0)
    order: list[str] = []
    for at in range(1, whole + 1):
        key = max(weights, key=lambda one: (weights[one] * at / whole - had[one], weights[one]))
        had[key] += 1
        order.append(key)
    return order


def _least_loaded(keys: list[str], choice: Choice, desk: str, counters: Mapping[str, int]) -> Chosen:
    load = {key: counters.get(open_key(key), 0) for key in keys}
    best = min(keys, key=lambda key: load[key])
    return Chosen(best, f"least loaded, {load[best]} open")


def line_choice(desk: Desk, line: Line) -> Choice:
    """Those of a line in turn."""
    return Choice("round_robin", line.handlers, f"line:{desk.key}:{line.name}")


# These take turns, so that a counter must be known.
TURNING = ("round_robin", "weighted", "skill")


def turn_key(choice: Choice, desk: str) -> str:
    """The counter of a rotation: its own, or the desk's."""
    return f"turn:{choice.key}" if choice.handlers else f"turn:desk:{desk}"


def open_key(handler: str) -> str:
    """The counter of a handler's open cases."""
    return f"open:{handler}"


HOW = {
    "named": _named,
    "round_robin": _round_robin,
    "weighted": _weighted,
    "skill": _skill,
    "least_loaded": _least_loaded,
}
