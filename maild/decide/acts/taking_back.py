"""taking_back: letters of a mail that have not left are taken back (undo.py).

of_mail(context, case, records) -> each letter that followed from it, and where its words wait, if they do
take(ledger, ...)               out of the queue; what others said in the same letter goes on without it

News of an incident in one burst are one letter: it is taken apart again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maild.decide import notices, withheld
from maild.decide.acts.context import Context, Done
from maild.decide.ledger import Ledger
from maild.model.events import Acknowledged, Told
from maild.model.known import Pending
from maild.model.people import handler_party
from maild.model.recorded import Recorded
from maild.model.related_events import Informed

# A letter of this kind may hold the words of several mails.
_BURST = "incident"


@dataclass(frozen=True, slots=True)
class Owed:
    """A letter that a mail brought.

    pending: the letter in which its words wait, None when they have left; rest: the rows of others' words in that.
    """

    told: Told | Acknowledged
    pending: Pending | None
    rest: tuple[int, ...] = ()


def of_mail(context: Context, case: int, log: Sequence[Recorded], records: Sequence[Recorded]) -> tuple[Owed, ...]:
    """Receipts are no news to anybody else; what was taken back before is gone."""
    mine = frozenset(r.event.message for r in records if isinstance(r.event, Informed))
    back = withheld.taken_back(log)
    me = handler_party(context.handler.key)
    told = [r.event for r in records if isinstance(r.event, Told | Acknowledged) and r.event.to != me]
    owed = (_owed(context, case, event, mine) for event in told)
    return tuple(one for one in owed if one.pending is not None or one.told.letter not in back)


def _owed(context: Context, case: int, told: Told | Acknowledged, mine: frozenset[int]) -> Owed:
    pending = context.ledger.known.pending
    found = next((one for one in pending if one.letter == told.letter), None)
    if not isinstance(told, Told) or told.what != _BURST:
        return Owed(told, found)
    # A later notice of the burst took its words along.
    found = found or next((one for one in pending if _carries(one, case, told, mine)), None)
    return Owed(told, found, tuple(row for row in found.messages if row not in mine) if found else ())


def _carries(one: Pending, case: int, told: Told, mine: frozenset[int]) -> bool:
    return (one.case, one.party, one.kind) == (case, told.to, _BURST) and bool(mine & set(one.messages))


def lines(ledger: Ledger, letters: Sequence[Pending], answer: str = "letter_taken_back") -> tuple[Done, ...]:
    """What a receipt says of letters that are withheld; answer: the words' key for an answer.

    An acknowledgement is no loss: whoever the case belongs to gets another.
    """
    return tuple(
        Done((), answer if one.kind in withheld.ANSWERS else "letter_taken_back", _called(ledger, one.party))
        for one in letters
        if one.kind != "ack"
    )


def _called(ledger: Ledger, party: str) -> str:
    person = ledger.people.get(party)
    return (person.name or person.address) if person else party


def take(ledger: Ledger, log: Sequence[Recorded], owed: Owed) -> None:
    """The letter stays here; the words of others in it leave in another, at its hour."""
    if owed.pending is None:
        return
    ledger.cancel(owed.pending.outbox)
    informed = [r.event for r in log if isinstance(r.event, Informed) and r.event.message in owed.rest]
    shown = tuple(ledger.known.shown[row] for row in owed.rest if row in ledger.known.shown)
    if informed and shown:
        incident = ledger.known.cases.get(informed[-1].case)
        title = ledger.subjects.get(incident.incident, "") if incident else ""
        notices.without(ledger, owed.pending, shown, informed[-1].by, incident_title=title)
