"""swap_words: what stands behind /swap: who, which days, and perhaps for which days in return.

    kari fri               she takes my duty of Friday
    kari 9.3.-15.3.        of all these days
    kari 12.3. 14.3.       my 12th for her 14th
    kari fri operations    where somebody has duty in several rotas: which

read(words, rotas, now) -> Asked or NoDate.  Names may have several words; the days may stand in front, too.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from maild.decide import dates
from maild.decide.dates import NoDate
from maild.model.plain import plain

Days = tuple[date, date]
LONGEST = 31
_TO = re.compile(r"\.{2,3}|-|\s(?:to|til|do)\s")


@dataclass(frozen=True, slots=True)
class Asked:
    """who as it was written; the days that are given, and those that are taken for them; rota: a key, or ""."""

    who: str
    gives: Days
    takes: Days | None
    rota: str


def read(words: str, rotas: Collection[str], now: datetime) -> Asked | NoDate:
    """now: aware, in the writer's zone."""
    parts = words.split()
    named = next((part for part in reversed(parts) if plain(part) in rotas), "") if len(parts) > 2 else ""
    if named:
        parts.remove(named)
    why: NoDate | None = None
    for who, rest in _splits(parts):
        for gives, takes in _readings(rest, now):
            if isinstance(gives, tuple) and not isinstance(takes, NoDate):
                return Asked(who, gives, takes, plain(named))
            no = gives if isinstance(gives, NoDate) else takes
            # A day that is past says more than words that are none.
            if isinstance(no, NoDate) and (why is None or why.key == "no_date"):
                why = no
    return why if why and why.key != "no_date" else NoDate("swap_how")


def _splits(parts: list[str]) -> Iterator[tuple[str, str]]:
    """Who in front, the shortest first; then who at the end."""
    for at in range(1, len(parts)):
        yield " ".join(parts[:at]), " ".join(parts[at:])
    for at in range(len(parts) - 1, 0, -1):
        yield " ".join(parts[at:]), " ".join(parts[:at])


def _readings(words: str, now: datetime) -> Iterator[tuple[Days | NoDate, Days | NoDate | None]]:
    """As days that are given alone; then in two at each gap."""
    yield _days(words, now), None
    parts = words.split()
    for at in range(1, len(parts)):
        yield _days(" ".join(parts[:at]), now), _days(" ".join(parts[at:]), now)


def _days(words: str, now: datetime) -> Days | NoDate:
    """A day, or from one to another."""
    one = dates.day(words, now)
    if not isinstance(one, NoDate):
        return one, one
    for dash in _TO.finditer(words):
        first, last = dates.day(words[: dash.start()], now), dates.day(words[dash.end() :], now)
        if isinstance(first, NoDate) or isinstance(last, NoDate):
            continue
        if not 0 <= (last - first).days < LONGEST:
            return NoDate("swap_span")
        return first, last
    return one
