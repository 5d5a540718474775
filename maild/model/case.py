"""case: the state of a case is the fold of its events.

fold(events) -> Case.  Pure, total: an event that means nothing in a state changes only seq and updated_at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from maild.model import clocks, errands, paging, patience
from maild.model.asking_events import Cleared, Escalated, Quarantined, Spammed
from maild.model.clocks import UNSTARTED, Clocks
from maild.model.customer_events import Accepted, Attributed, Dismissed, Reported
from maild.model.deed_events import Categorised, Followed, Typed
from maild.model.errands import NOTHING, Errands
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
from maild.model.paging import QUIET, Pages
from maild.model.patience import NO_WAIT, Wait
from maild.model.people import person_of
from maild.model.recorded import Recorded
from maild.model.related import changes as related
from maild.model.ruled import changes as ruled
from maild.model.trust_events import Doubted, Restricted, Vouched
from maild.model.undo_events import Requeued, Undone, Unlabelled
from maild.model.waiting_events import Scheduled
from maild.model.work_events import Promised, Titled, Worked


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands.  subject is a commitment, customer and participants are parties, seq the last event's.

    watching are the keys of other desks whose teams were told of it.
    heard is the seq at which the customer's side last wrote: a command that answers an older letter has not seen that.
    history: imported, and closed until somebody answers one of its mails.
    until_at, waits_for: what it rests for: an instant, or another case.
    errands: what it has asked of people; line: of its desk, to which it was escalated; clocks: what its events say of them;
    pages: whom it called.
    strangers are parties who wrote to it and take no part yet.
    merged_into, merged_seq: the case in which it goes on, and that case's seq when it was merged; before_merge: the status in which it
    was then, what it rested for being left as it was; absorbed: those that go on here.
    links: cases that have to do with it.  watchers: parties who get what the customer is written.
    incident: the title's commitment, if it is one; children: the cases that belong to it; announced: when their customers were told,
    in seconds since 1970, of the last day.  parent: the incident to which it belongs.
    worked: minutes; title: a commitment, "" for none; promised_at: until when something was promised.
    confidential: a rule said that only its own people may see it.  doubted: nobody proved who wrote what it is called by, and its
    customer has not answered yet.  reported: a handler tells of it; its customer does not read what it is called by.
    type, category: what the rules say it is, "" for nothing; followers: handlers and people who read along, unknown to the customer.
    wanted, given: facts that rules want, and those that were said (key:commitment); asked: how many letters asked for them;
    unsure: those of which nobody proved who said them.
    need: how many must still be for it, of those behind these letters: ballot; 0: no vote goes on.
    unasked: why nobody was asked for the votes that a rule wants (approval.py), "" if they were.
    alarms: how often a monitoring system said that it is down; recovered_at: when it said last that it is up, None while it is down.
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
    errands: Errands = NOTHING
    line: str | None = None
    strangers: tuple[str, ...] = ()
    merged_into: int | None = None
    merged_seq: int = 0
    before_merge: str = ""
    absorbed: tuple[int, ...] = ()
    links: tuple[int, ...] = ()
    watchers: tuple[str, ...] = ()
    incident: str = ""
    children: tuple[int, ...] = ()
    announced: tuple[int, ...] = ()
    parent: int | None = None
    worked: int = 0
    title: str = ""
    promised_at: datetime | None = None
    confidential: bool = False
    type: str = ""
    category: str = ""
    followers: tuple[str, ...] = ()
    doubted: bool = False
    wanted: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    asked: int = 0
    need: int = 0
    ballot: tuple[int, ...] = ()
    unasked: str = ""
    alarms: int = 0
    recovered_at: datetime | None = None
    reported: bool = False
    clocks: Clocks = UNSTARTED
    pages: Pages = QUIET
    wait: Wait = NO_WAIT

    @property
    def ended(self) -> bool:
        return self.status in (Status.SOLVED, Status.CLOSED)

    def follows(self, party: str) -> bool:
        """Whether this person reads along by a rule, and the customer does not know of him."""
        inside = (self.customer, *self.participants, *self.watchers)
        return person_of(party) is not None and party in self.followers and party not in inside

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
    if isinstance(record.event, Scheduled) and not case.ended:
        status = Status.ON_HOLD
    if isinstance(record.event, Undone) and record.event.back_to is not None:
        status = record.event.back_to
    # An imported mail may be older than what is in the case already.
    updated_at = max(case.updated_at, record.at)
    counted = clocks.apply(case.clocks, case.status, status, record)
    asked = errands.apply(case.errands, record)
    wait = patience.apply(case.wait, case.status, status, record)
    changed = {"status": status, "errands": asked, "clocks": counted, "wait": wait, **_changes(case, record)}
    critical = changed.get("priority", case.priority) is Priority.CRITICAL
    changed["pages"] = paging.apply(case.pages, case.priority is Priority.CRITICAL, critical, record)
    return replace(case, seq=record.seq, updated_at=updated_at, **changed)


def _changes(case: Case, record: Recorded) -> dict[str, Any]:
    """What an event says of the case, beside the status of NEXT."""
    match record.event:
        case Received() as mail:
            return _heard(case, mail, record.seq)
        case Accepted(party=party):
            return {"participants": _with(case.participants, party), "strangers": _without(case.strangers, party)}
        case Dismissed(party=party):
            return {"participants": _without(case.participants, party)}
        case Attributed() as given:
            return _given(case, given)
        case Assigned(handler=handler):
            return {"handler": handler}
        case Watched(desk=desk) if desk not in case.watching:
            return {"watching": (*case.watching, desk)}
        case Moved(desk=desk):
            return {"desk": desk, "line": None}
        case Escalated(line=line):
            return {"line": line or None}
        case Spammed() | Quarantined() | Cleared():
            return _spam(case, record.event)
        case Prioritised(priority=priority):
            return {"priority": priority}
        case Labelled(label=label) if label not in case.labels:
            return {"labels": (*case.labels, label)}
        case Worked(minutes=minutes):
            return {"worked": case.worked + minutes}
        case Titled(title=title):
            return {"title": title}
        case Promised(until_at=until_at):
            return {"promised_at": until_at}
        case Unlabelled(label=label):
            return {"labels": tuple(known for known in case.labels if known != label)}
        case Waiting(until_at=until_at, case=waits_for) if not case.ended:
            return {"until_at": until_at, "waits_for": waits_for}
        case Woken():
            return {"until_at": None, "waits_for": None}
        case Solved(closes_at=closes_at):
            return {"closes_at": closes_at, "until_at": None, "waits_for": None}
        case Restricted() | Reported():
            return {"confidential" if isinstance(record.event, Restricted) else "reported": True}
        case Doubted() | Vouched():
            return {"doubted": isinstance(record.event, Doubted)}
        case Imported():
            return {"history": True}
        case Reopened() | Closed():
            return {"closes_at": None, "history": False}
        case Acknowledged() | Requeued(what="ack"):
            return {"acknowledged": True}
    return ruled(case, record) or related(case, record) or _decided(case, record)


def _decided(case: Case, record: Recorded) -> dict[str, Any]:
    """What the rules say of it."""
    match record.event:
        case Scheduled(starts_at=starts_at) if not case.ended:
            return {"until_at": starts_at, "waits_for": None}
        case Typed(type=sort):
            return {"type": str(sort)}
        case Categorised(category=category):
            return {"category": category}
        case Followed(party=party):
            return {"followers": _with(case.followers, party)}
    return {}


def _given(case: Case, given: Attributed) -> dict[str, Any]:
    """Another's: who it was takes part no more, and who it is has not been told of it yet."""
    others = _without(_without(case.participants, case.customer), given.customer)
    return {
        "customer": given.customer,
        "participants": (given.customer, *others),
        "strangers": _without(case.strangers, given.customer),
        "language": given.language,
        "acknowledged": False,
    }


