"""plain: text without case, accents and invisible marks, for comparing what people wrote.

plain("Skrivér  VIRKER ikkje") == "skriver virker ikkje".  Linear.  Letters that Unicode does not decompose (ø, æ, đ, ł, ß)
are folded by a table, so that a search for "sok" finds "søk" on every database.
"""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "đ": "d", "ð": "d", "ł": "l", "ß": "ss", "œ": "oe", "þ": "th", "ı": "i"})
# Soft hyphen, zero-width characters, direction marks, byte order mark: a client may put them anywhere.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """Folded, with every run of white space as one space."""
    if text.isascii():
        return _SPACE.sub(" ", text.lower()).strip()
    bare = INVISIBLE.sub("", unicodedata.normalize("NFKD", text.casefold()))
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    return _SPACE.sub(" ", bare.translate(_LETTERS)).strip()
