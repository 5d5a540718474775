"""paging_events: whom a critical case called, and who took it on.  Handlers are named by their keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from maild.model.events import Event


@dataclass(frozen=True, slots=True)
class Paged(Event):
    """The handler was called by that letter.  rota: whose paging it is; merged: the letter tells of more cases, and leaves at
    due_at, not at once."""

    kind: ClassVar[str] = "paged"
    handler: str
    rota: str
    round: int
    letter: int
    merged: bool = False
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attended(Event):
    """Somebody is at the critical case: he answered a page, or did something in it.  Nobody is called any more."""

    kind: ClassVar[str] = "attended"
    by: str


@dataclass(frozen=True, slots=True)
class Unattended(Event):
    """Nobody is at it any more, or was when duty ended that had not called anybody: the paging goes on, or begins with the next duty."""

    kind: ClassVar[str] = "unattended"


@dataclass(frozen=True, slots=True)
class PagesMissed(Event):
    """All were called, in all rounds, and nobody answered."""

    kind: ClassVar[str] = "pages_missed"


@dataclass(frozen=True, slots=True)
class PagesRevoked(Event):
    """Nobody need come any more.  why: closed, merged or lowered."""

    kind: ClassVar[str] = "pages_revoked"
    why: str
