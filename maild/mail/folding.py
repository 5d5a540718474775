"""folding: a mail's whole text as pieces, the author's and the others, so that a reader may fold what was quoted.

folded(text, own) -> (Piece, ...).  Joined, the pieces are the text again, whatever own is: nothing is ever lost.  Pure, linear;
never raises.  own is matched word by word, for it may come from the mail's HTML, whose lines are broken elsewhere; where it cannot be
found in the text, the whole text is one piece of the author's: a doubt shows too much.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines that stand together; text keeps its line ends."""

    text: str
    own: bool

    @property
    def lines(self) -> int:
        """How many lines say something ("[12 lines quoted]")."""
        return sum(1 for line in self.text.split("\n") if line.strip())


def folded(text: str, own: str) -> tuple[Piece, ...]:
    """The text in order, split where the author's words begin and end.  Of two ways to find them that with fewer pieces."""
    lines = text.splitlines(keepends=True)
    words = own.split()
    ways = [_pieces(lines, marks) for marks in (_downwards(lines, words), _upwards(lines, words)) if words and marks]
    if ways:
        return min(ways, key=len)
    return (Piece(text, own=True),) if text else ()


def _downwards(lines: list[str], words: list[str]) -> list[bool | None]:
    """Which lines are own, None for an empty one, each word taken where it is first found; [] when some are not found."""
    marks: list[bool | None] = []
    at = 0
    for line in lines:
        said = line.split()
        mine = bool(said) and words[at : at + len(said)] == said
        marks.append(mine if said else None)
        at += len(said) if mine else 0
    return marks if at == len(words) else []


def _upwards(lines: list[str], words: list[str]) -> list[bool | None]:
    """The same from the end, each word taken where it is last found."""
    marks: list[bool | None] = []
    at = len(words)
    for line in reversed(lines):
        said = line.split()
        mine = 0 < len(said) <= at and words[at - len(said) : at] == said
        marks.append(mine if said else None)
        at -= len(said) if mine else 0
    return marks[::-1] if at == 0 else []


def _pieces(lines: list[str], marks: list[bool | None]) -> tuple[Piece, ...]:
    """Lines with the same mark together; an empty line goes with what is above it."""
    mark = next(mark for mark in marks if mark is not None)
    full: list[bool] = []
    for found in marks:
        mark = mark if found is None else found
        full.append(mark)
    groups = groupby(zip(full, lines, strict=True), key=lambda pair: pair[0])
    return tuple(Piece("".join(line for _, line in group), own=own) for own, group in groups)
