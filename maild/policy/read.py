"""read: YAML text -> plain values, and where each of them stands.

read(text, file) -> (document, positions).  positions maps a path (keys and indexes) to (line, column), both from 1; a mapping's
entry stands where its key does.  RuleError with the problem's place for anything that is not plain YAML.

YAML 1.2 scalars: `no`, `on`, `22:30` and `2026-01-01` are text.  No aliases (a few lines of them can make a file of gigabytes),
no tags, no key twice, keys are text, one document, at most 60 levels and 200 000 values.  PyYAML reads; its C parser if it is there.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from maild.errors import Problem, RuleError

Path = tuple[str | int, ...]
Positions = dict[Path, tuple[int, int]]
LARGEST = 2_000_000
DEEPEST = 60
MOST = 200_000
MOST_PROBLEMS = 100
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
# YAML 1.2.2 section 10.3.2, the core schema.
_SCALARS = (
    ("bool", r"^(?:true|false|True|False|TRUE|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
)


_CORE = tuple((kind, re.compile(form), frozenset(first)) for kind, form, first in _SCALARS)
_ALIAS = ("aliases (*name) are not read", "write the value out where it is used")
_TAGGED = ("tags (!name) are not read", "remove it; quote the value if it is text")
_SECOND = ("a second document begins", "keep one document in a file: remove the line ---")


def read(text: str, file: str) -> tuple[Any, Positions]:
    """The document (None if empty) and the position of every path."""
    if len(text) > LARGEST:
        raise RuleError(
            Problem(
                file, 0, 0, f"the file is longer than {LARGEST} characters", "split it, or remove what is generated"
            )
        )
    try:
        loader = _BASE(text)
    except UnicodeEncodeError as error:
        raise RuleError(_unreadable(text, error.start, file)) from error
    reader = _Reader(file, loader)
    try:
        document = reader.document()
    except yaml.MarkedYAMLError as error:
        raise RuleError(*reader.problems, _broken(error, file)) from error
    except yaml.reader.ReaderError as error:
        raise RuleError(*reader.problems, _unreadable(text, error.position, file)) from error
    finally:
        loader.dispose()
    if reader.problems:
        raise RuleError(*reader.problems[:MOST_PROBLEMS])
    return document, reader.positions


def _broken(error: yaml.MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    said = ", ".join(x for x in (error.context, error.problem) if x) or "cannot be read"
    cure = next(
        (cure for word, cure in _CURES.items() if word in said), "close every quote and bracket, indent with spaces"
    )
    return Problem(file, mark.line + 1 if mark else 0, mark.column + 1 if mark else 0, f"not YAML: {said}", cure)


def _unreadable(text: str, at: int, file: str) -> Problem:
    """A character that no YAML may hold: PyYAML has no line for it."""
    before = text[:at]
    column = at - (before.rfind("\n") + 1) + 1
    return Problem(file, before.count("\n") + 1, column, "a control character stands in the file", "remove it")


class _Reader:
    """Turns the parser's events into values, keeps positions, and gathers every problem instead of stopping at the first.

    Events neither recurse nor expand anything: what is refused is refused where it is met.
    """

    def __init__(self, file: str, loader: Any) -> None:
        self.file, self.next = file, loader.get_event
        self.positions: Positions = {}
        self.problems: list[Problem] = []
        self._values = 0

    def document(self) -> Any:
        """None when there is none."""
        self.next()
        if isinstance(self.next(), yaml.StreamEndEvent):
            return None
        document = self.value(self.next(), ())
        self.next()
        after = self.next()
        if not isinstance(after, yaml.StreamEndEvent):
            self._wrong(after, *_SECOND)
        return document

    def value(self, event: Any, path: Path) -> Any:
        self._values += 1
        mark = event.start_mark
        self.positions.setdefault(path, (mark.line + 1, mark.column + 1))
        if self._values > MOST:
            raise RuleError(*self.problems, self._problem(event, f"more than {MOST} values", "split the file"))
        if isinstance(event, yaml.AliasEvent):
            return self._wrong(event, *_ALIAS)
        if event.tag is not None:
            self._wrong(event, *_TAGGED)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if len(path) >= DEEPEST:
            raise RuleError(
                *self.problems, self._problem(event, f"more than {DEEPEST} levels deep", "write it flatter")
            )
        return self._mapping(path) if isinstance(event, yaml.MappingStartEvent) else self._sequence(path)

    def _sequence(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            found.append(self.value(event, (*path, len(found))))
        return found

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            key = self._key(event, path)
            if key is None or key in found:
                if key is not None:
                    self._twice(event, key, path)
                self.value(self.next(), (*path, ""))
                continue
            mark = event.start_mark
            self.positions[(*path, key)] = (mark.line + 1, mark.column + 1)
            found[key] = self.value(self.next(), (*path, key))
        return found

    def _twice(self, event: Any, key: str, path: Path) -> None:
        line = self.positions[(*path, key)][0]
        self._wrong(event, f"the key {key!r} stands here a second time", f"it stands on line {line} too: keep one")

    def _key(self, event: Any, path: Path) -> str | None:
        if isinstance(event, yaml.ScalarEvent) and event.tag is None:
            if not event.implicit[0] or _kind(event.value) == "str":
                return str(event.value)
            shown = repr(event.value)
        else:
            # Its own value is read past; what is wrong in it is told too.
            self.value(event, (*path, ""))
            shown = "a list or mapping" if isinstance(event, yaml.CollectionStartEvent) else "this"
        self._wrong(event, f"{shown} cannot be a key", "keys are text: put it in quotes")
        return None

    def _scalar(self, event: Any) -> Any:
        value: str = event.value
        kind = _kind(value) if event.implicit[0] else "str"
        try:
            return _SCALAR[kind](value)
        except (ValueError, OverflowError):
            return self._wrong(event, f"{value[:40]!r} is not what its form says", "put it in quotes if it is text")

    def _wrong(self, event: Any, what: str, cure: str) -> None:
        self.problems.append(self._problem(event, what, cure))

    def _problem(self, event: Any, what: str, cure: str) -> Problem:
        return Problem(self.file, event.start_mark.line + 1, event.start_mark.column + 1, what, cure)


def _kind(value: str) -> str:
    """What a scalar without quotes is."""
    first = value[:1]
    return next((kind for kind, form, begins in _CORE if first in begins and form.match(value)), "str")


def _integer(value: str) -> int:
    return int(value, 0) if value[:2] in ("0o", "0x") else int(value)


_CURES = {
    "cannot start any token": "indent with spaces, not tabs; quote a value that begins with @, ` or %",
    "mapping values are not allowed": "quote a value that contains a colon and a space; indent entries alike",
    "did not find expected key": "indent entries of one mapping alike; close every quote",
}
_SCALAR: dict[str, Any] = {
    "str": str,
    "bool": lambda value: value.lower() == "true",
    "null": lambda value: None,
    "int": _integer,
    "float": float,
}
