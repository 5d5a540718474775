"""rule_events: what rules begin in a case: facts that it must have, votes that it waits for, and the alarms of a monitoring system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maild.model.events import Event


@dataclass(frozen=True, slots=True)
class FactsWanted(Event):
    """A rule wants these to be known of the case (keys of facts.yaml, with commas between)."""

    kind: ClassVar[str] = "facts_wanted"
    facts: str


@dataclass(frozen=True, slots=True)
class FactsAsked(Event):
    """This letter asks the customer for them."""

    kind: ClassVar[str] = "facts_asked"
    facts: str
    letter: int


@dataclass(frozen=True, slots=True)
class FactGiven(Event):
    """A mail of the customer's side says it.  value: a phrase; message: the mail's row."""

    kind: ClassVar[str] = "fact_given"
    fact: str
    value: str
    message: int


@dataclass(frozen=True, slots=True)
class FactDoubted(Event):
    """Nobody proved who said it last."""

    kind: ClassVar[str] = "fact_doubted"
    fact: str


@dataclass(frozen=True, slots=True)
class FactVouched(Event):
    """A handler says it, too."""

    kind: ClassVar[str] = "fact_vouched"
    fact: str
    by: str


@dataclass(frozen=True, slots=True)
class Balloted(Event):
    """The case waits for votes: so many must say yes of the requests behind these letters (numbers with commas between)."""

    kind: ClassVar[str] = "balloted"
    need: int
    letters: str


@dataclass(frozen=True, slots=True)
class Unballoted(Event):
    """A rule wants votes, and nobody was asked for one; a handler must see to it.  reason: a word of approval.Unasked."""

    kind: ClassVar[str] = "unballoted"
    reason: str


@dataclass(frozen=True, slots=True)
class Carried(Event):
    """Enough of them said yes."""

    kind: ClassVar[str] = "carried"


@dataclass(frozen=True, slots=True)
class Defeated(Event):
    """So many said no, or nothing in time, that the rest cannot make up for it."""

    kind: ClassVar[str] = "defeated"


@dataclass(frozen=True, slots=True)
class Alarmed(Event):
    """A monitoring system says that it is down (or up again), whose case this is."""

    kind: ClassVar[str] = "alarmed"
    state: str
