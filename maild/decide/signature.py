"""signature: whether what stands below a handler's commands is how his mail program ends every mail, or words to somebody.

reads(text, name) -> SIGNED, DOUBT or WORDS.  A farewell or the writer's name begins a signature, however wide and long its rows are, as
far as _MOST rows; a postscript, or a sentence that is no disclaimer, is a doubt, and so is a short row above the name that nobody knows
as a farewell.  In doubt the mail is held: "Lep dan" to the customer is a nuisance, and a sentence that he never gets is a loss.
is_farewell(text, name) -> whether it is a signature and nothing else.  Pure and total.
"""

from __future__ import annotations

import re

from maild.decide.doubles import single
from maild.model.plain import plain

SIGNED, DOUBT, WORDS = "signed", "doubt", "words"
FAREWELLS: tuple[str, ...] = (
    "regards", "kind regards", "best regards", "best", "best wishes", "with kind regards", "sincerely", "cheers", "br",
    "yours sincerely", "kr", "warm regards", "all the best", "yours faithfully", "yours", "with best regards",
    "mvh", "med vennlig hilsen", "vennlig hilsen", "med hilsen", "hilsen", "beste hilsen", "hilsner", "hilsener", "vh",
    "vennlige hilsener", "vennlige hilsner", "med venleg helsing", "venleg helsing", "med vennleg helsing",
    "vennleg helsing", "med helsing", "helsing", "helsingar", "beste helsing", "venlege helsingar",
    "lp", "l.p", "lep pozdrav", "pozdrav", "lepo pozdravljeni", "prijazno pozdravljeni", "lepo vas pozdravljam",
    "lepo pozdravljam", "s pozdravi", "z lepimi pozdravi", "lepi pozdravi", "lepe pozdrave", "s spoštovanjem",
    "s prijaznimi pozdravi", "prijazen pozdrav",
    "med vänlig hälsning", "hälsningar", "med venlig hilsen", "mit freundlichen grüßen", "viele grüße", "mfg",
)  # fmt: skip
_FAREWELLS = frozenset(plain(word) for word in FAREWELLS)
_LONGEST_FIRST = sorted(_FAREWELLS, key=len, reverse=True)
# Below other words, and above the writer's name, they are farewells; alone they are thanks.
_THANKS = frozenset(
    map(plain, ("takk", "tusen takk", "mange takk", "thanks", "many thanks", "thank you", "hvala", "hvala lepa"))
)
_LIKE_ONE = re.compile(r"hilsen|hilsn|helsing|regards|wishes|ønsk|onsk|greet|pozdrav|spostovanj|grusse|gruss")
_MOST, _WIDE = 25, 60
_FROM = ("fra", "fraa", "from", "od")
_POSTSCRIPT = re.compile(r"^p\.? ?s\b")
_PARTED = re.compile(r"[,|·•;:/@\d–-]")
_ENDS = re.compile(r"[.!?…]\W*$")
# A disclaimer says something of at least two of these, and of one of the first three.
_SECRET, _MEANT, _GREEN, _MAIL, _DELETE = (
    re.compile(words)
    for words in (
        "konfiden|confiden|fortrol|fortrul|zaupn|taushet|teieplikt|tausheits",
        "(?:rett|rette) mottak|tiltenkt|intended|addressee|prejemnik|naslovnik",
        "miljo|environment|okolj",
        r"e-?post|e-?mail|melding|message|sporocil|print|natisn",
        "slett|delete|izbris",
    )
)


def is_farewell(text: str, name: str, *, below: bool = False) -> bool:
    """A signature and nothing else.  below: under other words, where thanks above the name are a farewell too."""
    return reads(text, name, below=below) == SIGNED


def reads(text: str, name: str, *, below: bool = True) -> str:
    """What a text is."""
    rows = [row.strip() for row in single(text).split("\n") if any(map(str.isalnum, row))]
    if not rows:
        return WORDS
    began = _begins(rows, name, below)
    return DOUBT if began == SIGNED and (len(rows) > _MOST or _says_more(rows[1:])) else began


def _begins(rows: list[str], name: str, below: bool) -> str:
    first, named = _bare(rows[0]), plain(name).split()
    if first in _FAREWELLS or all(_bare(part) in _FAREWELLS for part in re.split("[/|]", rows[0])):
        return SIGNED
    if _is_name(first, named):
        return SIGNED
    above_name = len(rows) > 1 and bool(named) and _bare(rows[1]).startswith(named[0])
    if first in _THANKS and above_name and below:
        return DOUBT if _ENDS.search(rows[0]) else SIGNED
    greeting = next((word for word in _LONGEST_FIRST if first.startswith(f"{word} ")), "")
    if greeting:
        return _signed_at_once(rows[0], first.removeprefix(greeting).split(), named)
    return _unknown(rows, first, named, above_name)


def _signed_at_once(row: str, rest: list[str], named: list[str]) -> str:
    """ "Mvh Kari Nordmann, IKT" is one; "Hilsen fra banken er at ..." is a sentence."""
    rest = rest[1:] if rest[:1] and rest[0] in _FROM else rest
    his = bool(named and rest) and rest[0] in (*named, named[0][0])
    if not his:
        return DOUBT if len(rest) <= 2 and not _ENDS.search(row) else WORDS
    if len(rest) <= 3 and all(word in named or any(n.startswith(word) for n in named) for word in rest):
        return SIGNED
    return DOUBT if _ENDS.search(row) or not _PARTED.search(row) else SIGNED


def _unknown(rows: list[str], first: str, named: list[str], above_name: bool) -> str:
    """No farewell that we know: his name and a title, or a doubt, or a sentence."""
    words, ends = first.split(), bool(_ENDS.search(rows[0]))
    if len(named) > 1 and words[: len(named)] == named and not ends:
        return SIGNED if _PARTED.search(rows[0]) else DOUBT
    like = len(words) <= 4 and _LIKE_ONE.search(first) is not None
    return DOUBT if not ends and (like or (above_name and len(words) <= 3)) else WORDS


def _is_name(first: str, named: list[str]) -> bool:
    """ "Kari", "K.", "KN", "Kari Nordmann", "Nordmann, Kari"."""
    initials = {word[0] for word in named[:1]} | {"".join(word[0] for word in named)}
    whole = len(named) > 0 and sorted(first.split()) == sorted(named)
    return bool(named) and (whole or first == named[0] or first in initials)


def _says_more(rows: list[str]) -> bool:
    """A postscript, or a sentence above the disclaimer."""
    for at, row in enumerate(rows):
        if _disclaims(plain(" ".join(rows[at:]))) and _disclaims(plain(" ".join(rows[at : at + 3]))):
            return False
        sentence = len(row.split()) > 3 and _ENDS.search(row) is not None
        if sentence or _POSTSCRIPT.match(plain(row)) or (len(row) > _WIDE and not _PARTED.search(row)):
            return True
    return False


def _disclaims(text: str) -> bool:
    weighty = [bool(words.search(text)) for words in (_SECRET, _MEANT, _GREEN)]
    return any(weighty) and sum((*weighty, bool(_MAIL.search(text)), bool(_DELETE.search(text)))) > 1


def _bare(row: str) -> str:
    return " ".join(plain(row).replace(",", " ").split()).strip(" .!*_-–—")
