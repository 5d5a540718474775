"""tree: a parsed regular expression.  written(tree) is RE2's writing of it; chars_of(tree) are its characters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import re2

# RE2's own know ASCII only.  Python's str.isspace, isdecimal and isalnum say the same.
_KINDS = {"d": r"\p{Nd}", "w": r"\pL\pN_", "s": r"\t-\r\x1c-\x20\x{85}\pZ"}


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of these ranges (both ends included) or kinds (d w s and their opposites D W S); negated: any other."""

    ranges: tuple[tuple[str, str], ...]
    kinds: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Boundary:
    """A place, not a character: ^ $ (of a line) or b (of a word)."""

    kind: str


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """most None: without end."""

    part: Node
    least: int
    most: int | None


Node = Chars | Boundary | Sequence | Alternatives | Repeat
Leaf = TypeVar("Leaf", Chars, Boundary)


def chars_of(node: Node, kind: type[Leaf] = Chars) -> Iterator[Leaf]:  # type: ignore[assignment]
    """All the characters (or boundaries) in it."""
    match node:
        case Sequence(parts=parts) | Alternatives(options=parts):
            for part in parts:
                yield from chars_of(part, kind)
        case Repeat(part=part):
            yield from chars_of(part, kind)
        case _ if isinstance(node, kind):
            yield node


def written(node: Node) -> str:
    """The same expression for RE2, with its flag m."""
    match node:
        case Chars():
            return _bracket(node)
        case Boundary(kind=kind):
            return r"\b" if kind == "b" else kind
        case Sequence(parts=parts):
            return "".join(map(written, parts))
        case Alternatives(options=options):
            return f"(?:{'|'.join(map(written, options))})"
        case Repeat(part=part, least=least, most=most):
            return f"(?:{written(part)}){_times(least, most)}"


def _times(least: int, most: int | None) -> str:
    return {(0, None): "*", (1, None): "+", (0, 1): "?"}.get(
        (least, most)
    ) or f"{{{least},{'' if most is None else most}}}"


def _bracket(chars: Chars) -> str:
    if len(chars.ranges) == 1 and not chars.kinds and not chars.negated and chars.ranges[0][0] == chars.ranges[0][1]:
        return str(re2.escape(chars.ranges[0][0]))
    ranges = "".join(_char(low) if low == high else f"{_char(low)}-{_char(high)}" for low, high in chars.ranges)
    inside = ranges + "".join(_KINDS[kind] for kind in chars.kinds if kind.islower())
    # What a class is not cannot stand inside another in RE2.
    outside = [f"[^{_KINDS[kind.lower()]}]" for kind in chars.kinds if kind.isupper()]
    either = [f"[{'^' if chars.negated else ''}{inside}]", *outside] if inside else outside
    return either[0] if len(either) == 1 else f"(?:{'|'.join(either)})"


def _char(char: str) -> str:
    return f"\\x{{{ord(char):x}}}"
