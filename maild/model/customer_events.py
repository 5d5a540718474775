"""customer_events: what happened between a case and the people outside who take part in it.

Like all events (events.py): past participles; ids, enums and times only, never personal text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maild.model.events import Event


@dataclass(frozen=True, slots=True)
class Enquired(Event):
    """A customer asked how things stand.  scope: own (his cases) or organisation (all of his colleagues').  May stand without a case."""

    kind: ClassVar[str] = "enquired"
    by: str
    scope: str


@dataclass(frozen=True, slots=True)
class Thanked(Event):
    """The customer's side said thanks and nothing else: no question, no matter, and so no reopening."""

    kind: ClassVar[str] = "thanked"
    message: int
    by: str


@dataclass(frozen=True, slots=True)
class Accepted(Event):
    """A handler let somebody into the case: his mails join, and he gets the letters from now on."""

    kind: ClassVar[str] = "accepted"
    party: str


@dataclass(frozen=True, slots=True)
class Dismissed(Event):
    """Somebody who was let in takes part no more."""

    kind: ClassVar[str] = "dismissed"
    party: str


@dataclass(frozen=True, slots=True)
class Attributed(Event):
    """The case is this person's, and no longer the one's whose it was; language: of letters to the customer."""

    kind: ClassVar[str] = "attributed"
    customer: str
    language: str


@dataclass(frozen=True, slots=True)
class Reported(Event):
    """A handler tells of it, after a telephone call: what the case is called by is his word, and no letter to its customer says it."""

    kind: ClassVar[str] = "reported"
