"""choosing: the `handler` of a rule: who gets the case, and how he is chosen.

KEY, none, {round_robin: KEYS or all}, {least_loaded: KEYS or all}, {weighted: {KEY: 2, KEY: 1}}, {skill: WORD} or {sticky: any of these}.
"""

from __future__ import annotations

from typing import Any

from maild.model.people import Handler
from maild.model.policy import Choice
from maild.policy.compare import Anything, Place, strings
from maild.policy.source import nearest

LISTED = ("round_robin", "least_loaded")
HOW = (*LISTED, "weighted", "skill", "sticky")
_MOST_WEIGHT = 100
NOBODY = Choice("nobody", ())
_CURE = "write a key, none, {round_robin: all}, {least_loaded: [kari, ola]}, {weighted: {kari: 2, ola: 1}}, {skill: printers}"


def choice(value: Any, place: Place) -> Choice:
    """Compiled; what is wrong goes to the place."""
    if value in ("none", "nobody"):
        return NOBODY
    if isinstance(value, str):
        _of_the_desk(value, place)
        return Choice("named", (value,))
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in HOW:
        place.wrong("does not say who", f"{_CURE} or {{sticky: one of these}}")
        return NOBODY
    how, given = next(iter(value.items()))
    here = place.at(how)
    if how == "weighted":
        return _weighted(given, here)
    if how == "skill":
        return _skilled(given, here)
    return _sticky(given, here) if how == "sticky" else _listed(how, given, here)


def _listed(how: str, keys: Any, place: Place) -> Choice:
    if keys == "all":
        return Choice(how, (), "desk")
    listed = strings(keys, place) or []
    for index, key in enumerate(listed):
        here = place.at(index) if isinstance(keys, list) else place
        _of_the_desk(key, here)
        if key in listed[:index]:
            here.wrong(f"{key!r} stands here twice", "name everybody once")
    return Choice(how, tuple(listed), "+".join(listed))


def _weighted(given: Any, place: Place) -> Choice:
    if not isinstance(given, dict) or not given:
        place.wrong("needs a weight for each handler", "write {weighted: {kari: 2, ola: 1}}")
        return NOBODY
    for key, weight in given.items():
        _of_the_desk(key, place.at(key))
        if not isinstance(weight, int) or isinstance(weight, bool) or not 1 <= weight <= _MOST_WEIGHT:
            place.at(key).wrong(f"the weight of {key!r} must be a whole number", f"write 1 to {_MOST_WEIGHT}")
            return NOBODY
    key = "weighted:" + "+".join(f"{handler}={weight}" for handler, weight in given.items())
    return Choice("weighted", tuple(given), key, tuple(given.values()))


def _skilled(word: Any, place: Place) -> Choice:
    """Those who have the skill, in turn."""
    if not isinstance(word, str):
        place.wrong("needs one skill", "write {skill: printers}, a word of skills: in people.yaml")
        return NOBODY
    staff = place.site.staff
    if isinstance(staff, Anything):
        return NOBODY
    working = [handler for handler in staff.values() if handler and not handler.retired]
    able = tuple(handler.key for handler in working if word in handler.skills)
    # Whose entry has problems may have it.
    if not able and None not in staff.values():
        known = {skill for handler in working for skill in handler.skills}
        cure = nearest(word, known) if known else f"add  skills: [{word}]  to somebody in people.yaml"
        place.wrong(f"nobody has the skill {word!r}", cure)
    return Choice("skill", able, f"skill:{word}")


def _sticky(given: Any, place: Place) -> Choice:
    if isinstance(given, dict) and "sticky" in given:
        place.wrong("sticky stands in itself", "write who has it where the customer's last handler cannot")
        return NOBODY
    other = choice(given, place)
    return Choice("sticky", (), "", (), other)


def _of_the_desk(key: str, place: Place) -> None:
    """Somebody who works for the desk that the same rule names, if it names one."""
    handler, here = known_handler(key, place), place.source.document
    for step in place.path[: place.path.index("handler")] if "handler" in place.path else ():
        here = here[step]
    desk = here.get("desk") if isinstance(here, dict) else None
    if isinstance(desk, str) and handler is not None and handler.desks and desk not in handler.desks:
        cure = f"add {desk} to the desks of {key!r} in people.yaml, or name another"
        place.wrong(f"the handler {key!r} does not work for the desk {desk!r}", cure)


def known_handler(key: str, place: Place) -> Handler | None:
    """The handler of that key; a problem where there is none, or none who works."""
    staff = place.site.staff
    handler = staff.get(key)
    if key not in staff:
        place.wrong(f"there is no handler {key!r}", nearest(key, staff))
    elif handler is not None and handler.retired:
        place.wrong(f"the handler {key!r} is retired", "name another")
    return handler


def schema() -> dict[str, Any]:
    """As JSON Schema."""
    keys = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    weights = {
        "type": "object",
        "additionalProperties": {"type": "integer", "minimum": 1, "maximum": _MOST_WEIGHT},
        "minProperties": 1,
        "description": "In turn, each as often as his weight says.",
    }
    skill = {"type": "string", "description": "Those with this skill in people.yaml, in turn."}
    plain = [
        {"type": "string"},
        *(_only(how, keys) for how in LISTED),
        _only("weighted", weights),
        _only("skill", skill),
    ]
    sticky = {"anyOf": plain, "description": "The customer's last handler if he works and is here, else this."}
    return {"description": "Whose the case is.", "anyOf": [*plain, _only("sticky", sticky)]}


def _only(how: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {how: value}, "required": [how], "additionalProperties": False}
