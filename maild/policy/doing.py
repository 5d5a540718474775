"""doing: what a rule says is done with a case: its priority, line and category, tasks, and who reads along.

Each function compiles the value at a place; what is wrong goes to the place.  The forms for editors stand beside them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import Field, TypeAdapter

from maild.model.deed_events import CaseType
from maild.model.events import Priority
from maild.model.policy import Named, Todo
from maild.policy.case_words import DEGREES
from maild.policy.choosing import known_handler
from maild.policy.compare import Anything, Place, strings
from maild.policy.shape import Address, Line, Seconds, Strict, fits
from maild.policy.source import nearest

TYPES = tuple(map(str, CaseType))
PRIORITIES = {str(x): x for x in Priority}
MOST_TASKS = 20
MOST_FORWARDS = 5
_LONGEST_FIELD = 60
_DEGREE = {"enum": list(DEGREES)}


# --- priority -------------------------------------------------------------------------------------------------------------------


def priority(value: Any, place: Place) -> Priority | None:
    """A word, or {impact: high, urgency: low} by the matrix of cases.yaml."""
    if isinstance(value, str):
        if value not in PRIORITIES:
            place.wrong(f"priority: {value[:60]!r} is not known", nearest(value, PRIORITIES))
        return PRIORITIES.get(value)
    if not isinstance(value, dict) or set(value) != {"impact", "urgency"}:
        place.wrong("does not say how urgent it is", "write a word like high, or {impact: high, urgency: low}")
        return None
    for name, degree in value.items():
        if degree not in DEGREES:
            known = nearest(degree, DEGREES) if isinstance(degree, str) else f"known: {', '.join(DEGREES)}"
            place.at(name).wrong(f"{name}: {str(degree)[:60]!r} is not known", known)
            return None
    return place.site.words.matrix[value["impact"]][value["urgency"]]


def priority_schema() -> dict[str, Any]:
    both = {"type": "object", "properties": {"impact": _DEGREE, "urgency": _DEGREE}, "additionalProperties": False}
    words = {"enum": list(PRIORITIES)}
    description = "A word, or impact and urgency, from which the matrix makes it (cases.yaml, priorities)."
    return {"description": description, "anyOf": [words, {**both, "required": ["impact", "urgency"]}]}


# --- line and category ------------------------------------------------------------------------------------------------------------


def line(value: Any, place: Place) -> str | None:
    """A line of the desk that the same rule names; where it names none, of any desk."""
    name = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
    if name is None:
        place.wrong("line must be a name or a number", 'write for example  line: "2"')
        return None
    desks, named = place.site.desks, _beside(place, "desk")
    if isinstance(desks, Anything) or None in desks.values():
        return name
    found = {key: [one.name for one in desk.lines] for key, desk in desks.items() if desk}
    known = found.get(named, []) if named in found else [one for lines in found.values() for one in lines]
    if name not in known:
        where = f"the desk {named!r} has no line {name!r}" if named in found else f"no desk has a line {name!r}"
        place.wrong(where, nearest(name, known) if known else "name it in  lines:  of desks.yaml")
    return name


def _beside(place: Place, key: str) -> str:
    """What stands beside this value, if it is a word."""
    here = place.source.document
    for step in place.path[:-1]:
        here = here[step]
    found = here.get(key)
    return found if isinstance(found, str) else ""


def line_schema() -> dict[str, Any]:
    return {
        "anyOf": [{"type": "string"}, {"type": "integer"}],
        "description": "A line of the desk; its handlers take turns.",
    }


def category(value: Any, place: Place) -> str | None:
    if not isinstance(value, str):
        place.wrong("category must be a word of cases.yaml", "write one word")
        return None
    known = place.site.words.categories
    if known is not None and value not in known:
        cure = nearest(value, known) if known else f"declare it in cases.yaml:  categories: [{value[:40]}]"
        place.wrong(f"there is no category {value[:60]!r}", cure)
    return value


def category_schema() -> dict[str, Any]:
    return {"type": "string", "description": "A word of categories in cases.yaml."}


# --- tasks --------------------------------------------------------------------------------------------------------------------------


class TodoForm(Strict):
    """A task for the case's list."""

    text: Line = Field(description="What is to be done.", examples=["Order a new screen"])
    handler: Line | None = Field(None, description="Whose it is; left out: whoever has the case.")
    due: Seconds | None = Field(None, ge=60, description="How long after the mail: 3d.")


def tasks(value: Any, place: Place) -> tuple[Todo, ...]:
    given = value if isinstance(value, list) else [value]
    if not given or len(given) > MOST_TASKS:
        place.wrong(f"needs 1 to {MOST_TASKS} tasks", "write  tasks: [{text: ..., handler: kari, due: 3d}]")
        return ()
    return tuple(todo for index, entry in enumerate(given) if (todo := _todo(entry, _entry(place, value, index))))


def _todo(entry: Any, place: Place) -> Todo | None:
    form = fits(TodoForm, place.source, place.path, {"text": entry} if isinstance(entry, str) else entry)
    if form is None:
        return None
    if form.handler is not None:
        known_handler(form.handler, place.at("handler"))
    return Todo(form.text, form.handler or "", timedelta(seconds=form.due) if form.due else None)


