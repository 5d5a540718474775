"""patience: how long a case has waited for its customer, and what he was told meanwhile.

apply(wait, before, after, record) -> Wait: the fold; before and after: the case's status around that event.  Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from maild.model.events import Received, Replied, Status, Waiting
from maild.model.recorded import Recorded
from maild.model.waiting_events import Prompted


@dataclass(frozen=True, slots=True)
class Wait:
    """since_at: the last word to the customer, or since when the case waits for him; reminded: how often he was, since then.

    closes_at: as his last reminder says; None: it says nothing of it, or he cannot get it.  letter: that reminder.
    others: one who takes no part in the case wrote meanwhile, and no handler said whether he is to.
    """

    since_at: datetime | None = None
    reminded: int = 0
    closes_at: datetime | None = None
    others: bool = False
    letter: int = 0


NO_WAIT = Wait()


def apply(wait: Wait, before: Status, after: Status, record: Recorded) -> Wait:
    """The wait after one more event; whatever is said to the customer meanwhile begins it anew."""
    if after is not Status.WAITING:
        return NO_WAIT
    if isinstance(record.event, Prompted):
        told = record.event
        return replace(wait, reminded=told.number, closes_at=told.closes_at, letter=told.letter)
    if (
        isinstance(record.event, Received)
        and not record.event.automatic
        and record.event.standing in ("stranger", "thread")
    ):
        return replace(wait, others=True)
    anew = before is not Status.WAITING or isinstance(record.event, Waiting | Replied)
    return Wait(record.at) if anew else wait
