"""tale: what a report must know of a case, as it stood at the end of the period.

told(story, end_of) -> Tale | None     None: it was opened after that; end_of: desk -> the first instant after the period
KINDS                                  the kinds of events that it asks for

Events after the period are not looked at: the report of a month that is over stays what it is, whatever happens later.
A mail that was undone did nothing: what it answered, solved, reopened or took does not count.  Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from maild.model.asking_events import Cleared, Escalated, Quarantined, Spammed
from maild.model.case import NEXT
from maild.model.clock_events import Breached, Clocked, Pledged
from maild.model.clocks import STOPS, Stop
from maild.model.customer_events import Reported
from maild.model.deed_events import Categorised, Typed
from maild.model.events import (
    Assigned,
    Imported,
    Labelled,
    Moved,
    Opened,
    Prioritised,
    Priority,
    Reopened,
    Replied,
    Solved,
    Status,
    Waiting,
)
from maild.model.people import handler_of
from maild.model.recorded import KINDS as KNOWN
from maild.model.recorded import Recorded
from maild.model.related_events import Merged, Separated, Unmerged
from maild.model.report import Story
from maild.model.rule_events import Alarmed
from maild.model.trust_events import Restricted
from maild.model.undo_events import Reissued, Requeued, Retracted, TakenBack, Undone, Unlabelled
from maild.model.waiting_events import Scheduled
from maild.model.work_events import Promised, Worked


@dataclass(frozen=True, slots=True)
class Said:
    """At that time a handler answered, somebody solved or reopened it, a handler got it or promised a date, or a promise broke.

    cause: the mail that did it, of a turn of the clock the message; number: the message, or the turn; quiet: the customer was not told.
    """

    at: datetime
    by: str = ""
    cause: str = ""
    number: int = 0
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A date that somebody told the customer at that time; letter 0: by /due.

    pauses: the statuses in which its clock stands still; None: by what is promised today.  of: the merged case of which it was told.
    """

    target: str
    turn: int
    due_at: datetime
    at: datetime
    letter: int = 0
    cause: str = ""
    pauses: frozenset[Status] | None = None
    of: int = 0


@dataclass(frozen=True, slots=True)
class Minutes:
    """So much was worked at that time."""

    at: datetime
    by: str
    minutes: int
    cause: str


@dataclass(slots=True)
class Tale:
    """A case; lists are by time.  since: when its first mail came in; opener: who opened it, a party."""

    story: Story
    opened_at: datetime
    since: datetime
    desk: str
    opener: str
    status: Status = Status.NEW
    before_merge: Status | None = None
    priority: Priority = Priority.MEDIUM
    type: str = ""
    category: str = ""
    handler: str = ""
    line: str = ""
    organisation: str = ""
    clocked: bool = False
    runs: bool = True
    labels: list[str] = field(default_factory=list)
    confidential: bool = False
    imported: bool = False
    spam: bool = False
    reported: bool = False
    alarmed: bool = False
    answers: list[Said] = field(default_factory=list)
    withheld: set[int] = field(default_factory=set)
    solutions: list[Said] = field(default_factory=list)
    reopenings: list[Said] = field(default_factory=list)
    takings: list[Said] = field(default_factory=list)
    turns: list[Said] = field(default_factory=list)
    dates: list[Told] = field(default_factory=list)
    promises: list[Said] = field(default_factory=list)
    unsent: set[int] = field(default_factory=set)
    breaches: dict[tuple[str, int], Said] = field(default_factory=dict)
    stops: list[Stop] = field(default_factory=list)
    work: list[Minutes] = field(default_factory=list)

    @property
    def merged(self) -> bool:
        return self.before_merge is not None

    @property
    def ended(self) -> bool:
        return self.status in (Status.SOLVED, Status.CLOSED)

    def spoken(self) -> list[Said]:
        """From when the next word is owed: from each of these answers, and each reopening."""
        if not self.withheld:
            return self.turns
        return [one for one in self.turns if not one.by or int(one.cause) not in self.withheld]

    def sent(self) -> list[Said]:
        """Answers that were not taken back."""
        return [one for one in self.answers if one.number not in self.withheld] if self.withheld else self.answers


