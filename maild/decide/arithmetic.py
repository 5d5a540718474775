"""arithmetic: who was considered for a case, and why not they: for the trace.  Pure; decides nothing.

considered(choice, desk, policy, counters, away, last) -> one entry a candidate: {"handler", "open", "away", "left"}
open: his open cases, None where neither the rules nor a cap ask for them; left: why he could not have it at all ("" if he could)
"""

from __future__ import annotations

from collections.abc import Mapping

from maild.decide.assign import full, open_key
from maild.model.policy import Choice, Policy

_MOST = 50


def considered(
    choice: Choice | None,
    desk: str,
    policy: Policy,
    counters: Mapping[str, int],
    away: frozenset[str],
    last: str = "",
) -> list[dict[str, object]]:
    """In the order of the rotation; before it the customer's last handler, where he comes first."""
    if choice is not None and choice.how == "sticky":
        others = considered(choice.otherwise, desk, policy, counters, away)
        first = [_one_of(last, desk, policy, counters, away, loaded=False)] if last else []
        return [*first, *(one for one in others if one["handler"] != last)][:_MOST]
    if choice is None or choice.how == "nobody":
        return []
    keys = choice.handlers or tuple(handler.key for handler in policy.team(desk))
    home = desk if choice.how == "skill" else ""
    loaded = choice.how == "least_loaded"
    return [_one_of(key, home, policy, counters, away, loaded=loaded) for key in keys[:_MOST]]


def _one_of(
    key: str, desk: str, policy: Policy, counters: Mapping[str, int], away: frozenset[str], *, loaded: bool
) -> dict[str, object]:
    handler = policy.handlers.get(key)
    capped = handler is not None and handler.cap is not None
    return {
        "handler": key,
        "open": counters.get(open_key(key), 0) if loaded or capped else None,
        "away": key in away,
        "left": _left(key, desk, policy, counters),
    }


def _left(key: str, desk: str, policy: Policy, counters: Mapping[str, int]) -> str:
    handler = policy.handlers.get(key)
    if handler is None:
        return "is nobody any more"
    if handler.retired:
        return "has left"
    if desk and not handler.works_for(desk):
        return f"does not work for {desk}"
    return f"is full, cap {handler.cap}" if full(key, policy, counters) else ""


def told(entries: list[dict[str, object]]) -> str:
    """kari (3 open), ola (away)."""
    return ", ".join(_one(entry) for entry in entries)


def _one(entry: Mapping[str, object]) -> str:
    notes = [str(entry.get("left") or "")] if entry.get("left") else []
    notes += ["away"] if entry.get("away") else []
    notes += [f"{entry['open']} open"] if entry.get("open") is not None else []
    return f"{entry['handler']} ({', '.join(notes)})" if notes else str(entry["handler"])
