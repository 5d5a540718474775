"""oncall: the form of oncall.yaml, and the rotas that it makes.

A site needs none of it: the file may be left out, and nobody has duty then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema

from maild.model.calendar import ALL_DAY, Calendar, Day, Spans
from maild.model.paging import Paging
from maild.model.people import Desk, Handler
from maild.model.rota import Rota
from maild.policy.check import path_of
from maild.policy.clock_words import DAYS, clock, spans, weekdays
from maild.policy.read import Path
from maild.policy.shape import DeskKeys, Line, Lines, Seconds, Strict, wrong
from maild.policy.source import Source, nearest

FILE = "oncall.yaml"
HOLIDAYS, HALF_DAYS, OUTSIDE = "holidays", "half days", "outside"
_MOST_DAYS = 366
_TURNS = {"daily": 1, "weekly": 7}
_TURN = re.compile(r"(\d{1,3})([dw])")
_HANDOVER = re.compile(r"(?:([a-z]+)\s+)?(\d\d:\d\d)")
_SPANS_SCHEMA: Any = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}


def _hours(value: Any) -> Spans | str:
    return OUTSIDE if value == OUTSIDE else spans(value, around=True)


def _hours_day(value: str) -> str:
    if value not in (HOLIDAYS, HALF_DAYS):
        weekdays(value)
    return value


def _start(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise wrong(f"{value[:40]!r} is no day", "write it like 2026-01-05") from None


def _turn(value: str) -> int:
    found = _TURN.fullmatch(value)
    days = _TURNS.get(value) or (int(found[1]) * (7 if found[2] == "w" else 1) if found else 0)
    if not 0 < days <= _MOST_DAYS:
        raise wrong(f"{value[:40]!r} is no length of a turn", "write weekly, daily, 3d or 2w")
    return days


def _handover(value: str) -> tuple[int | None, time]:
    """The day of the week, if it names one, and the time."""
    found = _HANDOVER.fullmatch(value.strip().lower())
    minutes = clock(found[2]) if found else 24 * 60
    days = weekdays(found[1]) if found and found[1] else (None,)
    if minutes == 24 * 60 or len(days) != 1:
        raise wrong(f"{value[:40]!r} is no time to hand over", "write it like monday 08:00, or 08:00")
    return days[0], time(minutes // 60, minutes % 60)


_STRING = WithJsonSchema({"type": "string"})
HoursDay = Annotated[str, AfterValidator(_hours_day)]
Duty = Annotated[Any, AfterValidator(_hours), WithJsonSchema(_SPANS_SCHEMA)]
# The brackets keep the tags out of the places that problems name (shape.py).
DutyHours = Annotated[
    Annotated[Literal["outside"], Tag("[word]")] | Annotated[dict[HoursDay, Duty], Tag("[each]")],
    Discriminator(lambda value: "[each]" if isinstance(value, dict) else "[word]"),
]
Start = Annotated[str, AfterValidator(_start)]
Turn = Annotated[str, AfterValidator(_turn), _STRING]
Handover = Annotated[str, AfterValidator(_handover), _STRING]


class PageForm(Strict):
    """How whoever has duty is called for a critical case."""

    within: Seconds = Field(
        default=600, ge=60, le=86_400, description="A page that is not answered by then goes to the next: 10m."
    )
    rounds: int = Field(
        default=3, ge=1, le=20, description="So often all are called; then the leads hear that nobody answered."
    )
    budget: int = Field(
        default=20, ge=1, le=1000, description="Pages an hour; beyond it one page tells of several cases."
    )


class RotaForm(Strict):
    """A rota: people who have duty in turns."""

    name: Line = Field(description="As letters and calendars call it.", examples=["Driftsvakt"])
    desks: DeskKeys = Field(description="Keys of the desks that it serves.", examples=["[drift]"])
    people: Lines = Field(description="Keys of handlers, in the order of their turns.", examples=["[kari, ola]"])
    cover: Lines | None = Field(None, description="A second layer: who covers, in the order of their turns.")
    start: Start = Field(description="The day on which the first turn begins.", examples=["2026-01-05"])
    rotate: Turn = Field(
        default="weekly", validate_default=True, description="How long a turn is: weekly, daily, 3d, 2w."
    )
    handover: Handover = Field(
        default="08:00", validate_default=True, description="When turns change: monday 08:00, or the time alone."
    )
    calendar: Line | None = Field(None, description="Whose clock and holidays; left out: those of its first desk.")
    hours: DutyHours | None = Field(
        None,
        description="When duty runs: days, holidays, half days with their spans; outside: while the calendar is closed; left out: always.",
    )
    page: PageForm = Field(PageForm(), description="How people are called for a critical case.")


def made(key: str, form: RotaForm, desks: Mapping[str, Desk | None], calendars: Mapping[str, Calendar]) -> Rota:
    """References that lead nowhere are check's to tell: what is made of them is used by nobody."""
    desk = desks.get(form.desks[0])
    named = calendars.get(form.calendar or (desk.calendar if desk else ""))
    zone = named.zone if named else ZoneInfo(desk.zone if desk else "UTC")
    base = named or Calendar(key, zone, (ALL_DAY,) * 7)
    layers = (tuple(form.people), *((tuple(form.cover),) if form.cover else ()))
    _, at = _of(form.handover)
    start: Any = form.start
    days: Any = form.rotate
    page = Paging(timedelta(seconds=form.page.within), form.page.rounds, form.page.budget)
    return Rota(key, form.name, tuple(form.desks), layers, _duty(key, form.hours, base), start, days, at, page)


