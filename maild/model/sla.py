"""sla: what a site promises: targets, the calendars in which they are counted, and the ladders of what happens when they slip.

Slas.of(...) -> Terms: what holds for such a case; the first entry that fits decides.  Read from sla.yaml by policy/sla.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from maild.model.calendar import Calendar, Spans
from maild.model.events import Priority, Status

# Whom a step may tell, beside keys of people.yaml: whoever has the case (else the desk), the desk's team, its leads, the case's line, and
# whoever has duty.
HANDLER, DESK, LEAD, LINE, ONCALL = WHO = ("handler", "desk", "lead", "line", "oncall")


class Target(StrEnum):
    """What is promised; each has its own clock."""

    RESPONSE = "first_response"
    UPDATE = "next_update"
    SOLUTION = "resolution"


@dataclass(frozen=True, slots=True)
class Within:
    """So much open time of that calendar."""

    amount: timedelta
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a ladder.  name: as it was written, unique among the steps of a target: "50%", "+2h".

    share: of the target's time, in percent, None where `after` and `days` (ordinary open days) count from the instant at which it is due,
    in the target's calendar.  targets: of which it is a step.  tell: who is told, as words of WHO or keys of handlers.  raise_to: a
    priority; escalate: the case goes to the next line.
    """

    name: str
    share: int | None
    after: timedelta
    targets: tuple[Target, ...]
    tell: tuple[str, ...] = ()
    raise_to: Priority | None = None
    escalate: bool = False
    days: int = 0

    def behind(self, calendar: Calendar) -> timedelta:
        """So much open time of that calendar after it is due."""
        return self.after + self.days * calendar.ordinary() if self.days else self.after


@dataclass(frozen=True, slots=True)
class Ladder:
    """Steps in the order in which they come; quiet: hours of the desk's day in which nobody is told, except of critical cases."""

    key: str
    steps: tuple[Step, ...]
    quiet: Spans = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a case.  pauses: the statuses in which its clocks stand still; sla: the entry's key; told: what letters tell the
    customer of; kept: of what holds only because it was told."""

    sla: str
    targets: Mapping[Target, Within]
    pauses: frozenset[Status]
    ladder: Ladder | None = None
    told: tuple[Target, ...] = (Target.RESPONSE,)
    kept: frozenset[Target] = frozenset()


@dataclass(frozen=True, slots=True)
class Sla:
    """An entry of sla.yaml: for which cases, and what holds for each priority.  () in a field: whichever."""

    key: str
    terms: Mapping[Priority, Terms]
    desks: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    organisation_labels: tuple[str, ...] = ()
    agreements: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What an entry may ask of a case; agreements: those in force on the day that it came."""

    desk: str
    priority: Priority
    organisation: str = ""
    organisation_labels: tuple[str, ...] = ()
    agreements: tuple[str, ...] = ()
    line: str = ""
    type: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slas:
    """All entries, in their order.  definitions: what a priority means, in words: priority -> language -> words."""

    entries: tuple[Sla, ...] = ()
    ladders: Mapping[str, Ladder] = field(default_factory=dict)
    definitions: Mapping[Priority, Mapping[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.entries)

    def meaning(self, priority: Priority, *languages: str) -> str:
        """What it means, in the first of these languages that has words for it, else in any; "" where nobody says."""
        words = self.definitions.get(priority, {})
        return next((words[language] for language in (*languages, *words) if language in words), "")

    def of(self, asked: Asked) -> Terms | None:
        """None: nothing is promised for such a case."""
        return next((entry.terms.get(asked.priority) for entry in self.entries if _fits(entry, asked)), None)


def _fits(entry: Sla, asked: Asked) -> bool:
    return (
        _one(entry.desks, asked.desk)
        and _one(entry.organisations, asked.organisation)
        and _any(entry.organisation_labels, asked.organisation_labels)
        and _any(entry.agreements, asked.agreements)
        and _one(entry.lines, asked.line)
        and _one(entry.types, asked.type)
        and _any(entry.labels, asked.labels)
    )


def _one(known: tuple[str, ...], value: str) -> bool:
    return not known or value in known


def _any(known: tuple[str, ...], values: Iterable[str]) -> bool:
    return not known or any(value in known for value in values)
