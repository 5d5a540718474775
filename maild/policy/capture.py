r"""capture: what an expression finds in a text, with the names of its groups.

compile(text) -> Capture; PatternError as in pattern.py, whose writing it is; here letters are compared without case only, since what is
found must come out as it was written.  Linear, as there; and \d \w \s know every script, as there (tree.py), or a rule's `when` would hold
where its groups find half a word, or nothing.  The rest stays as it stands: what is lazy, and how the groups are called, matters here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import re2

from maild.policy import pattern
from maild.policy.pattern import MEMORY, PatternError
from maild.policy.tree import Chars, written

LONGEST = 65_536
_NAMES = re.compile(r"\(\?P<([A-Za-z_]\w{0,30})>")
_ESCAPED = re.compile(r"\\.", re.S)


@dataclass(frozen=True, slots=True)
class Capture:
    """names: of its groups; find(text) -> group -> what it found, "" -> the whole; None if it is not there."""

    names: tuple[str, ...]
    find: Callable[[str], Mapping[str, str] | None]


def compile(text: str) -> Capture:
    pattern.parse(text)
    chosen = re2.Options()
    chosen.max_mem, chosen.log_errors, chosen.case_sensitive = MEMORY, False, False
    try:
        search = re2.compile(f"(?m){_written(text)}", chosen).search
    except re2.error as error:
        raise PatternError(
            0, "cannot be used to take something out of a text", "write it with plainer means"
        ) from error
    names = tuple(_NAMES.findall(_ESCAPED.sub("", text)))
    if len(set(names)) < len(names):
        raise PatternError(0, "names two groups alike", "give each group a name of its own")

    def find(given: str) -> Mapping[str, str] | None:
        # A letter with its accent is one letter, however a mail program puts it together.
        found = search(unicodedata.normalize("NFC", given[:LONGEST]).encode("utf-8", "replace"))
        if found is None:
            return None
        return {"": _text(found.group(0)), **{name: _text(found.group(name)) for name in names}}

    return Capture(names, find)


def _written(text: str) -> str:
    """For RE2.  text: an expression that was parsed."""
    text, at, parts = unicodedata.normalize("NFC", text), 0, list[str]()
    while at < len(text):
        start, at = at, at + 1
        if text[start] == "[":
            chars, at = pattern.bracket(text, start)
            parts.append(written(chars))
        elif text[start] == "\\":
            at += 1
            parts.append(_escape(text[start + 1 : at]))
        else:
            parts.append(text[start])
    return "".join(parts)


def _escape(char: str) -> str:
    if char in "dDwWsS":
        return written(Chars((), (char,)))
    return f"\\{char}" if char.isascii() else char


def _text(value: bytes | None) -> str:
    return value.decode("utf-8", "replace").strip() if value else ""
