"""notices: which letters are owed for what happened.  Events say what, policy.notices says to whom, this says when and how.

Each letter is an event too (Acknowledged, Told, Suppressed), so that once-per-case, budgets and promises are facts.
Never a letter about one's own act, but the receipt.  A reply to the customer waits for /undo; news for a handler wait for the
end of a burst and become one letter; the first letter to a person goes at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from maild.decide import (
    absence,
    beside,
    budget,
    contact,
    duty,
    outsiders,
    owing,
    pledges,
    promises,
    related,
    rights,
    tasklist,
    unless,
)
from maild.decide.ledger import NOBODY, Ledger
from maild.model.case import Case
from maild.model.events import (
    Acknowledged,
    Assigned,
    Event,
    Moved,
    Opened,
    Received,
    Replied,
    Solved,
    Suppressed,
    Woken,
)
from maild.model.known import Pending, Person, Shown
from maild.model.message import Address
from maild.model.people import MAILD, Handler, handler_of, handler_party
from maild.model.plan import Prepared
from maild.model.policy import Notice
from maild.model.related import Said
from maild.model.rule_events import Carried, Defeated
from maild.model.work_events import Promised

# An old mail found when its mailbox was read anew: the customer is not answered, the handlers are told as of any other.
LATE, OURS = "the mail was found late", "nobody wrote"
_BOUNCES = "letters to this address bounce"


@dataclass(frozen=True, slots=True)
class Telling:
    """What the letters of one arrival have in common.

    silent: why the customer gets no acknowledgement, "" if he does; wrote: who the customer reads has written, if not the actor.
    of: the mail that a case was split from another by, where no arrival brought one; its acknowledgement can be undone.
    template: of the acknowledgement, the site's own; "" for the usual one.  item: what the mail orders, by its name in the catalogue.
    news: a line for the handlers' letters, or only its key among the templates' words.
    """

    prepared: Prepared | None
    shown: Shown | None = None
    actor: str = MAILD
    silent: str = ""
    because: str = ""
    new: bool = False
    stranger: bool = False
    wrote: str = ""
    before: tuple[Shown, ...] = ()
    of: Said | None = None
    template: str = ""
    item: str = ""
    news: Mapping[str, Any] | str = ""


def tell(ledger: Ledger, case_id: int, telling: Telling, *, after: int = 0) -> None:
    """Owe what policy.notices says for each event of this arrival in this case; after: a seq up to which all was told."""
    happened = [record.event for record in ledger.events_of(case_id) if record.seq > after]
    if any(isinstance(event, Promised | Solved) for event in happened):
        promises.hold(ledger, case_id)
    for event in happened:
        for notice in ledger.policy.notices:
            if notice.on == event.kind and not _said_otherwise(event, notice, happened, ledger, case_id):
                why = unless.why(ledger, case_id, notice)
                if not why:
                    TELL[notice.to](ledger, case_id, notice, telling, event)
                elif notice.to == "customer":
                    ledger.happen(case_id, MAILD, Suppressed(ledger.case(case_id).customer, notice.send, why))
                else:
                    ledger.trace.setdefault("notes", []).append(f"no {notice.send} to handlers: {why}")


# What a letter about something larger says anyway.
_BESIDE = ("prioritised", "labelled", "reopened")


def _said_otherwise(event: Event, notice: Notice, happened: list[Event], ledger: Ledger, case_id: int) -> bool:
    """The notice of a mail says who has the case; a closing letter carries the reply's words; a quiet close says nothing."""
    if isinstance(event, Assigned):
        return any(isinstance(e, Opened | Received) for e in happened)
    if isinstance(event, Replied):
        return any(isinstance(e, Solved) and not e.quiet for e in happened)
    if notice.to == "handler" and notice.on in _BESIDE:
        return any(isinstance(e, Opened | Received | Assigned) for e in happened)
    if isinstance(event, Promised):
        # A reply says it below its words; what was taken back before it left, nobody heard of.
        return any(isinstance(e, Replied | Solved) for e in happened) or promises.knows(ledger, ledger.case(case_id))
    if isinstance(event, Woken):
        # The mail that woke it is news enough, and so is what was decided.
        return any(isinstance(e, Received | Carried | Defeated) for e in happened)
    return isinstance(event, Solved) and event.quiet