def _spam(case: Case, event: Spammed | Quarantined | Cleared) -> dict[str, Any]:
    if isinstance(event, Cleared):
        return {"labels": _without(_without(case.labels, SPAM), QUARANTINE)}
    if isinstance(event, Quarantined):
        return {"labels": _with(case.labels, QUARANTINE)}
    return {"labels": _with(case.labels, SPAM), "until_at": None, "waits_for": None, "closes_at": None}


def _heard(case: Case, mail: Received, seq: int) -> dict[str, Any]:
    """Who wrote: one who takes part, or somebody whom a handler may let in."""
    changes: dict[str, Any] = {}
    if not mail.automatic and mail.standing in ("customer", "participant", "thread"):
        changes["heard"] = seq
    if mail.standing in ("stranger", "thread") and person_of(mail.by) is not None and mail.by not in case.participants:
        changes["strangers"] = _with(case.strangers, mail.by)
    return changes


def _with(some: tuple[str, ...], one: str) -> tuple[str, ...]:
    return some if one in some else (*some, one)


def _without(some: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(other for other in some if other != one)


def wake_at(case: Case) -> datetime | None:
    """The next instant at which the case must be looked at again: the end of its window for reopening, of its rest, or a task.

    Of its clocks, decide/clocks.wake_at knows.

    What a merged case asked of people is the affair of the case in which it goes on.
    """
    asked = errands.next_at(case.errands) if case.merged_into is None else None
    at = (asked, closes_at(case), rests_until(case))
    return min((one for one in at if one is not None), default=None)


def closes_at(case: Case) -> datetime | None:
    """When a solved case is closed for good."""
    return case.closes_at if case.status is Status.SOLVED else None


def rests_until(case: Case) -> datetime | None:
    """When a case that is on hold goes on."""
    return case.until_at if case.status is Status.ON_HOLD else None
