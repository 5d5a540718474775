"""paging: a critical case calls who has duty, until somebody is at it.

    settle(ledger, *cases)     at the end of an arrival: in each case that it touched, who is called, or need not come any more
    answered(ledger, order)    a handler's proven reply to a page, whatever it says

Somebody is at it who answers the page, or takes, answers or solves the case (attending.py): it becomes his if it is nobody's, and the
others who were called are told.  Whoever gives it away is not: the receiver is called next, or the other desk's duty.  Beyond a rota's
pages of an hour one letter tells of several cases: a storm of alarms rings some times, not hundreds.  When duty calls, and whom:
calling.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from maild.decide import attending, calling, duty, notices, owing, rights
from maild.decide.acts.context import Order
from maild.decide.facts import page_budget
from maild.decide.ledger import Ledger
from maild.model.case import Case
from maild.model.events import Assigned, Bounced, Moved, Told
from maild.model.known import Merging, Shown
from maild.model.message import Address
from maild.model.paging import MISSED
from maild.model.paging_events import Attended, Paged, PagesMissed, PagesRevoked, Unattended
from maild.model.people import MAILD, Handler, Role, handler_of, handler_party
from maild.model.rota import Rota

KIND, NEWS, NOTICE = "page", "paging", "notice"
# So long at most, and never longer than for half of the time to answer, a page that tells of several cases waits for more of them.
GATHER = timedelta(minutes=5)
ANSWERED = "answered the page"
_MOST_SHOWN = 2


def settle(ledger: Ledger, *cases: int) -> None:
    for case_id in dict.fromkeys((*ledger.touched(), *(case for case in cases if case in ledger.known.cases))):
        _review(ledger, case_id)


def _review(ledger: Ledger, case_id: int) -> None:
    case = ledger.case(case_id)
    if not calling.wanted(case):
        if case.pages.state:
            _revoke(ledger, case)
        return
    if case.pages.since is None:
        return
    given = attending.handed_on(ledger, case)
    if given and case.pages.by:
        _unattend(ledger, case, given)
    elif case.pages.by and (taker := attending.taken(ledger, case)) not in ("", case.pages.by):
        ledger.happen(case_id, handler_party(taker), Attended(taker))
    elif not case.pages.by and (case.pages.state or ledger.policy.rotas_of(case.desk)):
        by = attending.who(ledger, case)
        if by:
            attend(ledger, case_id, by)
    case = ledger.case(case_id)
    due = calling.next_at(case, ledger.policy)
    onward = given and case.pages.state and not case.pages.by
    if onward or (due is not None and (due <= ledger.now or _came_back(ledger, case) or _left(ledger, case))):
        _call(ledger, case, _receiver(ledger, case, given))


def _unattend(ledger: Ledger, case: Case, given: Assigned | Moved) -> None:
    """Nobody is at it until the receiver says so; by day he is, as anybody to whom a case of the night is given."""
    stays = isinstance(given, Assigned) and given.handler == case.pages.by
    if not stays and (duty.now_on(ledger, case.desk) or not case.pages.calls):
        ledger.happen(case.id, MAILD, Unattended())
    elif isinstance(given, Assigned) and given.handler and not stays:
        ledger.happen(case.id, MAILD, Attended(given.handler))


def _receiver(ledger: Ledger, case: Case, given: Assigned | Moved | None) -> Handler | None:
    """To whom the mail that is settled gave it, if he is here: he is called first."""
    found = ledger.policy.handlers.get(given.handler or "") if isinstance(given, Assigned) else None
    able = found and not found.retired and not ledger.book().away(found.key, ledger.now)
    return found if found and able and rights.sees(found, case, ledger.policy) else None


def _left(ledger: Ledger, case: Case) -> bool:
    """Whether he who was called last says that he is not here."""
    return bool(case.pages.calls) and attending.leaves(ledger, case.pages.calls[-1].handler)


def _came_back(ledger: Ledger, case: Case) -> bool:
    """Whether the last page did not arrive."""
    events = (record.event for record in ledger.events_of(case.id))
    last = case.pages.calls[-1].letter if case.pages.calls else 0
    return any(isinstance(event, Bounced) and event.permanent and event.letter == last for event in events)


# --- who is called ----------------------------------------------------------------------------------------------------------------


def _call(ledger: Ledger, case: Case, receiver: Handler | None = None) -> None:
    book = ledger.book()
    rota = calling.running(case, ledger.policy, ledger.now, book)
    if rota is None and not case.pages.calls:
        # Nothing ran while that duty did: as in any opening hours, the next one calls.
        ledger.happen(case.id, MAILD, Unattended())
        return
    order = calling.chain(case, rota, ledger.policy, ledger.now, book)
    found = (receiver, calling.turn(case, rota)) if receiver else calling.upcoming(case, order, rota)
    if found is None:
        ledger.happen(case.id, MAILD, PagesMissed())
        leads = rights.holders(case.desk, ledger.policy, Role.LEAD)
        _tell(ledger, case.id, leads, "page_nobody")
        return
    _page(ledger, case, rota, *found)


def _page(ledger: Ledger, case: Case, rota: Rota | None, handler: Handler, turn: int) -> None:
    key = rota.key if rota else case.pages.calls[-1].rota if case.pages.calls else ""
    budget = page_budget(key, ledger.now)
    merged = rota is not None and ledger.spent(budget) >= rota.paging.budget
    before = _gathering(ledger, handler, key) if merged else None
    if before:
        ledger.cancel(before.letter)
    if not merged:
        ledger.spend(budget)
    letter, party = ledger.next_letter(), handler_party(handler.key)
    within = (rota.paging if rota else calling.terms(case, ledger.policy)).within
    gather = min(GATHER, within / 2)
    due_at = before.due_at if before else ledger.now + gather if merged else ledger.now
    paged = Paged(handler.key, key, turn, letter, merged, due_at if merged else None)
    case = ledger.happen(case.id, MAILD, paged) or case
    others = before.cases if before else ()
    numbers = tuple(dict.fromkeys((*(number for _, number in others), case.number)))
    values = {
        **_values(ledger, case, handler),
        "page_cases": tuple(dict.fromkeys((*(row for row, _ in others), case.id))),
        "rota": key,
        "gathered": merged,
        "numbers": ", ".join(f"#{number}" for number in numbers) if len(numbers) > 1 else "",
        "count": str(len(numbers)),
        "again": turn > 1,
        "minutes": str(int(within.total_seconds()) // 60),
    }
    shown = _said(ledger, case.id)
    ledger.happen(case.id, MAILD, Told(party, KIND, letter))
    owing.letter(
        ledger,
        ledger.case(case.id),
        party,
        Address(handler.name, handler.address),
        KIND,
        "you-are-paged",
        () if len(numbers) > 1 else shown,
        due_at=due_at,
        language=handler.language or ledger.policy.desks[case.desk].language,
        values=values,
        automatic="auto-generated",
        replaces=before.letter if before else None,
    )


def _said(ledger: Ledger, case_id: int) -> tuple[Shown, ...]:
    """The last words of a case."""
    shown = (*ledger.known.talk.get(case_id, ()), *ledger.said_in(case_id))[-_MOST_SHOWN:]
    return tuple({one.message: one for one in shown}.values())


def _gathering(ledger: Ledger, handler: Handler, rota: str) -> Merging | None:
    """A page to him of several cases, that has not left."""
    return next(
        (
            one
            for one in ledger.known.merging
            if (one.handler, one.rota) == (handler.key, rota) and not ledger.cancelled(one.letter)
        ),
        None,
    )


def _values(ledger: Ledger, case: Case, handler: Handler) -> dict[str, Any]:
    return {**owing.case_values(ledger, case, handler), "others": ()}


# --- who is at it -----------------------------------------------------------------------------------------------------------------


def attend(ledger: Ledger, case_id: int, by: str) -> None:
    """He is at it: the case is his if it is nobody's, and whoever else was called is told."""
    called = [call.handler for call in ledger.case(case_id).pages.calls] if ledger.case(case_id).pages.state else []
    ledger.happen(case_id, handler_party(by), Attended(by))
    owner = ledger.policy.handlers.get(ledger.case(case_id).handler or "")
    if called and (owner is None or owner.retired):
        ledger.happen(case_id, handler_party(by), Assigned(by, ANSWERED))
    _tell(ledger, case_id, _handlers(ledger, called, by), "page_has_it", owing.name_of(ledger, handler_party(by)))


