"""swaps: duty changes hands (/swap).

Whoever gives duty away offers it, and whoever is to have it is asked by letter; a lead's word is enough.  Until it has begun, either
side may take it back.  The other side is told of each step.

    offer(ledger, swap)                      asked for, or so at once
    agree, refuse, take_back(ledger, swap, by)
    parts(ledger, rota, giver, taker, window)   what somebody has in a time, and would give
    stands(ledger, swap)                     whether everybody still has what he gives
    went_on(ledger, swap)                    who has some of it by a later one
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from maild.decide import absence, desk_letters, duty
from maild.decide.ledger import Ledger
from maild.model.people import Desk, Handler, handler_of, handler_party
from maild.model.rota import Agreed, Book, Override, Rota, Swap, shifts
from maild.model.rota_events import DutyOffered, DutyRefused, DutyReturned, DutySwapped

KIND = "swap"
Window = tuple[datetime, datetime]


def parts(ledger: Ledger, rota: Rota, giver: str, taker: str, window: Window) -> tuple[Override, ...]:
    """The giver's duty in that time, in the layer in which he has it, from now on; () where he has none."""
    since, until = max(window[0], ledger.now), window[1]
    if since >= until:
        return ()
    mine = [shift for shift in shifts(rota, since, until, ledger.book()) if shift.handler == giver]
    layer = min((shift.layer for shift in mine), default=0)
    found = (Override(rota.key, s.layer, s.since, s.until, taker, giver) for s in mine if s.layer == layer)
    return tuple(part for part in found if any(rota.calendar.stretches(part.since, part.until)))


def stands(ledger: Ledger, swap: Swap) -> bool:
    """Nothing else was agreed on since, about any of it; that somebody is away changes no agreement."""
    book = Book.of(ledger.swaps, {}, ledger.policy.handlers)
    for part in swap.parts:
        rota, at = ledger.policy.rotas.get(part.rota), max(part.since, ledger.now)
        if rota is None or part.layer >= len(rota.layers):
            return False
        held = (
            [shift for shift in shifts(rota, at, part.until, book) if shift.layer == part.layer]
            if at < part.until
            else []
        )
        if any(shift.handler != part.was for shift in held):
            return False
    return all(part.handler in ledger.policy.handlers for part in swap.parts)


# --- what happens -----------------------------------------------------------------------------------------------------------------


def offer(ledger: Ledger, given: tuple[Override, ...], by: str, *, at_once: bool) -> None:
    """at_once: nobody is asked."""
    state = Agreed.AGREED if at_once else Agreed.OFFERED
    number, taker = ledger.next_swap(), ledger.policy.handlers[given[0].handler]
    swap = Swap(number, state, by, ledger.next_letter(), ledger.cause, given, ledger.now)
    ledger.swap(swap)
    for part in given:
        told = (part.rota, part.layer, part.since, part.until, part.handler, part.was)
        ledger.happen(None, by, DutyOffered(number, *told, by))
    if at_once:
        ledger.happen(None, by, DutySwapped(number, by))
        _tell(ledger, swap, _both(ledger, swap), by, "duty_given")
        return
    _letter(ledger, swap, taker, "duty_asked", _name(ledger, swap.giver), asks=True)


def agree(ledger: Ledger, swap: Swap, by: str) -> None:
    ledger.swap(replace(swap, state=Agreed.AGREED))
    ledger.happen(None, by, DutySwapped(swap.id, by))
    _tell(ledger, swap, _both(ledger, swap), by, "duty_was_agreed")


def refuse(ledger: Ledger, swap: Swap, by: str) -> None:
    ledger.swap(replace(swap, state=Agreed.REFUSED))
    ledger.happen(None, by, DutyRefused(swap.id, by))
    _tell(ledger, swap, _both(ledger, swap), by, "duty_was_refused", spans=False)


def take_back(ledger: Ledger, swap: Swap, by: str) -> None:
    """Everybody has his own again."""
    ledger.swap(replace(swap, state=Agreed.WITHDRAWN))
    ledger.happen(None, by, DutyReturned(swap.id, by))
    _tell(ledger, swap, _both(ledger, swap), by, "duty_was_returned", spans=False)


