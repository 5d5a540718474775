"""subtract: what we sent is taken out of what came back, for some clients quote a letter without any mark.

subtract(own_text, sent) -> the author's words.  sent: the texts of the letters that this mail answers.  Pure, linear; never
raises, adds or reorders; subtracting twice is subtracting once.

A line is ours when all its words lie in windows of WINDOW words that stand in a letter (so clients may wrap as they like), when it
is a long line of a letter, or when it and its neighbour follow each other in a letter.  Ours in a row are taken when they are LEAST
characters together.  A doubt takes nothing: not a quotation within somebody's sentence, and not when nothing would be left.

LIMITS  600 000 characters and 10 000 lines of a mail, as much of all letters together; a longer mail is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from maild.mail import quoting

WINDOW = 6
LEAST = 25
LONGEST = 600_000
MOST_LINES = 10_000
ROUNDS = 4

_MARKS = re.compile(r"^[\s>|]+")
# A page's button has no colon before its link, as the line of the text has.
_LINK = re.compile(r":? ?<(?:mailto:|https?://)[^<>\s]*>")
Words = tuple[str, ...]


def subtract(own_text: str, sent: Sequence[str]) -> str:
    """The author's words without those of the letters.  Taking a part may bring others together, so it is done until nothing changes."""
    if not own_text.strip() or len(own_text) > LONGEST or own_text.count("\n") >= MOST_LINES:
        return own_text
    ours = _ours(sent)
    if not ours.windows and not ours.long:
        return own_text
    asked = lines = own_text.split("\n")
    for _ in range(ROUNDS):
        kept = _round(lines, ours)
        if len(kept) == len(lines):
            return own_text if lines is asked else _trimmed(lines)
        if not any(_words(line) and not quoting.only_introduces(_MARKS.sub("", line)) for line in kept):
            return own_text
        lines = kept
    return own_text


@dataclass(frozen=True, slots=True)
class _Letters:
    """What the letters say: their windows of words, their long lines, and which lines follow each other."""

    windows: frozenset[Words]
    long: frozenset[Words]
    pairs: frozenset[tuple[Words, Words]]


def _ours(sent: Sequence[str]) -> _Letters:
    room, lines = LONGEST, list[Words]()
    for letter in sent:
        lines += (words for words in map(_words, letter[:room].split("\n", MOST_LINES)[:MOST_LINES]) if words)
        room -= len(letter)
        if room <= 0 or len(lines) >= MOST_LINES:
            break
    return _Letters(
        windows=frozenset(_windows([word for line in lines for word in line])),
        long=frozenset(line for line in lines if _length(line) >= LEAST),
        pairs=frozenset(pairwise(lines)),
    )


def _words(line: str) -> Words:
    """The words of a line without quote marks and without what a client put behind a link."""
    bare = _MARKS.sub("", line.replace("\u200b", ""))
    return tuple((_LINK.sub(" ", bare) if "<" in bare else bare).split())


def _length(words: Iterable[str]) -> int:
    return sum(len(word) + 1 for word in words) - 1


def _windows(words: Sequence[str]) -> Iterator[Words]:
    return (tuple(words[i : i + WINDOW]) for i in range(len(words) - WINDOW + 1))


def _round(lines: list[str], ours: _Letters) -> list[str]:
    """The lines that are left when all runs of our lines are taken, each with the attribution above it."""
    filled = [(at, words) for at, line in enumerate(lines) if (words := _words(line))]
    first, last = _coverage([words for _, words in filled], ours.windows)
    mine = [
        words in ours.long or first[i] == len(words) or _in_order(filled, i, ours.pairs)
        for i, (_, words) in enumerate(filled)
    ]
    dropped: set[int] = set()
    for start, end in _runs(mine):
        size = sum(_length(words) + 1 for _, words in filled[start:end]) - 1
        embedded = end - start < 3 and ((start > 0 and last[start - 1]) or (end < len(filled) and first[end]))
        if size >= LEAST and not embedded:
            top = filled[start][0]
            dropped |= {*range(_introduced(lines, top), top), *(at for at, _ in filled[start:end])}
            dropped |= set(_bare_marks(lines, top, filled[end][0] if end < len(filled) else len(lines)))
    return [line for at, line in enumerate(lines) if at not in dropped]


def _bare_marks(lines: list[str], top: int, below: int) -> Iterator[int]:
    """Lines of nothing but quote marks among and right below ours."""
    return (at for at in range(top, below) if lines[at].strip() and not _words(lines[at]))


def _coverage(lines: list[Words], windows: frozenset[Words]) -> tuple[list[int], list[int]]:
    """How many words at the beginning of each line, and at its end, lie in windows of the letters."""
    words = [word for line in lines for word in line]
    covered, until = [False] * len(words), 0
    for i, window in enumerate(_windows(words)):
        if window in windows:
            covered[max(i, until) : i + WINDOW] = [True] * (i + WINDOW - max(i, until))
            until = i + WINDOW
    first: list[int] = []
    last: list[int] = []
    at = 0
    for line in lines:
        flags = covered[at : at + len(line)]
        first.append(len(line) if False not in flags else flags.index(False))
        last.append(len(line) if False not in flags else flags[::-1].index(False))
        at += len(line)
    return first, last


def _in_order(filled: list[tuple[int, Words]], i: int, pairs: frozenset[tuple[Words, Words]]) -> bool:
    """Whether this line and the one before or behind it stand so in a letter."""
    before = i > 0 and (filled[i - 1][1], filled[i][1]) in pairs
    return before or (i + 1 < len(filled) and (filled[i][1], filled[i + 1][1]) in pairs)


def _runs(mine: list[bool]) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(mine):
        end = start
        while end < len(mine) and mine[end]:
            end += 1
        if end > start:
            yield start, end
        start = end + 1


def _introduced(lines: list[str], top: int) -> int:
    """Where the attribution, the banner or the rule above our first line begins; top itself without one."""
    above = top - 1
    while above >= 0 and top - above <= 3 and not lines[above].strip():
        above -= 1
    if above < 0 or not (said := lines[above].strip()):
        return top
    began = quoting.attribution(
        [line[: quoting.WIDTH] for line in lines[max(0, above - 4) : above + 1]], min(above, 4), loose=True
    )
    if began >= 0:
        return began + max(0, above - 4)
    return (
        above
        if quoting.RULE.match(said[: quoting.WIDTH]) or quoting.begins(said) or quoting.is_banner(lines, above)
        else top
    )


def _trimmed(lines: list[str]) -> str:
    """Without empty lines at the ends, and without those that stand together since something between them went."""
    kept = [line for i, line in enumerate(lines) if line.strip() or (i and lines[i - 1].strip())]
    filled = [i for i, line in enumerate(kept) if line.strip()]
    return "\n".join(kept[filled[0] : filled[-1] + 1])
