"""withheld: letters that wait their minute and are taken back since the case is somebody else's now, or spam, or an offer is another.

waiting(ledger, case, party)    what is about to leave to somebody in a case
hold(ledger, letters, by)       it does not
take(ledger, letters, by)       nor is it said: an answer that nobody gets is internal from then on
again(...), let_go(...)         of those that a mail took back: what /undo lets leave after all

The receipt's lines are taking_back.lines.

Pure.  Nothing that a handler wrote is lost silently: each letter is an event, a line of the receipt, and comes back with /undo.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from maild.decide.ledger import Ledger
from maild.model.events import Acknowledged, Event, Told
from maild.model.known import Pending
from maild.model.people import handler_of
from maild.model.recorded import Recorded
from maild.model.undo_events import Reissued, Requeued, Retracted, TakenBack, Undone

# Letters that carry what a handler wrote.
ANSWERS = ("update", "closing")


def waiting(ledger: Ledger, case_id: int, party: str) -> tuple[Pending, ...]:
    return tuple(one for one in ledger.known.pending if one.case == case_id and one.party == party)


def hold(ledger: Ledger, letters: Iterable[Pending], by: str) -> None:
    """They stay here; /undo of the mail that held them lets them go."""
    for one in letters:
        ledger.cancel(one.outbox)
        ledger.happen(one.case, by, TakenBack(one.party, one.kind, one.letter))


def take(ledger: Ledger, letters: Sequence[Pending], by: str) -> None:
    """They stay here, and what nobody gets was not said."""
    hold(ledger, letters, by)
    for one in letters:
        for row in _unsaid(ledger, one, letters):
            ledger.happen(one.case, by, Retracted(row, by))
            ledger.restate(row, "handler", internal=True)


def _unsaid(ledger: Ledger, one: Pending, letters: Sequence[Pending]) -> list[int]:
    """The answers in it, but those that somebody else outside gets in a letter that goes on."""
    if one.kind not in ANSWERS:
        return []
    go_on = [p for p in ledger.known.pending if p not in letters and not handler_of(p.party)]
    said = {row for other in go_on for row in other.messages}
    return [row for row in one.messages if row not in said]


# --- after all --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Again:
    """Letters that leave after all, answers that are answers again, and the events that say so."""

    letters: tuple[Pending, ...]
    rows: tuple[int, ...]
    events: tuple[Event, ...]


def again(ledger: Ledger, log: Sequence[Recorded], records: Sequence[Recorded], by: str) -> Again:
    """What the mail of these records took back, but what was undone since by itself."""
    undone = {record.event.mail for record in log if isinstance(record.event, Undone)}
    void = {x.event.letter for x in log if isinstance(x.event, Told | Acknowledged) and x.cause in undone}
    taken = {x.event.letter for x in records if isinstance(x.event, TakenBack)} - void
    letters = tuple(one for one in ledger.known.withheld if one.letter in taken)
    carried = {row for one in letters for row in one.messages}
    rows = tuple(x.event.message for x in records if isinstance(x.event, Retracted) and x.event.message in carried)
    events = (
        *(Requeued(one.party, one.kind, one.letter) for one in letters),
        *(Reissued(row, by) for row in rows),
    )
    return Again(letters, rows, events)


def let_go(ledger: Ledger, found: Again) -> None:
    """They wait for their minute again."""
    for one in found.letters:
        ledger.requeue(one.outbox, ledger.now + ledger.policy.limits.undo)
    for row in found.rows:
        ledger.restate(row, "handler", internal=False)


def taken_back(log: Iterable[Recorded]) -> set[int]:
    """The letters that were taken back, and not let go again."""
    back: set[int] = set()
    for record in log:
        if isinstance(record.event, TakenBack):
            back.add(record.event.letter)
        elif isinstance(record.event, Requeued):
            back.discard(record.event.letter)
    return back
