"""arithmetic: who was considered for a case, and why not they: for the trace.  Pure; decides nothing.

considered(choice, desk, policy, counters, away) -> one entry a candidate: {"handler", "open", "away", "left"}
open: his open cases, None where the rules do not ask for them; left: why he could not have it at all ("" if he could)
"""

from __future__ import annotations

from collections.abc import Mapping

from maild.decide.assign import open_key
from maild.model.policy import Choice, Policy

_MOST = 50


def considered(
    choice: Choice | None, desk: str, policy: Policy, counters: Mapping[str, int], away: frozenset[str]
) -> list[dict[str, object]]:
    """In the order of the rotation."""
    if choice is None or choice.how == "nobody":
        return []
    keys = choice.handlers or tuple(handler.key for handler in policy.team(desk))
    return [
        {
            "handler": key,
            "open": counters.get(open_key(key), 0) if choice.how == "least_loaded" else None,
            "away": key in away,
            "left": _left(key, policy),
        }
        for key in keys[:_MOST]
    ]


def _left(key: str, policy: Policy) -> str:
    handler = policy.handlers.get(key)
    if handler is None:
        return "is nobody any more"
    return "has left" if handler.retired else ""


def told(entries: list[dict[str, object]]) -> str:
    """kari (3 open), ola (away)."""
    return ", ".join(_one(entry) for entry in entries)


def _one(entry: Mapping[str, object]) -> str:
    notes = [str(entry.get("left") or "")] if entry.get("left") else []
    notes += ["away"] if entry.get("away") else []
    notes += [f"{entry['open']} open"] if entry.get("open") is not None else []
    return f"{entry['handler']} ({', '.join(notes)})" if notes else str(entry["handler"])
