"""duty_gaps: the days on which a desk closes early, or does not open, and nobody has duty although somebody has it on such a weekday.

One warning for a rota's half days and one for its holidays, with the first day of the rota's first year.  A rota that leaves out hours
of an ordinary weekday too does so on purpose, and is not warned of; several rotas of a desk fill each other's gaps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from maild.model.calendar import DAY, Calendar, Spans
from maild.model.people import Desk
from maild.model.rota import Rota
from maild.policy.check import path_of
from maild.policy.oncall import HALF_DAYS, HOLIDAYS, RotaForm
from maild.policy.source import Source


def check(
    source: Source,
    forms: Mapping[str, RotaForm],
    rotas: Mapping[str, Rota],
    desks: Mapping[str, Desk],
    calendars: Mapping[str, Calendar],
) -> None:
    for key, form in forms.items():
        found: dict[str, str] = {}
        for desk in (desks[name] for name in form.desks if name in desks and isinstance(form.hours, dict)):
            serving = [rota.calendar for rota in rotas.values() if desk.key in rota.desks]
            for day, word, gap in _gaps(calendars.get(desk.calendar), serving, rotas[key].start.year):
                hours = ", ".join(f"{_clock(since)}-{_clock(until)}" for since, until in gap)
                found.setdefault(word, f"{day}, {hours}: the desk {desk.key!r} is closed, and nobody has duty")
        for word, what in found.items():
            source.warn((*path_of(source, key), "hours"), what, f"add  {word}: outside")


def _gaps(
    desk: Calendar | None, serving: list[Calendar], year: int
) -> Iterator[tuple[date, str, list[tuple[int, int]]]]:
    whole = [
        weekday
        for weekday in range(7)
        if desk and not _less(desk.week[weekday], *(one.week[weekday] for one in serving))
    ]
    for day in sorted(desk.days(year)) if desk else ():
        gap = _less(desk.spans(day), *(one.spans(day) for one in serving)) if desk else []
        if desk and gap and day.weekday() in whole:
            yield day, HOLIDAYS if desk.is_holiday(day) else HALF_DAYS, gap


def _less(*taken: Spans) -> list[tuple[int, int]]:
    """What is left of a day."""
    at, left = 0, list[tuple[int, int]]()
    for start, end in (*sorted(span for spans in taken for span in spans), (DAY, DAY)):
        if at < start:
            left.append((at, start))
        at = max(at, end)
    return left


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
