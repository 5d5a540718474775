"""rest: what ends the rest of a case: its hour, the customer's mail, another case that is solved, or /reopen."""

from __future__ import annotations

from maild.decide import notices
from maild.decide.ledger import Ledger
from maild.model.events import Solved, Woken
from maild.model.people import MAILD

DUE, WROTE, REOPENED = "due", "the customer wrote", "reopened"


def wake(ledger: Ledger, case_id: int, reason: str, actor: str = MAILD) -> None:
    """The case is open again, and its handler is told; not if it is his own doing, which his receipt says."""
    case = ledger.case(case_id)
    # Put off to a day from the beginning: nobody asked to be reminded.
    begins = reason == DUE and case.until_at is not None and case.until_at == case.clocks.since_at
    news = "work_begins" if begins else ""
    ledger.happen(case_id, MAILD, Woken(reason))
    because = "" if reason == DUE else reason
    notices.tell(ledger, case_id, notices.Telling(None, actor=actor, because=because, news=news))


def heard(ledger: Ledger, case_id: int) -> None:
    """The customer wrote, which the handler is told anyway."""
    if ledger.case(case_id).rests:
        ledger.happen(case_id, MAILD, Woken(WROTE))


def solved(ledger: Ledger, case_id: int, actor: str = MAILD) -> list[int]:
    """What waited for this case, if it was solved just now, goes on; those cases."""
    woken: list[int] = []
    if not any(isinstance(record.event, Solved) for record in ledger.events_of(case_id)):
        return woken
    for other in ledger.known.waiting.get(case_id, ()):
        case = ledger.case(other)
        if case.rests and case.waits_for == case_id:
            wake(ledger, other, f"#{ledger.case(case_id).number}", actor)
            woken.append(other)
    return woken
