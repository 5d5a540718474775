"""patience: how long a case has waited for its customer, as JSON in the case's row; nothing where it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maild.model.patience import NO_WAIT, Wait
from maild.store.database import moment, stamp


def dump(wait: Wait) -> dict[str, Any]:
    found = {
        "since_at": wait.since_at and stamp(wait.since_at),
        "reminded": wait.reminded,
        "closes_at": wait.closes_at and stamp(wait.closes_at),
        "others": wait.others,
        "letter": wait.letter,
    }
    return {name: value for name, value in found.items() if value}


def load(found: Mapping[str, Any]) -> Wait:
    if not found:
        return NO_WAIT
    since, closes = (found.get(name) for name in ("since_at", "closes_at"))
    until = moment(closes) if closes else None
    others, letter = found.get("others", False), found.get("letter", 0)
    return Wait(moment(since) if since else None, found.get("reminded", 0), until, others, letter)
