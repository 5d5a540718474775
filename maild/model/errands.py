"""errands: what a case has asked of people and is not done with: its tasks, suppliers, an offer, requests for approval.

apply(errands, record) -> Errands: the fold of the events of asking_events.py, total and pure.  next_at(errands) -> when something of it is
due.  Letters name what they ask: an answer counts only for what is open behind the very letter that it answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from maild.model import asking_events as happened
from maild.model import inside_events as inside
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
    """subject: a phrase, "" for maild's own; letters: those to handlers, a reply to which goes to him; owes: he has not answered."""

    party: str
    subject: str = ""
    letters: tuple[int, ...] = ()
    owes: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """state: open, accepted, refused, lapsed or void; to: who is offered it, "" for the case's customer.

    reasked: letters that ask him once more, since nobody proved that an answer was his; reasked_at: the last of them.
    """

    by: str
    amount: str
    text: str
    letter: int
    until_at: datetime
    state: str = OPEN
    to: str = ""
    reasked: tuple[int, ...] = ()
    reasked_at: datetime | None = None


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
class Talk:
    """A letter to a handler, a plain reply to which goes to this party; text: a phrase, what it is about."""

    letter: int
    to: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sense:
    """A letter that is answered as another one would be.  what: the kind of that."""

    letter: int
    of: int
    what: str


@dataclass(frozen=True, slots=True)
class Errands:
    """withdrawn: offers that were taken back when the customer had them, the last few: he may answer all the same."""

    tasks: tuple[Task, ...] = ()
    suppliers: tuple[Supplier, ...] = ()
    offer: Offer | None = None
    requests: tuple[Request, ...] = ()
    talks: tuple[Talk, ...] = ()
    senses: tuple[Sense, ...] = ()
    withdrawn: tuple[Offer, ...] = ()

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

    def withdrawn_offer(self, letter: int) -> Offer | None:
        return next((offer for offer in self.withdrawn if letter in (offer.letter, *offer.reasked)), None)

    def request_of(self, letter: int) -> Request | None:
        return next((request for request in self.requests if request.letter == letter), None)

    def talk_of(self, letter: int) -> Talk | None:
        return next((talk for talk in self.talks if talk.letter == letter), None)

    def sense_of(self, letter: int) -> Sense | None:
        return next((sense for sense in self.senses if sense.letter == letter), None)

    def open_requests(self, approver: str) -> tuple[Request, ...]:
        return tuple(one for one in self.requests if one.approver == approver and one.state == OPEN)

    def parties(self) -> Iterator[str]:
        """Everybody whom a letter about it may need."""
        yield from (supplier.party for supplier in self.suppliers)
        yield from (request.approver for request in self.requests)
        yield from (talk.to for talk in self.talks)
        if self.offer and self.offer.to:
            yield self.offer.to

    def phrases(self) -> Iterator[str]:
        """The commitments of its texts."""
        yield from (task.text for task in self.open_tasks)
        yield from (supplier.subject for supplier in self.suppliers if supplier.subject)
        yield from (request.text for request in self.requests)
        yield from (offer.text for offer in self.withdrawn)
        yield from (talk.text for talk in self.talks if talk.text)
        if self.offer:
            yield self.offer.text


NOTHING = Errands()


def next_at(errands: Errands) -> datetime | None:
    """When a task is due of which nobody was reminded, or an offer or request lapses."""
    due = [task.due_at for task in errands.open_tasks if task.due_at and not task.reminded]
    asked = (*((errands.offer,) if errands.offer else ()), *errands.requests)
    return min([*due, *(one.until_at for one in asked if one.state == OPEN)], default=None)


