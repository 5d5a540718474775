"""case: the state of a case is the fold of its events.

fold(events) -> Case.  Pure, total: an event that means nothing in a state changes only seq and updated_at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from maild.model import agenda
from maild.model.agenda import NOTHING, Agenda
from maild.model.asking_events import Cleared, Escalated, Quarantined, Spammed
from maild.model.events import (
    Acknowledged,
    Assigned,
    Closed,
    Imported,
    Labelled,
    Moved,
    Opened,
    Prioritised,
    Priority,
    Received,
    Reopened,
    Replied,
    Solved,
    Status,
    Waiting,
    Watched,
    Woken,
)
from maild.model.recorded import Recorded
from maild.model.undo_events import Undone, Unlabelled


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands.  subject is a commitment, customer and participants are parties, seq the last event's.

    watching are the keys of other desks whose teams were told of it.
    heard is the seq at which the customer's side last wrote: a command that answers an older letter has not seen that.
    history: imported, and closed until somebody answers one of its mails.
    until_at, waits_for: what it rests for: an instant, or another case.
    agenda: what it has asked of people; line: of its desk, to which it was escalated.
    """

    id: int
    number: str
    desk: str
    subject: str
    customer: str
    language: str
    opened_at: datetime
    updated_at: datetime
    seq: int
    status: Status = Status.NEW
    priority: Priority = Priority.MEDIUM
    handler: str | None = None
    labels: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    acknowledged: bool = False
    linked: int | None = None
    closes_at: datetime | None = None
    heard: int = 1
    watching: tuple[str, ...] = ()
    history: bool = False
    until_at: datetime | None = None
    waits_for: int | None = None
    agenda: Agenda = NOTHING
    line: str | None = None

    @property
    def ended(self) -> bool:
        return self.status in (Status.SOLVED, Status.CLOSED)

    @property
    def rests(self) -> bool:
        return self.status in (Status.WAITING, Status.ON_HOLD)


# What is not in this table cannot happen to a status.
NEXT: dict[tuple[Status, type], Status] = {
    (Status.NEW, Replied): Status.OPEN,
    (Status.NEW, Imported): Status.CLOSED,
    (Status.OPEN, Imported): Status.CLOSED,
    (Status.NEW, Solved): Status.SOLVED,
    (Status.OPEN, Solved): Status.SOLVED,
    (Status.WAITING, Solved): Status.SOLVED,
    (Status.ON_HOLD, Solved): Status.SOLVED,
    (Status.WAITING, Woken): Status.OPEN,
    (Status.ON_HOLD, Woken): Status.OPEN,
    (Status.SOLVED, Reopened): Status.OPEN,
    (Status.CLOSED, Reopened): Status.OPEN,
    (Status.SOLVED, Closed): Status.CLOSED,
    **{(status, Spammed): Status.CLOSED for status in Status},
    (Status.CLOSED, Cleared): Status.OPEN,
    (Status.NEW, Quarantined): Status.CLOSED,
}
SPAM, QUARANTINE = "spam", "quarantine"


def fold(case_id: int, events: Iterable[Recorded]) -> Case | None:
    """The case after these events, None when there are none.  The first must be Opened (ValueError)."""
    case: Case | None = None
    for event in events:
        case = begin(case_id, event) if case is None else apply(case, event)
    return case


def begin(case_id: int, first: Recorded) -> Case:
    opened = first.event
    if not isinstance(opened, Opened):
        raise ValueError(f"a case begins with opened, not {opened.kind}")
    return Case(
        case_id,
        opened.number,
        opened.desk,
        opened.subject,
        opened.customer,
        opened.language,
        first.at,
        first.at,
        first.seq,
        participants=(opened.customer,),
        linked=opened.linked,
    )


def apply(case: Case, record: Recorded) -> Case:
    """The case after one more event."""
    status = NEXT.get((case.status, type(record.event)), case.status)
    if isinstance(record.event, Waiting) and not case.ended:
        status = Status.WAITING if record.event.on == "customer" else Status.ON_HOLD
    if isinstance(record.event, Undone) and record.event.back_to is not None:
        status = record.event.back_to
    # An imported mail may be older than what is in the case already.
    updated_at = max(case.updated_at, record.at)
    asked = agenda.apply(case.agenda, record)
    return replace(case, seq=record.seq, updated_at=updated_at, status=status, agenda=asked, **_changes(case, record))


def _changes(case: Case, record: Recorded) -> dict[str, Any]:
    """What an event says of the case, beside its status."""
    match record.event:
        case Received(automatic=False, standing="customer" | "participant" | "thread"):
            return {"heard": record.seq}
        case Assigned(handler=handler):
            return {"handler": handler}
        case Watched(desk=desk) if desk not in case.watching:
            return {"watching": (*case.watching, desk)}
        case Moved(desk=desk):
            return {"desk": desk, "line": None}
        case Escalated(line=line):
            return {"line": line or None}
        case Spammed():
            return {"labels": _with(case.labels, SPAM), "until_at": None, "waits_for": None, "closes_at": None}
        case Quarantined():
            return {"labels": _with(case.labels, QUARANTINE)}
        case Cleared():
            return {"labels": tuple(label for label in case.labels if label not in (SPAM, QUARANTINE))}
        case Prioritised(priority=priority):
            return {"priority": priority}
        case Labelled(label=label) if label not in case.labels:
            return {"labels": (*case.labels, label)}
        case Unlabelled(label=label):
            return {"labels": tuple(known for known in case.labels if known != label)}
        case Waiting(until_at=until_at, case=waits_for) if not case.ended:
            return {"until_at": until_at, "waits_for": waits_for}
        case Woken():
            return {"until_at": None, "waits_for": None}
        case Solved(closes_at=closes_at):
            return {"closes_at": closes_at, "until_at": None, "waits_for": None}
        case Imported():
            return {"history": True}
        case Reopened() | Closed():
            return {"closes_at": None, "history": False}
        case Acknowledged():
            return {"acknowledged": True}
    return {}


def _with(labels: tuple[str, ...], label: str) -> tuple[str, ...]:
    return labels if label in labels else (*labels, label)


def wake_at(case: Case) -> datetime | None:
    """The next instant at which the case must be looked at again: the end of its window for reopening, of its rest, or a task."""
    at = (agenda.next_at(case.agenda), closes_at(case), rests_until(case))
    return min((one for one in at if one is not None), default=None)


def closes_at(case: Case) -> datetime | None:
    """When a solved case is closed for good."""
    return case.closes_at if case.status is Status.SOLVED else None


def rests_until(case: Case) -> datetime | None:
    """When a case that is on hold goes on."""
    return case.until_at if case.status is Status.ON_HOLD else None
