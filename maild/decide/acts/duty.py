"""duty: swap, and how it is taken back."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from maild.decide import absence, duty, swap_words, swaps
from maild.decide.acts import basic
from maild.decide.acts.context import Context, Done, Outcome, Wrong
from maild.decide.dates import NoDate
from maild.decide.ledger import Ledger
from maild.decide.swap_words import Asked, Days
from maild.model.people import Handler, Role
from maild.model.rota import Override, Rota, Swap

_AHEAD = timedelta(days=62)
Given = tuple[Override, ...]


def swap(context: Context, argument: str) -> Outcome:
    """swap WHO DAY [DAY]    A colleague takes my duty of that day, or of 9.3.-15.3.; with a second one I take his of that day for it.

    The colleague is asked first.  What a lead of the desk says is so at once, and may be about anybody's duty.
    """
    if not context.policy.rotas:
        return Wrong("no_rota")
    asked = swap_words.read(argument, context.policy.rotas, absence.local(context.ledger, context.handler))
    if isinstance(asked, NoDate):
        return Wrong(asked.key, asked.hint)
    taker = _taker(context, asked.who)
    if isinstance(taker, Wrong):
        return taker
    given = _given(context, asked, taker)
    if isinstance(given, Wrong):
        return given
    rota = context.policy.rotas[given[0].rota]
    return _cannot(context, rota, given) or _done(context, rota, taker, given)


def _taker(context: Context, who: str) -> Handler | Wrong:
    found = [handler for handler in basic.handlers(who, context.policy) if not handler.members]
    if len(found) == 1:
        return found[0]
    people = {key for rota in context.policy.rotas.values() for key in rota.people}
    names = [handler.key for handler in found] or sorted(people)
    return Wrong("several" if found else "nobody_called", ", ".join(names))


def _given(context: Context, asked: Asked, taker: Handler) -> Given | Wrong:
    """Whose duty of which rota: his own; else, by a lead's word, that of whoever has it.  Then what is taken in return."""
    rotas = [rota for rota in context.policy.rotas.values() if asked.rota in ("", rota.key)]
    own = [part for rota in rotas if (part := _his(context, rota, asked.gives, context.handler.key, taker.key))]
    found = own or [part for rota in rotas if leads(context, rota) and (part := _anybodys(context, rota, asked, taker))]
    if len(found) > 1:
        return Wrong("swap_which", ", ".join(parts[0].rota for parts in found))
    if not found or (own and taker == context.handler):
        ahead = duty.coming(context.ledger, context.handler, context.ledger.now, context.ledger.now + _AHEAD)
        return Wrong("swap_has_it", taker.name) if own else Wrong("swap_not_yours", ahead[0]["since"] if ahead else "")
    given = found[0]
    if asked.takes is None:
        return given
    rota = context.policy.rotas[given[0].rota]
    back = _his(context, rota, asked.takes, taker.key, given[0].was)
    return (*given, *back) if back else Wrong("swap_not_theirs", taker.name)


def _his(context: Context, rota: Rota, days: Days, giver: str, taker: str) -> Given:
    return swaps.parts(context.ledger, rota, giver, taker, (rota.day(days[0])[0], rota.day(days[1])[1]))


def _anybodys(context: Context, rota: Rota, asked: Asked, taker: Handler) -> Given:
    """The duty of the first layer in these days, but for what is the taker's already."""
    found = (_his(context, rota, asked.gives, key, taker.key) for key in context.policy.handlers if key != taker.key)
    return tuple(sorted((part for parts in found for part in parts if part.layer == 0), key=lambda part: part.since))


def leads(context: Context, rota: Rota) -> bool:
    """A lead of one of its desks."""
    return any(context.handler.role_at(desk).covers(Role.LEAD) for desk in rota.desks)


def _cannot(context: Context, rota: Rota, given: Given) -> Wrong | None:
    """Whoever is to have duty works for the desks, and is here."""
    book = context.ledger.book()
    for part in given:
        handler = context.policy.handlers[part.handler]
        if not all(handler.works_for(desk) for desk in rota.desks):
            return Wrong("swap_no_desk", handler.name)
        if book.away(handler.key, part.since) or book.away(handler.key, part.until):
            return Wrong("swap_away", handler.name)
    return None


def _done(context: Context, rota: Rota, taker: Handler, given: Given) -> Done:
    at_once = leads(context, rota)
    also = []
    for line in swaps.said(context.ledger, given, context.handler.key, asks=not at_once):
        also.append(Done((), line["key"], line["value"], was=line["was"], at=line["at"]))
    after = partial(_offer, given=given, by=context.order.by, at_once=at_once)
    return Done((), "swap_done" if at_once else "swap_asked", taker.name, after, also=tuple(also))


def _offer(ledger: Ledger, given: Given, by: str, at_once: bool) -> None:
    swaps.offer(ledger, given, by, at_once=at_once)


# --- taking it back ---------------------------------------------------------------------------------------------------------------


def undo(context: Context) -> Outcome:
    """His newest swap, where /undo answers a letter of no case."""
    found = swaps.of_his(context.ledger, context.handler)
    return _taken_back(context, found) if found else Wrong("nothing_to_undo")


def undo_of(context: Context, causes: frozenset[str]) -> Outcome | None:
    """The swap that one of these mails ordered; None where none did."""
    found = (swaps.of_his(context.ledger, context.handler, cause) for cause in sorted(causes))
    mine = next(filter(None, found), None)
    return _taken_back(context, mine) if mine else None


def _taken_back(context: Context, found: Swap) -> Outcome:
    if swaps.begun(context.ledger, found):
        return Wrong("swap_begun")
    further = swaps.went_on(context.ledger, found)
    if further:
        return Wrong("swap_went_on", further)
    return Done((), "swap_returned", after=partial(swaps.take_back, swap=found, by=context.order.by))
