"""agenda: what a case has asked of people and is not done with: its tasks, suppliers, an offer, requests for approval.

apply(agenda, record) -> Agenda: the fold of the events of asking_events.py, total and pure.  next_at(agenda) -> when something of it is
due.  Letters name what they ask: an answer counts only for what is open behind the very letter that it answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from maild.model import asking_events as happened
from maild.model.recorded import Recorded

OPEN, DONE, VOID, LAPSED = "open", "done", "void", "lapsed"
ACCEPTED, REFUSED, APPROVED, REJECTED = "accepted", "refused", "approved", "rejected"


@dataclass(frozen=True, slots=True)
class Task:
    """state: open, done or void; reminded: its handler was told that it is due; letters: those that tell of it."""

    number: int
    by: str
    text: str
    handler: str
    due_at: datetime | None = None
    state: str = OPEN
    reminded: bool = False
    letters: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Supplier:
    """subject: a phrase, "" for maild's own; letters: those to handlers, a reply to which goes to him."""

    party: str
    subject: str = ""
    letters: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """state: open, accepted, refused, lapsed or void."""

    by: str
    amount: str
    text: str
    letter: int
    until_at: datetime
    state: str = OPEN


@dataclass(frozen=True, slots=True)
class Request:
    """seq: of the event that asked; state: open, approved, rejected, lapsed or void."""

    by: str
    approver: str
    text: str
    letter: int
    seq: int
    until_at: datetime
    state: str = OPEN


@dataclass(frozen=True, slots=True)
class Agenda:
    tasks: tuple[Task, ...] = ()
    suppliers: tuple[Supplier, ...] = ()
    offer: Offer | None = None
    requests: tuple[Request, ...] = ()

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks if task.state == OPEN)

    def task(self, number: int) -> Task | None:
        return next((task for task in self.tasks if task.number == number), None)

    def task_of(self, letter: int) -> Task | None:
        """The task that a letter told of."""
        return next((task for task in self.tasks if letter in task.letters), None)

    def supplier(self, party: str) -> Supplier | None:
        return next((supplier for supplier in self.suppliers if supplier.party == party), None)

    def supplier_of(self, letter: int) -> Supplier | None:
        """The supplier to whom a reply to that letter goes."""
        return next((supplier for supplier in self.suppliers if letter in supplier.letters), None)

    def request_of(self, letter: int) -> Request | None:
        return next((request for request in self.requests if request.letter == letter), None)

    def open_requests(self, approver: str) -> tuple[Request, ...]:
        return tuple(one for one in self.requests if one.approver == approver and one.state == OPEN)

    def parties(self) -> Iterator[str]:
        """Everybody whom a letter about it may need."""
        yield from (supplier.party for supplier in self.suppliers)
        yield from (request.approver for request in self.requests)

    def phrases(self) -> Iterator[str]:
        """The commitments of its texts."""
        yield from (task.text for task in self.open_tasks)
        yield from (supplier.subject for supplier in self.suppliers if supplier.subject)
        yield from (request.text for request in self.requests)
        if self.offer:
            yield self.offer.text


NOTHING = Agenda()


def next_at(agenda: Agenda) -> datetime | None:
    """When a task is due of which nobody was reminded, or an offer or request lapses."""
    due = [task.due_at for task in agenda.open_tasks if task.due_at and not task.reminded]
    asked = (*((agenda.offer,) if agenda.offer else ()), *agenda.requests)
    return min([*due, *(one.until_at for one in asked if one.state == OPEN)], default=None)


def apply(agenda: Agenda, record: Recorded) -> Agenda:
    """The agenda after one more event."""
    match record.event:
        case happened.Tasked() | happened.Reminded() | happened.Completed() | happened.Uncompleted():
            return replace(agenda, tasks=_tasks(agenda, record.event))
        case happened.Asked(supplier=party, subject=subject):
            return _supplier(agenda, replace(agenda.supplier(party) or Supplier(party), subject=subject))
        case happened.Answered(supplier=party, letter=letter):
            known = agenda.supplier(party) or Supplier(party)
            return _supplier(agenda, replace(known, letters=(*known.letters, letter)))
        case happened.Offered(by, amount, text, letter, until_at):
            return replace(agenda, offer=Offer(by, amount, text, letter, until_at))
        case happened.Requested(by, approver, text, letter, until_at):
            asked = Request(by, approver, text, letter, record.seq, until_at)
            others = [one for one in agenda.requests if one.letter != letter]
            older = [_ended(one, VOID) if one.approver == approver else one for one in others]
            return replace(agenda, requests=(*older, asked))
        case happened.Withdrawn(what="task", number=number):
            return replace(agenda, tasks=_in_state(agenda, number, VOID))
        case happened.Withdrawn(number=letter):
            return _answered(agenda, letter, VOID)
        case happened.OfferAccepted(letter=letter):
            return _answered(agenda, letter, ACCEPTED)
        case happened.OfferRefused(letter=letter):
            return _answered(agenda, letter, REFUSED)
        case happened.Approved(letter=letter):
            return _answered(agenda, letter, APPROVED)
        case happened.Rejected(letter=letter):
            return _answered(agenda, letter, REJECTED)
        case happened.Lapsed(letter=letter):
            return _answered(agenda, letter, LAPSED)
    return agenda


def _tasks(agenda: Agenda, event: object) -> tuple[Task, ...]:
    match event:
        case happened.Tasked(by, text, handler, due_at):
            return (*agenda.tasks, Task(len(agenda.tasks) + 1, by, text, handler, due_at))
        case happened.Reminded(number, letter, due):
            return tuple(
                replace(task, letters=(*task.letters, letter), reminded=task.reminded or due)
                if task.number == number
                else task
                for task in agenda.tasks
            )
        case happened.Completed(task=number):
            return _in_state(agenda, number, DONE)
        case happened.Uncompleted(task=number):
            return _in_state(agenda, number, OPEN)
    return agenda.tasks


def _in_state(agenda: Agenda, number: int, state: str) -> tuple[Task, ...]:
    return tuple(replace(task, state=state) if task.number == number else task for task in agenda.tasks)


def _supplier(agenda: Agenda, supplier: Supplier) -> Agenda:
    others = tuple(one for one in agenda.suppliers if one.party != supplier.party)
    return replace(agenda, suppliers=(*others, supplier))


def _answered(agenda: Agenda, letter: int, state: str) -> Agenda:
    offer = agenda.offer
    if offer and offer.letter == letter and offer.state == OPEN:
        offer = replace(offer, state=state)
    requests = tuple(_ended(one, state) if one.letter == letter else one for one in agenda.requests)
    return replace(agenda, offer=offer, requests=requests)


def _ended(request: Request, state: str) -> Request:
    return replace(request, state=state) if request.state == OPEN else request
