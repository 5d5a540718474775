"""counters: what a judgement may count by: case numbers, whose turn it is, how many are open.  Names of rows in the table counter."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from maild.decide.assign import TURNING, line_choice, open_key, turn_key
from maild.model import numbers
from maild.model.people import Desk
from maild.model.policy import Policy


def number_counter(policy: Policy, desk: str, now: datetime) -> str:
    """The counter from which the desk's next number comes."""
    value = policy.desks[desk]
    return f"number:{numbers.scope(value.number, year_of(value, now))}"


def year_of(desk: Desk, now: datetime) -> int:
    """The year on the desk's own calendar."""
    return now.astimezone(ZoneInfo(desk.zone)).year


def all_of(policy: Policy, now: datetime) -> list[str]:
    """Those that a new mail may need."""
    names = [number_counter(policy, desk, now) for desk in policy.desks]
    choices = policy.wants.choices
    names += [turn_key(choice, desk) for choice in choices if choice.how in TURNING for desk in policy.desks]
    names += [turn_key(line_choice(desk, line), desk.key) for desk in policy.desks.values() for line in desk.lines]
    if any(choice.how == "least_loaded" for choice in choices):
        names += [open_key(handler) for handler in policy.handlers]
    names += [open_key(handler.key) for handler in policy.handlers.values() if handler.cap is not None]
    return list(dict.fromkeys(names))
