"""asking_events: what a case asks of people, and what they answer: tasks, suppliers, offers, approvals, lines, and spam.

As in events.py: past participles; ids, enums and times only.  A task's, an offer's or a request's words are a **phrase**: a content of
the case, named here by its commitment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from maild.model.events import Event

# --- tasks ----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tasked(Event):
    """The case's next task: what (a phrase), whose, and by when.  Its number is its place in the case's list, from 1."""

    kind: ClassVar[str] = "tasked"
    by: str
    text: str
    handler: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reminded(Event):
    """The task's handler gets a letter of it; due: because its time has come."""

    kind: ClassVar[str] = "reminded"
    task: int
    letter: int
    due: bool


@dataclass(frozen=True, slots=True)
class Completed(Event):
    """The task is done."""

    kind: ClassVar[str] = "completed"
    task: int
    by: str


@dataclass(frozen=True, slots=True)
class Uncompleted(Event):
    """The task is not done after all."""

    kind: ClassVar[str] = "uncompleted"
    task: int


# --- suppliers ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked(Event):
    """A handler wrote to a supplier.  supplier: a party; subject: a phrase, "" for maild's own.

    message: the handler's mail; None where it stands in a case that was merged into this one.
    """

    kind: ClassVar[str] = "asked"
    supplier: str
    message: int | None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """The supplier's answer goes to a handler by this letter; a reply to it goes to that supplier."""

    kind: ClassVar[str] = "answered"
    supplier: str
    letter: int


# --- offers ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offered(Event):
    """The customer is offered this for so much (a number with its unit).  An older offer that is open is void from now on.

    to: who is offered it, where that is not the case's customer: an offer of a case that was merged into this one.
    """

    kind: ClassVar[str] = "offered"
    by: str
    amount: str
    text: str
    letter: int
    until_at: datetime
    to: str = ""


@dataclass(frozen=True, slots=True)
class OfferAccepted(Event):
    """The customer accepted the offer of that letter."""

    kind: ClassVar[str] = "offer_accepted"
    letter: int
    by: str


@dataclass(frozen=True, slots=True)
class OfferRefused(Event):
    """The customer declined it."""

    kind: ClassVar[str] = "offer_refused"
    letter: int
    by: str


# --- approvals ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Requested(Event):
    """An approver is asked for his vote on a text (a phrase: its commitment binds the vote to it).

    An older request to the same approver that is open is void from now on.
    """

    kind: ClassVar[str] = "requested"
    by: str
    approver: str
    text: str
    letter: int
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Approved(Event):
    kind: ClassVar[str] = "approved"
    letter: int
    by: str


@dataclass(frozen=True, slots=True)
class Rejected(Event):
    """The approver said no; reason: a phrase, "" without."""

    kind: ClassVar[str] = "rejected"
    letter: int
    by: str
    reason: str = ""


# --- what ends by itself, or is taken back ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lapsed(Event):
    """Nobody answered the offer or request of that letter in time."""

    kind: ClassVar[str] = "lapsed"
    letter: int


@dataclass(frozen=True, slots=True)
class Withdrawn(Event):
    """What was asked is taken back.  what: task (number), or offer or request (letter)."""

    kind: ClassVar[str] = "withdrawn"
    what: str
    number: int


# --- lines and spam -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Escalated(Event):
    """The case is with this line of its desk now ("": with none)."""

    kind: ClassVar[str] = "escalated"
    line: str


@dataclass(frozen=True, slots=True)
class Spammed(Event):
    """The case is spam, and closed; the sender's mail is quarantined where it is not proven to be his."""

    kind: ClassVar[str] = "spammed"
    sender: str


@dataclass(frozen=True, slots=True)
class Cleared(Event):
    """It was no spam: the case is open again, and the sender's mail is as anybody's."""

    kind: ClassVar[str] = "cleared"
    sender: str


@dataclass(frozen=True, slots=True)
class Quarantined(Event):
    """The mail of somebody whose last one was spam: the case is closed at once, and nobody is told."""

    kind: ClassVar[str] = "quarantined"
    sender: str