def told(story: Story, end_of: Callable[[str], datetime]) -> Tale | None:
    """The case as it stood at the end of the period on its desk's clock."""
    first = story.events[0] if story.events else None
    if first is None or not isinstance(first.event, Opened) or first.at >= end_of(first.event.desk):
        return None
    tale = Tale(story, first.at, first.at, first.event.desk, first.actor, unsent=set(story.unsent))
    for record in story.events[1:]:
        if record.at >= end_of(tale.desk):
            break
        before, tale.status = tale.status, _status(tale, record.event)
        if before is not tale.status:
            _turned(tale, before, record)
        handle = _HANDLERS.get(type(record.event))
        if handle is not None:
            handle(tale, record, record.event)
    if tale.imported:
        _revived(tale)
    return tale


def _revived(tale: Tale) -> None:
    """Of a case of the past only what was done after it was reopened is work of ours."""
    live = tale.reopenings[0].at if tale.reopenings else None
    lists: tuple[list[Any], ...] = (tale.answers, tale.solutions, tale.takings, tale.turns, tale.dates, tale.work)
    for some in lists:
        some[:] = [one for one in some if live is not None and one.at >= live]


def _status(tale: Tale, event: object) -> Status:
    """As model/case.apply has it."""
    match event:
        case Waiting(on=on) if not tale.ended:
            return Status.WAITING if on == "customer" else Status.ON_HOLD
        case Undone(back_to=Status() as status):
            return status
        case Merged():
            return Status.CLOSED
        case Unmerged() if tale.before_merge is not None:
            return tale.before_merge
    return NEXT.get((tale.status, type(event)), tale.status)


def _turned(tale: Tale, before: Status, record: Recorded) -> None:
    if isinstance(record.event, Merged):
        tale.before_merge = tale.before_merge or before
    if before in STOPS and tale.stops and tale.stops[-1].until is None:
        tale.stops[-1] = Stop(tale.stops[-1].status, tale.stops[-1].since, record.at)
    if tale.status in STOPS:
        tale.stops.append(Stop(tale.status, record.at))
    if isinstance(record.event, Solved):
        tale.solutions.append(Said(record.at, record.event.by, record.cause, quiet=record.event.quiet))
    if isinstance(record.event, Reopened):
        tale.reopenings.append(Said(record.at, record.event.by, record.cause))


# --- what an event says ---------------------------------------------------------------------------------------------------------


def _replied(tale: Tale, record: Recorded, event: Replied) -> None:
    tale.answers.append(Said(record.at, event.by, record.cause, event.message))
    tale.turns.append(Said(record.at, event.by, str(event.message), record.seq))


def _reopened(tale: Tale, record: Recorded, event: Reopened) -> None:
    tale.turns.append(Said(record.at, "", record.cause, record.seq))


def _assigned(tale: Tale, record: Recorded, event: Assigned) -> None:
    tale.handler = event.handler or ""
    if tale.handler:
        tale.takings.append(Said(record.at, tale.handler, record.cause))


def _undone(tale: Tale, record: Recorded, event: Undone) -> None:
    """Neither what the mail did counts, nor what turns it round."""
    void = (record.cause, event.mail)
    for some in (tale.solutions, tale.reopenings, tale.takings, tale.turns, tale.promises):
        some[:] = [one for one in some if one.cause not in void]
    tale.dates[:] = [one for one in tale.dates if one.letter or one.cause not in void]


def _promised(tale: Tale, record: Recorded, event: Promised) -> None:
    tale.promises.append(Said(record.at, event.by, record.cause))
    if event.until_at is not None:
        tale.dates.append(Told("resolution", 0, event.until_at, record.at, cause=record.cause))