def _of(handover: Any) -> tuple[int | None, time]:
    day, at = handover
    return day, at


def _duty(key: str, hours: Any, base: Calendar) -> Calendar:
    """When duty runs, as a calendar: its own hours, with the holidays of the other."""
    if hours is None:
        return Calendar(key, base.zone, (ALL_DAY,) * 7)
    if hours == OUTSIDE:
        return base.outside(key)
    week: list[Spans] = [()] * 7
    closed = base.outside(key)
    for name, found in hours.items():
        for day in weekdays(name) if name not in (HOLIDAYS, HALF_DAYS) else ():
            week[day] = closed.week[day] if found == OUTSIDE else found
    return Calendar(key, base.zone, tuple(week), _days(closed, hours.get(HOLIDAYS), hours.get(HALF_DAYS)))


def _days(closed: Calendar, holidays: Any, half_days: Any) -> Callable[[int], Mapping[date, Day]]:
    """Of the days that differ, those of which the rota says something; the others are as their weekday."""

    def days(year: int) -> Mapping[date, Day]:
        said = {day: (how, holidays if how.holiday else half_days) for day, how in closed.days(year).items()}
        return {
            day: Day(how.spans if hours == OUTSIDE else hours, how.holiday)
            for day, (how, hours) in said.items()
            if hours is not None
        }

    return days


# --- what only shows beside the other files ---------------------------------------------------------------------------------------


def check(
    source: Source,
    forms: Mapping[str, RotaForm],
    made_of: Mapping[str, Rota],
    people: Mapping[str, Handler | None],
    calendars: Mapping[str, Calendar] | None,
) -> None:
    """Its people exist, work, and work for its desks; its calendar is there; its turns begin on the day that it names."""
    for key, form in forms.items():
        path = path_of(source, key)
        for field in ("people", "cover"):
            for index, who in enumerate(getattr(form, field) or ()):
                _person(source, _at(source, (*path, field), index), who, form, people)
        if form.calendar and calendars is not None and form.calendar not in calendars:
            source.wrong(
                (*path, "calendar"), f"there is no calendar {form.calendar[:60]!r}", nearest(form.calendar, calendars)
            )
        _turns(source, path, made_of[key], _of(form.handover)[0])
        _layers(source, path, made_of[key])
        if not any(made_of[key].calendar.week) and form.hours != OUTSIDE:
            source.wrong((*path, "hours"), "duty never runs", "give a weekday hours, or leave hours out")


def _at(source: Source, path: Path, index: int) -> Path:
    """A list may be written as a single value."""
    return (*path, index) if (*path, index) in source.positions else path


def _person(source: Source, place: Path, who: str, form: RotaForm, people: Mapping[str, Handler | None]) -> None:
    handler = people.get(who)
    if who not in people:
        source.wrong(place, f"there is no handler {who[:60]!r}", nearest(who, people))
    elif handler is None:
        return
    elif handler.retired:
        source.wrong(place, f"the handler {who!r} is retired", "name another")
    elif handler.members:
        source.wrong(place, f"{who!r} is a team", "name the people behind it: one of them has duty")
    else:
        other = next((desk for desk in form.desks if not handler.works_for(desk)), None)
        if other:
            cure = f"add {other} to the desks of {who!r} in people.yaml, or name another"
            source.wrong(place, f"the handler {who!r} does not work for the desk {other!r}", cure)


def _turns(source: Source, path: Path, rota: Rota, day: int | None) -> None:
    if day is not None and rota.days % 7:
        what = "turns of such a length begin on another weekday each time"
        source.wrong((*path, "handover"), what, "write the time alone")
    elif day is not None and rota.start.weekday() != day:
        named = DAYS[rota.start.weekday()]
        cure = f"begin on the day of the handover, or hand over on {named}"
        source.wrong((*path, "start"), f"{rota.start} is a {named}", cure)


def _layers(source: Source, path: Path, rota: Rota) -> None:
    """Nobody twice in a layer, and nobody covers for himself."""
    for field, layer in zip(("people", "cover"), rota.layers, strict=False):
        for index, key in enumerate(layer):
            if key in layer[:index]:
                source.wrong(_at(source, (*path, field), index), f"{key!r} stands here twice", "name everybody once")
    first, second = rota.layers[0], rota.layers[-1]
    turns = range(len(first) * len(second)) if len(rota.layers) > 1 else ()
    if any(first[turn % len(first)] == second[turn % len(second)] for turn in turns):
        cure = "as many people as in people, and begin with another"
        source.wrong((*path, "cover"), "somebody would cover for himself", cure)
