"""absence_events: handlers who are away, and back.  Without a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from maild.model.events import Event


@dataclass(frozen=True, slots=True)
class Left(Event):
    """The handler is away until then (None: until he says that he is back).  provisional: his mailbox said so, for a day."""

    kind: ClassVar[str] = "left"
    handler: str
    until_at: datetime | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Returned(Event):
    """The handler is back."""

    kind: ClassVar[str] = "returned"
    handler: str
