"""attached: the right side of the condition `attachment`: one file of which name, type and size all hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from maild.model.policy import Condition, Facts
from maild.policy.compare import LONGEST, Exact, Flag, Holds, Place, Values, operators, shown, text_schema
from maild.policy.fold import fold
from maild.policy.logic import ALWAYS
from maild.policy.measures import SIZE, number
from maild.policy.source import nearest

_NATURAL = {"name": "is", "type": "is"}


@dataclass(frozen=True, slots=True)
class File:
    """tests: of name, type and size."""

    shown: str
    names: tuple[Holds, ...] = ()
    types: tuple[Holds, ...] = ()
    sizes: tuple[Holds, ...] = ()

    def failed(self, facts: Facts) -> str:
        for name, kind, size in facts.attachments:
            if _all(self.names, name) and _all(self.types, kind) and _all(self.sizes, number(size)):
                return ""
        return self.shown


def _all(tests: tuple[Holds, ...], value: str) -> bool:
    text = value[:LONGEST]
    return all(test(text if isinstance(test, Exact) else fold(text)) for test in tests)


class Attached:
    """true, false, or {name: ..., type: ..., size: ...}."""

    def compile(self, key: str, values: Values, value: Any, place: Place) -> Condition:
        if isinstance(value, bool):
            return Flag().compile(key, values, value, place)
        if not isinstance(value, dict) or not value:
            place.wrong(f"{key} must say what file", "write for example  attachment: {name: {ends: .pdf}}, or true")
            return ALWAYS
        tests: dict[str, tuple[Holds, ...]] = {}
        for part, right in value.items():
            here = place.at(part)
            if part in _NATURAL:
                tests[part] = operators(right, _NATURAL[part], here)
            elif part == "size":
                tests[part] = SIZE.tests(part, right, here)
            else:
                here.wrong(f"{key} has no {part!r}", nearest(part, (*_NATURAL, "size")))
        return File(shown(key, value), tests.get("name", ()), tests.get("type", ()), tests.get("size", ()))

    def schema(self) -> dict[str, Any]:
        """JSON Schema."""
        properties = {**dict.fromkeys(_NATURAL, text_schema({})), "size": SIZE.schema()}
        whole = {"type": "object", "properties": properties, "additionalProperties": False, "minProperties": 1}
        return {"anyOf": [{"type": "boolean"}, whole]}
