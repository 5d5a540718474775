"""calling: when a critical case calls somebody, and whom.

    wanted(case)                         whether anybody should come at all
    next_at(case, policy)                when the next page is due, None where none is
    terms(case, policy)                  how its rota pages
    chain(case, policy, now, book)       who is called, one after the other: duty, cover, the others of the rota, the desk's leads
    turn(case, rota)                     the round it is in
    upcoming(case, order, rota)          the next of them, and in which round; None when all rounds are over

A case that becomes critical while duty runs calls at once; else when duty begins next, if nobody is at it by then.  What has begun
goes on when the hours of duty end.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from maild.decide import rights
from maild.model.case import Case
from maild.model.events import Priority
from maild.model.paging import MISSED, USUAL, Paging
from maild.model.people import Handler, Role
from maild.model.policy import Policy
from maild.model.rota import Book, Rota, holder, on_duty


def wanted(case: Case) -> bool:
    return case.priority is Priority.CRITICAL and not case.ended and case.merged_into is None and not case.history


def next_at(case: Case, policy: Policy) -> datetime | None:
    """Critical cases of a release before there were pages have no `since`: nobody is called for them."""
    pages = case.pages
    if pages.since is None or pages.by or pages.state == MISSED or not wanted(case):
        return None
    if pages.calls:
        return pages.calls[-1].at + terms(case, policy).within
    begins = (_begins(rota, pages.since) for rota in policy.rotas_of(case.desk))
    return min(filter(None, begins), default=None)


def _begins(rota: Rota, since: datetime) -> datetime | None:
    """When its duty runs next; at once where it runs."""
    return rota.calendar.opens(max(since, rota.begins(0)))


def rota_of(case: Case, policy: Policy) -> Rota | None:
    """Whose paging goes on."""
    return policy.rotas.get(case.pages.calls[-1].rota) if case.pages.calls else None


def terms(case: Case, policy: Policy) -> Paging:
    rota = rota_of(case, policy)
    return rota.paging if rota else USUAL


def running(case: Case, policy: Policy, now: datetime, book: Book) -> Rota | None:
    """The rota that pages for it: the one that does already, else the first of its desk of which somebody has duty now.

    Of a case that went to another desk that desk's pages, if one of its people has duty.
    """
    before = rota_of(case, policy)
    if case.pages.calls and (before is None or case.desk in before.desks):
        return before
    return next((rota for rota in policy.rotas_of(case.desk) if on_duty(rota, now, book)), before)


def chain(case: Case, rota: Rota | None, policy: Policy, now: datetime, book: Book) -> tuple[Handler, ...]:
    """Nobody twice, nobody who is away, left, or may not see the case.  Of the leads all, if they are all away."""
    leads = [one.key for one in rights.holders(case.desk, policy, Role.LEAD)]
    here = [key for key in leads if not book.away(key, now)]
    keys = (*(_people(rota, now, book) if rota else ()), *(here or leads))
    found = (policy.handlers.get(key) for key in dict.fromkeys(keys))
    return tuple(one for one in found if one and not one.retired and rights.sees(one, case, policy))


def _people(rota: Rota, now: datetime, book: Book) -> Iterator[str]:
    held = [holder(rota, layer, now, book) for layer in range(len(rota.layers))]
    yield from (one.handler for one in held if one)
    for layer, one in zip(rota.layers, held, strict=True):
        at = layer.index(one.handler) + 1 if one and one.handler in layer else 0
        yield from (key for key in (*layer[at:], *layer[:at]) if not book.away(key, now))


def turn(case: Case, rota: Rota | None) -> int:
    """Which round it is; another rota than the last page's begins anew."""
    calls = case.pages.calls
    return calls[-1].round if calls and (rota is None or rota.key == calls[-1].rota) else 1


def upcoming(case: Case, order: Sequence[Handler], rota: Rota | None) -> tuple[Handler, int] | None:
    now, calls = turn(case, rota), case.pages.calls
    ours = rota.key if rota else calls[-1].rota if calls else ""
    called = {call.handler for call in calls if call.round == now and call.rota == ours}
    rest = [one for one in order if one.key not in called]
    if rest:
        return rest[0], now
    return (order[0], now + 1) if order and now < (rota.paging if rota else USUAL).rounds else None
