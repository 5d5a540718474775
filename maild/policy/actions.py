"""actions: the `set` of a rule: what it may decide, and what a test beside it may expect.

SetForm and ExpectForm are the forms; what pydantic cannot know the form of is compiled by hand: a row of BY_HAND.  To add an action:
a field of model/policy.Decisions, of SetForm and of ExpectForm, and what it does, a row of decide/effects.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Literal

from pydantic import Field

from maild.model.events import Priority
from maild.model.people import Handler
from maild.model.policy import Choice, Decisions, Facts
from maild.policy import approve, correlate, required
from maild.policy.compare import Place, strings
from maild.policy.shape import DeskKey, Line, Lines, OpenDesk, Strict
from maild.policy.source import nearest

HOW = ("round_robin", "least_loaded")
PRIORITIES = {str(x): x for x in Priority}
PriorityWord = Literal["critical", "high", "medium", "low"]
# How the YAML names what Decisions calls otherwise.
_YAML = {"labels": "label"}


class SetForm(Strict):
    """What a rule decides."""

    desk: OpenDesk | None = None
    handler: Any = None
    priority: PriorityWord | None = None
    label: Lines = Field(default=[], description="Labels add up over rules.")
    acknowledge: bool | None = Field(default=None, description="false: the customer gets no acknowledgement.")
    discard: Line | None = Field(default=None, description="No case; the reason stays on record.")
    confidential: bool | None = Field(
        default=None, description="true: the case is shown to its desk's team and to its handler only."
    )
    ask: Any = None
    correlate: Any = None
    approve: Any = None


class ExpectForm(Strict):
    """What must come out; what is left out does not matter."""

    desk: DeskKey | None = None
    handler: Line | None = Field(None, description="A key, nobody, round_robin or least_loaded.")
    priority: PriorityWord | None = None
    label: Lines = Field(default=[], description="These, and perhaps others.")
    acknowledge: bool | None = None
    discard: bool | None = None
    confidential: bool | None = None
    ask: Lines = Field(default=[], description="These, and perhaps others.")
    correlate: Line | None = Field(None, description="The key, filled in: web01/http.")
    approve: bool | None = Field(None, description="Whether anybody is asked to approve it.")


# --- compiling --------------------------------------------------------------------------------------------------------------------


def compile_by_hand(raw: Any, place: Place) -> dict[str, object]:
    """Those fields of a `set` that have no form of pydantic's; also of one with problems, so that all are told at once."""
    given = raw if isinstance(raw, dict) else {}
    return {
        name: make(given[name], place.at(name)) for name, (make, _) in BY_HAND.items() if given.get(name) is not None
    }


def decisions(form: SetForm, compiled: Mapping[str, object]) -> Decisions:
    """What a rule says: every field of its form, made what judgement wants."""
    values: dict[str, Any] = {}
    for field in fields(Decisions):
        name = _YAML.get(field.name, field.name)
        given = compiled[name] if name in BY_HAND and name in compiled else getattr(form, name)
        if given is not None and name in _MADE:
            given = _MADE[name](given)
        if given is not None:
            values[field.name] = given
    return Decisions(**values)


def expected(form: ExpectForm, place: Place) -> dict[str, object]:
    """Field of Decisions -> what must come out, as `said` says it."""
    if form.handler is not None and form.handler not in ("nobody", *HOW):
        known_handler(form.handler, place.at("handler"))
    if form.ask:
        required.asked(form.ask, place.at("ask"))
    wanted: dict[str, object] = {}
    for field in fields(Decisions):
        value = getattr(form, _YAML.get(field.name, field.name))
        if value is not None and value != []:
            wanted[field.name] = tuple(value) if isinstance(value, list) else value
    if not wanted:
        place.wrong("expects nothing", "write for example  expect: {priority: high}")
    return wanted


def said(name: str, value: Any, facts: Facts) -> object:
    """A decision as `expect` names it, of a mail with these facts."""
    if name == "correlate":
        return value.read(facts).key
    if name == "handler":
        return value.handlers[0] if value.how == "named" else value.how
    return True if name in ("discard", "approve") else value


def otherwise(name: str, desk: str) -> object:
    """What holds when no rule says anything.  desk: the one that the mail was sent to."""
    return {"desk": desk, "priority": "medium", "acknowledge": True, "handler": "nobody", "labels": (), "ask": ()}.get(
        name, False
    )


def yaml_name(name: str) -> str:
    """The key of a field in YAML."""
    return _YAML.get(name, name)


# --- whose it is --------------------------------------------------------------------------------------------------------------------


def _choice(value: Any, place: Place) -> Choice:
    """KEY, none, {round_robin: KEYS or all} or {least_loaded: KEYS or all}."""
    if value in ("none", "nobody"):
        return Choice("nobody", ())
    if isinstance(value, str):
        known_handler(value, place)
        return Choice("named", (value,))
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in HOW:
        place.wrong("does not say who", "write a key, none, {round_robin: all} or {least_loaded: [kari, ola]}")
        return Choice("nobody", ())
    how, keys = next(iter(value.items()))
    if keys == "all":
        return Choice(how, (), "desk")
    listed = strings(keys, place.at(how)) or []
    for index, key in enumerate(listed):
        here = place.at(how).at(index) if isinstance(keys, list) else place.at(how)
        known_handler(key, here)
        if key in listed[:index]:
            here.wrong(f"{key!r} stands here twice", "name everybody once")
    return Choice(how, tuple(listed), "+".join(listed))


def known_handler(key: str, place: Place) -> Handler | None:
    """The handler of that key; a problem where there is none, or none who works."""
    staff = place.site.staff
    handler = staff.get(key)
    if key not in staff:
        place.wrong(f"there is no handler {key!r}", nearest(key, staff))
    elif handler is not None and handler.retired:
        place.wrong(f"the handler {key!r} is retired", "name another")
    return handler


def _choice_schema() -> dict[str, Any]:
    keys = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    ways = (
        {"type": "object", "properties": {how: keys}, "required": [how], "additionalProperties": False} for how in HOW
    )
    return {"anyOf": [{"type": "string"}, *ways]}


_MADE: dict[str, Callable[[Any], object]] = {
    "priority": lambda word: PRIORITIES[word],
    "label": lambda words: tuple(dict.fromkeys(words)),
}
BY_HAND: dict[str, tuple[Callable[[Any, Place], object], Callable[[], dict[str, Any]]]] = {
    "handler": (_choice, _choice_schema),
    "ask": (required.asked, required.asked_schema),
    "correlate": (correlate.compiled, correlate.schema),
    "approve": (approve.compiled, approve.schema),
}
