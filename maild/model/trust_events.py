"""trust_events: who may see a case, and whose words it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maild.model.events import Event


@dataclass(frozen=True, slots=True)
class Restricted(Event):
    """The case is confidential: its desk's team and its handler see it, nobody else.  reason names the rule."""

    kind: ClassVar[str] = "restricted"
    reason: str


@dataclass(frozen=True, slots=True)
class Doubted(Event):
    """Nobody proved who wrote what the case is called by: its customer is not shown it."""

    kind: ClassVar[str] = "doubted"


@dataclass(frozen=True, slots=True)
class Vouched(Event):
    """The customer answered a letter of the case that was made for him: it is his."""

    kind: ClassVar[str] = "vouched"
    by: str
