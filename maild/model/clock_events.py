"""clock_events: what happened to a case's clocks: since when they run, what was told of them, what slipped, and who was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from maild.model.events import Event


@dataclass(frozen=True, slots=True)
class Clocked(Event):
    """The clocks count since then, for a customer of that organisation (a key, "" for none).

    runs: False where nobody asked for anything: a program's mail that is only filed.
    """

    kind: ClassVar[str] = "clocked"
    since_at: datetime
    organisation: str = ""
    runs: bool = True


@dataclass(frozen=True, slots=True)
class Pledged(Event):
    """A letter told the customer by when.  target: one of model/sla.Target; turn: of its clock (0 for what runs once).

    pauses: the statuses in which its clock stood still when that was told, with a space between.  of: the case of which it was told, where
    that goes on in this one; 0: of this one.
    """

    kind: ClassVar[str] = "pledged"
    target: str
    due_at: datetime
    letter: int
    turn: int = 0
    pauses: str = "waiting"
    of: int = 0


@dataclass(frozen=True, slots=True)
class Warned(Event):
    """A step of the ladder was taken, once; step: its name there.  Whom it told, Told says."""

    kind: ClassVar[str] = "warned"
    target: str
    step: str
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Untended(Event):
    """Nobody had taken the case for so long that others were told, once.  since_at: since when nobody has it."""

    kind: ClassVar[str] = "untended"
    since_at: datetime


@dataclass(frozen=True, slots=True)
class Breached(Event):
    """What was due then had not happened."""

    kind: ClassVar[str] = "breached"
    target: str
    due_at: datetime
    turn: int = 0