def apply(errands: Errands, record: Recorded) -> Errands:
    """The errands after one more event."""
    match record.event:
        case happened.Tasked() | happened.Reminded() | happened.Completed() | happened.Uncompleted():
            return replace(errands, tasks=_tasks(errands, record.event))
        case happened.Asked(supplier=party, subject=subject):
            return _supplier(errands, replace(errands.supplier(party) or Supplier(party), subject=subject, owes=True))
        case happened.Answered(supplier=party, letter=letter):
            known = errands.supplier(party) or Supplier(party)
            return _supplier(errands, replace(known, letters=(*known.letters, letter), owes=False))
        case happened.Offered(by, amount, text, letter, until_at, to):
            return replace(errands, offer=Offer(by, amount, text, letter, until_at, to=to))
        case inside.Reasked(offer=offered, letter=letter) if errands.offer and errands.offer.letter == offered:
            letters = (*errands.offer.reasked, letter)
            return replace(errands, offer=replace(errands.offer, reasked=letters, reasked_at=record.at))
        case inside.Relayed(letter, to, text):
            return replace(errands, talks=(*errands.talks, Talk(letter, to, text)))
        case inside.Continued(letter, of, what):
            return replace(errands, senses=(*errands.senses, Sense(letter, of, what)))
        case happened.Requested(by, approver, text, letter, until_at):
            asked = Request(by, approver, text, letter, record.seq, until_at)
            others = [one for one in errands.requests if one.letter != letter]
            older = [_ended(one, VOID) if one.approver == approver else one for one in others]
            return replace(errands, requests=(*older, asked))
        case happened.Withdrawn(what="task", number=number):
            return replace(errands, tasks=_in_state(errands, number, VOID))
        case happened.Withdrawn(number=letter):
            return _withdrawn(errands, letter)
        case happened.OfferAccepted(letter=letter):
            return _answered(errands, letter, ACCEPTED)
        case happened.OfferRefused(letter=letter):
            return _answered(errands, letter, REFUSED)
        case happened.Approved(letter=letter):
            return _answered(errands, letter, APPROVED)
        case happened.Rejected(letter=letter):
            return _answered(errands, letter, REJECTED)
        case happened.Lapsed(letter=letter):
            return _answered(errands, letter, LAPSED)
    return errands


def _tasks(errands: Errands, event: object) -> tuple[Task, ...]:
    match event:
        case happened.Tasked(by, text, handler, due_at):
            return (*errands.tasks, Task(len(errands.tasks) + 1, by, text, handler, due_at))
        case happened.Reminded(number, letter, due):
            return tuple(
                replace(task, letters=(*task.letters, letter), reminded=task.reminded or due)
                if task.number == number
                else task
                for task in errands.tasks
            )
        case happened.Completed(task=number):
            return _in_state(errands, number, DONE)
        case happened.Uncompleted(task=number):
            return _in_state(errands, number, OPEN)
    return errands.tasks


def _in_state(errands: Errands, number: int, state: str) -> tuple[Task, ...]:
    return tuple(replace(task, state=state) if task.number == number else task for task in errands.tasks)


def _supplier(errands: Errands, supplier: Supplier) -> Errands:
    others = tuple(one for one in errands.suppliers if one.party != supplier.party)
    return replace(errands, suppliers=(*others, supplier))


_WITHDRAWN = 5


def _withdrawn(errands: Errands, letter: int) -> Errands:
    offer = errands.offer
    if offer and offer.letter == letter and offer.state == OPEN:
        kept = (*errands.withdrawn, replace(offer, state=VOID))
        errands = replace(errands, withdrawn=kept[-_WITHDRAWN:])
    return _answered(errands, letter, VOID)


def _answered(errands: Errands, letter: int, state: str) -> Errands:
    offer = errands.offer
    if offer and offer.letter == letter and offer.state == OPEN:
        offer = replace(offer, state=state)
    requests = tuple(_ended(one, state) if one.letter == letter else one for one in errands.requests)
    return replace(errands, offer=offer, requests=requests)


def _ended(request: Request, state: str) -> Request:
    return replace(request, state=state) if request.state == OPEN else request