# --- the customer ---------------------------------------------------------------------------------------------------------------


def _customer(ledger: Ledger, case_id: int, notice: Notice, telling: Telling, event: Event) -> None:
    case = ledger.case(case_id)
    person = ledger.people.get(case.customer)
    if notice.on == "opened":
        own = notice.send if notice.send != "ack" else ""
        acknowledge(ledger, case, person, replace(telling, template=telling.template or own))
        return
    kind = "closing" if isinstance(event, Solved) else "promised" if isinstance(event, Promised) else "update"
    replied = any(isinstance(r.event, Replied) for r in ledger.events_of(case.id))
    dated = any(isinstance(r.event, Promised) for r in ledger.events_of(case.id)) and not promises.knows(ledger, case)
    shown = (telling.shown,) if telling.shown and replied else ()
    for party in related.receivers(case, ledger.policy):
        if party != telling.actor:
            to_customer(ledger, ledger.case(case_id), party, kind, shown, telling.wrote or telling.actor, dated=dated)


def to_customer(
    ledger: Ledger,
    case: Case,
    party: str,
    kind: str,
    shown: tuple[Shown, ...],
    actor: str,
    due_at: datetime | None = None,
    **values: Any,
) -> bool:
    """A letter to one of the customer's side, at due_at or after the time for undo; a burst is one.  False when he cannot have it."""
    person = ledger.people.get(party)
    if person is None or not person.writes or (person.muted and not shown):
        reason = _BOUNCES if person and person.muted else "no address"
        ledger.happen(case.id, MAILD, Suppressed(party, kind, reason))
        return False
    before = owing.burst(ledger, case, party, kind) if kind in ("incident", "promised") else None
    if before:
        ledger.cancel(before.outbox)
        shown = (*(ledger.known.shown[m] for m in before.messages if m in ledger.known.shown), *shown)
    _owe_customer(ledger, case, party, kind, shown, actor, before, due_at, **values)
    return True


def without(ledger: Ledger, before: Pending, shown: tuple[Shown, ...], actor: str, **values: Any) -> None:
    """A letter of a burst, from which what one mail said was taken back: with the rest, when it was due."""
    assert before.case is not None
    _owe_customer(ledger, ledger.case(before.case), before.party, before.kind, shown, actor, before, **values)


def _owe_customer(
    ledger: Ledger,
    case: Case,
    party: str,
    kind: str,
    shown: tuple[Shown, ...],
    actor: str,
    before: Pending | None,
    due_at: datetime | None = None,
    **values: Any,
) -> None:
    """before: the letter whose place it takes."""
    person, mine = ledger.people.get(party), party == case.customer
    if person is None:
        return
    if mine and shown and kind == "update":
        values |= pledges.goes_on(ledger, case, ledger.next_letter(), contact.reads(person, case))
        case = ledger.case(case.id)
    again = pledges.again(ledger, case) if kind == "promised" or values.get("dated") else {}
    owing.owe(
        ledger,
        case,
        party,
        Address(person.name, person.address),
        kind,
        "your-case" if mine else "in-copy",
        shown,
        due_at=before.due_at if before else due_at or ledger.now + ledger.policy.limits.undo,
        language=contact.reads(person, case),
        values={**owing.case_values(ledger, case), **values, **again, "copies": related.copies(ledger, case, party)},
        author=owing.name_of(ledger, actor),
        automatic="" if shown else "auto-generated",
        replaces=before.outbox if before else None,
    )


