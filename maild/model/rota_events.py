"""rota_events: duty that is offered, and changes hands.  Without a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from maild.model.events import Event


@dataclass(frozen=True, slots=True)
class DutyOffered(Event):
    """So long the handler is to have the duty instead of `was`; an exchange is several of these, by the number of the swap."""

    kind: ClassVar[str] = "duty_offered"
    swap: int
    rota: str
    layer: int
    from_at: datetime
    until_at: datetime
    handler: str
    was: str
    by: str


@dataclass(frozen=True, slots=True)
class DutySwapped(Event):
    """It is so: whoever was asked agreed, or a lead said so."""

    kind: ClassVar[str] = "duty_swapped"
    swap: int
    by: str


@dataclass(frozen=True, slots=True)
class DutyRefused(Event):
    """Whoever was asked said no."""

    kind: ClassVar[str] = "duty_refused"
    swap: int
    by: str


@dataclass(frozen=True, slots=True)
class DutyReturned(Event):
    """The swap is taken back: everybody has his own duty again."""

    kind: ClassVar[str] = "duty_returned"
    swap: int
    by: str
