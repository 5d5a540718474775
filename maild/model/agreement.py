"""agreement: what was agreed with organisations among the customers (agreements.yaml), and which of it holds on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Agreement:
    """A service agreement.  begins and ends are days that belong to it, None: without an end; covers: causes; organisations: keys.

    response: what was promised, in words.
    """

    key: str
    name: str
    organisations: tuple[str, ...]
    begins: date | None = None
    ends: date | None = None
    covers: tuple[str, ...] = ()
    response: str = ""

    def holds(self, day: date) -> bool:
        """Whether it is in force on that day."""
        return (self.begins is None or self.begins <= day) and (self.ends is None or day <= self.ends)


def in_force(agreements: Mapping[str, Agreement], organisation: str, day: date) -> tuple[Agreement, ...]:
    """Those of an organisation; "" has none."""
    mine = (one for one in agreements.values() if organisation and organisation in one.organisations)
    return tuple(one for one in mine if one.holds(day))
