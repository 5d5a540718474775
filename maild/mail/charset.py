"""charset: octets -> text that is safe to show.

decode(octets, declared, fallback) -> (text, note)   never raises; note names a choice that the sender did not declare, or "".
shown(text) -> one line without controls; body(text) -> lines with LF.  Pure, linear.

Order (MAIL.md "Charsets"): declared through the superset map -> UTF-8 strictly -> the desk's 8-bit charset with replacement.  UTF-8
under the name of a Western or Central European charset is UTF-8; UTF-16 is believed only where octets look like it; undeclared UTF-16
(a byte order mark) and ISO-2022-JP (its escapes) tell themselves.
LIMITS  Only charsets that Python's own alias table names: an unknown name is never imported or remembered.
"""

from __future__ import annotations

import re
from encodings.aliases import aliases
from functools import lru_cache

# A browser reads the small name as the large one, and so do the clients that send it.
_SUPERSET = {
    "latin_1": "cp1252",
    "iso8859_9": "cp1254",
    "iso8859_8": "cp1255",
    "iso8859_11": "cp874",
    "tis_620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "iso2022_jp": "iso2022_jp_ext",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}
# These have controls where Windows has letters: a mail that uses the place means Windows.
_WINDOWS = {
    "iso8859_2": "cp1250",
    "iso8859_15": "cp1252",
    "iso8859_7": "cp1253",
    "iso8859_13": "cp1257",
    "iso8859_4": "cp1257",
}
# No text in one of these is UTF-8 by chance: its letters would have to stand in pairs like "Ã¥", all of them.
_ONE_OCTET = frozenset(("cp1250", "cp1252", "cp1254", "cp1257", *_WINDOWS))
_C1 = bytes(range(0x80, 0xA0))
_UTF16 = {"utf_16": "utf-16-be", "utf_16_le": "utf-16-le", "utf_16_be": "utf-16-be"}
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
# Not text, or quadratic, or not a charset of mail at all.
_FORBIDDEN = {
    "base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "uu_codec", "zlib_codec", "rot_13", "mbcs", "oem", "tactis",
    "idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape",
}  # fmt: skip
_GUESS = {"ascii", "646", "unknown", "unknown8bit", "xunknown", "default", "default_charset", "none", ""}
_NAME = re.compile(r"[^a-z0-9]+")
_MORE = {
    "iso88598i": "iso8859_8",
    "iso88598e": "iso8859_8",
    "unicode11utf7": "utf_7",
    "xsjis": "shift_jis",
    "xeucjp": "euc_jp",
    "iso2022jpms": "iso2022_jp",
    "xgbk": "gbk",
    "xmacroman": "mac_roman",
    "xuserdefined": "cp1252",
    "ansi": "cp1252",
    "windows874": "cp874",
    "utf8mb4": "utf_8",
    "unicode": "utf_16",
}


def _squeezed(name: str) -> str:
    return _NAME.sub("", name.lower())


_CODECS = {_squeezed(key): codec for key, codec in aliases.items() if codec not in _FORBIDDEN}
_CODECS |= {_squeezed(codec): codec for codec in aliases.values() if codec not in _FORBIDDEN} | _MORE


@lru_cache(256)
def codec_of(declared: str) -> str | None:
    """Python's name for a declared charset, widened to its superset; None when unknown, "" when it says nothing."""
    name = _squeezed(declared[:60])
    if name in _GUESS:
        return ""
    found = _CODECS.get(name)
    if found is None:
        return None
    return "" if found == "ascii" else _SUPERSET.get(found, found)


def decode(octets: bytes, declared: str, fallback: str = "cp1252") -> tuple[str, str]:
    """Text of these octets, and what was guessed ("" when nothing was)."""
    codec = codec_of(declared)
    if codec in _UTF16:
        return _utf16(octets, codec, declared, fallback)
    if octets.isascii() and (not codec or codec in ("utf_8", "cp1252", "cp1250")) and (codec or b"\x1b$" not in octets):
        return octets.decode("ascii"), "" if codec is not None else f"charset {_word(declared)} unknown"
    if codec is None:
        text, used = _guess(octets, fallback)
        return text, f"charset {_word(declared)} unknown, read as {used}"
    if not codec:
        text, used = _guess(octets, fallback)
        return text, f"charset not declared, read as {used}"
    if codec in _ONE_OCTET and (strict := _strict(octets, "utf_8")) is not None and not octets.isascii():
        return strict, f"charset {_word(declared)} is wrong, read as utf-8"
    if codec in _WINDOWS and len(octets.translate(None, _C1)) < len(octets):
        codec = _WINDOWS[codec]
    try:
        return octets.decode(codec), ""
    except (UnicodeError, LookupError, ValueError):
        return _mend(octets, codec, declared, fallback)


def _utf16(octets: bytes, codec: str, declared: str, fallback: str) -> tuple[str, str]:
    """UTF-16 with its mark, or with NULs in one half of its pairs (RFC 2781 section 4.3); else another charset was meant."""
    mark = _MARKS.get(octets[:2])
    start = octets[:2000]
    high, low = start[::2].count(0), start[1::2].count(0)
    if mark is None and high == low == 0 and (octets.isascii() or _strict(octets, "utf_8") is not None):
        text, used = _guess(octets, fallback)
        return text, f"charset {_word(declared)} is wrong, read as {used}"
    order = mark or ("utf-16-le" if low > high else "utf-16-be" if high > low else _UTF16[codec])
    return octets[2 if mark else 0 :].decode(order, "replace"), ""


def _mend(octets: bytes, codec: str, declared: str, fallback: str) -> tuple[str, str]:
    """The declared charset failed."""
    if codec != "utf_8":
        strict = _strict(octets, "utf_8")
        if strict is not None:
            return strict, f"charset {_word(declared)} is wrong, read as utf-8"
    text = octets.decode(codec, "replace")
    bad = text.count("\ufffd")
    foreign = len(text.encode("ascii", "ignore"))
    # Damaged here and there is not the same as wrong: keep the declared charset while most foreign characters are sound.
    if bad * 2 <= len(text) - foreign:
        return text, f"charset {_word(declared)} has octets that mean nothing"
    text, used = _guess(octets, fallback)
    return text, f"charset {_word(declared)} is wrong, read as {used}"


def _guess(octets: bytes, fallback: str) -> tuple[str, str]:
    mark = _MARKS.get(octets[:2])
    if mark is not None and b"\0" in octets:
        return octets[2:].decode(mark, "replace"), mark
    if b"\x1b$" in octets and (japanese := _strict(octets, "iso2022_jp_ext")) is not None:
        return japanese, "iso-2022-jp"
    strict = _strict(octets, "utf_8")
    if strict is not None:
        return strict, "utf-8"
    codec = codec_of(fallback) or "cp1252"
    return octets.decode(codec, "replace"), codec


def _strict(octets: bytes, codec: str) -> str | None:
    try:
        return octets.decode(codec)
    except UnicodeError:
        return None


def _word(declared: str) -> str:
    return repr(shown(declared[:40]))


# Controls (C0, C1), marks that turn the direction of text, separators that are line ends, lone surrogates.
_BAD = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
_NOT_SHOWN = re.compile(f"[\t\n{_BAD}]+")
_NOT_IN_BODY = re.compile(f"[{_BAD}]+")
_ASCII_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), 127])
# The same characters one by one: asking for each is ten times as fast as one walk over a text that has none.
_BAD_ONES = [chr(n) for n in range(0x10000) if _NOT_IN_BODY.match(chr(n)) and not 0xD800 <= n <= 0xDFFF]
_HTML_BAD = re.compile("[\x00\ud800-\udfff]+")


def shown(text: str) -> str:
    """A header's value as one line: what would break the line or turn its direction becomes one space or nothing."""
    if text.isprintable():
        return text
    return _NOT_SHOWN.sub(_space_or_nothing, text).strip()


def _space_or_nothing(match: re.Match[str]) -> str:
    return " " if any(c in "\t\n\r\v\f\x85\u2028\u2029" for c in match.group()[:50]) else ""


def body(text: str) -> str:
    """A body's text: LF line ends, tabs kept, other controls dropped."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return text.translate(_ASCII_CONTROLS)
    if not _has_surrogate(text) and not any(bad in text for bad in _BAD_ONES):
        return text
    return _NOT_IN_BODY.sub("", text.replace("\u2028", "\n"))


def _has_surrogate(text: str) -> bool:
    """Some decoders (UTF-7) let halves of a pair through, which nothing can write again."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def page(text: str) -> str:
    """HTML as it was sent, but for what no JSON or database can hold."""
    return _HTML_BAD.sub("", text) if "\0" in text or _has_surrogate(text) else text