def _entry(place: Place, value: Any, index: int) -> Place:
    """A list may be written as a single value."""
    return place.at(index) if isinstance(value, list) else place


def tasks_schema() -> dict[str, Any]:
    one = {"anyOf": [{"type": "string"}, TypeAdapter(TodoForm).json_schema()]}
    description = "What is put on the case's list of tasks; the lists of all matching rules add up."
    return {"description": description, "anyOf": [*one["anyOf"], {"type": "array", "items": one, "minItems": 1}]}


# --- who reads along ------------------------------------------------------------------------------------------------------------------


class _AddressForm(Strict):
    address: Address


def watch(value: Any, place: Place) -> tuple[str, ...]:
    """handler:KEY, desk:KEY or an address each, for the keys and addresses that are given."""
    words = strings(value, place) or []
    found = (_watcher(word, _entry(place, value, index)) for index, word in enumerate(words))
    return tuple(dict.fromkeys(one for one in found if one))


def _watcher(word: str, place: Place) -> str:
    desks, staff = place.site.desks, place.site.staff
    if "@" in word:
        return address(word, place)
    if word in staff and not isinstance(staff, Anything):
        known_handler(word, place)
        return f"handler:{word}"
    if word in desks:
        desk = desks.get(word)
        if desk is not None and desk.retired:
            place.wrong(f"the desk {word!r} is retired", "name another")
        return f"desk:{word}"
    place.wrong(f"there is no handler and no desk {word[:60]!r}", nearest(word, [*staff, *desks]))
    return ""


def address(word: str, place: Place, cure: str = "") -> str:
    """Somebody's who is none of us, in lower case; "" for one that will not do.  cure: what to do with one of ours; else its key."""
    if fits(_AddressForm, place.source, place.path, {"address": word}) is None:
        return ""
    word = word.lower()
    for what, entries in (("desk", place.site.desks), ("handler", place.site.staff)):
        for key, entry in entries.items():
            if entry is not None and word in entry.addresses:
                place.wrong(f"{word} is an address of the {what} {key!r}", cure or f"write {key}")
                return ""
    return word


def watch_schema() -> dict[str, Any]:
    keys = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    description = "Who reads along, unknown to the customer: keys of handlers or desks, or addresses; adds up."
    return {"description": description, **keys}


def forward(value: Any, place: Place) -> tuple[str, ...]:
    """Addresses to which the mail goes on."""
    words = strings(value, place) or []
    if len(words) > MOST_FORWARDS:
        place.wrong(f"goes on to more than {MOST_FORWARDS} addresses", "name a mailing list")
        return ()
    cure = "it has the mail already: say who gets it by desk or handler, and who reads along by watch"
    found = (address(word, _entry(place, value, index), cure) for index, word in enumerate(words))
    return tuple(dict.fromkeys(one for one in found if one))


def forward_schema() -> dict[str, Any]:
    keys = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    return {"description": "Addresses to which the mail goes on, whole, as a file; adds up.", **keys}


# --- letters and customers ----------------------------------------------------------------------------------------------------------


def template(value: Any, place: Place) -> str | None:
    """The site's own acknowledgement, in all languages."""
    known = place.site.letters
    if not isinstance(value, str) or isinstance(known, Anything):
        if not isinstance(value, str):
            place.wrong("template must be the name of a letter of yours", "write for example  template: ack-printers")
        return None
    if value not in known:
        cure = nearest(value, known) if known else f"write templates/en/{value[:40]}.txt and one for each language"
        place.wrong(f"there is no letter {value[:60]!r} of your own", cure)
        return None
    missing = [language for language in place.site.languages if language not in known[value]]
    if missing:
        place.wrong(
            f"the letter {value!r} is not there in {', '.join(missing)}", f"write templates/{missing[0]}/{value}.txt"
        )
    return value


def template_schema() -> dict[str, Any]:
    description = "Your own acknowledgement: templates/<language>/ack-WORD.txt, without .txt; for proven senders."
    return {"type": "string", "pattern": "^ack-", "description": description}


def customer(value: Any, place: Place) -> Named | None:
    """reply_to, or {field: NAME}."""
    if value != "reply_to" and not (isinstance(value, dict) and set(value) == {"field"}):
        place.wrong("does not say where the customer stands", "write reply_to, or {field: E-mail}")
        return None
    if not any(one is None or one.forms for one in place.site.organisations.values()) and not isinstance(
        place.site.organisations, Anything
    ):
        place.wrong("no organisation has a web form", "name the form's sender in  forms:  of organisations.yaml")
    if value == "reply_to":
        return Named()
    name = value["field"]
    if not isinstance(name, str) or not name.strip() or len(name) > _LONGEST_FIELD or ":" in name:
        place.at("field").wrong("field must be what stands before the colon", "write for example  {field: E-mail}")
        return None
    return Named(name.strip())


def customer_schema() -> dict[str, Any]:
    field = {"type": "string", "minLength": 1, "maxLength": _LONGEST_FIELD}
    named = {"type": "object", "properties": {"field": field}, "required": ["field"], "additionalProperties": False}
    description = (
        "Where a web form's mail names the customer; only for proven mail of a sender in forms: of organisations.yaml."
    )
    return {"description": description, "anyOf": [{"const": "reply_to"}, named]}
