"""rota: who has duty when.

A rota gives each turn (a week, or so many days) to the next of its people, in one layer or several; duty itself runs in its hours.
What was agreed by mail (/swap) stands over that; and whoever is away hands his duty to the next in order who is here.

    holder(rota, layer, at, book)        who has the layer's turn at that instant
    on_duty(rota, at, book)              who has duty then, by layer; nobody outside its hours
    shifts(rota, since, until, book)     who has which turn
    duties(rota, since, until, book)     who has duty when: the shifts within the hours

Times in UTC.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from maild.model.absence import Absence
from maild.model.calendar import Calendar
from maild.model.paging import USUAL, Paging
from maild.model.people import Handler

AWAY, SWAPPED = "away", "swap"


@dataclass(frozen=True, slots=True)
class Rota:
    """layers: keys of its people, each in their order; the second covers for the first.

    calendar: when duty runs, and whose clock it is.  start, days, at: the first turn's day, how long a turn is, and the time of the day
    at which it is handed over.
    """

    key: str
    name: str
    desks: tuple[str, ...]
    layers: tuple[tuple[str, ...], ...]
    calendar: Calendar
    start: date
    days: int
    at: time
    paging: Paging = USUAL

    @property
    def people(self) -> frozenset[str]:
        return frozenset(key for layer in self.layers for key in layer)

    def begins(self, turn: int) -> datetime:
        """When a turn begins; the first is 0."""
        local = datetime.combine(self.start + timedelta(days=turn * self.days), self.at, self.calendar.zone)
        return local.astimezone(UTC)

    def turn(self, at: datetime) -> int:
        """Less than 0 before the rota begins."""
        days = (at.astimezone(self.calendar.zone).date() - self.start).days
        turn = days // self.days
        return turn if self.begins(turn) <= at else turn - 1

    def day(self, on: date) -> tuple[datetime, datetime]:
        """The day's duty: from the hour of handing over to that of the next day."""
        first, last = (datetime.combine(on + timedelta(days=more), self.at, self.calendar.zone) for more in (0, 1))
        return first.astimezone(UTC), last.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Override:
    """From since to until the handler has the duty of that layer, and `was` has not."""

    rota: str
    layer: int
    since: datetime
    until: datetime
    handler: str
    was: str

    def covers(self, rota: str, layer: int, at: datetime) -> bool:
        return (self.rota, self.layer) == (rota, layer) and self.since <= at < self.until


class Agreed(StrEnum):
    """How a swap stands."""

    OFFERED = "offered"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Swap:
    """Duty that changes hands: the first part is what is given, others are what is taken for it.

    by: the party who ordered it; letter: by which the one who is to have it is asked; cause: the mail that ordered it.
    """

    id: int
    state: Agreed
    by: str
    letter: int
    cause: str
    parts: tuple[Override, ...]
    made_at: datetime

    @property
    def giver(self) -> str:
        """The handler whose duty it was."""
        return self.parts[0].was

    @property
    def taker(self) -> str:
        return self.parts[0].handler

    @property
    def people(self) -> tuple[str, ...]:
        """Whose duty it is about."""
        return tuple(dict.fromkeys(key for part in self.parts for key in (part.was, part.handler)))

    @property
    def until(self) -> datetime:
        return max(part.until for part in self.parts)


@dataclass(frozen=True, slots=True)
class Book:
    """What stands over the rotas: the overrides, oldest first, and who is away."""

    overrides: tuple[Override, ...] = ()
    absent: Mapping[str, Absence] = field(default_factory=dict)

    @classmethod
    def of(cls, swaps: Mapping[int, Swap], absent: Mapping[str, Absence], handlers: Mapping[str, Handler]) -> Book:
        """Of swaps, what was agreed with somebody who works here still: who left has no duty, whatever he agreed to."""
        agreed = (swap for _, swap in sorted(swaps.items()) if swap.state is Agreed.AGREED)
        return cls(tuple(part for swap in agreed for part in swap.parts if _works(part.handler, handlers)), absent)

    def away(self, handler: str, at: datetime) -> bool:
        absence = self.absent.get(handler)
        return absence is not None and absence.since <= at and (absence.until_at is None or at < absence.until_at)


