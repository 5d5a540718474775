"""actions: the `set` of a rule: what it may decide, and what a test beside it may expect.

SetForm and ExpectForm are the forms; what pydantic cannot know the form of is compiled by hand: a row of BY_HAND.  To add an action:
a field of model/policy.Decisions, of SetForm and of ExpectForm, and what it does, a row of decide/effects.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Literal

from pydantic import Field

from maild.model.deed_events import CaseType
from maild.model.policy import ADDING, Decisions, Facts
from maild.policy import approve, choosing, correlate, doing, required
from maild.policy.case_words import PriorityWord
from maild.policy.choosing import HOW, known_handler
from maild.policy.compare import Place
from maild.policy.shape import DeskKey, Language, Line, Lines, OpenDesk, Strict

TypeWord = Literal["fault", "order", "question", "proposal"]
# How the YAML names what Decisions calls otherwise.
_YAML = {"labels": "label"}


class SetForm(Strict):
    """What a rule decides."""

    desk: OpenDesk | None = None
    line: Any = None
    handler: Any = None
    priority: Any = None
    type: TypeWord | None = Field(default=None, description="What the customer wants.")
    category: Any = None
    label: Lines = Field(default=[], description="Labels add up over rules.")
    tasks: Any = None
    watch: Any = None
    forward: Any = None
    notice: Line | None = Field(
        default=None, description="A label: the case belongs to the newest open incident that has it."
    )
    language: Language | None = Field(default=None, description="In which the customer is answered, whatever he wrote.")
    acknowledge: bool | None = Field(default=None, description="false: the customer gets no acknowledgement.")
    template: Any = None
    customer: Any = None
    discard: Line | None = Field(default=None, description="No case; the reason stays on record.")
    confidential: bool | None = Field(
        default=None, description="true: the case is shown to its desk's team and to its handler only."
    )
    quarantine: Line | None = Field(
        default=None, description="A reason: the case is closed at once, nobody is told, and label quarantine finds it."
    )
    reopen: bool | None = Field(default=None, description="false: such a mail reopens no solved case.")
    ask: Any = None
    correlate: Any = None
    approve: Any = None


class ExpectForm(Strict):
    """What must come out; what is left out does not matter."""

    desk: DeskKey | None = None
    line: str | int | None = None
    handler: Line | None = Field(None, description=f"A key, nobody, {', '.join(HOW[:-1])} or {HOW[-1]}.")
    priority: PriorityWord | None = None
    type: TypeWord | None = None
    category: Line | None = None
    label: Lines = Field(default=[], description="These, and perhaps others.")
    tasks: Lines = Field(default=[], description="The texts of these, and perhaps others.")
    watch: Lines = Field(default=[], description="These keys or addresses, and perhaps others.")
    forward: Lines = Field(default=[], description="These addresses, and perhaps others.")
    notice: Line | None = None
    language: Language | None = None
    template: Line | None = None
    customer: Line | None = Field(None, description="reply_to, or the name of the field.")
    acknowledge: bool | None = None
    discard: bool | None = None
    confidential: bool | None = None
    quarantine: bool | None = None
    reopen: bool | None = None
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
        values[field.name] = field.default if given is None else given
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
            wanted[field.name] = _wanted(field.name, value)
    if not wanted:
        place.wrong("expects nothing", "write for example  expect: {priority: high}")
    return wanted


def _wanted(name: str, value: Any) -> object:
    return str(value) if name == "line" else tuple(value) if isinstance(value, list) else value


def said(name: str, value: Any, facts: Facts) -> object:
    """A decision as `expect` names it, of a mail with these facts."""
    if name == "correlate":
        return value.read(facts).key
    return _SAID[name](value) if name in _SAID else value


def otherwise(name: str, desk: str) -> object:
    """What holds when no rule says anything.  desk: the one that the mail was sent to."""
    if name in ADDING:
        return ()
    return {"desk": desk, "priority": "medium", "acknowledge": True, "handler": "nobody", "reopen": True}.get(
        name, False
    )


def yaml_name(name: str) -> str:
    """The key of a field in YAML."""
    return _YAML.get(name, name)


_SAID: dict[str, Callable[[Any], object]] = {
    "handler": lambda choice: choice.handlers[0] if choice.how == "named" else choice.how,
    "discard": lambda reason: True,
    "approve": lambda approval: True,
    "quarantine": lambda reason: True,
    "customer": lambda named: named.field or "reply_to",
    "tasks": lambda todos: tuple(todo.text for todo in todos),
    "watch": lambda found: tuple(one.removeprefix("handler:").removeprefix("desk:") for one in found),
}
_MADE: dict[str, Callable[[Any], object]] = {
    "type": CaseType,
    "label": lambda words: tuple(dict.fromkeys(words)),
}
BY_HAND: dict[str, tuple[Callable[[Any, Place], object], Callable[[], dict[str, Any]]]] = {
    "handler": (choosing.choice, choosing.schema),
    "line": (doing.line, doing.line_schema),
    "priority": (doing.priority, doing.priority_schema),
    "category": (doing.category, doing.category_schema),
    "tasks": (doing.tasks, doing.tasks_schema),
    "watch": (doing.watch, doing.watch_schema),
    "forward": (doing.forward, doing.forward_schema),
    "template": (doing.template, doing.template_schema),
    "customer": (doing.customer, doing.customer_schema),
    "ask": (required.asked, required.asked_schema),
    "correlate": (correlate.compiled, correlate.schema),
    "approve": (approve.compiled, approve.schema),
}
