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
_OPENING = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
_REFUSED: tuple[tuple[Any, str, str], ...] = (
    (yaml.AliasToken, "aliases (*name) are not read", "write the value out where it is used"),
    (yaml.TagToken, "tags (!name) are not read", "remove it; quote the value if it is text"),
)
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
# YAML 1.2.2 section 10.3.2, the core schema.
_SCALARS = (
    ("bool", r"^(?:true|false|True|False|TRUE|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
)


class _Loader(_BASE):  # type: ignore[misc]
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  PyYAML's own way to start without its YAML 1.1 words


for _name, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(_pattern), list(_first))


def read(text: str, file: str) -> tuple[Any, Positions]:
    """The document (None if empty) and the position of every path."""
    if len(text) > LARGEST:
        raise RuleError(
            Problem(
                file, 0, 0, f"the file is longer than {LARGEST} characters", "split it, or remove what is generated"
            )
        )
    try:
        _refuse(text, file)
        node = _compose(text)
    except yaml.MarkedYAMLError as error:
        raise RuleError(_broken(error, file)) from error
    except yaml.reader.ReaderError as error:
        raise RuleError(_unreadable(text, error.position, file)) from error
    except UnicodeEncodeError as error:
        raise RuleError(_unreadable(text, error.start, file)) from error
    reader = _Reader(file)
    document = reader.value(node, ()) if node is not None else None
    if reader.problems:
        raise RuleError(*reader.problems)
    return document, reader.positions


def _refuse(text: str, file: str) -> None:
    """RuleError for aliases, tags and depth, where they stand.  Scanning alone neither recurses nor expands anything."""
    loader, depth, problems = _Loader(text), 0, []
    try:
        while loader.check_token():
            token = loader.get_token()
            line, column = token.start_mark.line + 1, token.start_mark.column + 1
            depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
            if depth > DEEPEST:
                raise RuleError(Problem(file, line, column, f"more than {DEEPEST} levels deep", "write it flatter"))
            for kind, what, cure in _REFUSED:
                if isinstance(token, kind):
                    problems.append(Problem(file, line, column, what, cure))
    finally:
        loader.dispose()
    if problems:
        raise RuleError(*problems[:100])


def _compose(text: str) -> Any:
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


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
    """Turns nodes into values, keeps positions, and gathers every problem instead of stopping at the first."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.positions: Positions = {}
        self.problems: list[Problem] = []
        self._values = 0

    def value(self, node: Any, path: Path) -> Any:
        self._values += 1
        if self._values > MOST:
            return self._wrong(node, f"more than {MOST} values", "split the file") if self._values == MOST + 1 else None
        self.positions.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: Any, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is None:
                continue
            if key in found:
                line = self.positions[(*path, key)][0]
                self._wrong(
                    key_node, f"the key {key!r} stands here a second time", f"it stands on line {line} too: keep one"
                )
                continue
            self.positions[(*path, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            found[key] = self.value(value_node, (*path, key))
        return found

    def _key(self, node: Any) -> str | None:
        if isinstance(node, yaml.ScalarNode) and node.tag == _TAG + "str":
            return str(node.value)
        shown = repr(node.value) if isinstance(node, yaml.ScalarNode) else "a list or mapping"
        self._wrong(node, f"{shown} cannot be a key", "keys are text: put it in quotes")
        return None

    def _scalar(self, node: Any) -> Any:
        kind, value = node.tag.removeprefix(_TAG), node.value
        try:
            return _SCALAR[kind](value)
        except (KeyError, ValueError, OverflowError):
            return self._wrong(node, f"{value[:40]!r} is not what its form says", "put it in quotes if it is text")

    def _wrong(self, node: Any, what: str, cure: str) -> None:
        self.problems.append(Problem(self.file, node.start_mark.line + 1, node.start_mark.column + 1, what, cure))


def _integer(value: str) -> int:
    return int(value, 0) if value[:2] in ("0o", "0x") else int(value)


_CURES = {
    "cannot start any token": "indent with spaces, not tabs; quote a value that begins with @, ` or %",
    "single document": "keep one document in a file: remove the line ---",
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
