"""agenda: what there is to do for a handler, for his morning's letter and for /list.

due(policy, now) -> whose hour has come;  groups(ledger, handler, before) -> what there is;
morning(ledger, arrival) -> the letter, if there is anything.  What must be known of the database, facts.agenda_of says.  Pure.

The hour is one of the desk's own clock, and one day has one, whatever is done to the clock in spring and autumn.  After a time in
which nobody ran, only today's is sent, and not when the working day is over.  A case that came in later than the hour is no news of
the morning: its own letter has just told of it.  On a day on which the desk is closed nothing is told but duty, and of that what begins
before the next hour: a long stretch is told once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from maild.decide import absence, duty, patience, pledges
from maild.decide.clocks import dues
from maild.decide.desk_letters import owe
from maild.decide.ledger import Ledger
from maild.model.agenda import Item
from maild.model.case import Case
from maild.model.events import Ignored, Status
from maild.model.people import MAILD, Handler
from maild.model.plan import Morning
from maild.model.policy import Policy
from maild.model.subject import without_tag

LATE, DAY = timedelta(hours=8), timedelta(days=1)
MOST = 20
GROUPS = ("overdue", "today", "wakes", "waiting", "ends", "unassigned")


def due(policy: Policy, now: datetime) -> Iterator[tuple[Handler, str, datetime]]:
    """Each handler whose hour has come today, with the day on his clock and the instant."""
    for handler in policy.handlers.values():
        if handler.digest and not handler.retired:
            zone = ZoneInfo(absence.home(handler, policy).zone)
            today = now.astimezone(zone).date()
            # A late hour's day may just have ended.
            for day in (today - timedelta(days=1), today):
                at = _instant(day, handler.digest, zone)
                if at <= now < at + LATE:
                    yield handler, day.isoformat(), at


def has_duty(policy: Policy, handler: Handler) -> bool:
    """Whether he may have any, so that there may be something to tell; anybody may take over somebody's."""
    return any(all(handler.works_for(desk) for desk in rota.desks) for rota in policy.rotas.values())


def _instant(day: date, clock: str, zone: ZoneInfo) -> datetime:
    """An hour that spring leaves out is what the clock shows then; of autumn's two it is the first."""
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)


def morning(ledger: Ledger, arrival: Morning) -> None:
    """His letter, if he is here and there is anything to say."""
    handler = ledger.policy.handlers.get(arrival.handler)
    if handler is None or handler.retired or ledger.absence(handler.key) is not None:
        ledger.happen(None, MAILD, Ignored("a digest for nobody who is here"))
        return
    home = absence.home(handler, ledger.policy)
    day = arrival.due_at.astimezone(ZoneInfo(home.zone)).date()
    # On a day off there is no work to be reminded of; duty goes by its own hours.
    found = groups(ledger, handler, arrival.due_at) if ledger.policy.calendar_of(home.key).spans(day) else []
    on_call = duty.coming(ledger, handler, arrival.due_at, _next_hour(handler, arrival.due_at, ZoneInfo(home.zone)))
    if not found and not on_call:
        ledger.happen(None, MAILD, Ignored("a digest with nothing in it"))
        return
    values = {"groups": found, "duty": on_call}
    owe(ledger, handler, home, "digest", "your-digest", values)


def _next_hour(handler: Handler, due_at: datetime, zone: ZoneInfo) -> datetime:
    """That of tomorrow: a day has 23 to 25 hours."""
    if not handler.digest:
        return due_at + DAY
    return _instant(due_at.astimezone(zone).date() + DAY, handler.digest, zone)


def groups(ledger: Ledger, handler: Handler, before: datetime) -> list[dict[str, Any]]:
    """What there is to do, of cases that are older than `before`, in GROUPS' order; a case stands in the first that fits."""
    sorted_: dict[str, list[Item]] = {key: [] for key in GROUPS}
    now = absence.local(ledger, handler)
    for item in ledger.known.agenda:
        key = _group(ledger, item, handler, now) if item.case.opened_at < before else ""
        if key:
            sorted_[key].append(item)
    return [
        {
            "key": key,
            "count": len(items),
            "more": max(0, len(items) - MOST),
            "cases": [_line(ledger, item, handler, now) for item in items[:MOST]],
        }
        for key, items in sorted_.items()
        if items
    ]


def _group(ledger: Ledger, item: Item, handler: Handler, now: datetime) -> str:
    case = item.case
    if case.handler is None:
        return "unassigned" if not case.rests else ""
    if not _is_his(ledger, case, handler):
        return ""
    soonest = _due(ledger, case)
    if soonest is not None and soonest <= ledger.now:
        return "overdue"
    if soonest is not None and soonest.astimezone(now.tzinfo).date() <= now.date():
        return "today"
    if case.until_at is not None and case.status is Status.ON_HOLD:
        return "wakes" if case.until_at.astimezone(now.tzinfo).date() <= now.date() else ""
    ends = _ends(ledger, case)
    if ends is not None and ends.astimezone(now.tzinfo).date() <= now.date():
        return "ends"
    return "waiting" if case.heard > item.answered and not case.rests else ""


def _due(ledger: Ledger, case: Case) -> datetime | None:
    """What is due of it first; a date that a handler promised holds while it rests, too."""
    return min(filter(None, (case.promised_at, *dues(case, ledger.policy).values())), default=None)


def _ends(ledger: Ledger, case: Case) -> datetime | None:
    """When it is closed by itself."""
    return None if patience.held(case) else patience.ends_at(case, ledger.policy)


def _is_his(ledger: Ledger, case: Case, handler: Handler) -> bool:
    """His own, or of somebody who is away and for whom he stands in."""
    return case.handler == handler.key or absence.stands_in(ledger, handler, case.handler, case)


def _line(ledger: Ledger, item: Item, handler: Handler, now: datetime) -> dict[str, Any]:
    case = item.case
    other, soonest = ledger.policy.handlers.get(case.handler or ""), _due(ledger, case)
    ends = _ends(ledger, case)
    return {
        "number": f"#{case.number}",
        "days": (now.date() - case.opened_at.astimezone(now.tzinfo).date()).days,
        "customer": item.customer,
        "subject": without_tag(item.subject, case.number),
        "status": str(case.status),
        "handler": other.name if other is not None and other != handler else "",
        "due": pledges.local(ledger.policy, case.desk, soonest) if soonest else "",
        "closes": ends.astimezone(now.tzinfo).isoformat() if ends else "",
    }
