"""deed_events: what rules decide of a case beside its desk, its handler and its priority."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from maild.model.events import Event


class CaseType(StrEnum):
    """What a customer wants."""

    FAULT = "fault"
    ORDER = "order"
    QUESTION = "question"
    PROPOSAL = "proposal"


@dataclass(frozen=True, slots=True)
class Typed(Event):
    """The case is a fault, an order, a question or a proposal.  reason names the rule, or is its because."""

    kind: ClassVar[str] = "typed"
    type: CaseType
    reason: str


@dataclass(frozen=True, slots=True)
class Categorised(Event):
    """The case is of this category, a word of cases.yaml."""

    kind: ClassVar[str] = "categorised"
    category: str
    reason: str


@dataclass(frozen=True, slots=True)
class Followed(Event):
    """A handler or a person follows the case without the customer knowing: he reads what is written in it."""

    kind: ClassVar[str] = "followed"
    party: str


@dataclass(frozen=True, slots=True)
class Forwarded(Event):
    """The mail as it came goes on to this party, in this letter."""

    kind: ClassVar[str] = "forwarded"
    to: str
    letter: int
