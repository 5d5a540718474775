"""inside_events: what stays among handlers: whose words a letter brings, in whose sense it is read, and for whom a mail acted.

As in events.py: past participles; ids, parties and enums only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maild.model.events import Event


@dataclass(frozen=True, slots=True)
class Relayed(Event):
    """A letter tells a handler what somebody said or did whom the case had asked something; a plain reply to it goes to him.

    to: that party; text: a phrase, what it is about.
    """

    kind: ClassVar[str] = "relayed"
    letter: int
    to: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Continued(Event):
    """A letter about a handler's own mail: a reply to it is read as one to the letter which that mail answered.

    of: that letter; what: its kind, or `note` where the mail was a note whatever it answered.
    """

    kind: ClassVar[str] = "continued"
    letter: int
    of: int
    what: str


@dataclass(frozen=True, slots=True)
class Represented(Event):
    """A member's mail acts as the team.  team: the key of a handler."""

    kind: ClassVar[str] = "represented"
    team: str


@dataclass(frozen=True, slots=True)
class Reasked(Event):
    """Nobody proved whose answer to the offer that was: the customer is asked once more, by a letter to his own address."""

    kind: ClassVar[str] = "reasked"
    offer: int
    letter: int