def answered(ledger: Ledger, order: Order) -> None:
    """In all cases of which the page tells; an answer to the news that nobody came is one too."""
    letter, by = order.letter, handler_of(order.by) or ""
    missed = ledger.case(order.case_id).pages.state == MISSED
    if letter is None or not (letter.kind == KIND or (letter.kind == NEWS and missed)):
        return
    if not attending.answers(ledger, ledger.case(order.case_id), by):
        return
    first = ""
    for case_id in ledger.known.paged.get(letter.id, (order.case_id,)):
        case = ledger.case(case_id)
        first = first or (case.pages.by if calling.wanted(case) else "")
        if calling.wanted(case) and case.pages.calls and not case.pages.by:
            attend(ledger, case_id, by)
    _receipt(ledger, order, "" if first == by else first)


def _receipt(ledger: Ledger, order: Order, other: str) -> None:
    """That his answer has come, unless another letter says so: who answers from a phone has no other sign."""
    party, case = handler_party(order.handler.key), ledger.case(order.case_id)
    if any(one.party == party and one.kind in ("receipt", "error", "confirm") for one in ledger.letters):
        return
    key = "page_has_it" if other else "page_yours" if calling.wanted(case) else "page_over"
    told = {"ok": True, "key": key, "value": owing.name_of(ledger, handler_party(other)) if other else ""}
    if key != "page_yours":
        notices.to_handler(ledger, case, order.handler, NEWS, "you-were-paged", {"news": told})
        return
    # The case as anybody who has it gets it: his next answer goes to the customer.
    notices.to_handler(ledger, case, order.handler, NOTICE, "you-were-paged", {"news": told}, _said(ledger, case.id))


# --- who need not come ------------------------------------------------------------------------------------------------------------


def _revoke(ledger: Ledger, case: Case) -> None:
    """Closed, merged, or critical no more."""
    acted = [handler_of(record.actor) for record in ledger.events_of(case.id)]
    why = "merged" if case.merged_into is not None else "closed" if case.ended else "lowered"
    called = [call.handler for call in case.pages.calls]
    ledger.happen(case.id, MAILD, PagesRevoked(why))
    _tell(ledger, case.id, _handlers(ledger, called, *(one for one in acted if one)), f"page_{why}")


def _handlers(ledger: Ledger, keys: Iterable[str], *without: str) -> tuple[Handler, ...]:
    found = (ledger.policy.handlers.get(key) for key in dict.fromkeys(keys) if key not in without)
    return tuple(one for one in found if one and not one.retired)


def _tell(ledger: Ledger, case_id: int, handlers: Iterable[Handler], key: str, value: str = "") -> None:
    for handler in handlers:
        case = ledger.case(case_id)
        news = {"ok": True, "key": key, "value": value}
        notices.to_handler(ledger, case, handler, NEWS, "you-were-paged", {"news": news, "others": ()})
