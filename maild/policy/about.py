"""about: conditions beyond the words of a mail: who its author is to us, its files, when it came, what was agreed and decided.

Each is a row of ROWS, as in conditions.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic_core import PydanticCustomError

from maild.model.events import Priority, Status
from maild.model.people import Authentication, Possession
from maild.model.policy import Condition, Facts
from maild.policy.attached import Attached
from maild.policy.clock_words import DAYS
from maild.policy.compare import Address, Flag, Leaf, Place, Text, Values, Word, fixed, shown
from maild.policy.logic import ALWAYS, Every
from maild.policy.measures import CLOCK, COUNT, DAY, SIZE, number
from maild.policy.shape import SECONDS, seconds
from maild.policy.source import nearest

WHOSE = ("person", "domain", "organisation")
_LONGEST = 366 * 86_400
# How one of them is called.
_SINGULAR = {"covers": "cause"}
_WEEK = ("weekdays", "weekend")


class Comparison(Protocol):
    """The right side of a condition."""

    def compile(self, key: str, values: Values, value: Any, place: Place) -> Condition: ...

    def schema(self) -> dict[str, Any]: ...


Row = tuple[Values, Comparison]


@dataclass(frozen=True, slots=True)
class Parts:
    """A mapping of parts that must all hold.  natural: what a bare value means; flag: what true and false mean."""

    rows: Mapping[str, Row]
    natural: Comparison | None = None
    flag: Values | None = None

    def compile(self, key: str, values: Values, value: Any, place: Place) -> Condition:
        if isinstance(value, bool) and self.flag:
            return Flag().compile(key, self.flag, value, place)
        plain = not isinstance(value, dict) or not self.rows or "is" in value or "in" in value
        if self.natural and plain:
            return self.natural.compile(key, values, value, place)
        if not isinstance(value, dict) or not value:
            place.wrong(f"{key} must be a mapping", f"write for example  {key}: {{{next(iter(self.rows))}: ...}}")
            return ALWAYS
        parts = [self._part(key, name, value[name], place) for name in value]
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _part(self, key: str, name: str, value: Any, place: Place) -> Condition:
        here = place.at(name)
        if name not in self.rows:
            here.wrong(f"{key} has no {name!r}", nearest(name, self.rows))
            return ALWAYS
        values, against = self.rows[name]
        found = against.compile(_SINGULAR.get(name, name), values, value, here)
        return Leaf(shown(key, {name: value}), found.values, found.tests) if isinstance(found, Leaf) else found

    def schema(self) -> dict[str, Any]:
        """JSON Schema."""
        properties = {name: against.schema() for name, (_, against) in self.rows.items()}
        whole = {"type": "object", "properties": properties, "additionalProperties": False, "minProperties": 1}
        plain = self.natural.schema().get("anyOf", []) if self.natural else []
        either = [*plain, *([whole] if self.rows else []), *([{"type": "boolean"}] if self.flag else [])]
        return either[0] if len(either) == 1 else {"anyOf": either}


# --- who it is ------------------------------------------------------------------------------------------------------------------


def organisation(facts: Facts) -> tuple[str, ...]:
    """organisation: KEY    The author's organisation (organisations.yaml), any of a {label: WORD}, or true: he has one."""
    return (facts.organisation,)


def _organisation_labels(facts: Facts) -> tuple[str, ...]:
    return facts.organisation_labels


def _has_organisation(facts: Facts) -> tuple[str, ...]:
    return (str(facts.organisation != ""),)


def person(facts: Facts) -> tuple[str, ...]:
    """person: {known: true|false, ...}    Known: wrote before; muted; spam; cases: how many he has, {over: 3}; or his address."""
    return (facts.author,)


def _known(facts: Facts) -> tuple[str, ...]:
    return (str(facts.known),)


def _muted(facts: Facts) -> tuple[str, ...]:
    return (str(facts.muted),)


def _marked_spam(facts: Facts) -> tuple[str, ...]:
    return (str(facts.marked_spam),)


def cases(facts: Facts) -> tuple[str, ...]:
    """How many cases the author has; a rule that asks for it lets the database be asked (asks.py)."""
    return (number(facts.cases),)


def trust(facts: Facts) -> tuple[str, ...]:
    """trust: none|aligned|internal    How From is proven; {authentication: WORD, possession: none|thread|own} for both."""
    return (facts.authentication,)


def _possession(facts: Facts) -> tuple[str, ...]:
    return (facts.possession,)


# --- the mail -------------------------------------------------------------------------------------------------------------------


def attachment(facts: Facts) -> tuple[str, ...]:
    """attachment: {name: TEXT, type: TEXT, size: {over: 5MB}}    A file of which all of that holds; true: any file."""
    return (str(facts.files > 0),)


def size(facts: Facts) -> tuple[str, ...]:
    """size: {over: 5MB, under: 20MB}    Of the whole mail, in octets, kB (1000), MB or GB."""
    return (number(facts.size),)


def tag(facts: Facts) -> tuple[str, ...]:
    """tag: TEXT    What stands behind the + of a desk's address in To or Cc: support+invoice@example.org."""
    return facts.tags


def spam(facts: Facts) -> tuple[str, ...]:
    """spam: TEXT    How the verdict of your mail server's filter begins (maild.yaml, spam); nothing else's word counts."""
    return (facts.spam,)


# --- when it came ---------------------------------------------------------------------------------------------------------------


def time(facts: Facts) -> tuple[str, ...]:
    """time: {after: 08:00, before: 16:00}    On the desk's clock: from 08:00 on, and until just before 16:00."""
    return (facts.at[11:16],) if facts.at else ()