def acknowledge(ledger: Ledger, case: Case, person: Person | None, telling: Telling) -> None:
    reason = telling.silent or _no_acknowledgement(ledger, case, person, telling)
    if reason or person is None:
        ledger.happen(case.id, MAILD, Suppressed(case.customer, "ack", reason or "no address"))
        return
    # A handler on his behalf: what he passes on may be forged, and he has a moment to correct whose it is.
    behalf = handler_of(telling.actor) is not None
    passed = telling.prepared is not None and telling.prepared.message.forwarded is not None
    verified = not passed and telling.prepared is not None and telling.prepared.trust.authenticated
    verified = verified or (telling.of is not None and telling.of.proven)
    drawn = (budget.proven_key(person.address, ledger.now),) if verified else budget.keys(person.address, ledger.now)
    for key in drawn:
        ledger.spend(key)
    # What a handler tells of a call is his word: neither his subject nor a name that he wrote goes out.
    called = behalf and not passed and telling.of is None
    names = verified and not called
    letter = ledger.next_letter()
    ledger.happen(case.id, MAILD, Acknowledged(case.customer, letter))
    told = pledges.answers(ledger, ledger.case(case.id), letter, (telling.template or "ack") if names else "")
    case = ledger.case(case.id)
    owing.letter(
        ledger,
        case,
        case.customer,
        Address(person.name if names else "", person.address),
        "ack",
        "registered-for-you" if called else "you-wrote-to-us",
        (),
        due_at=ledger.now + ledger.policy.limits.undo if behalf or telling.of else ledger.now,
        language=case.language,
        values=(owing.case_values(ledger, case) | {"item": telling.item} if names else {})
        | pledges.opening(ledger, case, told)
        | tasklist.asks(ledger, case, letter)
        | ({"forwarded": True} if behalf and passed else {"called": True} if called else {}),
        automatic="auto-replied",
        authenticated=names,
        in_reply_to="" if behalf and telling.of is None else owing.plain_id(telling.prepared, telling.of),
        first=telling.new,
        template=telling.template,
    )


def _no_acknowledgement(ledger: Ledger, case: Case, person: Person | None, telling: Telling) -> str:
    if case.acknowledged:
        return "once per case"
    if person is None or case.customer == NOBODY or not person.writes:
        return "no address"
    if person.muted:
        return _BOUNCES
    if telling.prepared is None:
        return ""
    proven = telling.prepared.trust.authenticated
    exhausted = budget.proven_exhausted if proven else budget.exhausted
    return exhausted(person.address, ledger.now, ledger.known.budgets, ledger.policy.limits)


# --- the handler ----------------------------------------------------------------------------------------------------------------


def _handler(ledger: Ledger, case_id: int, notice: Notice, telling: Telling, event: Event) -> None:
    if telling.silent not in ("", LATE, OURS) and notice.on == "opened" and ledger.case(case_id).handler is None:
        return
    if notice.on == "received" and getattr(event, "automatic", False):
        return
    moved = any(isinstance(record.event, Moved) for record in ledger.events_of(case_id))
    told = _whom(ledger, ledger.case(case_id), notice, moved=moved)
    watching = _watching(ledger, ledger.case(case_id)) if notice.on == "opened" else ()
    following = _following(ledger, ledger.case(case_id)) if notice.on in ("opened", "received") else ()
    for handler in dict.fromkeys((*told, *watching, *following)):
        if handler_party(handler.key) != telling.actor:
            _tell_handler(ledger, ledger.case(case_id), handler, notice, telling)


def _whom(ledger: Ledger, case: Case, notice: Notice, *, moved: bool = False) -> tuple[Handler, ...]:
    """The case's handler, or who stands in for him; else the team of its desk, to which a case that is only given back is no news."""
    own = ledger.policy.handlers.get(case.handler or "")
    if own and not own.retired:
        return absence.instead(ledger, own, case) or (own,)
    team = ledger.policy.team(case.desk) if moved or notice.on in ("opened", "received", "bounced", "woken") else ()
    # Is everybody away, everybody is told: a case that nobody hears of is worse than a letter on a holiday.
    return absence.present(ledger, team) or team


def _watching(ledger: Ledger, case: Case) -> tuple[Handler, ...]:
    """The teams of other desks that the same mail went to: they must know who has it."""
    if rights.confidential(case, ledger.policy):
        return ()
    return tuple(handler for desk in case.watching for handler in ledger.policy.team(desk))


def _following(ledger: Ledger, case: Case) -> tuple[Handler, ...]:
    """Handlers who read along, as far as they may see the case."""
    found = (ledger.policy.handlers.get(handler_of(party) or "") for party in case.followers)
    return tuple(h for h in found if h and not h.retired and rights.sees(h, case, ledger.policy))