def _pledged(tale: Tale, record: Recorded, event: Pledged) -> None:
    pauses = frozenset(map(Status, event.pauses.split()))
    tale.dates.append(
        Told(event.target, event.turn, event.due_at, record.at, event.letter, record.cause, pauses, event.of)
    )


def _separated(tale: Tale, record: Recorded, event: Separated) -> None:
    tale.dates[:] = [one for one in tale.dates if one.of != event.case]


def _scheduled(tale: Tale, record: Recorded, event: Scheduled) -> None:
    """On her own wish nothing holds any more that a letter told before."""
    tale.dates[:] = [one for one in tale.dates if not one.letter]


def _breached(tale: Tale, record: Recorded, event: Breached) -> None:
    tale.breaches.setdefault((event.target, event.turn), Said(record.at))


def _worked(tale: Tale, record: Recorded, event: Worked) -> None:
    tale.work.append(Minutes(record.at, handler_of(event.by) or "", event.minutes, event.reason))


def _clocked(tale: Tale, record: Recorded, event: Clocked) -> None:
    tale.since, tale.organisation = event.since_at, event.organisation
    tale.clocked, tale.runs = True, event.runs


def _moved(tale: Tale, record: Recorded, event: Moved) -> None:
    tale.desk, tale.line = event.desk, ""


def _labelled(tale: Tale, record: Recorded, event: Labelled) -> None:
    tale.labels.append(event.label)


def _unlabelled(tale: Tale, record: Recorded, event: Unlabelled) -> None:
    tale.labels[:] = [label for label in tale.labels if label != event.label]


def _unmerged(tale: Tale, record: Recorded, event: Unmerged) -> None:
    tale.before_merge = None


def _taken_back(tale: Tale, record: Recorded, event: TakenBack | Requeued) -> None:
    (tale.unsent.add if isinstance(event, TakenBack) else tale.unsent.discard)(event.letter)


def _retracted(tale: Tale, record: Recorded, event: Retracted | Reissued) -> None:
    (tale.withheld.add if isinstance(event, Retracted) else tale.withheld.discard)(event.message)


def _sets(name: str, value: str | bool) -> Callable[[Tale, Recorded, Any], None]:
    """The field becomes this value, or that of the event's field of that name."""

    def apply(tale: Tale, record: Recorded, event: Any) -> None:
        setattr(tale, name, getattr(event, value) if isinstance(value, str) else value)

    return apply


_HANDLERS: dict[type, Callable[[Tale, Recorded, Any], None]] = {
    Replied: _replied,
    Reopened: _reopened,
    Assigned: _assigned,
    Undone: _undone,
    Promised: _promised,
    Pledged: _pledged,
    Scheduled: _scheduled,
    Breached: _breached,
    Worked: _worked,
    Clocked: _clocked,
    Moved: _moved,
    Labelled: _labelled,
    Unlabelled: _unlabelled,
    Unmerged: _unmerged,
    Separated: _separated,
    TakenBack: _taken_back,
    Requeued: _taken_back,
    Retracted: _retracted,
    Reissued: _retracted,
    Prioritised: _sets("priority", "priority"),
    Typed: _sets("type", "type"),
    Categorised: _sets("category", "category"),
    Escalated: _sets("line", "line"),
    Restricted: _sets("confidential", True),
    Imported: _sets("imported", True),
    Spammed: _sets("spam", True),
    Quarantined: _sets("spam", True),
    Cleared: _sets("spam", False),
    Reported: _sets("reported", True),
    Alarmed: _sets("alarmed", True),
}
# What must be read of the table; of all else a report knows nothing.
KINDS = tuple(
    kind
    for kind, event in KNOWN.items()
    if event in {Opened, Solved, Waiting, Merged, *_HANDLERS, *(one for _, one in NEXT)}
)
