"""inverses: how what a command did is turned round (undo.py).

INVERSES: event type -> function (case before it, event) -> the events that turn it round, or None where that cannot be done
(the receipt says so).  A new kind of event that a command causes needs a row; one without a row counts as None.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from maild.model.asking_events import (
    Answered,
    Approved,
    Asked,
    Cleared,
    Completed,
    Escalated,
    Offered,
    Rejected,
    Reminded,
    Requested,
    Spammed,
    Tasked,
    Uncompleted,
    Withdrawn,
)
from maild.model.case import Case
from maild.model.clock_events import Clocked, Pledged
from maild.model.customer_events import Accepted, Attributed, Dismissed, Reported
from maild.model.errands import OPEN
from maild.model.events import (
    Assigned,
    Closed,
    Event,
    Labelled,
    Moved,
    Noted,
    Prioritised,
    Reopened,
    Solved,
    Status,
    Waiting,
    Woken,
)
from maild.model.inside_events import Continued, Reasked, Relayed, Represented
from maild.model.paging_events import Attended, Paged, PagesMissed, PagesRevoked, Unattended
from maild.model.people import handler_party
from maild.model.related_events import (
    Absorbed,
    Announced,
    Copied,
    Declared,
    Excluded,
    Gathered,
    Grouped,
    Included,
    Informed,
    Linked,
    Merged,
    Parted,
    Separated,
    Split,
    Uncopied,
    Ungrouped,
    Unlinked,
    Unmerged,
)
from maild.model.trust_events import Doubted
from maild.model.undo_events import Retracted, TakenBack, Unlabelled
from maild.model.work_events import Promised, Titled, Worked

UNDONE = "undone"
Inverse = Callable[[Case, Any], tuple[Event, ...]]


def _rest(before: Case, by: str) -> tuple[Event, ...]:
    """The rest that a case was in."""
    if before.status is Status.WAITING:
        return (Waiting(by, "customer"),)
    if before.status is Status.ON_HOLD:
        on = "case" if before.waits_for else "time"
        return (Waiting(by, on, before.until_at, before.waits_for),)
    return ()


def _solved_again(before: Case, event: Reopened) -> tuple[Event, ...]:
    solved = Solved(event.by, True, before.closes_at or before.updated_at)
    return (solved, Closed()) if before.status is Status.CLOSED else (solved,)


def _unoffered(before: Case, event: Offered) -> tuple[Event, ...]:
    """The offer is void; an older one that stood stands again."""
    older = before.errands.offer
    again = Offered(older.by, older.amount, older.text, older.letter, older.until_at, older.to) if older else None
    return (Withdrawn("offer", event.letter), *((again,) if again and older and older.state == OPEN else ()))


def _unrequested(before: Case, event: Requested) -> tuple[Event, ...]:
    older = before.errands.open_requests(event.approver)
    again = tuple(Requested(one.by, one.approver, one.text, one.letter, one.until_at) for one in older)
    return (Withdrawn("request", event.letter), *again)


def _counted(before: Case, event: Clocked) -> tuple[Event, ...]:
    known = before.clocks
    return (Clocked(known.since_at or event.since_at, known.organisation, known.runs),)


INVERSES: dict[type[Event], Inverse | None] = {
    Assigned: lambda before, event: (Assigned(before.handler, UNDONE),),
    Moved: lambda before, event: (Moved(before.desk),),
    Prioritised: lambda before, event: (Prioritised(before.priority, UNDONE),),
    Labelled: lambda before, event: () if event.label in before.labels else (Unlabelled(event.label),),
    Unlabelled: lambda before, event: (Labelled(event.label),) if event.label in before.labels else (),
    Waiting: lambda before, event: _rest(before, event.by) or (Woken(UNDONE),),
    Woken: lambda before, event: _rest(before, handler_party(before.handler or "")),
    Solved: lambda before, event: (Reopened(event.by), *_rest(before, event.by)),
    Reopened: _solved_again,
    Accepted: lambda before, event: () if event.party in before.participants else (Dismissed(event.party),),
    Dismissed: lambda before, event: (Accepted(event.party),) if event.party in before.participants else (),
    Attributed: lambda before, event: (Attributed(before.customer, before.language),),
    Clocked: lambda before, event: _counted(before, event),
    # What was told is told; of a letter that has not left, it is void with it, and of a case that is separated again, with that.
    Pledged: lambda before, event: (),
    Tasked: lambda before, event: (Withdrawn("task", len(before.errands.tasks) + 1),),
    Completed: lambda before, event: (Uncompleted(event.task),),
    # Whether the question has left is said with its letter.
    Asked: lambda before, event: (),
    # Of the case that was opened by it, which goes on in another.
    Doubted: lambda before, event: (),
    Reported: lambda before, event: (),
    # Letters are what they are; so a merged case brings them along.
    Answered: lambda before, event: (),
    Reminded: lambda before, event: (),
    Relayed: lambda before, event: (),
    Continued: lambda before, event: (),
    Reasked: lambda before, event: (),
    # What leaves after all is said with its letter (withheld.py).
    TakenBack: lambda before, event: (),
    Retracted: lambda before, event: (),
    # For whom he acted is what it was.
    Represented: lambda before, event: (),
    Offered: _unoffered,
    Requested: _unrequested,
    Escalated: lambda before, event: (Escalated(before.line or ""),),
    Spammed: lambda before, event: (Cleared(event.sender), *_rest(before, handler_party(before.handler or ""))),
    Cleared: lambda before, event: (Spammed(event.sender),),
    # A vote that was cast is cast.
    Approved: None,
    Rejected: None,
    Worked: lambda before, event: (Worked(event.by, -event.minutes, event.reason),),
    Titled: lambda before, event: (Titled(event.by, before.title),),
    Promised: lambda before, event: (Promised(event.by, before.promised_at),),
    # The note stays where it is.
    Noted: None,
    # Cases and people that are tied together; what the same mail did in the other case is turned round there.
    Merged: lambda before, event: (Unmerged(event.case, event.by),),
    Absorbed: lambda before, event: (Separated(event.case, event.by),),
    # The new case goes on in this one.
    Split: lambda before, event: (Unlinked(event.case), Absorbed(event.case, event.by)),
    Linked: lambda before, event: () if event.case in before.links else (Unlinked(event.case),),
    Included: lambda before, event: () if event.party in before.participants else (Excluded(event.party),),
    Excluded: lambda before, event: (Included(event.party),) if event.party in before.participants else (),
    Copied: lambda before, event: () if event.party in before.watchers else (Uncopied(event.party),),
    Uncopied: lambda before, event: (Copied(event.party),) if event.party in before.watchers else (),
    Declared: lambda before, event: (Declared(before.incident, event.by),),
    Grouped: lambda before, event: (Grouped(before.parent) if before.parent is not None else Ungrouped(event.case),),
    Gathered: lambda before, event: () if event.case in before.children else (Parted(event.case),),
    Parted: lambda before, event: (Gathered(event.case),) if event.case in before.children else (),
    # What was announced is said with its letters.
    Announced: lambda before, event: (),
    Informed: lambda before, event: (),
    # Whom a case called is called; whoever took it on and takes that back is not at it any more.
    Paged: lambda before, event: (),
    Attended: lambda before, event: (Unattended(),) if before.pages.state else (),
    Unattended: lambda before, event: (),
    PagesMissed: lambda before, event: (),
    PagesRevoked: lambda before, event: (),
}
