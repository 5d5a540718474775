"""filled: facts that a mail gives: in the block that our letter had, filled in wherever a mail program left it, or retyped; or, where
nobody was asked, found by the expression of facts.yaml.

read(text, facts) -> key -> value       what stands behind labels, of whatever language
within(text, facts) -> key -> value     what `where` finds

A label stands at the beginning of a line, behind the marks of quotations and lists, with a colon after it; the value behind it, or
alone in the next line where a reply was written between the lines.  Of two values what is less deeply quoted holds, then the
first.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from maild.model.fact import Fact
from maild.model.plain import plain

_TEXT, _MOST_LINES, _LONGEST_LINE = 64 * 1024, 3000, 1000
_QUOTED = re.compile(r"^[ \t\xa0]*(?:[>|][ \t\xa0]{0,3})*")
_BULLET = re.compile(r"^(?:[-*•·–][ \t\xa0]+|\d{1,2}[.)][ \t\xa0]+)?[*_ \t\xa0]{0,4}")
# What a mail program puts round a word, and the line that we drew.
_AROUND = " \t\xa0*_|…<>"
_BLANK = re.compile(r"[*_ \t\xa0.…|-]*")


@dataclass(frozen=True, slots=True)
class _Line:
    """depth: how deeply it is quoted; said: (fact, value) of the labels in it, none in an ordinary line."""

    depth: int
    text: str
    said: tuple[tuple[Fact, str], ...]
    colon: bool


def read(text: str, facts: Iterable[Fact]) -> dict[str, str]:
    """What the labels in a mail's whole text are followed by."""
    labels = _Labels(facts)
    if not labels.names:
        return {}
    lines = [labels.line(line) for line in text[:_TEXT].splitlines()[:_MOST_LINES]]
    labelled = sum(bool(line.said) for line in lines)
    found = sorted(_values(lines, labelled > 1), key=lambda one: one[0])
    given: dict[str, str] = {}
    for _, fact, value in found:
        kept = fact.fits(value)
        if kept:
            given.setdefault(fact.key, kept)
    return given


def within(text: str, facts: Iterable[Fact]) -> dict[str, str]:
    """What stands somewhere in a text."""
    found = ((fact.key, fact.within(text[:_TEXT])) for fact in facts)
    return {key: value for key, value in found if value}


def _values(lines: Sequence[_Line], block: bool) -> Iterator[tuple[int, Fact, str]]:
    """Depth, fact and value, in the order of the text.  block: more than one line has a label."""
    for index, line in enumerate(lines):
        for fact, value in line.said:
            bare = value.strip(_AROUND)
            # Cells of a table stand beside each other with nothing between.
            loose = not line.colon and not (fact.strict or (block and " " not in bare))
            if bare and not _BLANK.fullmatch(value):
                if not loose:
                    yield line.depth, fact, bare
            elif line.said[-1][0] is fact:
                yield from _below(lines[index + 1 :], line, fact, drawn="_" in value)


def _below(rest: Sequence[_Line], line: _Line, fact: Fact, *, drawn: bool) -> Iterator[tuple[int, Fact, str]]:
    """The answer that stands in the next line: less quoted than the label, or behind a label with nothing after it."""
    after = next((one for one in rest[:3] if not _BLANK.fullmatch(one.text)), None)
    if after is None or after.said or after.depth > line.depth or (drawn and after.depth == line.depth):
        return
    if line.colon:
        yield after.depth, fact, after.text.strip(_AROUND)


class _Labels:
    """The labels of some facts in all languages, with and without accents."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.names: dict[str, Fact] = {}
        written: set[str] = set()
        for fact in facts:
            for label in fact.labels.values():
                self.names.setdefault(plain(label), fact)
                written |= {label, plain(label)}
        either = "|".join(re.escape(label) for label in sorted(written, key=len, reverse=True))
        gap = r"[*_ \t\xa0]{0,4}"
        self._label = re.compile(rf"(?<!\w)({either})(?!\w){gap}([:=|\t]?)", re.I)

    def line(self, line: str) -> _Line:
        marks = _QUOTED.match(line[:_LONGEST_LINE])
        quoted = marks[0] if marks else ""
        text = line[len(quoted) : _LONGEST_LINE]
        depth = quoted.count(">") + quoted.count("|")
        begin = _BULLET.match(text)
        first = self._label.match(text, begin.end() if begin else 0)
        if first is None:
            return _Line(depth, text, (), False)
        # A program that joins lines leaves the next label, with its colon, behind the value.
        found = [first, *(one for one in self._label.finditer(text, first.end()) if one[2])]
        ends = [*(one.start() for one in found[1:]), len(text)]
        said = [(self.names[plain(one[1])], text[one.end() : end]) for one, end in zip(found, ends, strict=True)]
        return _Line(depth, text, tuple(said), bool(first[2]))
