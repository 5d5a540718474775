"""fold: text as rules compare it: without case, accents and invisible characters.

fold("Skrivér  på NÆRINGS-kontoret") == "skriver  pa naerings-kontoret".  Spaces and line breaks stay: patterns see lines.
Linear: characters are folded one by one, since normalising a long run of combining marks as a whole takes quadratic time.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from maild.model.plain import INVISIBLE

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
# What Unicode does not take apart (ø is a letter of its own, not an o with something on it).
_LETTERS = {"ø": "o", "æ": "ae", "đ": "d", "ð": "d", "ł": "l", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t"}


# What most texts have beyond ASCII, replaced by the fastest means.
_USUAL = (("å", "a"), ("ø", "o"), ("æ", "ae"), ("č", "c"), ("š", "s"), ("ž", "z"), ("\xa0", " "))


@functools.lru_cache(maxsize=4096)
def _letter(char: str) -> str:
    if INVISIBLE.match(char):
        return ""
    parts = unicodedata.normalize("NFKD", char.casefold())
    return "".join(_LETTERS.get(c, c) for c in parts if not unicodedata.combining(c)).casefold()


@functools.lru_cache(maxsize=32)
def fold(text: str) -> str:
    """Kept for the last few texts: every rule of a policy asks for the same subject and the same body."""
    if text.isascii():
        return text.lower()
    lower = text.casefold()
    for letter, folded in _USUAL:
        lower = lower.replace(letter, folded)
    return lower if lower.isascii() else _BEYOND_ASCII.sub(lambda match: _letter(match[0]), lower)
