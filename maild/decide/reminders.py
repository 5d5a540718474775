"""reminders: what is due of a case's errands: tasks of which their handlers are reminded, offers and requests that nobody answered."""

from __future__ import annotations

from maild.decide import asking, tasklist, voting
from maild.decide.ledger import Ledger
from maild.model.asking_events import Lapsed
from maild.model.errands import OPEN, Offer, Request
from maild.model.people import MAILD


def due(ledger: Ledger, case_id: int) -> None:
    """All that is due by now."""
    errands = ledger.case(case_id).errands
    for task in errands.open_tasks:
        if task.due_at and task.due_at <= ledger.now and not task.reminded:
            asking.entrust(ledger, case_id, task.number, due=True)
    for asked in (*((errands.offer,) if errands.offer else ()), *errands.requests):
        if asked.state == OPEN and asked.until_at <= ledger.now:
            _lapse(ledger, case_id, asked)
    voting.counted(ledger, case_id)


def _lapse(ledger: Ledger, case_id: int, asked: Offer | Request) -> None:
    ledger.happen(case_id, MAILD, Lapsed(asked.letter))
    whose = (
        ("offer_lapsed", asked.amount)
        if isinstance(asked, Offer)
        else ("request_lapsed", tasklist.name_of(ledger, asked.approver))
    )
    about = ledger.subjects.get(asked.text, "")
    told = asking.News(*whose, about)
    if isinstance(asked, Request):
        told = asking.News(*whose, about, kind=asking.COLLEAGUE, answers=(asked.approver, asked.by), text=asked.text)
    asking.news(ledger, case_id, told, asked.by, asking.who_has(ledger, case_id))
