"""approval: who must say yes before a case goes on (a rule's `approve`), compiled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Unasked(StrEnum):
    """Why nobody is asked for an approval that a rule wants."""

    UNPROVEN = "unproven"
    SPENT = "spent"
    TOO_FEW = "too_few"
    CONFIDENTIAL = "confidential"


@dataclass(frozen=True, slots=True)
class Approval:
    """by: handlers' keys and addresses; need: so many of them, 0 for all who may vote; stands: how long they have."""

    by: tuple[str, ...]
    need: int
    stands: timedelta

    def __str__(self) -> str:
        return f"{self.need or 'all'} of {', '.join(self.by)}"
