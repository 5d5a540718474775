"""clock_trace: what was promised of a case, as a mail's trace has it, and `maild try` and `maild explain` say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from maild.decide import clocks
from maild.decide.clocks import Clock
from maild.model.case import Case
from maild.model.plan import Plan
from maild.model.policy import Policy

# A mail may change many cases; a trace names the promises of a few.
_MOST = 5
_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)


def with_promises(plan: Plan, policy: Policy) -> Plan:
    """The plan, whose trace says what is promised of its cases."""
    found = promises(plan.cases, policy)
    return replace(plan, trace={**plan.trace, "promises": found}) if found else plan


def promises(cases: Iterable[Case], policy: Policy) -> list[dict[str, Any]]:
    """Of each target: what within how much of which hours, since when, and by when; nothing where nothing is promised."""
    return [_said(case, clock, policy) for case in list(cases)[:_MOST] for clock in clocks.running(case, policy)]


def _said(case: Case, clock: Clock, policy: Policy) -> dict[str, Any]:
    held, desk = clocks.terms(case, policy), policy.desks.get(case.desk, policy.default_desk)
    due = clocks.due(clock)

    def local(at: datetime | None) -> str:
        return at.astimezone(ZoneInfo(desk.zone)).isoformat(timespec="minutes") if at else ""

    return {
        "case": f"#{case.number}",
        "target": str(clock.target),
        "within": span(clock.within.amount),
        "hours": clock.within.calendar.key,
        "sla": held.sla if held else "",
        "since": local(clock.since),
        "due": local(due),
        "told": local(clock.pledge.due_at if clock.pledge else None),
        "fixed": clock.fixed is not None,
        "done": local(clock.done_at),
    }


def span(amount: timedelta) -> str:
    """15m, 2h, 7h30m"""
    hours, rest = divmod(amount, _HOUR)
    minutes = rest // _MINUTE
    return f"{f'{hours}h' if hours else ''}{f'{minutes}m' if minutes or not hours else ''}"
