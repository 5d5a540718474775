"""search: which words a message is found by, and what somebody who searches asks for.

tokens("Skrivér: VIRKER ikkje!") == ["skriver", "virker", "ikkje"]      what is written and what is asked, folded alike
document(number, said, files, ours) -> what is indexed: a line of what it is about and of whom, then a line of its words
asked('skriv* "helt tom" -toner') -> Asked                              the words of a search; never raises
marks(text, wanted) -> [(start, end)]                                   where they stand in the text as it was written

Both databases get tokens with one blank between them and nothing else to decide, so that both find the same: what a word is,
is said here.  Letters of Chinese and Japanese are words each, for nobody writes blanks there.

LIMITS  64 000 characters and MOST words of a message, 64 characters of a word; 32 terms of a search, 32 words of a phrase.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maild.model.message import MARKER
from maild.model.plain import INVISIBLE, plain

TEXT = 64_000
# PostgreSQL counts the places of words up to 16 383; beyond that no phrase would be found.
MOST = 16_000
LONGEST = 64
_TERMS = 32

_ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# A mark or an invisible character within a word is no end of it: plain() takes it away.
_INSIDE = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f" + INVISIBLE.pattern[1:-1]
_TOKEN = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}](?:[^\W_{_ALONE}]|[{_INSIDE}])*")
_ASCII = re.compile("[a-z0-9]+")
# Folding may bring letters to light that are words each (compatibility ideographs).
_APART = re.compile(f"[{_ALONE}]|[^{_ALONE}]+")
_NO_LETTER = re.compile(r"[\W_]+")


def tokens(text: str) -> list[str]:
    """The words, in order."""
    if text.isascii():
        return [word[:LONGEST] for word in _ASCII.findall(text.lower())]
    if _LATIN.fullmatch(text):
        bare = _FOREIGN.sub(lambda letter: _BARE.get(letter[0], " "), text)
        return [word[:LONGEST] for word in _ASCII.findall(bare.lower())]
    return one_by_one(text)


def one_by_one(text: str) -> list[str]:
    """The same for every text, but three times as slow."""
    return [word for raw in _TOKEN.findall(text) for word in _APART.findall(_folded(raw))]


@functools.lru_cache(maxsize=1 << 15)
def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()[:LONGEST]
    # Twice: decomposing may bring capitals to light ("mathematical bold A").
    return _NO_LETTER.sub("", plain(plain(word)))[:LONGEST]


# Letters of Latin scripts, of which each folds for itself, and the signs that stand between them in mails; but not U+0149, which
# folds to two words.
_BARE = {chr(code): _folded(chr(code)) for code in range(0xC0, 0x180) if chr(code).isalpha() and code != 0x149}
_LATIN = re.compile(
    f"[\x00-\x7f{''.join(_BARE)}\u00a0-\u00a9\u00ab\u00b0\u00b4\u00b7\u00bb\u2013-\u201e\u2022\u2026\u20ac]*"
)
_FOREIGN = re.compile("[^\x00-\x7f]")


# --- what is indexed ------------------------------------------------------------------------------------------------------------


def document(number: str, said: Mapping[str, Any], files: Iterable[str] = (), ours: Iterable[str] = ()) -> str:
    """The words of a message.  said: its content (subject, from, from_name, to, cc, text, own_text); files: names of attachments;
    ours: the addresses it came to, which say nothing, since it is the same desk's for all.

    Of a mail that quotes a letter of ours only the author's own words: else our set phrases would be found in every case.
    """
    mine = {_bare(address) for address in ours}
    others = [address for address in (*said.get("to", ()), *said.get("cc", ())) if _bare(address) not in mine]
    about = (number, said.get("subject", ""), said.get("from_name", ""), said.get("from", ""), *others, *files)
    text = str(said.get("text", ""))
    if MARKER in text:
        text = str(said.get("own_text", ""))
    return f"{_line(' '.join(about))}\n{_line(text)}"


def _line(text: str) -> str:
    return " ".join(tokens(text[:TEXT])[: MOST // 2])


def _bare(address: str) -> str:
    """An address without what stands between the name and the @ in signed ones."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


