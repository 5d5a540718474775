"""draft_events: what happens to a handler's mail that is kept as a draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maild.model.events import Event


@dataclass(frozen=True, slots=True)
class Parked(Event):
    """A handler's mail waits for his word.  reason: many (it asks for much), unproven (nobody proved who wrote).

    A mail with a wrong line is Declined, and kept as well.
    """

    kind: ClassVar[str] = "parked"
    by: str
    draft: int
    reason: str


@dataclass(frozen=True, slots=True)
class Finished(Event):
    """A draft is none any more.  how: sent (its words, without the commands), corrected, confirmed or dropped."""

    kind: ClassVar[str] = "finished"
    by: str
    draft: int
    how: str
