"""conditions: the `when` of a rule, compiled.  compile(value, place) -> Condition, with every problem in the place's source.

A condition is a row of CONDITIONS: a function from the facts to the values that are compared (its docstring is the help), and
what it may be compared with.  To add one: the function, the row (those beyond the words of a mail: about.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from maild.model.calendar import Hours
from maild.model.message import Kind
from maild.model.policy import Condition, Facts
from maild.policy.about import DECIDED_SO_FAR, ROWS, Comparison
from maild.policy.compare import Address, Flag, Header, Leaf, Place, Text, Word, fixed, shown
from maild.policy.domains import Domain
from maild.policy.logic import ALWAYS, Every, Some, Unless
from maild.policy.source import nearest

Values = Callable[[Facts], tuple[str, ...]]
DEEPEST = 20


def compile(value: Any, place: Place) -> Condition:
    """None or an empty mapping holds always.  What has a problem compiles to something that holds."""
    if value is None or value == {}:
        return ALWAYS
    if not isinstance(value, dict):
        place.wrong("when must be a mapping", "write for example  when: {subject: printer}")
        return ALWAYS
    if len(place.path) > 2 * DEEPEST:
        place.wrong(f"conditions stand more than {DEEPEST} deep in each other", "write it flatter")
        return ALWAYS
    parts = [_entry(key, entry, place.at(key)) for key, entry in value.items()]
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _entry(key: str, value: Any, place: Place) -> Condition:
    if key in GROUPS:
        return GROUPS[key](value, place)
    row = CONDITIONS.get(key)
    if row is None:
        place.wrong(f"there is no condition {key!r}", nearest(key, (*CONDITIONS, *GROUPS)))
        return ALWAYS
    values, against = row
    return against.compile(key, values, value, place)


def _every(value: Any, place: Place) -> Condition:
    """all: [CONDITION, ...]    All of them hold."""
    return Every(_members(value, place))


def _some(value: Any, place: Place) -> Condition:
    """any: [CONDITION, ...]    At least one of them holds."""
    return Some(_members(value, place), shown("any", value))


def _unless(value: Any, place: Place) -> Condition:
    """not: CONDITION    It does not hold."""
    if not isinstance(value, dict) or not value:
        place.wrong("not needs a condition", "write for example  not: {kind: automatic}")
        return ALWAYS
    return Unless(compile(value, place), shown("not", value))


def _members(value: Any, place: Place) -> tuple[Condition, ...]:
    if not isinstance(value, list) or not value:
        place.wrong("needs a list of conditions", "write for example  any: [{subject: printer}, {text: toner}]")
        return ()
    members = []
    for index, member in enumerate(value):
        if not isinstance(member, dict) or not member:
            place.at(index).wrong("is no condition", "write for example  {subject: printer}")
        members.append(compile(member if isinstance(member, dict) else None, place.at(index)))
    return tuple(members)


# --- what is compared ---------------------------------------------------------------------------------------------------------


def author(facts: Facts) -> tuple[str, ...]:
    """from: ADDRESS    The author's address."""
    return (facts.author,)


def to(facts: Facts) -> tuple[str, ...]:
    """to: ADDRESS    An address in To."""
    return facts.to


def cc(facts: Facts) -> tuple[str, ...]:
    """cc: ADDRESS    An address in Cc."""
    return facts.cc


def domain(facts: Facts) -> tuple[str, ...]:
    """domain: NAME    The domain of the author's address, exactly; its subdomains: {ends: .example.org}."""
    return (facts.domain,)


def subject(facts: Facts) -> tuple[str, ...]:
    """subject: TEXT    The subject."""
    return (facts.subject,)


def text(facts: Facts) -> tuple[str, ...]:
    """text: TEXT    The whole text, quotations too, at most 64 kB of it."""
    return (facts.text,)


def own_text(facts: Facts) -> tuple[str, ...]:
    """own_text: TEXT    What the author wrote, without quotations."""
    return (facts.own_text,)


def kind(facts: Facts) -> tuple[str, ...]:
    """kind: WORD    What sort of mail it is."""
    return (facts.kind,)


def language(facts: Facts) -> tuple[str, ...]:
    """language: nb|nn|sl|en    The language it is written in."""
    return (facts.language,)


def desk(facts: Facts) -> tuple[str, ...]:
    """desk: KEY    The desk it was sent to."""
    return (facts.desk,)


def automatic(facts: Facts) -> tuple[str, ...]:
    """automatic: true|false    A machine sent it."""
    return (str(facts.automatic),)


def authenticated(facts: Facts) -> tuple[str, ...]:
    """authenticated: true|false    The author's address is proven."""
    return (str(facts.authenticated),)


def hours(facts: Facts) -> tuple[str, ...]:
    """hours: open|closed|holiday    How the desk it was sent to stood when it came (calendars.yaml)."""
    return (facts.hours,)


def header(facts: Facts) -> tuple[str, ...]:
    """header: {name: NAME, ...}    A header of that name; with the name alone: it is there."""
    return ()


def schema() -> dict[str, Any]:
    """JSON Schema of `when`."""
    here = {"$ref": "#/$defs/when", "minProperties": 1}
    many: dict[str, Any] = {"type": "array", "items": here, "minItems": 1}
    rows = {key: {"description": _help(values), **against.schema()} for key, (values, against) in CONDITIONS.items()}
    groups: dict[str, dict[str, Any]] = {"all": many, "any": many, "not": here}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {**rows, **{key: {"description": _help(GROUPS[key]), **form} for key, form in groups.items()}},
    }


def _help(function: Any) -> str:
    return str(function.__doc__)


GROUPS: dict[str, Callable[[Any, Place], Condition]] = {"all": _every, "any": _some, "not": _unless}
CONDITIONS: dict[str, tuple[Values, Comparison]] = {
    "from": (author, Address()),
    "to": (to, Address()),
    "cc": (cc, Address()),
    "domain": (domain, Domain()),
    "subject": (subject, Text("contains")),
    "text": (text, Text("contains")),
    "own_text": (own_text, Text("contains")),
    "kind": (kind, fixed(Kind)),
    "language": (language, Word(lambda site: site.languages)),
    "desk": (desk, Word(lambda site: site.desks)),
    "hours": (hours, fixed(Hours)),
    "automatic": (automatic, Flag()),
    "authenticated": (authenticated, Flag()),
    "header": (header, Header()),
    **ROWS,
}
__all__ = ["ALWAYS", "CONDITIONS", "DECIDED_SO_FAR", "Every", "Leaf", "Some", "Unless", "compile", "schema"]
