"""clocks: what a case's events say of its clocks: spans of time, letters that told of a date, steps that were taken.

apply(clocks, before, after, record) -> Clocks: the fold; before and after: the case's status around that event.  When something is
due follows from these and today's policy: decide/clocks.py.  Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from maild.model.clock_events import Breached, Clocked, Pledged, Untended, Warned
from maild.model.events import Assigned, Reopened, Replied, Solved, Status
from maild.model.people import handler_of
from maild.model.recorded import Recorded
from maild.model.related_events import Separated
from maild.model.undo_events import Reissued, Requeued, Retracted, TakenBack, Undone
from maild.model.waiting_events import Scheduled

# Statuses in which a clock may stand still.
STOPS = (Status.WAITING, Status.ON_HOLD, Status.SOLVED, Status.CLOSED)
# Of what older releases told.
WAITING = frozenset({Status.WAITING})


@dataclass(frozen=True, slots=True)
class Stop:
    """The case had that status from since to until; None: it has it still."""

    status: Status
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pledge:
    """A letter told that date at that time.  pauses: the statuses in which its clock stood still by what was promised then.

    of: the case of which it was told, where that goes on in this one.
    """

    target: str
    due_at: datetime
    told_at: datetime
    letter: int
    turn: int = 0
    void: bool = False
    pauses: frozenset[Status] = WAITING
    of: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """What the time until the next word counts from: an answer, by its message, or that the case was opened again (message 0).  And that
    it was solved, of which she was told (message -1): from that nothing counts, but it is a word.

    void: the customer never got it.
    """

    message: int
    at: datetime
    seq: int
    cause: str
    void: bool = False


@dataclass(frozen=True, slots=True)
class Clocks:
    """since_at: when the first mail came in, None where nobody said: when the case was opened.  runs: somebody asked for something.

    answered_at: when a handler first wrote to the customer; closing_at, closing: when he first solved it and she was told, and the mail
    that did it: first_at is the earlier of both, the first answer.  spoke_at, turn: when the time until the next word began, and
    the seq of what began it.  stops: oldest first.  fired: "target:turn:step" of each step taken; breached: "target:turn".
    free_at: since when nobody has it, None: since it was opened, or somebody has it; untended: that was told.
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
    free_at: datetime | None = None
    untended: bool = False
    runs: bool = True
    words: tuple[Word, ...] = ()
    closing_at: datetime | None = None
    closing: str = ""

    @property
    def first_at(self) -> datetime | None:
        """When a handler's word first reached the customer; that the case is opened again takes nothing of it back."""
        return min(filter(None, (self.answered_at, self.closing_at)), default=None)

    def heard_since(self, seq: int) -> bool:
        """After that event she was answered, or told that it is solved."""
        return any(word.message and not word.void and word.seq > seq for word in self.words)


UNSTARTED = Clocks()
# Of more words none can be taken back any more: letters wait for a minute.
_WORDS = 10


def apply(clocks: Clocks, before: Status, after: Status, record: Recorded) -> Clocks:
    """The clocks after one more event."""
    clocks = clocks if before is after else _turned(clocks, before, after, record)
    match record.event:
        case Clocked(since_at=since_at, organisation=organisation, runs=runs):
            return replace(clocks, since_at=since_at, organisation=organisation, runs=runs)
        case Scheduled(starts_at=starts_at):
            # What was told before that, nobody wants by then.
            void = tuple(replace(one, void=True) for one in clocks.pledges)
            return replace(clocks, since_at=starts_at, pledges=void)
        case Assigned(handler=handler):
            return replace(clocks, free_at=record.at if handler is None else None, untended=False)
        case Untended():
            return replace(clocks, untended=True)
        case Pledged() as told:
            pauses = frozenset(map(Status, told.pauses.split()))
            pledge = Pledge(told.target, told.due_at, record.at, told.letter, told.turn, False, pauses, told.of)
            return replace(clocks, pledges=(*clocks.pledges, pledge))
        case TakenBack(letter=letter) | Requeued(letter=letter):
            return _left(clocks, letter, void=isinstance(record.event, TakenBack))
        case Separated(case=other):
            apart = (replace(one, void=True) if one.of == other else one for one in clocks.pledges)
            return replace(clocks, pledges=tuple(apart))
        case Warned(target=target, step=step, turn=turn):
            return replace(clocks, fired=(*clocks.fired, f"{target}:{turn}:{step}"))
        case Breached(target=target, turn=turn):
            return replace(clocks, breached=(*clocks.breached, f"{target}:{turn}"))
    return _spoken(clocks, record)


