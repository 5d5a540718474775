"""promises: what the customer has heard of dates that were promised, so that she hears of each that holds, and of no other.

knows(ledger, case) -> whether she has heard what holds now; hold(ledger, case_id): news of a date that has not left is overtaken;
returned(ledger, case_id) -> whether an undone mail had held back such news, which is due again.
"""

from __future__ import annotations

from datetime import datetime

from maild.decide.ledger import Ledger
from maild.model.case import Case
from maild.model.events import Told
from maild.model.people import MAILD
from maild.model.undo_events import Requeued, TakenBack, Undone
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
    for waiting in ledger.known.pending:
        if waiting.case == case_id and waiting.kind == ALONE and not ledger.cancelled(waiting.outbox):
            ledger.cancel(waiting.outbox)
            ledger.happen(case_id, MAILD, TakenBack(waiting.party, waiting.kind, waiting.letter))


def returned(ledger: Ledger, case_id: int) -> bool:
    case = ledger.case(case_id)
    if case.ended or case.promised_at is None or case.promised_at <= ledger.now or knows(ledger, case):
        return False
    here = [record.event for record in ledger.events_of(case_id)]
    if any(isinstance(event, Requeued) and event.what == ALONE for event in here):
        # The very letter leaves after all.
        return False
    mails = {event.mail for event in here if isinstance(event, Undone)}
    log = ledger.known.log.get(case_id, ())
    return any(r.cause in mails and isinstance(r.event, TakenBack) and r.event.what == ALONE for r in log)