def _works(key: str, handlers: Mapping[str, Handler]) -> bool:
    return key in handlers and not handlers[key].retired


@dataclass(frozen=True, slots=True)
class Held:
    """Who has a turn: the handler, and where another had it before, who that was and why not he (AWAY, SWAPPED)."""

    handler: str
    was: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of time that one person has in a layer of a rota."""

    rota: str
    layer: int
    since: datetime
    until: datetime
    held: Held

    @property
    def handler(self) -> str:
        return self.held.handler


# --- at an instant ----------------------------------------------------------------------------------------------------------------


def holder(rota: Rota, layer: int, at: datetime, book: Book) -> Held | None:
    """None before the rota begins."""
    turn, people = rota.turn(at), rota.layers[layer]
    if turn < 0:
        return None
    base = agreed = people[turn % len(people)]
    for override in book.overrides:
        agreed = override.handler if override.covers(rota.key, layer, at) else agreed
    above = {held.handler for upper in range(layer) if (held := holder(rota, upper, at, book))}

    def here(handler: str) -> bool:
        return handler not in above and not book.away(handler, at)

    order = people.index(agreed) if agreed in people else turn % len(people)
    after = (people[(order + step) % len(people)] for step in range(1, len(people) + 1))
    found = agreed if here(agreed) else next(filter(here, after), agreed)
    if found != agreed:
        return Held(found, agreed, AWAY)
    return Held(found, base, SWAPPED) if found != base else Held(found)


def on_duty(rota: Rota, at: datetime, book: Book) -> tuple[str, ...]:
    """Keys of handlers, the first layer first."""
    if not rota.calendar.is_open(at):
        return ()
    found = (holder(rota, layer, at, book) for layer in range(len(rota.layers)))
    return tuple(dict.fromkeys(held.handler for held in found if held))


# --- over a time ------------------------------------------------------------------------------------------------------------------


def shifts(rota: Rota, since: datetime, until: datetime, book: Book) -> list[Shift]:
    """By time, then by layer; cut off at both ends."""
    edges = [since, *_edges(rota, since, until, book), until]
    found = [shift for layer in range(len(rota.layers)) for shift in _layer(rota, layer, edges, book)]
    return sorted(found, key=lambda shift: (shift.since, shift.layer))


def _edges(rota: Rota, since: datetime, until: datetime, book: Book) -> list[datetime]:
    """Where somebody else may have it."""
    first, last = max(0, rota.turn(since)), rota.turn(until)
    edges = {rota.begins(turn) for turn in range(first, last + 1)}
    edges |= {edge for part in book.overrides if part.rota == rota.key for edge in (part.since, part.until)}
    edges |= {edge for absence in book.absent.values() for edge in (absence.since, absence.until_at) if edge}
    return sorted(edge for edge in edges if since < edge < until)


def _layer(rota: Rota, layer: int, edges: list[datetime], book: Book) -> Iterator[Shift]:
    begun: Shift | None = None
    for since, until in pairwise(edges):
        held = holder(rota, layer, since, book)
        if begun and held == begun.held and rota.turn(since) == rota.turn(begun.since):
            begun = replace(begun, until=until)
            continue
        if begun:
            yield begun
        begun = Shift(rota.key, layer, since, until, held) if held and since < until else None
    if begun:
        yield begun


def duties(rota: Rota, since: datetime, until: datetime, book: Book) -> list[Shift]:
    """A stretch of duty that goes on with the same person, from turn to turn, is one."""
    found: list[Shift] = []
    for shift in shifts(rota, since, until, book):
        open_ = rota.calendar.stretches(shift.since, shift.until)
        found += [replace(shift, since=start, until=end) for start, end in open_]
    return _joined(found)


def _joined(found: list[Shift]) -> list[Shift]:
    joined: list[Shift] = []
    for shift in sorted(found, key=lambda shift: (shift.layer, shift.since)):
        last = joined[-1] if joined else None
        if last and (last.layer, last.held, last.until) == (shift.layer, shift.held, shift.since):
            joined[-1] = replace(last, until=shift.until)
        else:
            joined.append(shift)
    return sorted(joined, key=lambda shift: (shift.since, shift.layer))
