"""absence: a handler who is away.

until_at None: until he says that he is back; provisional: his mailbox says so, not he.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Absence:
    """Since when, and until when."""

    since: datetime
    until_at: datetime | None = None
    provisional: bool = False

    def holds(self, now: datetime) -> bool:
        return self.until_at is None or now < self.until_at