def went_on(ledger: Ledger, swap: Swap) -> str:
    """Who has some of it by a later swap that was agreed on, and would have no word in its being taken back; "" for nobody."""
    later = (other for other in ledger.swaps.values() if other.id > swap.id and other.state is Agreed.AGREED)
    both = ((new, old) for other in later for new in other.parts for old in swap.parts)
    found = (new.handler for new, old in both if new.was == old.handler and _meet(new, old))
    return _name(ledger, next(found, "")) if swap.state is Agreed.AGREED else ""


def _meet(one: Override, other: Override) -> bool:
    same = (one.rota, one.layer) == (other.rota, other.layer)
    return same and one.since < other.until and other.since < one.until


def of_his(ledger: Ledger, handler: Handler, cause: str = "") -> Swap | None:
    """The newest that he can take back; cause: the mail that ordered it."""
    me = handler_party(handler.key)
    for _, swap in sorted(ledger.swaps.items(), reverse=True):
        ordered = swap.by == me and swap.state in (Agreed.OFFERED, Agreed.AGREED)
        agreed = swap.state is Agreed.AGREED and swap.taker == handler.key and swap.by == handler_party(swap.giver)
        if (ordered or agreed) and swap.until > ledger.now and cause in ("", swap.cause):
            return swap
    return None


def begun(ledger: Ledger, swap: Swap) -> bool:
    """Somebody has had duty by it."""
    return swap.state is Agreed.AGREED and any(part.since <= ledger.now for part in swap.parts)


# --- letters ----------------------------------------------------------------------------------------------------------------------


def _both(ledger: Ledger, swap: Swap) -> tuple[Handler, ...]:
    """Whose duty it is about, and who ordered it."""
    keys = (*swap.people, handler_of(swap.by) or "")
    found = (ledger.policy.handlers.get(key) for key in dict.fromkeys(keys))
    return tuple(handler for handler in found if handler and not handler.retired)


def _tell(ledger: Ledger, swap: Swap, readers: Iterable[Handler], by: str, key: str, *, spans: bool = True) -> None:
    for reader in readers:
        if handler_party(reader.key) != by:
            _letter(ledger, swap, reader, key, _name(ledger, handler_of(by) or ""), spans=spans)


def _letter(
    ledger: Ledger, swap: Swap, reader: Handler, key: str, name: str, *, asks: bool = False, spans: bool = True
) -> None:
    """What happened, and what of it is the reader's."""
    rota = ledger.policy.rotas.get(swap.parts[0].rota)
    values: dict[str, Any] = {
        "news": {"ok": True, "key": key, "value": name},
        "what": rota.name if rota else "",
        "lines": said(ledger, swap.parts, reader.key, asks=asks) if spans else [],
        "asks": asks,
        "who": name,
    }
    desk = _desk(ledger, rota, reader)
    desk_letters.owe(ledger, reader, desk, KIND, "your-duty", values, automatic="" if asks else "auto-generated")


def _desk(ledger: Ledger, rota: Rota | None, reader: Handler) -> Desk:
    named = next((ledger.policy.desks[key] for key in (rota.desks if rota else ()) if key in ledger.policy.desks), None)
    return named or absence.home(reader, ledger.policy)


def said(ledger: Ledger, given: Iterable[Override], reader: str = "", *, asks: bool = False) -> list[dict[str, Any]]:
    """The stretches as lines: what the reader takes over and gives away, or would; of what is not his, who has it from then on."""
    gets, gives = ("duty_gets", "duty_gives") if asks else ("duty_yours", "duty_free")
    lines = []
    for part in given:
        rota = ledger.policy.rotas.get(part.rota)
        if rota is None:
            continue
        key = {part.handler: gets, part.was: gives}.get(reader, "duty_from")
        since, until = duty.span(rota, part)
        lines.append(
            {"ok": True, "written": "", "key": key, "value": since, "at": until, "was": _name(ledger, part.handler)}
        )
    return lines


def _name(ledger: Ledger, key: str) -> str:
    handler = ledger.policy.handlers.get(key)
    return handler.name if handler else key
