"""ladders: a site with promises and a ladder, made by hand.

promise(house, "50%: handler", "100%: lead", response=timedelta(hours=1))
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from maild.model.calendar import ALWAYS, Calendar, Spans
from maild.model.events import Priority, Status
from maild.model.sla import Ladder, Sla, Slas, Step, Target, Terms, Within
from parts.house import House

HOUR = timedelta(hours=1)
_UNITS = {"m": timedelta(minutes=1), "h": HOUR, "d": timedelta(days=1)}
PEOPLE = """
kari:
  name: Kari Nordmann
  addresses: [kari@staff.example]
  digest: none
ola:
  name: Ola Hansen
  addresses: [ola@staff.example]
  digest: none
lise:
  name: Lise Leder
  addresses: [lise@staff.example]
  role: lead
  digest: none
"""


def step(said: str, targets: tuple[Target, ...] = tuple(Target)) -> Step:
    """50%: handler, or +2h: ola desk priority=critical escalate."""
    name, _, rest = said.partition(": ")
    words = rest.split()
    raised = next((Priority(word.partition("=")[2]) for word in words if word.startswith("priority=")), None)
    tell = tuple(word for word in words if "=" not in word and word != "escalate")
    share = int(name[:-1]) if name.endswith("%") else None
    found = re.fullmatch(r"\+(\d+)([mhd])", name)
    after = int(found[1]) * _UNITS[found[2]] if found else timedelta()
    return Step(name, share, after, targets, tell, raised, "escalate" in words)


def promise(
    house: House,
    *steps: str,
    calendar: Calendar = ALWAYS,
    quiet: Spans = (),
    critical: timedelta | None = None,
    **targets: timedelta,
) -> None:
    """The same for all priorities, but for what is critical."""
    ladder = Ladder("usual", tuple(map(step, steps)), quiet)
    names = {"response": Target.RESPONSE, "update": Target.UPDATE, "solution": Target.SOLUTION}

    def terms(shorter: timedelta | None) -> Terms:
        within = {names[name]: Within(shorter or amount, calendar) for name, amount in targets.items()}
        return Terms("usual", within, frozenset({Status.WAITING}), ladder)

    held = {word: terms(critical if word is Priority.CRITICAL else None) for word in Priority}
    house.policy = replace(house.policy, slas=Slas((Sla("usual", held),), {"usual": ladder}))
