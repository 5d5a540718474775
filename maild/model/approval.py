"""approval: who must say yes before a case goes on (a rule's `approve`), compiled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Approval:
    """by: handlers' keys and addresses; need: so many of them; stands: how long they have."""

    by: tuple[str, ...]
    need: int
    stands: timedelta

    def __str__(self) -> str:
        return f"{self.need} of {', '.join(self.by)}"