# --- what is asked --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side; beginning: the last of them may go on."""

    words: tuple[str, ...]
    beginning: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that has all that is wanted and nothing of what is unwanted."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...] = ()


_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'))
_PART = re.compile(r'(-?)"([^"]*)"(\*?)|([^\s"]+)')


def asked(text: str) -> Asked:
    """Words, "phrases", beginnings*, and -words that must not stand there.  A word with signs in it (ann@acme.example) is a phrase."""
    wanted: dict[Term, None] = {}
    unwanted: dict[Term, None] = {}
    for part in _PART.finditer(text[:TEXT].translate(_QUOTES)):
        minus, phrase, star, word = part.groups()
        if word is not None:
            minus, phrase, star = ("-" if word[0] == "-" else ""), word, ("*" if word[-1] == "*" else "")
        term = Term(tuple(tokens(phrase)[:_TERMS]), bool(star))
        if term.words:
            (unwanted if minus else wanted)[term] = None
        if len(wanted) >= _TERMS or len(unwanted) >= _TERMS:
            break
    return Asked(tuple(wanted), tuple(unwanted))


# --- what is shown --------------------------------------------------------------------------------------------------------------


def marks(text: str, wanted: Sequence[Term], most: int = 50) -> list[tuple[int, int]]:
    """Where the words wanted stand in the text as it was written, in order, at most so many."""
    found: dict[int, int] = {}
    words = [(word, match) for match in _TOKEN.finditer(text[:TEXT]) if (word := _folded(match[0]))]
    firsts: dict[str, list[Term]] = {}
    starts: list[Term] = []
    for term in wanted:
        if len(term.words) == 1 and term.beginning:
            starts.append(term)
        else:
            firsts.setdefault(term.words[0], []).append(term)
    for at, (word, match) in enumerate(words):
        if len(found) >= most:
            break
        for term in (*firsts.get(word, ()), *(t for t in starts if word.startswith(t.words[0]))):
            if _stands([w for w, _ in words[at : at + len(term.words)]], term):
                end = words[at + len(term.words) - 1][1].end()
                found[match.start()] = max(end, found.get(match.start(), 0))
    return list(_apart(sorted(found.items())))


def _stands(here: Sequence[str], term: Term) -> bool:
    *full, last = term.words
    if len(here) < len(term.words) or list(here[:-1]) != full:
        return False
    return here[-1].startswith(last) if term.beginning else here[-1] == last


def _apart(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What overlaps becomes one."""
    held: tuple[int, int] | None = None
    for start, end in spans:
        if held and start < held[1]:
            held = (held[0], max(end, held[1]))
            continue
        if held:
            yield held
        held = (start, end)
    if held:
        yield held


@dataclass(frozen=True, slots=True)
class Snippet:
    """A line of a text, and where the words stand in it."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


_BEFORE = 40
WIDTH = 160


def snippet(text: str, wanted: Sequence[Term], width: int = WIDTH) -> Snippet:
    """The part of the text with most of the words, as it was written; its beginning, if none of them stands there."""
    line = " ".join(text[:TEXT].split())
    found = marks(line, wanted)
    start = max((_begin(line, at, width) for at, _ in found), key=lambda s: _within(found, s, width), default=0)
    end = start + width if start + width >= len(line) else (line.rfind(" ", start + 1, start + width + 1))
    end = min(len(line), start + width if end <= start else end)
    head, tail = "…" if start else "", "…" if end < len(line) else ""
    shift = len(head) - start
    inside = tuple((a + shift, min(b, end) + shift) for a, b in found if start <= a < end)
    return Snippet(f"{head}{line[start:end]}{tail}", inside)


def _begin(line: str, at: int, width: int) -> int:
    """Where a part begins that shows what stands before this place: at a word's beginning, and full to the end of the line."""
    wish = max(0, min(at - _BEFORE, len(line) - width))
    return line.find(" ", wish - 1, at) + 1 if wish else 0


def _within(found: Sequence[tuple[int, int]], start: int, width: int) -> int:
    return sum(start <= a and b <= start + width for a, b in found)
