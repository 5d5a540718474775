"""undo: what a handler's last mail did in a case, turned round.

INVERSES says how: event type -> function (case before it, event) -> the events that turn it round, or None where that cannot be done
(the receipt says so).  A new kind of event that a command causes needs a row; one without a row counts as None.
Letters that have not left are taken back, the answer too.  What somebody changed since holds all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from maild.decide.acts.context import Context, Done, Outcome, Wrong
from maild.decide.ledger import Ledger
from maild.model.asking_events import (
    Approved,
    Asked,
    Cleared,
    Completed,
    Escalated,
    Offered,
    Rejected,
    Requested,
    Spammed,
    Tasked,
    Uncompleted,
    Withdrawn,
)
from maild.model.case import Case, apply, begin
from maild.model.draft_events import Finished, Parked
from maild.model.errands import OPEN
from maild.model.events import (
    Assigned,
    Closed,
    Declined,
    Event,
    Labelled,
    Moved,
    Noted,
    Prioritised,
    Received,
    Reopened,
    Replied,
    Solved,
    Status,
    Told,
    Waiting,
    Woken,
)
from maild.model.known import Pending
from maild.model.people import handler_of, handler_party
from maild.model.recorded import Recorded
from maild.model.undo_events import Retracted, TakenBack, Undone, Unlabelled
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
    again = Offered(older.by, older.amount, older.text, older.letter, older.until_at) if older else None
    return (Withdrawn("offer", event.letter), *((again,) if again and older and older.state == OPEN else ()))


def _unrequested(before: Case, event: Requested) -> tuple[Event, ...]:
    older = before.errands.open_requests(event.approver)
    again = tuple(Requested(one.by, one.approver, one.text, one.letter, one.until_at) for one in older)
    return (Withdrawn("request", event.letter), *again)


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
    Tasked: lambda before, event: (Withdrawn("task", len(before.errands.tasks) + 1),),
    Completed: lambda before, event: (Uncompleted(event.task),),
    # Whether the question has left is said with its letter.
    Asked: lambda before, event: (),
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
}
# They tell of a mail, and change nothing; what becomes of an answer is said with its letter.
_TELLS = (Received, Declined, Parked, Finished, Replied)
# Fields that go on whatever a handler does, and totals, from which a part is taken away again whoever added more.
_NOT_COMPARED = {"seq", "updated_at", "heard", "acknowledged", "worked"}


@dataclass(frozen=True, slots=True)
class _Mail:
    """What one mail of his did: its records, and the case before and after them."""

    cause: str
    records: tuple[Recorded, ...]
    befores: tuple[Case, ...]
    after: Case

    @property
    def before(self) -> Case:
        return self.befores[0]


def undo(context: Context, argument: str) -> Outcome:
    """undo    What your last mail did in this case is undone; letters of it that have not left are taken back."""
    if argument:
        return Wrong("no_argument", "undo")
    log = context.ledger.known.log.get(context.case.id, ())
    cause = _cause(context, log)
    if not cause:
        return Wrong("nothing_to_undo")
    if any(isinstance(r.event, Undone) and cause in (r.cause, r.event.mail) for r in log):
        return Wrong("undone_already")
    mail = _mail(log, cause)
    fields = _touched(mail)
    newer = _changed_since(context.case, mail, fields, log)
    if newer:
        return Wrong("changed_since", _called(context, newer))
    return _turned_round(context, mail, fields)


def _cause(context: Context, log: Sequence[Recorded]) -> str:
    """The mail that is meant: the one whose receipt he answers, else his last that did anything."""
    letter = context.order.letter
    if letter is not None and letter.kind == "receipt":
        of = (r.cause for r in log if isinstance(r.event, Told) and r.event.letter == letter.id)
        return next(of, "")
    mine = [r for r in log if r.actor in context.actors and _acts(r.event)]
    return mine[-1].cause if mine else ""


def _acts(event: Event) -> bool:
    return isinstance(event, Replied) or not isinstance(event, _TELLS)


def _mail(log: Sequence[Recorded], cause: str) -> _Mail:
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
    assert after is not None
    return _Mail(cause, tuple(mine), tuple(befores), after)


# --- what has changed -------------------------------------------------------------------------------------------------------------


def _touched(mail: _Mail) -> tuple[str, ...]:
    names = [name for name in Case.__match_args__ if name not in _NOT_COMPARED and name != "id"]
    return tuple(name for name in names if getattr(mail.before, name) != getattr(mail.after, name))


def _differs(now: Case, mail: _Mail, name: str) -> bool:
    """Whether what the mail made of a field is not there any more; of a list, only what the mail put in or took out."""
    before, after, is_ = getattr(mail.before, name), getattr(mail.after, name), getattr(now, name)
    if isinstance(after, tuple):
        put, taken = set(after) - set(before), set(before) - set(after)
        return not put <= set(is_) or bool(taken & set(is_))
    return bool(is_ != after)


def _changed_since(now: Case, mail: _Mail, fields: Sequence[str], log: Sequence[Recorded]) -> str:
    """Who changed the same since, as a party; "" for nobody."""
    changed = [name for name in fields if _differs(now, mail, name)]
    if not changed:
        return ""
    case, last = mail.after, ""
    for record in log:
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


def _turned_round(context: Context, mail: _Mail, fields: Sequence[str]) -> Done:
    me = handler_party(context.handler.key)
    events: list[Event] = []
    lines: list[Done] = []
    for record, before in reversed(list(zip(mail.records, mail.befores, strict=True))):
        if record.actor not in context.actors or isinstance(record.event, _TELLS):
            continue
        inverse = INVERSES.get(type(record.event))
        if inverse is None:
            lines.append(Done((), "note_stays" if isinstance(record.event, Noted) else "cannot_be_undone"))
        else:
            events += inverse(before, record.event)
    letters = tuple(_letters(context, mail))
    back = tuple(pending for pending, _ in letters if pending is not None)
    events += [TakenBack(p.party, p.kind, p.letter) for p in back]
    unsaid = _unsaid(mail, back)
    events += [Retracted(row, me) for row in unsaid]
    events.append(Undone(me, mail.cause, mail.before.status if "status" in fields else None))
    also = (*_restored(context, mail, fields), *_of_letters(context, letters), *lines)
    return Done(
        tuple(events), UNDONE, _said_at(context, mail.records[0].at), partial(_take_back, back, unsaid), also=also
    )


def _take_back(back: Sequence[Pending], unsaid: Sequence[int], ledger: Ledger) -> None:
    for pending in back:
        ledger.cancel(pending.outbox)
    for row in unsaid:
        ledger.restate(row, "handler", internal=True)


def _letters(context: Context, mail: _Mail) -> list[tuple[Pending | None, Told]]:
    """Letters that followed from it, each with its place in the queue while it has not left.  Receipts are no news to anybody else."""
    waiting = {pending.letter: pending for pending in context.ledger.known.pending}
    told = (r.event for r in mail.records if isinstance(r.event, Told))
    me = handler_party(context.handler.key)
    return [(waiting.get(event.letter), event) for event in told if event.to != me]


def _unsaid(mail: _Mail, back: Sequence[Pending]) -> list[int]:
    """Answers none of which has left."""
    rows = [r.event.message for r in mail.records if isinstance(r.event, Replied)]
    return [row for row in rows if any(row in pending.messages for pending in back if not handler_of(pending.party))]


def _of_letters(context: Context, letters: Sequence[tuple[Pending | None, Told]]) -> list[Done]:
    """What becomes of the customer's letters; colleagues read the case."""
    return [
        Done((), "letter_taken_back" if pending else "letter_gone", _called(context, told.to))
        for pending, told in letters
        if not handler_of(told.to)
    ]


def _said_at(context: Context, at: datetime) -> str:
    return at.astimezone(context.zone).isoformat()


def _handler(context: Context, case: Case) -> str:
    handler = context.policy.handlers.get(case.handler or "")
    return handler.name if handler else "–"


# How the receipt says what a field is again.  Of a field without a row it says nothing.
SAID: Mapping[str, Callable[[Context, Case], str]] = {
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
