r"""pattern: regular expressions that cannot run away.

parse(text) -> a tree, or PatternError with the place and a cure.  compile(text) -> Pattern, Pattern.search(text) -> bool.

The usual writing: . [a-z] [^x] \d \w \s \D \W \S \b ^ $ ( ) (?: ) | * + ? {2,4} and \ before anything else.  ^ and $ are the begin
and end of a line.  Letters are compared without case and accents (fold.py): give search a folded text.  No references back and
no looking around: they are what makes expressions slow.

The engine is google-re2: its time is linear in the text for whatever expression and text, its memory is bounded (MEMORY), and a
set of many expressions is searched in one walk (many.py).  An automaton in Python, which was here before, was 30 to 500 times slower
and no set.  The reading stays ours, since RE2 says neither where an expression is wrong nor how to mend it, and since texts
are folded: an expression must be folded as they are, letter by letter.  RE2's own \d \w \s know ASCII only, so tree.written writes
them out with Unicode's classes; its \b cannot be written otherwise, so \b beside letters that stay beyond ASCII is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import re2

from maild.policy.fold import fold
from maild.policy.tree import Alternatives, Boundary, Chars, Node, Repeat, Sequence, chars_of, written

Fold = Callable[[str], str]
LONGEST = 1000
MOST_REPEATS = 100
# Octets that an expression and what it remembers of its way may take.
MEMORY = 1 << 19
_BOUNDS = re.compile(r"\{(\d{0,4})(,?)(\d{0,4})\}")
_GROUP = re.compile(r"\(\?P<[A-Za-z_]\w{0,30}>|\(\?:|\(")
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}


class PatternError(Exception):
    """What is wrong with an expression; at: the index of the character."""

    def __init__(self, at: int, what: str, cure: str) -> None:
        self.at, self.what, self.cure = at, what, cure
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled expression.  written: for RE2."""

    text: str
    written: str
    search: Callable[[str], bool]


def compile(text: str, *, exactly: bool = False) -> Pattern:
    """PatternError when it cannot be used.  exactly: case and accents matter, and search wants the text as it is."""
    tree = parse(text, as_it_is if exactly else fold)
    _sayable(text, tree)
    form = f"(?m){written(tree)}"
    try:
        found = re2.compile(form, options(MEMORY)).search
    except re2.error as error:
        raise PatternError(0, "is too large when its {n,m} are written out", "use smaller numbers") from error
    return Pattern(text, form, lambda folded: found(octets(folded)) is not None)


def options(memory: int) -> Any:
    """How RE2 is to work: nothing is captured, nothing is written to stderr."""
    chosen = re2.Options()
    chosen.max_mem, chosen.never_capture, chosen.log_errors = memory, True, False
    return chosen


def octets(text: str) -> bytes:
    """As RE2 reads it; halves of characters, which UTF-8 has no form for, as question marks."""
    return text.encode("utf-8", "replace")


def _sayable(text: str, tree: Node) -> None:
    """What RE2 has no writing for."""
    chars = tuple(chars_of(tree))
    beyond = next((low for part in chars for low, high in part.ranges if not (low.isascii() and high.isascii())), "")
    if beyond and "b" in {part.kind for part in chars_of(tree, Boundary)}:
        cure = r"write (^|\W) and (\W|$) instead"
        raise PatternError(text.find(r"\b"), rf"has \b, which knows the words of a to z only, beside {beyond!r}", cure)


def as_it_is(char: str) -> str:
    """For expressions in which case and accents matter."""
    return char


def parse(text: str, fold: Fold = fold) -> Node:
    if len(text) > LONGEST:
        raise PatternError(0, f"is longer than {LONGEST} characters", "split it into several, in a list")
    reader = _Reader(text, fold)
    tree = reader.alternatives(0)
    if reader.at < len(text):
        raise PatternError(reader.at, "a ) closes nothing", "write \\) for the character")
    return tree


def bracket(text: str, start: int) -> tuple[Node, int]:
    """The [ ] that begins there, in which case and accents stay; and where it ends."""
    reader = _Reader(text, as_it_is)
    reader.at = start + 1
    return reader.bracket(start), reader.at


