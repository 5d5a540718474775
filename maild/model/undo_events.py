"""undo_events: what /undo does beside the events that turn others round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maild.model.events import Event, Status


@dataclass(frozen=True, slots=True)
class Undone(Event):
    """What one mail did is undone; mail: the cause of its events.  back_to: the status before it, None where that stays as it is."""

    kind: ClassVar[str] = "undone"
    by: str
    mail: str
    back_to: Status | None = None


@dataclass(frozen=True, slots=True)
class TakenBack(Event):
    """A letter that was owed has not left, and will not."""

    kind: ClassVar[str] = "taken_back"
    to: str
    what: str
    letter: int


@dataclass(frozen=True, slots=True)
class Retracted(Event):
    """An answer was taken back before the customer got it: it is internal now."""

    kind: ClassVar[str] = "retracted"
    message: int
    by: str


@dataclass(frozen=True, slots=True)
class Requeued(Event):
    """A letter that was taken back leaves after all."""

    kind: ClassVar[str] = "requeued"
    to: str
    what: str
    letter: int


@dataclass(frozen=True, slots=True)
class Reissued(Event):
    """An answer that was taken back goes out after all."""

    kind: ClassVar[str] = "reissued"
    message: int
    by: str


@dataclass(frozen=True, slots=True)
class Unlabelled(Event):
    """A label is gone."""

    kind: ClassVar[str] = "unlabelled"
    label: str
