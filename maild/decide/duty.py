"""duty: who has duty, and whether a desk is open, as letters say it.

opening(ledger, desk)                    for templates: hours, opens, on_duty
called(ledger, case)                     who of them is called for a critical case
urgent(ledger, case)                     for templates: urgent, phone
coming(ledger, handler, since, until)    his own duty that begins then, for his digest
span(rota, part)                         when the duty of a stretch begins and ends, as its people see it
Pure.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from maild.decide import calling
from maild.decide.ledger import Ledger
from maild.model.calendar import Hours
from maild.model.case import Case
from maild.model.events import Priority
from maild.model.people import Handler
from maild.model.policy import Policy
from maild.model.rota import AWAY, Override, Rota, Shift, duties, on_duty


def now_on(ledger: Ledger, desk: str) -> tuple[Handler, ...]:
    """Who has duty for the desk at this moment, first who is asked first."""
    book = ledger.book()
    keys = [key for rota in ledger.policy.rotas_of(desk) for key in on_duty(rota, ledger.now, book)]
    return tuple(ledger.policy.handlers[key] for key in dict.fromkeys(keys) if key in ledger.policy.handlers)


def opening(ledger: Ledger, desk: str) -> dict[str, Any]:
    """hours: open, closed or holiday; opens: when the desk opens next, on its calendar's clock, "" while it is open; on_duty: the name of
    who is asked first.

    Nothing of a desk that has neither hours nor duty.
    """
    known = ledger.policy.desks.get(desk)
    if not (known and known.calendar) and not ledger.policy.rotas_of(desk):
        return {}
    calendar = ledger.policy.calendar_of(desk)
    hours = calendar.state(ledger.now)
    opens = None if hours is Hours.OPEN else calendar.opens(ledger.now)
    return {
        "hours": str(hours),
        "opens": opens.astimezone(calendar.zone).isoformat() if opens else "",
        "on_duty": next((handler.name for handler in now_on(ledger, desk)), ""),
    }


def called(ledger: Ledger, case: Case) -> str:
    """The name of who has duty and is called for the critical case, "" where that is nobody, or one without duty."""
    book = ledger.book()
    rota = calling.running(case, ledger.policy, ledger.now, book)
    order = calling.chain(case, rota, ledger.policy, ledger.now, book)
    first = case.pages.calls[-1].handler if case.pages.calls else order[0].key if order else ""
    return next((one.name for one in now_on(ledger, case.desk) if one.key == first), "")


def urgent(ledger: Ledger, case: Case) -> dict[str, Any]:
    """urgent: it is critical; phone: where such faults, and grave ones, are phoned in."""
    grave = case.priority in (Priority.CRITICAL, Priority.HIGH)
    desk = ledger.policy.desks.get(case.desk)
    phone = {"phone": desk.phone} if desk and desk.phone and grave else {}
    return {**phone, **({"urgent": True} if case.priority is Priority.CRITICAL else {})}


def coming(ledger: Ledger, handler: Handler, since: datetime, until: datetime) -> list[dict[str, str]]:
    """His duty that begins between the two: rota, since, until, and instead of whom, where that one is away."""
    book = ledger.book()
    found = [
        (rota, shift)
        for rota in ledger.policy.rotas.values()
        # What ends next week is said whole.
        for shift in duties(rota, since - around(rota), until + around(rota), book)
        if shift.handler == handler.key and since <= shift.since < until
    ]
    return [_said(ledger.policy, rota, shift) for rota, shift in sorted(found, key=lambda pair: pair[1].since)]


def around(rota: Rota) -> timedelta:
    """So long nothing that is cut off shows."""
    return timedelta(days=rota.days + 1)


def _said(policy: Policy, rota: Rota, shift: Shift) -> dict[str, str]:
    other = policy.handlers.get(shift.held.was) if shift.held.why == AWAY else None
    since, until = (at.astimezone(rota.calendar.zone).isoformat() for at in (shift.since, shift.until))
    return {"rota": rota.name, "since": since, "until": until, "instead": other.name if other else ""}


def span(rota: Rota, part: Override) -> tuple[str, str]:
    """From its first hour of duty to its last, on the rota's clock."""
    stretches = list(rota.calendar.stretches(part.since, part.until))
    first, last = (stretches[0][0], stretches[-1][1]) if stretches else (part.since, part.until)
    return first.astimezone(rota.calendar.zone).isoformat(), last.astimezone(rota.calendar.zone).isoformat()
