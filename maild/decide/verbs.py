"""verbs: how a handler's command lines are read.  Their words are the vocabulary's (model/vocabulary.py).

    mail = blank* [command-lines] text        command-lines = 1 to 10 lines at the top of the own text
    line = ("/" | "#" | "!") verb [arguments]     a bare verb counts only where the whole own text is commands

Case- and accent-blind; a prefix of three letters or more serves where it is unique.  Never `@` (mention pickers) or `--`
(autocorrect).  Paths and links are text.  parse(text, vocabulary) -> Parsed; pure and total.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from maild.decide.doubles import as_typed
from maild.decide.wrapped import joined
from maild.model.plain import INVISIBLE
from maild.model.vocabulary import Vocabulary

PRIORITIES = ("critical", "high", "medium", "low")
MOST_LINES = 10
_SIGILS = "/#!"
# Never ">": a quoted command must not act.
_BULLET = re.compile(r"^(?:[-*•·–]|\d{1,2}[.)])\s*(?=[/#!])")
# Keyboards and fonts have more than one.
SLASHES = "/／⁄∕⧸"
_DASHES = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "＃": "#", "！": "!"}
    | dict.fromkeys(SLASHES, "/")
)
# What a gateway or an office program writes above the words: a mark in brackets, or how secret the mail is.
_BANNER = re.compile(
    r"^\W*(?:\[[^\[\]]*(?:extern|ekstern|zunanj)[^\[\]]*\]|(?:extern|ekstern)[a-zæøå]*(?:[ -](?:e-?mail|e-?post|sender|avsend[ae]r))?"
    r"|(?:classification|sensitivity|klassifi[sc]ering|gradering|følsomhet|følsemd|zaupnost|stopnja zaupnosti|klasifikacija)"
    r"\s*:\s*\w[\w -]{0,40}|tlp:\s?\w+(?:\+strict)?)\W*$",
    re.I,
)
_LEADING_NUMBER = re.compile(r"^[\s\-*•·–]*#?(?=\S*\d)[0-9A-Za-z][0-9A-Za-z-]{0,30}[:.)]?\s+")
_MOST_ROWS = 100
_TRAILING = " \t*_.,;…"


@dataclass(frozen=True, slots=True)
class Line:
    """A command line: as written, the verb ("" = not understood, why), what followed, and the nearest verb as a hint."""

    written: str
    verb: str
    argument: str = ""
    hint: str = ""
    why: str = "not_understood"


@dataclass(frozen=True, slots=True)
class Parsed:
    """The commands at the top and the text below them."""

    lines: tuple[Line, ...]
    text: str


def parse(text: str, vocabulary: Vocabulary) -> Parsed:
    """Cut the command lines off.  A line that looks like a command and is none comes back with an empty verb."""
    rows = below_banner(text, vocabulary).split("\n")
    lines: list[Line] = []
    at = 0
    while at < len(rows) and len(lines) <= MOST_LINES:
        line, count = _line_at(rows, at, vocabulary) if rows[at].strip() else (None, 1)
        if line is None and rows[at].strip():
            break
        if line is not None:
            # One line too many holds the mail, or it would go to the customer as text.
            lines.append(line if len(lines) < MOST_LINES else Line(line.written, ""))
        at += count
    if lines:
        return Parsed(tuple(lines), "\n".join(rows[at:]).strip())
    return Parsed((), text.strip())


def below_banner(text: str, vocabulary: Vocabulary) -> str:
    """Without the banner above the first command: it is not the handler's.  Above other words it stays."""
    full = [(at, row) for at, row in enumerate(text.split("\n")[:_MOST_ROWS]) if row.strip()]
    first = next(((at, row) for at, row in full if not _BANNER.match(normal(row))), None)
    if first is None or first[0] == full[0][0]:
        return text
    is_line = read_line(first[1], vocabulary) is not None or bare(first[1], vocabulary) is not None
    is_line = is_line or bool(_LEADING_NUMBER.match(normal(first[1])))
    return "\n".join(text.split("\n")[first[0] :]) if is_line else text


# Verbs with words of one's own behind them, which may be longer than a line.  Behind /note and /ask they are in good hands anyway.
_WORDY = frozenset(("task", "offer", "title", "notice", "incident", "split", "request", "reject"))