class _Reader:
    def __init__(self, text: str, fold: Fold) -> None:
        self.text, self.fold, self.at = text, fold, 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        char = self.peek()
        self.at += 1
        return char

    def alternatives(self, depth: int) -> Node:
        if depth > 30:
            raise PatternError(self.at, "has more than 30 brackets inside each other", "write it flatter")
        options = [self.sequence(depth)]
        while self.peek() == "|":
            self.at += 1
            options.append(self.sequence(depth))
        return options[0] if len(options) == 1 else Alternatives(tuple(options))

    def sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.repeated(self.atom(depth)))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def repeated(self, part: Node) -> Node:
        bounds = self.bounds()
        if bounds is None:
            return part
        # A lazy `?` changes what is taken, not whether there is a match.
        if self.peek() == "?":
            self.at += 1
        if self.peek() in ("*", "+") or (self.peek() == "{" and _BOUNDS.match(self.text, self.at)):
            raise PatternError(self.at, "repeats a repetition", "put it in brackets, or write it once")
        return Repeat(part, *bounds)

    def bounds(self) -> tuple[int, int | None] | None:
        """* + ? {n} {n,} {n,m} as (least, most)."""
        char = self.peek()
        if char in SIMPLE_BOUNDS:
            self.at += 1
            return SIMPLE_BOUNDS[char]
        match = _BOUNDS.match(self.text, self.at) if char == "{" else None
        if match is None or (not match[1] and not match[3]):
            return None
        least = int(match[1] or 0)
        most = least if not match[2] else (int(match[3]) if match[3] else None)
        if max(least, most or 0) > MOST_REPEATS or (most is not None and most < least):
            raise PatternError(self.at, f"{match[0]} is no repetition from 0 to {MOST_REPEATS}", "write {2,4} or {3,}")
        self.at = match.end()
        return least, most

    def atom(self, depth: int) -> Node:
        start, char = self.at, self.take()
        if char == "(":
            return self.group(start, depth)
        if char == "[":
            return self.bracket(start)
        if char == ".":
            return Chars(((("\n"), "\n"),), (), negated=True)
        if char in "^$":
            return Boundary(char)
        if char == "\\":
            return self.escape(start)
        if char in "*+?":
            raise PatternError(start, f"{char} repeats nothing", f"write \\{char} for the character")
        return _letters(char, self.fold)

    def group(self, start: int, depth: int) -> Node:
        match = _GROUP.match(self.text, start)
        if match is None or (match[0] == "(" and self.text[start : start + 2] == "(?"):
            raise PatternError(
                start, "looks around or back, or sets a flag", "use ( ) or (?: ); case never matters here"
            )
        self.at = match.end()
        inner = self.alternatives(depth + 1)
        if self.take() != ")":
            raise PatternError(start, "a ( is not closed", "add ), or write \\( for the character")
        return inner

    def escape(self, start: int) -> Node:
        char = self.take()
        if char == "b":
            return Boundary("b")
        if char and char in "dDwWsS":
            return Chars((), (char,))
        return _letters(self.escaped(start, char), self.fold)

    def escaped(self, start: int, char: str) -> str:
        if char in _CONTROLS:
            return _CONTROLS[char]
        if not char or (char.isalnum() and char.isascii()):
            cure = "write what is meant once more" if char.isdigit() else "write the character itself"
            raise PatternError(start, f"\\{char} is not known here", cure)
        return char

    def bracket(self, start: int) -> Node:
        negated = self.peek() == "^"
        self.at += negated
        ranges: list[tuple[str, str]] = []
        kinds: list[str] = []
        longer: list[Node] = []
        while self.peek() != "]" or (not ranges and not kinds and not longer):
            member = self.member(start)
            if len(member) == 2 and member[0] == "\\":
                kinds.append(member[1])
            elif self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                ranges.append(self.range(member, start))
            else:
                _add(member, ranges, longer, self.fold)
        self.at += 1
        if longer and negated:
            raise PatternError(start, "a letter like æ stands for two (ae) and cannot be excluded", "leave it out")
        if negated and any(kind.isupper() for kind in kinds):
            raise PatternError(
                start, "a [^ ] with \\D, \\W or \\S says not-not", "name the characters that may stand there"
            )
        chars = Chars(tuple(ranges), tuple(kinds), negated=negated)
        return Alternatives((chars, *longer)) if longer else chars

    def member(self, start: int) -> str:
        r"""A character, or a class as \d."""
        char = self.take()
        if not char:
            raise PatternError(start, "a [ is not closed", "add ], or write \\[ for the character")
        if char != "\\":
            return char
        escaped = self.take()
        return f"\\{escaped}" if escaped and escaped in "dDwWsS" else self.escaped(self.at - 2, escaped)

    def range(self, low: str, start: int) -> tuple[str, str]:
        self.at += 1
        high = self.member(start)
        least, most = self.fold(low), self.fold(high)
        if len(least) != 1 or len(most) != 1 or least > most or not (low.isascii() and high.isascii()):
            raise PatternError(
                start, f"{low}-{high} is no range of characters", "write [a-z0-9], letters like æøå one by one"
            )
        return least, most


SIMPLE_BOUNDS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


def _letters(char: str, fold: Fold) -> Node:
    """A character as the text has it: folded it is none, one or several."""
    parts = tuple(Chars(((c, c),), ()) for c in fold(char))
    return parts[0] if len(parts) == 1 else Sequence(parts)


def _add(member: str, ranges: list[tuple[str, str]], longer: list[Node], fold: Fold) -> None:
    folded = fold(member)
    if len(folded) == 1:
        ranges.append((folded, folded))
    else:
        longer.append(_letters(member, fold))
