"""recurring: the form of recurring.yaml: cases that open by themselves, on certain days, and what is decided of them.

A site needs none of it: the file may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from dateutil.rrule import rrulestr
from pydantic import AfterValidator, Field, TypeAdapter

from maild.model.events import Priority
from maild.model.policy import Rule
from maild.model.recurring import FURTHEST, Days, Recurring
from maild.policy import actions, conditions
from maild.policy.actions import SetForm, TypeWord
from maild.policy.agreements import Day
from maild.policy.compare import Place, Site
from maild.policy.doing import address
from maild.policy.shape import Days as WholeDays
from maild.policy.shape import Line, Lines, OpenDesk, Strict, fits, key_problem, wrong
from maild.policy.source import Source

FILE = "recurring.yaml"
_MOST, _EARLIEST, _TEXT = 1000, 2000, 4000
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_UNTIL = re.compile(r"\d{8}")
_WORDS = ("daily", "weekdays", "weekly", "monthly", "quarterly", "yearly")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = (
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "BYSETPOS",
    "BYMONTH",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYDAY",
)
_BY_HAND = ("handler", "line", "priority", "category", "tasks", "watch")
_CURE = f"write {', '.join(_WORDS)}, or a rule of RFC 5545 such as FREQ=YEARLY;INTERVAL=3;BYMONTH=9;BYMONTHDAY=1"


def _every(value: str) -> str:
    """A word, or a rule; whether it has any days shows only with its start."""
    if value not in _WORDS:
        parts = _parts(value)
        days = ";".join(f"{name}={given}" for name, given in parts.items() if name not in ("COUNT", "UNTIL"))
        try:
            rrulestr(days)
        except (ValueError, TypeError, IndexError, KeyError, AttributeError) as error:
            raise wrong(f"{value[:80]!r} is no rule", _CURE) from error
    return value


def _parts(value: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in value.upper().removeprefix("RRULE:").split(";"):
        name, _, given = part.strip().partition("=")
        if name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
            raise wrong(f"{name} is no part of a day's rule", 'the hour stands in  at: "08:00"')
        if name not in _PARTS or not given or name in parts:
            raise wrong(f"{value[:80]!r} is no rule", _CURE)
        parts[name] = given
    if parts.get("FREQ") not in _FREQUENCIES:
        raise wrong(f"FREQ={parts.get('FREQ', '')[:20]} cannot be", f"write {', '.join(_FREQUENCIES)}")
    counted = all(
        parts.get(name, "1").isdecimal() and 0 < int(parts.get(name, "1")) <= _MOST for name in ("COUNT", "INTERVAL")
    )
    if not counted or ("UNTIL" in parts and ("COUNT" in parts or _day(parts["UNTIL"]) is None)):
        raise wrong("COUNT, UNTIL or INTERVAL cannot be", f"write COUNT=1 to {_MOST}, or UNTIL=20301231, and not both")
    return parts


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if _UNTIL.fullmatch(value) else None
    except ValueError:
        return None


def _clock(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        raise wrong(f"{value[:40]!r} is no time of the day", 'write it like "08:00", in quotes')
    return value


Every = Annotated[str, AfterValidator(_every)]
Clock = Annotated[str, AfterValidator(_clock)]


class RecurringForm(Strict):
    """Cases that open by themselves."""

    desk: OpenDesk = Field(description="Key of the desk whose cases they are.", examples=["support"])
    every: Every = Field(
        description="daily, weekdays, weekly, monthly, quarterly, yearly, or a rule of RFC 5545, of days.",
        examples=["monthly"],
    )
    start: Day = Field(
        description="Its first day; a rule without a day of its own takes this one.", examples=["2026-09-01"]
    )
    title: Line = Field(description="What the case is called.", examples=["Visit to the library"])
    at: Clock = Field("08:00", description="The hour, on the desk's clock.")
    text: str = Field("", max_length=_TEXT, description="A note in the case, for handlers.")
    customer: Line | None = Field(None, description="Address of the one it is about; left out: nobody.")
    acknowledge: bool = Field(False, description="true: the customer is told that it is planned, and for which day.")
    ahead: WholeDays | None = Field(
        None, description="How long before its day the case opens: 14d; it rests until then, and no time is counted."
    )
    handler: Any = None
    line: Any = None
    priority: Any = None
    type: TypeWord | None = Field(default=None, description="What it is.")
    category: Any = None
    label: Lines = Field(default=[], description="Its labels.")
    tasks: Any = None
    watch: Any = None
    confidential: bool | None = Field(
        default=None, description="true: the case is shown to its desk's team and to its handler only."
    )


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries, and a rule each that says what is decided of its cases."""

    recurring: Mapping[str, Recurring]
    openings: Mapping[str, Rule]


