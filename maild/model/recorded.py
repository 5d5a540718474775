"""recorded: an event as it stands in the table, and its JSON.

Golden events of each release must still fold: a kind's VERSION is raised, with a branch in `load`, when its fields change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from maild.model import (
    absence_events,
    asking_events,
    clock_events,
    customer_events,
    deed_events,
    draft_events,
    events,
    inside_events,
    paging_events,
    related_events,
    rota_events,
    rule_events,
    trust_events,
    undo_events,
    waiting_events,
    work_events,
)
from maild.model.deed_events import CaseType
from maild.model.events import Event, Priority, Status


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it stands in the table: seq counts from 1 within its case; cause names the arrival ("incoming:17")."""

    seq: int
    at: datetime
    actor: str
    cause: str
    event: Event


# Where kinds of events stand.
_MODULES = (
    events,
    asking_events,
    draft_events,
    customer_events,
    deed_events,
    absence_events,
    undo_events,
    work_events,
    trust_events,
    related_events,
    inside_events,
    rota_events,
    rule_events,
    clock_events,
    waiting_events,
    paging_events,
)
KINDS: dict[str, type[Event]] = {
    kind.kind: kind
    for module in _MODULES
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind.kind
}

_WORDS: dict[str, type[StrEnum]] = {"priority": Priority, "back_to": Status, "type": CaseType}


def dump(event: Event) -> dict[str, Any]:
    """The event as JSON values: times as ISO 8601 in UTC."""
    return {name: _plain(getattr(event, name)) for name in _names(type(event))}


def _names(kind: type[Event]) -> tuple[str, ...]:
    """The fields of a kind, in order: what dataclasses.fields says, without its cost per event."""
    return kind.__match_args__


def load(kind: str, version: int, data: dict[str, Any]) -> Event:
    """The event that `dump` wrote; KeyError for a kind this release does not know."""
    cls = KINDS[kind]
    if version > cls.version:
        raise KeyError(f"event {kind} version {version} is newer than this maild")
    return cls(**{name: _rich(name, value) for name, value in data.items()})


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _rich(name: str, value: Any) -> Any:
    if name.endswith("_at") and isinstance(value, str):
        return datetime.fromisoformat(value)
    word = _WORDS.get(name)
    return word(value) if word and value is not None else value
