"""paging: whom a critical case has called, and whether somebody is at it.

apply(pages, seen, record) -> Pages: the fold of what happens to a case; seen: how the case stands around that event.  Who is called
next, and when, follows from it and the policy: decide/paging.py.  Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from maild.model.events import Reopened
from maild.model.paging_events import Attended, Paged, PagesMissed, PagesRevoked, Unattended
from maild.model.recorded import Recorded
from maild.model.related_events import Unmerged

OPEN, MISSED = "open", "missed"


@dataclass(frozen=True, slots=True)
class Paging:
    """How a rota calls its people.  within: a page must be answered by then, else it goes to the next; rounds: how often all are
    called; budget: pages an hour, beyond which they are merged."""

    within: timedelta = timedelta(minutes=10)
    rounds: int = 3
    budget: int = 20


USUAL = Paging()


@dataclass(frozen=True, slots=True)
class Call:
    """A page to one handler.  at: when its letter leaves."""

    handler: str
    rota: str
    round: int
    letter: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Pages:
    """since: when the case became critical, or from when on duty is waited for, None while it is not; by: the handler who is at it, ""
    for nobody.

    calls: the pages of this time, oldest first; state: OPEN while they go on, MISSED when nobody answered, else "".
    """

    since: datetime | None = None
    by: str = ""
    calls: tuple[Call, ...] = ()
    state: str = ""


QUIET = Pages()


def apply(pages: Pages, was: bool, critical: bool, record: Recorded) -> Pages:
    """The pages after one more event.  was, critical: whether the case was critical before it, and is after it."""
    match record.event:
        case Paged(handler, rota, turn, letter, _, due_at):
            call = Call(handler, rota, turn, letter, due_at or record.at)
            return replace(pages, calls=(*pages.calls, call), state=OPEN)
        case Attended(by=by):
            return replace(pages, by=by, state="")
        case Unattended():
            if not pages.calls:
                return Pages(since=pages.since and record.at)
            return replace(pages, by="", state=OPEN)
        case PagesMissed():
            return replace(pages, state=MISSED)
        case PagesRevoked():
            return QUIET
    if not critical:
        # Until it is said that they need not come, whoever was called is waited for.
        return pages if pages.state else QUIET
    if not was or isinstance(record.event, Reopened | Unmerged):
        return Pages(since=record.at)
    return pages
