"""trust_events: who may see a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maild.model.events import Event


@dataclass(frozen=True, slots=True)
class Restricted(Event):
    """The case is confidential: its desk's team and its handler see it, nobody else.  reason names the rule."""

    kind: ClassVar[str] = "restricted"
    reason: str
