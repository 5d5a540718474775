"""clocks: what a case's events say of its clocks: spans of time, letters that told of a date, steps that were taken.

apply(clocks, before, after, record) -> Clocks: the fold; before and after: the case's status around that event.  When something is
due follows from these and today's policy: decide/clocks.py.  Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from maild.model.clock_events import Breached, Clocked, Pledged, Warned
from maild.model.events import Reopened, Replied, Status
from maild.model.recorded import Recorded
from maild.model.waiting_events import Scheduled

# Statuses in which a clock may stand still.
STOPS = (Status.WAITING, Status.ON_HOLD, Status.SOLVED, Status.CLOSED)


@dataclass(frozen=True, slots=True)
class Stop:
    """The case had that status from since to until; None: it has it still."""

    status: Status
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pledge:
    """A letter told that date at that time."""

    target: str
    due_at: datetime
    told_at: datetime
    letter: int
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Clocks:
    """since_at: when the first mail came in, None where nobody said: when the case was opened.

    answered_at: when a handler first wrote to the customer, or solved it; spoke_at, turn: when the time until the next word began, and
    the seq of what began it.  stops: oldest first.  fired: "target:turn:step" of each step taken; breached: "target:turn".
    """

    since_at: datetime | None = None
    organisation: str = ""
    answered_at: datetime | None = None
    spoke_at: datetime | None = None
    turn: int = 0
    stops: tuple[Stop, ...] = ()
    pledges: tuple[Pledge, ...] = ()
    fired: tuple[str, ...] = ()
    breached: tuple[str, ...] = ()


UNSTARTED = Clocks()


def apply(clocks: Clocks, before: Status, after: Status, record: Recorded) -> Clocks:
    """The clocks after one more event."""
    clocks = clocks if before is after else _turned(clocks, before, after, record)
    match record.event:
        case Clocked(since_at=since_at, organisation=organisation):
            return replace(clocks, since_at=since_at, organisation=organisation)
        case Scheduled(starts_at=starts_at):
            return replace(clocks, since_at=starts_at)
        case Replied():
            answered = clocks.answered_at or record.at
            return replace(clocks, answered_at=answered, spoke_at=record.at, turn=record.seq)
        case Reopened():
            return replace(clocks, spoke_at=record.at, turn=record.seq)
        case Pledged() as told:
            pledge = Pledge(told.target, told.due_at, record.at, told.letter, told.turn)
            return replace(clocks, pledges=(*clocks.pledges, pledge))
        case Warned(target=target, step=step, turn=turn):
            return replace(clocks, fired=(*clocks.fired, f"{target}:{turn}:{step}"))
        case Breached(target=target, turn=turn):
            return replace(clocks, breached=(*clocks.breached, f"{target}:{turn}"))
    return clocks


def _turned(clocks: Clocks, before: Status, after: Status, record: Recorded) -> Clocks:
    """The status is another: one stop ends, or another begins."""
    stops = clocks.stops
    if before in STOPS and stops and stops[-1].until is None:
        stops = (*stops[:-1], replace(stops[-1], until=record.at))
    if after in STOPS:
        stops = (*stops, Stop(after, record.at))
    return replace(clocks, stops=stops)
