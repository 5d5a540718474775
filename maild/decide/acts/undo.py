"""undo: what a handler's last mail did in a case, turned round.

inverses.py says how.  Letters that have not left are taken back, the answer too.  What somebody changed since holds all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from maild.decide import withheld
from maild.decide.acts import duty, taking_back
from maild.decide.acts.context import Context, Done, Outcome, Wrong
from maild.decide.acts.inverses import INVERSES, UNDONE
from maild.decide.acts.taking_back import Owed
from maild.decide.ledger import Ledger
from maild.model.case import Case, apply, begin
from maild.model.draft_events import Finished, Parked
from maild.model.events import (
    Acknowledged,
    Declined,
    Event,
    Noted,
    Opened,
    Received,
    Replied,
    Suppressed,
    Told,
    Waiting,
    Woken,
)
from maild.model.inside_events import Represented
from maild.model.people import MAILD, handler_of
from maild.model.recorded import Recorded
from maild.model.related_events import (
    Absorbed,
    Gathered,
    Grouped,
    Informed,
    Linked,
    Merged,
    Parted,
    Split,
)
from maild.model.undo_events import Retracted, TakenBack, Undone

# They tell of a mail, and change nothing; what becomes of an answer is said with its letter.
_TELLS = (Received, Declined, Parked, Finished, Replied, Represented)
# Fields that go on whatever a handler does, and totals, from which a part is taken away again whoever added more.
_NOT_COMPARED = {"seq", "updated_at", "heard", "acknowledged", "worked", "clocks", "pages"}


@dataclass(frozen=True, slots=True)
class _Mail:
    """What one mail of his did in a case: its records, and the case before and after them.  log: all that happened in the case."""

    case: int
    log: tuple[Recorded, ...]
    cause: str
    records: tuple[Recorded, ...]
    befores: tuple[Case, ...]
    after: Case

    @property
    def before(self) -> Case:
        return self.befores[0]

    @property
    def split_from(self) -> int | None:
        """The case from which the mail split this one."""
        first = self.log[0]
        return first.event.linked if first.cause == self.cause and isinstance(first.event, Opened) else None

    @property
    def fields(self) -> tuple[str, ...]:
        """What is another after it than it was before."""
        names = [name for name in Case.__match_args__ if name not in _NOT_COMPARED and name != "id"]
        return tuple(name for name in names if getattr(self.before, name) != getattr(self.after, name))


def undo(context: Context, argument: str) -> Outcome:
    """undo    What your last mail did in this case is undone; letters of it that have not left are taken back."""
    if argument:
        return Wrong("no_argument", "undo")
    if context.found is None:
        return duty.undo(context)
    log = context.ledger.known.log.get(context.case.id, ())
    cause = _cause(context, log)
    swapped = duty.undo_of(context, frozenset({cause}) if cause else frozenset(r.cause for r in log))
    if not cause or isinstance(swapped, Wrong):
        return swapped or Wrong("nothing_to_undo")
    if any(isinstance(r.event, Undone) and cause in (r.cause, r.event.mail) for r in log):
        return Wrong("undone_already")
    mail = _mail(context.case.id, log, cause)
    if mail is None:
        return Wrong("nothing_to_undo")
    others = _elsewhere(context, mail)
    newer = next(filter(None, (_changed_since(context, one) for one in (mail, *others))), "")
    if newer:
        return Wrong("changed_since", _called(context, newer))
    done = _turned_round(context, mail, others)
    return done if swapped is None else _besides(done, swapped)


def _besides(done: Done, swapped: Done) -> Done:
    """Duty that the same mail gave away comes back, too."""

    def after(ledger: Ledger) -> None:
        for one in (done.after, swapped.after):
            if one is not None:
                one(ledger)

    return replace(done, after=after, also=(*done.also, replace(swapped, after=None)))


# --- in other cases ---------------------------------------------------------------------------------------------------------------

_TIES = (Merged, Absorbed, Split, Linked, Grouped, Gathered, Parted)


def _elsewhere(context: Context, mail: _Mail) -> list[_Mail]:
    """What it did in the cases that it tied to this one, or that belong to it.  A list to a desk has other cases beside: not those."""
    found = (_mail(case, log, mail.cause) for case, log in context.ledger.known.log.items() if case != mail.case)
    return [other for other in found if other is not None and _is_tied(context, mail, other)]


def _is_tied(context: Context, mail: _Mail, other: _Mail) -> bool:
    if context.ledger.case(other.case).parent == mail.case or other.split_from == mail.case:
        return True
    here = [r.event.case == other.case for r in mail.records if isinstance(r.event, _TIES)]
    there = [r.event.case == mail.case for r in other.records if isinstance(r.event, _TIES)]
    # Who waited for a case that was merged waits for the other, and that is nobody's command.
    moved = [isinstance(r.event, Waiting | Woken) and r.actor == MAILD for r in other.records]
    return any((*here, *there, *moved))


def _cause(context: Context, log: Sequence[Recorded]) -> str:
    """The mail that is meant: the one whose receipt he answers, else his last that did anything."""
    letter = context.order.letter
    if letter is not None and letter.kind == "receipt":
        of = (r.cause for r in log if isinstance(r.event, Told) and r.event.letter == letter.id)
        # The receipt of a merge stands in the case that is no more.
        also = (r.cause for one in context.ledger.known.log.values() for r in one if _tells(r.event, letter.id))
        return next(of, "") or next(also, "")
    mine = [r for r in log if _is_his(context, log, r) and _acts(r.event)]
    return mine[-1].cause if mine else ""


def _is_his(context: Context, log: Sequence[Recorded], record: Recorded) -> bool:
    """His own act; for a member of a team also what another member did as the team, and nothing that one did for himself."""
    if record.actor in (context.by, context.order.by):
        return True
    team = context.handler.key
    return any(r.cause == record.cause and r.event == Represented(team) for r in log) and bool(handler_of(record.actor))


def _tells(event: Event, letter: int) -> bool:
    return isinstance(event, Told) and event.letter == letter


def _acts(event: Event) -> bool:
    return isinstance(event, Replied) or not isinstance(event, _TELLS)


def _mail(case_id: int, log: Sequence[Recorded], cause: str) -> _Mail | None:
    case: Case | None = None
    mine: list[Recorded] = []
    befores: list[Case] = []
    after: Case | None = None
    for record in log:
        if record.cause == cause and case is not None:
            mine.append(record)
            befores.append(case)
        case = apply(case, record) if case is not None else begin(0, record)
        after = case if record.cause == cause else after
    return _Mail(case_id, tuple(log), cause, tuple(mine), tuple(befores), after) if after and mine else None


# --- what has changed -------------------------------------------------------------------------------------------------------------


def _differs(now: Case, mail: _Mail, name: str) -> bool:
    """Whether what the mail made of a field is not there any more; of a list, only what the mail put in or took out."""
    before, after, is_ = getattr(mail.before, name), getattr(mail.after, name), getattr(now, name)
    if isinstance(after, tuple):
        put, taken = set(after) - set(before), set(before) - set(after)
        return not put <= set(is_) or bool(taken & set(is_))
    return bool(is_ != after)


def _changed_since(context: Context, mail: _Mail) -> str:
    """Who changed the same since, as a party; "" for nobody.  In a case that was split off anything counts."""
    now = context.ledger.case(mail.case)
    if mail.split_from is not None and now.seq != mail.after.seq:
        return mail.log[-1].actor
    changed = [name for name in mail.fields if _differs(now, mail, name)]
    if not changed:
        return ""
    case, last = mail.after, ""
    for record in mail.log:
        if record.seq <= mail.after.seq:
            continue
        then = apply(case, record)
        if any(getattr(then, name) != getattr(case, name) for name in changed):
            last = record.actor
        case = then
    return last or "maild"


def _called(context: Context, party: str) -> str:
    handler = context.policy.handlers.get(handler_of(party) or "")
    if handler is not None:
        return handler.name
    person = context.ledger.people.get(party)
    return (person.name or person.address) if person else party


# --- turning round ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Turned:
    """How a case is as it was: the events, letters that are taken back, answers that nobody got, what leaves after all, the receipt."""

    case: int
    log: tuple[Recorded, ...]
    events: tuple[Event, ...]
    back: tuple[Owed, ...]
    unsaid: tuple[int, ...]
    again: withheld.Again
    also: tuple[Done, ...]


def _turned_round(context: Context, mail: _Mail, others: Sequence[_Mail]) -> Done:
    here, *there = (_turned(context, one) for one in (mail, *others))
    also = (*_restored(context, mail, mail.fields), *(line for one in (here, *there) for line in one.also))
    after = partial(_take_back, context.by, here, there)
    return Done(here.events, UNDONE, _said_at(context, mail.records[0].at), after, also=also)


def _turned(context: Context, mail: _Mail) -> _Turned:
    events, lines = _inverses(context, mail)
    letters = taking_back.of_mail(context, mail.case, mail.log, mail.records)
    back = tuple(owed for owed in letters if owed.pending is not None)
    events += [TakenBack(owed.told.to, owed.pending.kind, owed.pending.letter) for owed in back if owed.pending]
    unsaid = tuple(_unsaid(mail, back))
    events += [Retracted(row, context.by) for row in unsaid]
    again = withheld.again(context.ledger, mail.log, mail.records, context.by)
    events += again.events
    restores = "status" in mail.fields and mail.split_from is None
    events.append(Undone(context.by, mail.cause, mail.before.status if restores else None))
    also = (*_of_letters(context, letters), *_of_withheld(context, again), *lines)
    return _Turned(mail.case, mail.log, tuple(events), back, unsaid, again, also)


def _inverses(context: Context, mail: _Mail) -> tuple[list[Event], list[Done]]:
    """Of what he did, the last first; in other cases of what followed by itself, too."""
    origin = context.ledger.known.cases.get(mail.split_from or 0)
    if origin is not None:
        return [Merged(origin.id, context.by, origin.seq)], []
    events: list[Event] = []
    lines: list[Done] = []
    # The mail is one handler's, whoever he acted for.
    actors = {r.actor for r in mail.records if handler_of(r.actor)}
    if mail.case != context.case.id:
        actors.add(MAILD)
    for record, before in reversed(list(zip(mail.records, mail.befores, strict=True))):
        if record.actor not in actors or isinstance(record.event, (*_TELLS, Told, Acknowledged, Suppressed)):
            continue
        inverse = INVERSES.get(type(record.event))
        if inverse is None:
            lines.append(Done((), "note_stays" if isinstance(record.event, Noted) else "cannot_be_undone"))
        else:
            events += inverse(before, record.event)
    return events, lines


def _take_back(by: str, here: _Turned, there: Sequence[_Turned], ledger: Ledger) -> None:
    for turned in (here, *there):
        for event in turned.events if turned is not here else ():
            ledger.happen(turned.case, by, event)
        for owed in turned.back:
            taking_back.take(ledger, turned.log, owed)
        for row in turned.unsaid:
            ledger.restate(row, "handler", internal=True)
        withheld.let_go(ledger, turned.again)


def _unsaid(mail: _Mail, back: Sequence[Owed]) -> list[int]:
    """Answers none of which has left."""
    rows = [r.event.message for r in mail.records if isinstance(r.event, Replied | Informed)]
    outside = [owed.pending.messages for owed in back if owed.pending and not handler_of(owed.told.to)]
    return [row for row in rows if any(row in messages for messages in outside)]


def _of_letters(context: Context, letters: Sequence[Owed]) -> list[Done]:
    """What becomes of the customer's letters; colleagues read the case."""
    return [
        Done((), "letter_taken_back" if owed.pending else "letter_gone", _called(context, owed.told.to))
        for owed in letters
        if not handler_of(owed.told.to)
    ]


