"""slips: the letters about what slips, or soon will: one about a case, or one that lists many.

tell(ledger, arrival)   to the arrival's handler.  What was done meanwhile, or is hidden from him by now, is no news.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from maild.decide import absence, beside, clocks, notices, owing, rights
from maild.decide.desk_letters import owe
from maild.decide.ledger import Ledger
from maild.decide.related import survivor
from maild.model.calendar import ALWAYS, Calendar
from maild.model.case import Case
from maild.model.events import Ignored, Suppressed, Told
from maild.model.people import MAILD, Handler, handler_party
from maild.model.sla import WHO
from maild.model.slip import UNASSIGNED, Slip, Warnings
from maild.model.subject import without_tag

ONE, MANY = "warning", "warnings"
LATE, SOON, FREE = "late", "soon", UNASSIGNED
_MINUTE = timedelta(minutes=1)
# So many cases a letter lists, within the 64 kB of its text; of the others it says how many there are.
MOST = 50


def tell(ledger: Ledger, arrival: Warnings) -> None:
    """His letter, if there still is anything to say."""
    handler = ledger.policy.handlers.get(arrival.handler)
    found: dict[int, list[Slip]] = {}
    for slip in arrival.slips:
        case = ledger.known.cases.get(slip.case)
        if handler is None or case is None:
            continue
        why = _no_news(ledger, handler, case, slip)
        if why:
            ledger.happen(case.id, MAILD, Suppressed(handler_party(handler.key), ONE, why))
        else:
            found.setdefault(survivor(case, ledger.known).id, []).append(slip)
    if handler is None or not found:
        ledger.happen(None, MAILD, Ignored("nothing slips any more"))
    elif len(found) == 1 and len(arrival.cases) == 1:
        [(case_id, slips)] = found.items()
        _one(ledger, handler, ledger.case(case_id), slips)
    else:
        _many(ledger, handler, found)


def _no_news(ledger: Ledger, handler: Handler, case: Case, slip: Slip) -> str:
    if handler.retired or not rights.sees(handler, case, ledger.policy):
        return "he may not see the case any more"
    done = slip.target == UNASSIGNED and case.handler is not None
    running = (one for one in clocks.running(case, ledger.policy) if str(one.target) == slip.target)
    ended = any(one.turn != slip.turn or one.done_at is not None for one in running)
    return "it was done meanwhile" if case.ended or done or ended else ""


def _one(ledger: Ledger, handler: Handler, case: Case, slips: Sequence[Slip]) -> None:
    mine = any(slip.who in WHO or slip.who == handler.key for slip in slips)
    values = {
        "slips": said(ledger, case, slips),
        "others": beside.others(ledger, case, handler),
        "customer_wrote": False,
    }
    # What it is about, and what was said last: one screen, whoever reads it.
    talk = ledger.known.talk.get(case.id, ())
    shown = tuple(dict.fromkeys((*talk[:1], *talk[-1:])))
    reason = "promise-slips" if mine else "you-stand-in"
    if all(slip.target == UNASSIGNED for slip in slips):
        reason = "nobody-takes-it"
    notices.to_handler(ledger, case, handler, ONE, reason, values, shown)


def _many(ledger: Ledger, handler: Handler, found: dict[int, list[Slip]]) -> None:
    """One letter of no case; that he was told, each case knows."""
    groups: dict[str, list[dict[str, Any]]] = {LATE: [], SOON: [], FREE: []}
    number = ledger.next_letter()
    for case_id, slips in found.items():
        case = ledger.case(case_id)
        told = said(ledger, case, slips)
        key = next((key for key in groups if any(_group(one) == key for one in told)), SOON)
        groups[key].append(_line(ledger, case, told, handler))
        ledger.happen(case_id, MAILD, Told(handler_party(handler.key), MANY, number))
    owe(ledger, handler, absence.home(handler, ledger.policy), MANY, "promises-slip", {"groups": _fitting(groups)})


def _fitting(groups: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """As templates have them: the worst first, as many cases as one letter holds."""
    room, told = MOST, []
    for key, lines in groups.items():
        shown = lines[:room]
        room -= len(shown)
        if lines:
            told.append({"key": key, "count": len(lines), "more": len(lines) - len(shown), "cases": shown})
    return told


def _group(slip: dict[str, Any]) -> str:
    return FREE if slip["target"] == UNASSIGNED else LATE if slip["late"] else SOON


def _line(ledger: Ledger, case: Case, told: list[dict[str, Any]], handler: Handler) -> dict[str, Any]:
    customer, now = ledger.people.get(case.customer), absence.local(ledger, handler)
    return {
        "number": f"#{case.number}",
        "days": (now.date() - case.opened_at.astimezone(now.tzinfo).date()).days,
        "customer": (customer.name or customer.address) if customer else "",
        "subject": without_tag(ledger.subjects.get(case.subject, ""), case.number),
        "status": str(case.status),
        "handler": owing.name_of(ledger, handler_party(case.handler)) if case.handler else "",
        "slips": told,
    }


# --- what slips -----------------------------------------------------------------------------------------------------------------


def said(ledger: Ledger, case: Case, slips: Iterable[Slip]) -> list[dict[str, Any]]:
    """For templates, of each target its last step: target, due (in the desk's zone), late, span (minutes), hours, step, who, name.

    span: how much is left or how late it is, in the time in which the target is counted; hours: that is opening hours.
    """
    last = {(slip.target, slip.turn): slip for slip in slips}
    return [_said(ledger, case, slip) for slip in last.values()]


def _said(ledger: Ledger, case: Case, slip: Slip) -> dict[str, Any]:
    calendar, late = _calendar(ledger, case, slip), slip.due_at <= ledger.now
    left = calendar.between(*((slip.due_at, ledger.now) if late else (ledger.now, slip.due_at)))
    named = ledger.policy.handlers.get(slip.who)
    return {
        "target": slip.target,
        "due": slip.due_at.astimezone(ZoneInfo(ledger.policy.desks[case.desk].zone)).isoformat(),
        "late": late,
        "span": left // _MINUTE,
        "hours": calendar.key != ALWAYS.key,
        "step": slip.step,
        "who": "" if named else slip.who,
        "name": named.name if named else "",
    }


def _calendar(ledger: Ledger, case: Case, slip: Slip) -> Calendar:
    if slip.target == UNASSIGNED:
        return ledger.policy.calendar_of(case.desk)
    found = (one.within.calendar for one in clocks.running(case, ledger.policy) if str(one.target) == slip.target)
    return next(found, ALWAYS)
