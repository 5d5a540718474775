"""waiting_events: what happened while a case waited: its customer was reminded, or its work was put off to a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from maild.model.events import Event


@dataclass(frozen=True, slots=True)
class Prompted(Event):
    """The customer for whom the case waits was reminded, for the number-th time.

    letter: 0 where he cannot be; closes_at: when the case is closed if he does not answer, as the last of these letters says.
    """

    kind: ClassVar[str] = "prompted"
    number: int
    letter: int
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scheduled(Event):
    """The work begins then; until that the case rests, and its clocks have not begun."""

    kind: ClassVar[str] = "scheduled"
    starts_at: datetime