def _of_withheld(context: Context, again: withheld.Again) -> list[Done]:
    """What leaves after all, and when."""
    at = _said_at(context, context.ledger.now + context.policy.limits.undo)
    return [Done((), "letter_after_all", _called(context, one.party), at=at) for one in again.letters]


def _said_at(context: Context, at: datetime) -> str:
    return at.astimezone(context.zone).isoformat()


def _handler(context: Context, case: Case) -> str:
    handler = context.policy.handlers.get(case.handler or "")
    return handler.name if handler else "–"


# How the receipt says what a field is again.  Of a field without a row it says nothing.
SAID: Mapping[str, Callable[[Context, Case], str]] = {
    "customer": lambda context, case: _called(context, case.customer),
    "priority": lambda context, case: str(case.priority),
    "status": lambda context, case: str(case.status),
    "handler": _handler,
    "desk": lambda context, case: context.policy.desks[case.desk].name if case.desk in context.policy.desks else "–",
    "title": lambda context, case: context.ledger.subjects.get(case.title, "–"),
    "promised_at": lambda context, case: _said_at(context, case.promised_at) if case.promised_at else "–",
    "labels": lambda context, case: ", ".join(case.labels) or "–",
}


def _restored(context: Context, mail: _Mail, fields: Sequence[str]) -> list[Done]:
    return [
        Done((), f"back_{name}", said(context, mail.before), was=said(context, mail.after))
        for name, said in SAID.items()
        if name in fields
    ]