def _line_at(rows: list[str], at: int, vocabulary: Vocabulary) -> tuple[Line | None, int]:
    """The command line that begins there, and of how many rows; what is not understood may be wordy, too."""
    line = read_line(rows[at], vocabulary)
    if line is None or (line.verb and line.verb not in _WORDY):
        return line, 1
    whole, count = joined(rows, at, lambda row: read_line(row, vocabulary) is not None)
    return (read_line(whole, vocabulary) if count > 1 else line), count


def whole_rows(text: str, vocabulary: Vocabulary) -> list[str]:
    """The rows of a text that say anything, wordy commands that were broken in one piece each."""
    rows, whole, at = below_banner(text, vocabulary).split("\n"), list[str](), 0
    while at < len(rows):
        bare = _LEADING_NUMBER.sub("", rows[at])
        line = read_line(bare if bare[:1] in _SIGILS else f"/{bare}", vocabulary) if bare.strip() else None
        wordy = line is not None and line.verb in _WORDY
        row, count = joined(rows, at, lambda row: read_line(row, vocabulary) is not None) if wordy else (rows[at], 1)
        whole += [row] if row.strip() else []
        at += count
    return whole


def read_line(row: str, vocabulary: Vocabulary) -> Line | None:
    """A command line, or None for text."""
    bare = _BULLET.sub("", normal(row))
    if bare[:1] not in _SIGILS or not bare:
        return None
    rest = bare[1:].strip(_TRAILING + "!")
    # "/etc/hosts", "//server/share", "#1042", "#!/bin/sh" and a lone mark are text.
    if not rest or not rest[0].isalpha() or "/" in rest.split()[0]:
        return None
    return _understand(row.strip(), rest, vocabulary)


def bare(text: str, vocabulary: Vocabulary) -> Parsed | None:
    """A text that could be nothing but commands without their sign: each line begins with a verb's whole word."""
    full = [row for row in text.split("\n") if row.strip()]
    if not 1 <= len(full) <= MOST_LINES:
        return None
    plainly = [normal(row).strip(_TRAILING) for row in full]
    if not all(words.split() for words in plainly):
        return None
    lines = [_exactly(row.strip(), words.split(), vocabulary) for row, words in zip(full, plainly, strict=True)]
    found = tuple(line for line in lines if line is not None)
    return Parsed(found, "") if len(found) == len(full) else None


def normal(row: str) -> str:
    """NFKC, without invisible marks, mark-up and what programs make of addresses; quotes and dashes made plain."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", row)).translate(_DASHES)
    return as_typed(text).strip().strip("*_").strip()


def command(written: str, text: str, vocabulary: Vocabulary) -> Line:
    """A command with or without its sign, where it can be nothing else."""
    rest = text.lstrip(_SIGILS + " ").strip(_TRAILING + "!")
    return _understand(written, rest, vocabulary) if rest else Line(written, "")


def verbs_in(text: str, vocabulary: Vocabulary) -> frozenset[str]:
    """The verbs that lines of a text may begin with, behind a number too: for asking what they need, not for doing it."""
    found = set()
    for row in [row for row in text.split("\n") if row.strip()][:_MOST_ROWS]:
        words = _LEADING_NUMBER.sub("", normal(row)).lstrip(_SIGILS + "-*•·– ").strip(_TRAILING + "!").split()
        line = _exactly(row, words, vocabulary) if words else None
        found.add(line.verb if line else vocabulary.begun(words[0]) if words else "")
    return frozenset(found - {""})


def _understand(written: str, rest: str, vocabulary: Vocabulary) -> Line:
    words = rest.split()
    line = _exactly(written, words, vocabulary)
    if line is not None:
        return line
    verb = vocabulary.begun(words[0].strip(_TRAILING + ":"))
    if verb:
        return Line(written, verb, _argument(words[1:]))
    return Line(written, "", hint=vocabulary.nearest(words[0]))


def _exactly(written: str, words: list[str], vocabulary: Vocabulary) -> Line | None:
    """The verb of one to three words that stands first."""
    for count in (3, 2, 1):
        verb = vocabulary.verb(" ".join(words[:count]).strip(_TRAILING + ":")) if len(words) >= count else ""
        if verb:
            return Line(written, verb, _argument(words[count:]))
    return None


def _argument(words: list[str]) -> str:
    """What follows the verb; "@" in front is how programs mention a person."""
    return " ".join(words).strip(_TRAILING).removeprefix("@")