def date(facts: Facts) -> tuple[str, ...]:
    """date: {after: 2026-06-30, before: 2026-08-01}    On the desk's calendar: later than that day, earlier than that; or the day."""
    return (facts.at[:10],) if facts.at else ()


def weekday(facts: Facts) -> tuple[str, ...]:
    """weekday: WORD    monday to sunday, weekdays or weekend, on the desk's calendar."""
    if not facts.weekday:
        return ()
    return (facts.weekday, _WEEK[facts.weekday in DAYS[5:]])


# --- what is known already ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """How many cases were opened in that time.  A test beside a rule says a number for any time: seconds 0."""

    whose: str
    seconds: int

    def __call__(self, facts: Facts) -> tuple[str, ...]:
        asked = ((self.whose, self.seconds), (self.whose, 0))
        return (number(next((n for whose, span, n in facts.counts if (whose, span) in asked), 0)),)


class Count:
    """{from: person, in: 24h, over: 5}."""

    def compile(self, key: str, values: Values, value: Any, place: Place) -> Condition:
        given = value if isinstance(value, dict) else {}
        whose, span = given.get("from"), given.get("in")
        bounds = {word: bound for word, bound in given.items() if word not in ("from", "in")}
        if not isinstance(whose, str) or whose not in WHOSE or not bounds:
            place.wrong(f"{key} does not say what to count", "write for example  {from: person, in: 24h, over: 5}")
            return ALWAYS
        try:
            length = int(seconds(span))
        except PydanticCustomError:
            length = 0
        if not 0 < length <= _LONGEST:
            what = f"{str(span)[:40]!r} is no span to count in"
            place.at("in" if "in" in given else "from").wrong(
                what, f"write a number with {', '.join(SECONDS)}: 24h, 7d"
            )
        return Leaf(shown(key, value), Opened(whose, length), COUNT.tests(key, bounds, place))

    def schema(self) -> dict[str, Any]:
        """JSON Schema."""
        bounds = COUNT.schema()
        more = {"from": {"enum": list(WHOSE)}, "in": {"type": "string", "pattern": "^[0-9]{1,6}[smhdw]$"}}
        return {**bounds, "properties": {**more, **bounds["properties"]}, "required": ["from", "in"]}


def case(facts: Facts) -> tuple[str, ...]:
    """case: {count: {from: person, in: 24h, over: 5}}    Cases opened of late; {open_same_subject: true}; {status: WORD}: one before."""
    return (facts.case_status,)


def _same_subject(facts: Facts) -> tuple[str, ...]:
    return (str(facts.same_subject),)


def agreement(facts: Facts) -> tuple[str, ...]:
    """agreement: KEY    His organisation's that holds on that day (agreements.yaml), {covers: CAUSE}, or true: it has one."""
    return facts.agreements


def _covers(facts: Facts) -> tuple[str, ...]:
    return facts.covers


def _has_agreement(facts: Facts) -> tuple[str, ...]:
    return (str(facts.agreements != ()),)


def item(facts: Facts) -> tuple[str, ...]:
    """item: KEY    What it orders: the first item of catalogue.yaml that fits; true: anything."""
    return (facts.item,)


def _has_item(facts: Facts) -> tuple[str, ...]:
    return (str(facts.item != ""),)


# --- what rules above decided -----------------------------------------------------------------------------------------------------


def label(facts: Facts) -> tuple[str, ...]:
    """label: WORD    A label that a rule above this one gave."""
    return facts.decided_labels


def line(facts: Facts) -> tuple[str, ...]:
    """line: NAME    The line that a rule above this one chose."""
    return (facts.decided_line,) if facts.decided_line else ()


def priority(facts: Facts) -> tuple[str, ...]:
    """priority: WORD    The priority that a rule above this one gave."""
    return (facts.decided_priority,) if facts.decided_priority else ()


DECIDED_SO_FAR: frozenset[Values] = frozenset((label, line, priority))


_Names = Callable[[Any], Collection[str]]
_ORGANISATIONS: _Names = lambda site: site.organisations  # noqa: E731
ROWS: dict[str, Row] = {
    "organisation": (
        organisation,
        Parts(
            {"label": (_organisation_labels, Word(lambda site: site.organisation_labels))},
            Word(_ORGANISATIONS),
            _has_organisation,
        ),
    ),
    "person": (
        person,
        Parts(
            {
                "known": (_known, Flag()),
                "address": (person, Address()),
                "muted": (_muted, Flag()),
                "spam": (_marked_spam, Flag()),
                "cases": (cases, COUNT),
            },
            Address(),
        ),
    ),
    "trust": (
        trust,
        Parts(
            {"authentication": (trust, fixed(Authentication)), "possession": (_possession, fixed(Possession))},
            fixed(Authentication),
        ),
    ),
    "attachment": (attachment, Attached()),
    "size": (size, SIZE),
    "tag": (tag, Text("is")),
    "time": (time, CLOCK),
    "date": (date, DAY),
    "weekday": (weekday, fixed((*DAYS, *_WEEK))),
    "case": (
        case,
        Parts(
            {"open_same_subject": (_same_subject, Flag()), "status": (case, fixed(Status)), "count": (case, Count())}
        ),
    ),
    "agreement": (
        agreement,
        Parts(
            {"covers": (_covers, Word(lambda site: site.causes))}, Word(lambda site: site.agreements), _has_agreement
        ),
    ),
    "item": (item, Parts({}, Word(lambda site: site.catalogue), _has_item)),
    "spam": (spam, Text("starts")),
    "label": (label, Text("is")),
    "line": (line, Text("is")),
    "priority": (priority, fixed(Priority)),
}
