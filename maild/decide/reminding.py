"""reminding: a case waits for its customer, and he says nothing: he is reminded, and in the end it is closed.

due(ledger, case_id)        all that is due by now: one letter, however many were missed; the handler's, where others owe something too
heard(ledger, case_id)      he wrote: no such letter leaves any more

When, patience.py says.  The letters leave in the desk's opening hours.
"""

from __future__ import annotations

from datetime import timedelta

from maild.decide import asking, notices, patience, promises, related, rest, tasklist, withheld
from maild.decide.ledger import Ledger
from maild.model.case import Case
from maild.model.events import Solved, Suppressed
from maild.model.people import MAILD, handler_party
from maild.model.waiting_events import Prompted

REMINDER, CLOSED = "reminder", "unanswered"
KINDS = (REMINDER, CLOSED)


def due(ledger: Ledger, case_id: int) -> None:
    case = ledger.case(case_id)
    at = patience.next_at(case, ledger.policy)
    if at is None or at > ledger.now:
        return
    reached = sum(when <= ledger.now for when in patience.reminders(case, ledger.policy))
    if held := patience.held(case):
        _leave(ledger, case, held)
    elif case.wait.reminded < reached:
        _remind(ledger, case, reached)
    elif not _still_has_time(ledger, case):
        _close(ledger, case)


def heard(ledger: Ledger, case_id: int) -> None:
    mine = (one for one in ledger.known.pending if one.case == case_id and one.kind in KINDS)
    withheld.hold(ledger, (one for one in mine if not ledger.cancelled(one.outbox)), MAILD)


def _still_has_time(ledger: Ledger, case: Case) -> bool:
    """The last reminder left late, or never: the end is another day, and he who was told none yet is told that one."""
    letter = case.wait.letter
    if not letter:
        return False
    left_at = ledger.known.left.get(letter)
    if left_at is None:
        _remind(ledger, case, case.wait.reminded)
        return True
    ends = patience.whole(case, ledger.policy, left_at)
    if ends is None or ends <= ledger.now:
        return False
    ledger.happen(case.id, MAILD, Prompted(case.wait.reminded, letter, ends))
    return True


def _remind(ledger: Ledger, case: Case, number: int) -> None:
    """One that has not left is worth nothing beside this one."""
    heard(ledger, case.id)
    case = ledger.case(case.id)
    last = number == len(patience.reminders(case, ledger.policy))
    closes = patience.closing(case, ledger.policy, ledger.now) if last else None
    letter = ledger.next_letter()
    told = _tell(ledger, case, case.customer, REMINDER, closes=tasklist.in_zone(ledger, case, closes))
    ledger.happen(case.id, MAILD, Prompted(number, letter if told else 0, closes if told else None))


def _leave(ledger: Ledger, case: Case, why: str) -> None:
    """Its handler decides: nothing more comes of this silence until somebody says another word to the customer."""
    ledger.happen(case.id, MAILD, Prompted(len(patience.reminders(case, ledger.policy)), 0))
    told = asking.News(f"left_{why}")
    asking.news(ledger, case.id, told, *([handler_party(case.handler)] if case.handler else []))


def _tell(ledger: Ledger, case: Case, party: str, kind: str, **values: str) -> bool:
    """False where he cannot have it."""
    if case.doubted:
        ledger.happen(case.id, MAILD, Suppressed(party, kind, "nobody proved who wrote it"))
        return False
    at = ledger.policy.calendar_of(case.desk).opens(ledger.now)
    return notices.to_customer(ledger, ledger.case(case.id), party, kind, (), MAILD, due_at=at, **values)


def _close(ledger: Ledger, case: Case) -> None:
    """Solved, so that an answer opens it again."""
    window = timedelta(days=ledger.policy.desks[case.desk].reopen_days)
    ledger.happen(case.id, MAILD, Solved(MAILD, False, ledger.now + window))
    promises.hold(ledger, case.id)
    for party in related.receivers(case, ledger.policy):
        _tell(ledger, case, party, CLOSED)
    told = asking.News("closed_unanswered")
    asking.news(ledger, case.id, told, *([handler_party(case.handler)] if case.handler else []))
    rest.solved(ledger, case.id)
