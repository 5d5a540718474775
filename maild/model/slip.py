"""slip: what slips, or soon will, as it is told to somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# In place of a target: nobody has taken the case.
UNASSIGNED = "unassigned"
# More than so many cases at once, and one letter lists them.
MOST_LETTERS = 10


@dataclass(frozen=True, slots=True)
class Slip:
    """That handler is to be told so of the case.

    target: one of model/sla.Target, or UNASSIGNED; step: its name in the ladder; due_at: of the clock, or since when nobody has it;
    who: the word of the policy that named him, or his key.
    """

    handler: str
    case: int
    target: str
    step: str
    due_at: datetime
    who: str
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Warnings:
    """What is to be told to one handler, as an arrival: of one case, or of many at once."""

    id: int
    handler: str
    slips: tuple[Slip, ...]
    at: datetime

    @property
    def cases(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(slip.case for slip in self.slips))
