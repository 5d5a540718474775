"""work_events: what handlers note about their work on a case: time, its title, a date that they promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from maild.model.events import Event


@dataclass(frozen=True, slots=True)
class Worked(Event):
    """So many minutes of work, less than none when they are taken away again.  reason: machine, software, third_party, user, or ""."""

    kind: ClassVar[str] = "worked"
    by: str
    minutes: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Titled(Event):
    """The case has a title of its own among handlers.  title: a commitment, "" for none again."""

    kind: ClassVar[str] = "titled"
    by: str
    title: str


@dataclass(frozen=True, slots=True)
class Promised(Event):
    """Until then something was promised; None: nothing any more."""

    kind: ClassVar[str] = "promised"
    by: str
    until_at: datetime | None
