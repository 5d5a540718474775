"""tree: a parsed regular expression.  ways(tree) counts how many ways lead through it; written(tree) is Python's writing of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Counting stops here: more than any limit that is asked for.
MANY = 1_000_000


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of these ranges (both ends included) or kinds (d w s and their opposites D W S); negated: any other."""

    ranges: tuple[tuple[str, str], ...]
    kinds: tuple[str, ...]
    negated: bool = False

    def has(self, char: str) -> bool:
        inside = any(low <= char <= high for low, high in self.ranges) or any(
            is_kind(char, kind) for kind in self.kinds
        )
        return inside != self.negated


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


def is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def is_kind(char: str, kind: str) -> bool:
    lower = kind.lower()
    found = char.isdecimal() if lower == "d" else is_word(char) if lower == "w" else char.isspace()
    return found == (kind == lower)


def ways(node: Node) -> int:
    """How many ways a backtracking search may try at one place; MANY when there is no end to it."""
    match node:
        case Sequence(parts=parts):
            product = 1
            for part in parts:
                product = min(product * ways(part), MANY)
            return product
        case Alternatives(options=options):
            return min(sum(map(ways, options)), MANY)
        case Repeat(most=None):
            return MANY
        case Repeat(part=part, least=least, most=int(most)):
            one, total = ways(part), 0
            for count in range(least, most + 1):
                total = min(total + min(one ** min(count, 20), MANY), MANY)
            return total
    return 1


def length(node: Node) -> int:
    """How many characters a match can have at most; MANY when there is no end to it."""
    match node:
        case Chars():
            return 1
        case Sequence(parts=parts):
            return min(sum(map(length, parts)), MANY)
        case Alternatives(options=options):
            return max(map(length, options))
        case Repeat(part=part, most=most):
            return MANY if most is None else min(length(part) * most, MANY)
    return 0


def written(node: Node) -> str:
    """The same expression for `re`, with MULTILINE."""
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
            return f"(?:{written(part)}){{{least},{'' if most is None else most}}}"


def _bracket(chars: Chars) -> str:
    if len(chars.ranges) == 1 and not chars.kinds and not chars.negated and chars.ranges[0][0] == chars.ranges[0][1]:
        return re.escape(chars.ranges[0][0])
    ranges = "".join(f"{re.escape(low)}-{re.escape(high)}" for low, high in chars.ranges)
    return f"[{'^' if chars.negated else ''}{ranges}{''.join(f'{chr(92)}{kind}' for kind in chars.kinds)}]"
