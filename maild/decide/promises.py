"""promises: what the customer has heard of dates that were promised, so that she hears of each that holds, and of no other.

knows(ledger, case) -> whether she has heard what holds now; hold(ledger, case_id): news of a date that has not left is overtaken.
Where what overtook it is undone, that very letter leaves after all (withheld.py).
"""

from __future__ import annotations

from datetime import datetime

from maild.decide import withheld
from maild.decide.ledger import Ledger
from maild.model.case import Case
from maild.model.events import Told
from maild.model.people import MAILD
from maild.model.undo_events import Requeued, TakenBack
from maild.model.work_events import Promised

# The letter that tells of a date alone; an answer tells of the one that came in the same mail.
ALONE, ANSWER = "promised", "update"


def knows(ledger: Ledger, case: Case) -> bool:
    """Where the question brought no log, she is told rather than not."""
    return case.id in ledger.known.log and _heard(ledger, case) == case.promised_at


def _heard(ledger: Ledger, case: Case) -> datetime | None:
    """The date in the last letter to her that was not taken back; None: that none holds, or she heard of none."""
    said: dict[int, datetime | None] = {}
    written: dict[int, datetime | None] = {}
    until: datetime | None = None
    cause = ""
    for record in (*ledger.known.log[case.id], *ledger.events_of(case.id)):
        event = record.event
        if isinstance(event, Promised):
            until, cause = event.until_at, record.cause
        elif isinstance(event, Told) and event.to == case.customer:
            if event.what == ALONE or (event.what == ANSWER and record.cause == cause):
                said[event.letter] = written[event.letter] = until
        elif isinstance(event, TakenBack):
            said.pop(event.letter, None)
        elif isinstance(event, Requeued) and event.letter in written:
            said[event.letter] = written[event.letter]
    return list(said.values())[-1] if said else None


def hold(ledger: Ledger, case_id: int) -> None:
    """There is another date, or the case is solved."""
    mine = (one for one in ledger.known.pending if one.case == case_id and one.kind == ALONE)
    withheld.hold(ledger, (one for one in mine if not ledger.cancelled(one.outbox)), MAILD)