def _tell_handler(ledger: Ledger, case: Case, handler: Handler, notice: Notice, telling: Telling) -> None:
    party = handler_party(handler.key)
    seen = bool(ledger.known.thread.get((case.id, party)))
    waits = notice.wait and seen
    before = owing.burst(ledger, case, party, notice.send) if waits else None
    waiting = tuple(ledger.known.shown[m] for m in before.messages if m in ledger.known.shown) if before else ()
    # Whoever is new to the case reads what was said in it; he cannot look it up anywhere.
    shown = waiting if seen else ledger.known.talk.get(case.id, ())
    if before:
        ledger.cancel(before.outbox)
    due_at = before.due_at if before else ledger.now + ledger.policy.limits.burst if waits else ledger.now
    told = (*shown, *telling.before, *((telling.shown,) if telling.shown else ()))
    values = {
        **owing.case_values(ledger, case, handler),
        "copied": outsiders.copied(ledger, case, told),
        "linked": _linked(ledger, case, handler),
        "because": telling.because,
        "news": {"ok": True, "key": telling.news} if isinstance(telling.news, str) and telling.news else telling.news,
        "stranger": telling.stranger,
        # What is proven of this mail is proven of the customer only if it is his.
        "customer_wrote": telling.actor == case.customer,
        "others": beside.others(ledger, case, handler),
        **duty.opening(ledger, case.desk),
    }
    owing.owe(
        ledger,
        case,
        party,
        Address(handler.name, handler.address),
        notice.send if seen or notice.send != "update" else "notice",
        _reason(ledger, case, handler),
        told,
        due_at=due_at,
        language=handler.language or ledger.policy.desks[case.desk].language,
        values=values,
        automatic="auto-generated",
        replaces=before.outbox if before else None,
        first=telling.new,
    )


def _reason(ledger: Ledger, case: Case, handler: Handler) -> str:
    if case.handler == handler.key:
        return "you-handle-it"
    if handler_party(handler.key) in case.followers:
        return "you-read-along"
    if case.handler is not None and ledger.absence(case.handler) is not None and handler not in _watching(ledger, case):
        return "you-stand-in"
    return "your-desk" if case.handler is None and handler in ledger.policy.team(case.desk) else "your-desk-too"


# --- letters that code owes, whatever the policy says -----------------------------------------------------------------------------


def to_handler(
    ledger: Ledger,
    case: Case,
    handler: Handler,
    kind: str,
    reason: str,
    values: dict[str, Any],
    shown: tuple[Shown, ...] = (),
) -> None:
    """A receipt, an error, a bounce note, a warning: at once."""
    owing.owe(
        ledger,
        case,
        handler_party(handler.key),
        Address(handler.name, handler.address),
        kind,
        reason,
        shown,
        due_at=ledger.now,
        language=handler.language or ledger.policy.desks[case.desk].language,
        values={**owing.case_values(ledger, case, handler), **values},
        automatic="auto-replied" if kind in ("receipt", "error", "confirm") else "auto-generated",
    )


def news(ledger: Ledger, case: Case, shown: tuple[Shown, ...], actor: str, **values: Any) -> None:
    """What another case's handler did to this one, to whoever has it."""
    for handler in _whom(ledger, case, Notice("received", "handler", "notice")):
        if handler_party(handler.key) != actor:
            to_handler(ledger, ledger.case(case.id), handler, "notice", _reason(ledger, case, handler), values, shown)


def bounce_note(ledger: Ledger, case: Case, values: dict[str, Any]) -> None:
    """One line to whoever has the case."""
    for handler in _whom(ledger, case, Notice("bounced", "handler", "bounce")):
        to_handler(ledger, case, handler, "bounce", "your-letter-bounced", values)


def _linked(ledger: Ledger, case: Case, handler: Handler) -> str:
    """The case that this one may belong to, as far as this arrival knows it, and he may know of it."""
    other = ledger.known.cases.get(case.linked or 0)
    return f"#{other.number}" if other and rights.sees(handler, other, ledger.policy) else ""


TELL = {"customer": _customer, "handler": _handler}
