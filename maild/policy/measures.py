"""measures: right sides of conditions that compare by size: numbers, octets, times of the day, days.

Values and bounds are texts of one width, so that they sort as what they mean: a Test of text does for them too (imply.py, index.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic_core import PydanticCustomError

from maild.model.policy import Condition
from maild.model.seen import MOST_COUNTED
from maild.policy.compare import Holds, Leaf, Place, Test, Values, shown
from maild.policy.shape import octets

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_WIDTH = 20
_Read = Callable[[Any], str | None]
# over: more; under: less; from: that or more; is: just that.
_HOLDS: dict[str, Callable[[str], Holds]] = {
    "over": lambda bound: bound.__lt__,
    "under": lambda bound: bound.__gt__,
    "from": lambda bound: bound.__le__,
    "is": lambda bound: bound.__eq__,
}


def number(value: int) -> str:
    """As it is compared."""
    return f"{min(value, 10 ** (_WIDTH - 1)):0{_WIDTH}}"


@dataclass(frozen=True, slots=True)
class Measure:
    """words: as the admin writes them -> over, under, from or is; natural: what a bare value means, "" where it must say."""

    words: Mapping[str, str]
    read: _Read
    example: str
    form: Mapping[str, Any]
    natural: str = ""

    def compile(self, key: str, values: Values, value: Any, place: Place) -> Condition:
        return Leaf(shown(key, value), values, self.tests(key, value, place))

    def tests(self, key: str, value: Any, place: Place) -> tuple[Test, ...]:
        """Of {word: bound, ...}."""
        given = value if isinstance(value, dict) or not self.natural else {self.natural: value}
        cure = f"write for example  {key}: {self.example}"
        if not isinstance(given, dict) or not given:
            place.wrong(f"{key} must say {' or '.join(self.words)}", cure)
            return ()
        found = []
        for word, bound in given.items():
            here = place.at(word) if isinstance(value, dict) else place
            read = self.read(bound) if word in self.words else None
            if word not in self.words:
                here.wrong(f"{key} has no operator {word!r}", f"known: {', '.join(self.words)}")
            elif read is None:
                here.wrong(f"{key} cannot be compared with {str(bound)[:40]!r}", cure)
            else:
                operator = self.words[word]
                found.append(Test(operator, (read,), _HOLDS[operator](read)))
        return tuple(found)

    def schema(self) -> dict[str, Any]:
        """JSON Schema."""
        whole = {
            "type": "object",
            "properties": dict.fromkeys(self.words, self.form),
            "additionalProperties": False,
            "minProperties": 1,
        }
        return {"anyOf": [self.form, whole]} if self.natural else whole


def _octets(value: Any) -> str | None:
    try:
        return number(octets(value))
    except PydanticCustomError:
        return None


def _count(value: Any) -> str | None:
    """What is counted to MOST_COUNTED only cannot be over it."""
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST_COUNTED
    return number(value) if fits else None


def _clock(value: Any) -> str | None:
    return value if isinstance(value, str) and _CLOCK.fullmatch(value) else None


def _day(value: Any) -> str | None:
    try:
        return value if isinstance(value, str) and date.fromisoformat(value).isoformat() == value else None
    except ValueError:
        return None


_BOUNDS = {"over": "over", "under": "under"}
_INTEGER = {"type": "integer", "minimum": 0, "maximum": MOST_COUNTED - 1}
SIZE = Measure(_BOUNDS, _octets, "{over: 5MB}", {"anyOf": [{"type": "integer"}, {"type": "string"}]})
COUNT = Measure({**_BOUNDS, "is": "is"}, _count, "{over: 5}", _INTEGER)
CLOCK = Measure(
    {"after": "from", "before": "under"},
    _clock,
    "{after: 08:00, before: 16:00}",
    {"type": "string", "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"},
)
DAY = Measure(
    {"is": "is", "after": "over", "before": "under"},
    _day,
    "{after: 2026-06-30, before: 2026-08-01}",
    {"type": "string", "format": "date"},
    natural="is",
)
