"""rtf: a rich text document -> its text, or the HTML that Outlook hid in it (MS-OXRTFEX).

read(octets) -> (text, html): one of them is ""; expand(octets) -> the document of a compressed one (MS-OXRTFCP).
Never raises, one pass, pure.

LIMITS  1 MB and 100 000 words, signs and pieces of text of a document are read, groups 100 deep; pictures, styles and fields are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from struct import Struct

from maild.mail.charset import body, decode

LIMIT = 1_000_000
TOKENS = 100_000
DEPTH = 100

_HEAD = Struct("<IIII")  # length, raw length, kind, checksum (MS-OXRTFCP section 2.1.3.1)
_COMPRESSED, _AS_IS = 0x75465A4C, 0x414C454D
# What the dictionary of every compressor holds at first (section 2.1.2.1).
_FIRST = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?[0-9]{1,9})? ?|\\'(?P<octet>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|[\r\n\0]+|(?P<text>[^\\{}\r\n\0]+)|\\",
    re.S,
)
_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet info pict object header headerl headerr headerf footer footerl footerr footerf footnote"
    b" fldinst filetbl listtable listoverridetable generator themedata datastore".split()
)
_BREAKS = {
    b"par": "\n", b"line": "\n", b"row": "\n", b"page": "\n", b"sect": "\n", b"tab": "\t", b"cell": " ",
    b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•", b"endash": "–", b"emdash": "—",
}  # fmt: skip
_SIGNS = {b"~": "\xa0", b"_": "-", b"\n": "\n", b"\r": "\n", b"{": "{", b"}": "}", b"\\": "\\"}
# Windows' character sets of fonts, as code pages.
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip


def expand(octets: bytes) -> bytes:
    """The document in a compressed one; b"" when it is none."""
    if len(octets) < _HEAD.size:
        return b""
    _, size, kind, _ = _HEAD.unpack_from(octets)
    if kind == _AS_IS:
        return octets[_HEAD.size : _HEAD.size + min(size, LIMIT)]
    return _expanded(octets, min(size, LIMIT)) if kind == _COMPRESSED else b""


def _expanded(octets: bytes, size: int) -> bytes:
    """Runs of eight, each announced by a control octet: a literal, or place and length in what stands before (section 3.1.3)."""
    window = bytearray(4096)
    window[: len(_FIRST)] = _FIRST
    out = bytearray()
    write, at = len(_FIRST), _HEAD.size
    while at < len(octets) and len(out) < size:
        control, at = octets[at], at + 1
        for bit in range(8):
            if at >= len(octets) or len(out) >= size:
                break
            if not control >> bit & 1:
                piece, at = octets[at : at + 1], at + 1
            else:
                token, at = int.from_bytes(octets[at : at + 2], "big"), at + 2
                place, length = token >> 4, (token & 15) + 2
                if place == write:
                    return bytes(out)
                piece = bytes(_copied(window, place, write, length))
            for one in piece:
                window[write] = one
                write = (write + 1) & 4095
            out += piece
    return bytes(out[:size])


def _copied(window: bytearray, place: int, write: int, length: int) -> bytearray:
    """Octets from the window; what is being written may be read again at once."""
    span = (write - place) & 4095
    read = bytearray(window[(place + n) & 4095] for n in range(min(length, span)))
    return (read * (length // max(len(read), 1) + 1))[:length]


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds between two braces."""

    skipped: bool = False
    tag: bool = False  # a piece of the hidden HTML
    only_rtf: bool = False  # what stands for a tag in RTF and must not be said twice
    fonts: bool = False
    charset: str = ""
    alternatives: int = 1  # how many characters follow a \u for those who cannot read it


class _Document:
    def __init__(self, *, hidden_html: bool) -> None:
        self.out: list[str] = []
        self.octets = bytearray()
        self.group = _Group()
        self.stack: list[_Group] = []
        self.deeper = 0
        self.hidden_html = hidden_html
        self.charset = "cp1252"
        self.fonts: dict[int, str] = {}
        self.font = 0
        self.starred = False
        self.ignore = 0

    def say(self, text: str) -> None:
        self.flush()
        if not (self.group.skipped or self.group.only_rtf):
            self.out.append(text)

    def octet(self, raw: bytes) -> None:
        if self.ignore:
            dropped = min(self.ignore, len(raw))
            self.ignore -= dropped
            raw = raw[dropped:]
        if not (self.group.skipped or self.group.only_rtf):
            self.octets += raw

    def flush(self) -> None:
        if self.octets:
            self.out.append(decode(bytes(self.octets), self.group.charset or self.charset)[0])
            self.octets.clear()


def read(octets: bytes) -> tuple[str, str]:
    """(text, ""), or ("", html) where the document was made from HTML; ("", "") for what is no RTF."""
    octets = octets[:LIMIT]
    if octets.lstrip()[:5] != b"{\\rtf":
        return "", ""
    hidden = b"\\fromhtml" in octets[:2000]
    document = _Document(hidden_html=hidden)
    for match in islice(_TOKEN.finditer(octets), TOKENS):
        _token(document, match)
    document.flush()
    # A \u gives half of a pair for what lies beyond the first plane.
    said = "".join(document.out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return ("", said) if hidden else (body(said).strip("\n"), "")


def _token(document: _Document, match: re.Match[bytes]) -> None:
    match match.lastgroup:
        case "text":
            document.octet(match["text"])
        case "octet":
            document.octet(bytes((int(match["octet"], 16),)))
        case "brace":
            _brace(document, match["brace"])
        case "sign":
            document.starred = match["sign"] == b"*"
            if match["sign"] in _SIGNS:
                document.say(_SIGNS[match["sign"]])
        case "word" | "number":
            _word(document, match["word"], int(match["number"]) if match["number"] else None)


def _brace(document: _Document, brace: bytes) -> None:
    document.flush()
    document.ignore = 0
    if brace == b"{":
        document.starred = False
        if len(document.stack) < DEPTH:
            document.stack.append(document.group)
        else:
            document.deeper += 1
    elif document.deeper:
        document.deeper -= 1
    elif document.stack:
        document.group = document.stack.pop()


def _word(document: _Document, word: bytes, number: int | None) -> None:
    starred, document.starred = document.starred, False
    group = document.group
    if word == b"htmltag" and starred and document.hidden_html:
        document.group = replace(group, tag=True, only_rtf=False)
    elif starred or word in _SKIPPED:
        document.group = replace(group, skipped=True, fonts=word == b"fonttbl")
    elif word == b"htmlrtf":
        document.flush()
        document.group = replace(group, only_rtf=number != 0)
    elif word == b"u" and number is not None:
        document.say(chr(number & 0xFFFF))
        document.ignore = group.alternatives
    elif word == b"uc":
        document.group = replace(group, alternatives=min(max(number or 0, 0), 10))
    elif word == b"ansicpg":
        document.charset = f"cp{number}"
    elif word in (b"f", b"fcharset"):
        _font(document, word, number or 0)
    elif word in _BREAKS:
        document.say(_BREAKS[word])


def _font(document: _Document, word: bytes, number: int) -> None:
    """Which font it is says which code page the octets are of."""
    if word == b"fcharset":
        if document.group.fonts and len(document.fonts) < 1000:
            document.fonts[document.font] = _CHARSETS.get(number, "")
        return
    document.font = number
    charset = document.fonts.get(number, "")
    if not document.group.fonts and charset != document.group.charset:
        document.flush()
        document.group = replace(document.group, charset=charset)
