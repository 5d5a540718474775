"""payload: the octets of a part, its transfer encoding taken off.

payload(raw, attachment) -> bytes; as_sent(raw, attachment) -> its base64 as it came, if that is clean;
octets(raw, start, end, encoding) -> bytes; uuencoded(text) -> files in a text.
within(encoding, start, end) -> the encoding of a file that stands within a decoded part: "base64>120-4500" is octets 120 to 4500 of
what base64 gives, "quoted-printable>9-90>x-uuencode" is decoded once more.  So a file in a winmail.dat has an address in the mail.
Never raises, linear: what is not base64 or quoted-printable is left as it stands.

LIMITS  100 uuencoded files a text, 200 000 of their lines, 1000 beginnings; 8 layers of encoding.
"""

from __future__ import annotations

import binascii
import re
import string
from dataclasses import dataclass

from maild.mail.headers import base64
from maild.mail.scan import line_ends
from maild.model.message import Attachment

_UU = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n", re.M)
_BASE64 = string.ascii_letters.encode() + string.digits.encode() + b"+/"
_BLANK = re.compile(rb"(?<=\S) (?=\S)")
_PLACE = re.compile(r"([0-9]{1,12})-([0-9]{1,12})")
FILES = 100
UU_LINES = 200_000
UU_BEGINNINGS = 1000
LAYERS = 8


def payload(raw: bytes, attachment: Attachment) -> bytes:
    """The attachment's decoded octets, from the raw mail it was read from."""
    outer, *inner = attachment.encoding.split(">", LAYERS)
    found = octets(line_ends(raw), attachment.start, attachment.end, outer)
    for layer in inner:
        place = _PLACE.fullmatch(layer)
        found = found[int(place[1]) : int(place[2])] if place else octets(found, 0, len(found), layer)
    return found


def within(encoding: str, start: int, end: int, inner: str = "") -> str:
    """The encoding of what stands at start..end of a part's decoded octets, itself encoded or not."""
    return f"{encoding}>{start}-{end}" + (f">{inner}" if inner else "")


def as_sent(raw: bytes, attachment: Attachment) -> bytes | None:
    """The attachment as it stands, where that is clean base64 that may go into another mail as it is; None where it is not.

    Clean: lines of one length, at most 76 characters (RFC 2045 section 6.8), the last one shorter, CRLF between them, nothing
    else but the alphabet, and padding only at the end.  Asked by slices and tables: it is a matter of megabytes.
    """
    if attachment.encoding != "base64":
        return None
    body = raw[attachment.start : attachment.end].strip(b"\r\n")
    width = body.find(b"\r\n")
    width = len(body) if width < 0 else width
    breaks = (len(body) - 1) // (width + 2) if body else 0
    even = width % 4 == 0 and (len(body) - breaks * (width + 2)) % 4 == 0 and width <= 76
    ends = body[width :: width + 2][:breaks] + body[width + 1 :: width + 2][:breaks]
    if not even or ends != b"\r" * breaks + b"\n" * breaks:
        return None
    bare = body.rstrip(b"=")
    rest = bare.translate(None, _BASE64)
    return body if len(body) - len(bare) <= 2 and len(rest) == 2 * breaks and not rest.strip(b"\r\n") else None


def octets(raw: bytes, start: int, end: int, encoding: str) -> bytes:
    """Octets start..end of raw, decoded (RFC 2045 section 6)."""
    body = raw[start:end]
    match encoding:
        case "quoted-printable":
            return binascii.a2b_qp(body)
        case "base64":
            return _base64(body)
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            found = _UU.search(body)
            if found is None:
                return body
            decoded, end, _ = _uudecode(body, found.end(), len(body))
            return decoded if decoded or end >= 0 else body
    return body


def _base64(body: bytes) -> bytes:
    """Base64, which may be several runs with padding between them (a footer added by a list) or not be base64 at all."""
    if _is_prose(body):
        return body
    try:
        return binascii.a2b_base64(body, strict_mode=False)
    except binascii.Error:
        return base64(body)


def _is_prose(body: bytes) -> bool:
    """Whether words or a page stand where base64 was declared: a tenth of the octets are blanks within lines, or a tag comes first."""
    start = body[:2000]
    return len(_BLANK.findall(start)) * 10 > len(start) or start.lstrip()[:1] == b"<"


@dataclass(frozen=True, slots=True)
class Inside:
    """A file that stands uuencoded within a text: start..end are offsets from the text's own start."""

    name: str
    octets: bytes
    start: int
    end: int


def uuencoded(text: bytes) -> tuple[Inside, ...]:
    """The files that a text carries between begin and end lines."""
    found: list[Inside] = []
    at, tries, room = 0, 0, UU_LINES
    while len(found) < FILES and tries < UU_BEGINNINGS and (match := _UU.search(text, at)):
        tries += 1
        octets_, end, lines = _uudecode(text, match.end(), room)
        room -= lines
        at = match.end() if end < 0 else end
        if end >= 0:
            found.append(Inside(match[1].decode("latin-1").strip(), octets_, match.start(), end))
    return tuple(found)


def _uudecode(body: bytes, at: int, room: int) -> tuple[bytes, int, int]:
    """Decoded octets from here to the end line, where that ends (-1 where there is none), and how many lines it took."""
    out: list[bytes] = []
    while at < len(body) and len(out) < room:
        stop = body.find(b"\n", at)
        stop = len(body) if stop < 0 else stop
        line = body[at : min(stop, at + 200)].rstrip(b"\r")
        at = stop + 1
        if line.strip() == b"end":
            return b"".join(out), min(at, len(body)), len(out)
        if len(line) > 90:
            break
        try:
            out.append(binascii.a2b_uu(line) if line.strip() else b"")
        except binascii.Error:
            break
    return b"".join(out), -1, len(out)