def _turned(clocks: Clocks, before: Status, after: Status, record: Recorded) -> Clocks:
    """The status is another: one stop ends, or another begins.  A handler's solution of which she is told is an answer, too."""
    stops = clocks.stops
    if before in STOPS and stops and stops[-1].until is None:
        stops = (*stops[:-1], replace(stops[-1], until=record.at))
    if after in STOPS:
        stops = (*stops, Stop(after, record.at))
    clocks = replace(clocks, stops=stops)
    match record.event:
        case Solved(by=by, quiet=False) if clocks.closing_at is None and handler_of(by) is not None:
            return replace(clocks, closing_at=record.at, closing=record.cause)
    return clocks


def _left(clocks: Clocks, letter: int, *, void: bool) -> Clocks:
    """What stands in a letter that does not leave was not told; where it leaves after all, it was."""
    if all(one.letter != letter for one in clocks.pledges):
        return clocks
    pledges = (replace(one, void=void) if one.letter == letter else one for one in clocks.pledges)
    return replace(clocks, pledges=tuple(pledges))


# --- what was said ----------------------------------------------------------------------------------------------------------------


def _spoken(clocks: Clocks, record: Recorded) -> Clocks:
    """An answer, or the case is opened again; or one of these is as if it had not been."""
    match record.event:
        case Replied(message=message):
            return _said(clocks, (*clocks.words, Word(message, record.at, record.seq, record.cause)))
        case Reopened():
            return _said(clocks, (*clocks.words, Word(0, record.at, record.seq, record.cause)))
        case Solved(quiet=False):
            return _said(clocks, (*clocks.words, Word(-1, record.at, record.seq, record.cause)))
        case Retracted(message=message) | Reissued(message=message):
            void = isinstance(record.event, Retracted)
            return _said(clocks, tuple(replace(w, void=void) if w.message == message else w for w in clocks.words))
        case Undone(mail=mail):
            # What opened it again is undone, or undid that it was solved: then it never was.
            again = (mail, record.cause)
            words = tuple(w for w in clocks.words if w.message > 0 or w.cause not in again)
            void = clocks.closing_at is not None and clocks.closing == mail
            return _said(replace(clocks, closing_at=None, closing="") if void else clocks, words)
    return clocks


def _said(clocks: Clocks, words: tuple[Word, ...]) -> Clocks:
    if words == clocks.words:
        return clocks
    holds = [word for word in words if not word.void]
    answers = [word.at for word in holds if word.message > 0]
    known = {word.at for word in clocks.words if word.message > 0}
    # An answer that is older than these words stands.
    answered = clocks.answered_at if clocks.answered_at and clocks.answered_at not in known else None
    last = next((word for word in reversed(holds) if word.message >= 0), None)
    return replace(
        clocks,
        words=_remembered(words),
        answered_at=answered or min(answers, default=None),
        spoke_at=last.at if last else None,
        turn=last.seq if last else 0,
    )


def _remembered(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The last ones, and the last that she got, however often the case was opened since."""
    recent, older = words[-_WORDS:], words[:-_WORDS]
    heard = () if any(w.message and not w.void for w in recent) else [w for w in older if w.message and not w.void][-1:]
    return (*heard, *recent)