def entries(source: Source, site: Site) -> Entries:
    """All of them; every problem goes into the source."""
    found: dict[str, Recurring] = {}
    rules: dict[str, Rule] = {}
    document = source.document if source.text.strip() else None
    if document is not None and not isinstance(document, dict):
        source.wrong(
            (), "must name entries by their keys", "write KEY: and below it, indented, desk, every, start and title"
        )
        document = None
    if document and len(document) > _MOST:
        source.wrong((), f"more than {_MOST} entries", "make one case of several, with tasks")
    for key, value in (document or {}).items():
        if problem := key_problem(str(key)):
            source.wrong((key,), *problem)
        place = Place(source, (key,), site)
        form = fits(RecurringForm, source, (key,), value, site.known())
        raw = {name: value[name] for name in _BY_HAND if name in value} if isinstance(value, dict) else {}
        compiled = actions.compile_by_hand(raw, place)
        made = _made(str(key), form, place) if form else None
        if form and made:
            plain = {"type": form.type, "label": form.label, "confidential": form.confidential}
            said = SetForm.model_validate({name: given for name, given in plain.items() if given})
            decided = actions.decisions(said, compiled)
            if made.ahead and decided.priority is Priority.CRITICAL:
                # A critical case calls at once.
                place.at("priority").wrong("nobody is called for what is only planned", "write high, or remove ahead")
            found[str(key)] = made
            rules[str(key)] = Rule(f"recurring {key}", source.where((key,)), conditions.ALWAYS, decided)
    return Entries(found, rules)


def _made(key: str, form: RecurringForm, place: Place) -> Recurring | None:
    desk = place.site.desks.get(form.desk)
    who = (
        address(form.customer, place.at("customer"), "leave it out: handlers are told anyway") if form.customer else ""
    )
    if form.acknowledge and not form.customer:
        place.at("acknowledge").wrong("nobody is there to be told", "name the customer:  customer: ann@example.org")
    start = date.fromisoformat(form.start)
    if not _EARLIEST <= start.year <= FURTHEST:
        place.at("start").wrong(f"{start} is too far away", f"write a year from {_EARLIEST} to {FURTHEST}")
        return None
    days = _days(form.every, start)
    try:
        # Leap days are at most eight years apart; of years and months there are few, of days many.
        years = 9 if "DAILY" in days.rule or "WEEKLY" in days.rule else 60
        none = days.first(date(min(start.year + years, FURTHEST), 12, 31)) is None
    except (ValueError, TypeError):
        place.at("every").wrong(f"{form.every[:80]!r} is no rule", _CURE)
        return None
    if none:
        place.at("every").wrong("no day is ever like that", "ask a calendar: the 30th of February never comes")
        return None
    zone = desk.zone if desk else "UTC"
    told = (form.title, form.text.strip(), who, form.acknowledge, form.ahead or 0)
    return Recurring(key, form.desk, days, zone, form.at, *told)


def _days(every: str, start: date) -> Days:
    if every in _WORDS:
        return Days(_word(every, start), start)
    parts = _parts(every)
    count, until = parts.pop("COUNT", None), parts.pop("UNTIL", None)
    rule = ";".join(f"{name}={given}" for name, given in parts.items())
    return Days(rule, start, int(count) if count else None, _day(until) if until else None)


def _word(word: str, start: date) -> str:
    """Where a month has no such day, it is its last one."""
    late = f";BYMONTHDAY={','.join(map(str, range(28, start.day + 1)))};BYSETPOS=-1" if start.day > 28 else ""
    return {
        "daily": "FREQ=DAILY",
        "weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "weekly": "FREQ=WEEKLY",
        "monthly": f"FREQ=MONTHLY{late}",
        "quarterly": f"FREQ=MONTHLY;INTERVAL=3{late}",
        "yearly": f"FREQ=YEARLY;BYMONTH={start.month}{late}" if late else "FREQ=YEARLY",
    }[word]


def schema() -> dict[str, Any]:
    """Those fields that are compiled by hand have forms of their own."""
    one = TypeAdapter(RecurringForm).json_schema()
    made = {name: actions.BY_HAND[name][1]() for name in _BY_HAND}
    for name in made:
        one["properties"][name]["$ref"] = f"#/$defs/{name}"
    definitions = {**one.pop("$defs", {}), **made}
    return {"type": "object", "additionalProperties": one, "$defs": definitions}
