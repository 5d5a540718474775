"""promised: a site that promises, for stories.  The office of parts/duty: open 8 to 16 in Oslo, Norwegian holidays.

promise(house, medium={Target.RESPONSE: hours(4)})     to whoever writes; what is not said is not promised
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from maild.model.calendar import ALWAYS, Calendar
from maild.model.events import Priority, Status
from maild.model.sla import Ladder, Sla, Slas, Target, Terms, Within
from parts.house import House

RESPONSE, UPDATE, SOLUTION = Target.RESPONSE, Target.UPDATE, Target.SOLUTION
WAITING = frozenset({Status.WAITING})


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def entry(
    calendar: Calendar,
    targets: Mapping[Priority, Mapping[Target, timedelta]],
    *,
    key: str = "all",
    told: tuple[Target, ...] = (RESPONSE,),
    pauses: frozenset[Status] = WAITING,
    ladder: Ladder | None = None,
    **which: Any,
) -> Sla:
    terms = {
        priority: Terms(
            key, {target: Within(amount, calendar) for target, amount in given.items()}, pauses, ladder, told
        )
        for priority, given in targets.items()
    }
    return Sla(key, terms, **which)


def promise(
    house: House,
    *more: Sla,
    told: tuple[Target, ...] = (RESPONSE,),
    always: bool = False,
    **priorities: Mapping[Target, timedelta],
) -> None:
    """More entries come first."""
    calendar = ALWAYS if always else house.policy.calendar_of("support")
    named = {Priority(name): given for name, given in priorities.items()}
    slas = Slas((*more, *((entry(calendar, named, told=told),) if named else ())))
    # Another policy has another name.
    house.policy = replace(house.policy, slas=slas, hash=f"{house.policy.hash}:{abs(hash(repr(slas)))}")


def told(house: House, number: str) -> list[tuple[str, datetime]]:
    """What letters told of it."""
    return [
        (event["data"]["target"], datetime.fromisoformat(event["data"]["due_at"]))
        for event in house.case(number)["events"]
        if event["kind"] == "pledged"
    ]
