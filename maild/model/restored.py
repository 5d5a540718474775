"""restored: what a database that came out of a backup must not say again.

Restored(copied_at, restored_at, incoming).covers(arrival) -> whether the original may have answered this arrival already.

Three kinds may have been: what the copy had taken in and not settled; a case or a digest that was due before the restore; a mail that was
received before it, such as one that a mailbox gives a second time.  Their letters are held until an admin decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from maild.model.plan import Incoming, Morning, Occurrence, Prepared, Wake
from maild.model.slip import Warnings

REASON = "restored from a backup of"


@dataclass(frozen=True, slots=True)
class Restored:
    """When the copy was made, when it was put back, and the last arrival that the copy knew."""

    copied_at: datetime
    restored_at: datetime
    incoming: int

    @property
    def reason(self) -> str:
        """Why its letters wait, as the queue shows it."""
        return f"{REASON} {self.copied_at:%Y-%m-%dT%H:%M:%SZ}: it may have left already"

    def covers(self, arrival: Incoming) -> bool:
        """Whether the original may have seen this arrival."""
        if arrival.id <= self.incoming:
            return True
        match arrival:
            case Prepared(received_at=at) | Warnings(at=at):
                return at <= self.restored_at
            case Wake(due_at=at) | Morning(due_at=at) | Occurrence(due_at=at):
                return at <= self.restored_at
        return False
