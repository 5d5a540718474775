"""buried: a command that stands below other words would go to the customer as text.  The whole mail is held instead.

    held(parsed, vocabulary) -> with a line (why BURIED) for each such row, which quotes it and keeps the mail from being sent
    doubted(parsed, name) -> with a line (why DOUBTED) where the text may be a signature or words
    without(text, vocabulary, count) -> the text without the first of them, when a corrected line has taken their place

A row counts that begins with a sign and a verb, whatever quotes, brackets or arrows stand around it ("(/note)", "//note", "-> /note"),
with a case's number and a verb ("#1042 close"), or that has "/verb" within it; one that is misspelt, too.  Paths, links, dates, "and/or"
and quoted rows are text.  Pure and total; linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from maild.decide import signature, verbs
from maild.model.plain import plain
from maild.model.vocabulary import Vocabulary

BURIED, DOUBTED = "below_text", "signed_or_said"
# So many are quoted in one letter.
_MOST, _LONGEST = 3, 100
_WORDS, _LONGEST_VERB = 3, 40
_SIGNED = re.compile(r"^(?![>|])[^\w\n]{0,12}?[/#!][^\w\n]{0,12}(?=[^\W\d_])(.*)$")
_ARROW = re.compile(r"^(?:[-=]{1,3}>|>>?(?=\s*/))\s*")
_QUOTED = re.compile(r"^\s*[>|]")
_NUMBERED = re.compile(r"^[-*•·–\s]*[/!]?#(?=[0-9A-Za-z-]*\d)[0-9A-Za-z-]{1,30}[:.)]?\s+(.+)$")
_BARE_NUMBER = re.compile(r"^(?:[A-Za-z]{1,5}-)?\d{3,}(?:-\d+)?\s+(.+)$")
_WITHIN = re.compile(rf"(?<![^\s(\[\"'«“„])[{verbs.SLASHES}#＃](?=[^\W\d_]{{2}})")
# Each sign before a word that is no path.
_SIGNS = re.compile(rf"(?:^|\s)[^\w\s]{{0,12}}[{verbs.SLASHES}#!＃！][^\w\s]{{0,12}}[^\W\d_][^\s/]{{0,60}}(?=\s|$)")
_LOOKED_AT = 300
_AFTER = " \t*_.,;:…!?()[]\"'«»/"
_SHORT_ROW = 5


def held(parsed: verbs.Parsed, vocabulary: Vocabulary) -> verbs.Parsed:
    """The mail with a line that stands for each row of its text that may be a command."""
    lines = (
        verbs.Line("", "", hint=row[:_LONGEST], why=BURIED) for row in islice(_found(parsed.text, vocabulary), _MOST)
    )
    return replace(parsed, lines=(*parsed.lines, *lines))


def _found(text: str, vocabulary: Vocabulary) -> Iterator[str]:
    """The rows that may be commands; where there are very many signs, nobody looks at each, and the next one counts."""
    looked = 0
    for row in text.split("\n"):
        looked += len(_SIGNS.findall(row))
        if looked > _LOOKED_AT or _begins(row, vocabulary) is not None:
            yield row.strip()
        if looked > _LOOKED_AT:
            return


def without(text: str, vocabulary: Vocabulary, count: int) -> str:
    """What stands before the command in its row stays."""
    rows = []
    for row in text.split("\n"):
        at = _begins(row, vocabulary) if count else None
        count -= at is not None
        rows += [row] if at is None else [row[:at].rstrip()] if at else []
    return "\n".join(rows).strip()


def moved(lines: Sequence[verbs.Line], corrected: Sequence[verbs.Line]) -> int:
    """How many of them have a corrected line in their place."""
    return sum(old.why == BURIED and new is not old for old, new in zip(lines, corrected, strict=False))


def doubted(parsed: verbs.Parsed, name: str) -> verbs.Parsed:
    """Where nobody can tell a signature from words below the commands, he is asked."""
    if not parsed.lines or signature.reads(parsed.text, name) != signature.DOUBT:
        return parsed
    asked = verbs.Line("", "", hint=parsed.text.split("\n")[0].strip()[:_LONGEST], why=DOUBTED)
    return verbs.Parsed((*parsed.lines, asked), parsed.text)


def without_doubt(parsed: verbs.Parsed) -> verbs.Parsed:
    """The commands said again, and nothing below them: what was in doubt was a signature."""
    lines = tuple(line for line in parsed.lines if line.why != DOUBTED)
    return parsed if lines == parsed.lines else verbs.Parsed(lines, "")


def _begins(row: str, vocabulary: Vocabulary) -> int | None:
    """Where in a row a command begins; None in text."""
    if not row.strip() or _QUOTED.match(row):
        return None
    bare = _ARROW.sub("", verbs.normal(row))
    signed = _SIGNED.match(bare)
    if signed and _is_verb(signed[1], vocabulary, begun=True):
        return 0
    if _numbered(bare, vocabulary):
        return 0
    return _within(row, vocabulary)


def _numbered(bare: str, vocabulary: Vocabulary) -> bool:
    """ "#1042 close", and "1042 close" where the row says no more: "1500 for the screen" is a price."""
    found = _NUMBERED.match(bare)
    if found:
        return _exactly(found[1], vocabulary) != ""
    found = _BARE_NUMBER.match(bare)
    short = found is not None and len(bare.split()) <= _SHORT_ROW
    return found is not None and short and _exactly(found[1], vocabulary) not in ("", "for")


def _within(row: str, vocabulary: Vocabulary) -> int | None:
    """Where a verb stands behind its sign within the row; a hashtag counts only where it is one exactly."""
    for found in _WITHIN.finditer(row):
        rest = row[found.end() : found.end() + _WORDS * _LONGEST_VERB]
        if _exactly(rest, vocabulary) if found[0] in "#＃" else _is_verb(rest, vocabulary):
            return found.start()
    return None


def _exactly(text: str, vocabulary: Vocabulary) -> str:
    words = _words(text)
    return next((verb for n in range(len(words), 0, -1) if (verb := vocabulary.verb(" ".join(words[:n])))), "")


def _is_verb(text: str, vocabulary: Vocabulary, *, begun: bool = False) -> bool:
    """Whether a verb stands first, or what may be a slip for one.  A path is none."""
    first = (text.split() or [""])[0].rstrip(_AFTER)
    if len(first) < 2 or "/" in first or "@" in first:
        return False
    words = _words(text)
    if _exactly(text, vocabulary) or (begun and vocabulary.begun(words[0])):
        return True
    spelt = [plain(" ".join(words[: n + 1])) for n in range(len(words))]
    return any(
        abs(len(spelt[n - 1]) - len(known)) <= slips and _distance(spelt[n - 1], known) <= slips
        for known in vocabulary.verbs
        if (slips := _slips(known)) and (n := len(known.split())) <= len(spelt)
    )


def _words(text: str) -> list[str]:
    return [word[:_LONGEST_VERB].strip(_AFTER) for word in text.split()[:_WORDS]]


def _slips(word: str) -> int:
    """How many slips a word may have: two in a short one make another word of it."""
    return 0 if len(word) < 4 else 1 if len(word) < 6 else 2


def _distance(one: str, other: str) -> int:
    """Letters too many, too few, wrong, or two in each other's place."""
    before, last = list[int](), list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            least = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                least = min(least, before[j - 2] + 1)
            row.append(least)
        before, last = last, row
    return last[-1]
