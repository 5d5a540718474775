"""payload: the octets of a part, its transfer encoding taken off.

payload(raw, attachment) -> bytes; as_sent(raw, attachment) -> its base64 as it came, if that is clean;
octets(raw, start, end, encoding) -> bytes; uuencoded(text) -> files in a text.
Never raises, linear: what is not base64 or quoted-printable is left as it stands.
"""

from __future__ import annotations

import binascii
import re
import string
from dataclasses import dataclass

from maild.mail.headers import base64
from maild.model.message import Attachment

_UU = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,200})\r?\n", re.M)
_QP_LINE_END = re.compile(rb"[ \t]+(?=\r?\n)")
_BASE64 = string.ascii_letters.encode() + string.digits.encode() + b"+/"
FILES = 100


def payload(raw: bytes, attachment: Attachment) -> bytes:
    """The attachment's decoded octets, from the raw mail it was read from."""
    return octets(raw, attachment.start, attachment.end, attachment.encoding)


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
            return _uudecode(body, found.end())[0] if found else body
    return body


def _base64(body: bytes) -> bytes:
    """Base64, which may be several runs with padding between them (a footer added by a list) or not be base64 at all."""
    try:
        return binascii.a2b_base64(body, strict_mode=False)
    except binascii.Error:
        return base64(body)


@dataclass(frozen=True, slots=True)
class Inside:
    """A file that stands uuencoded within a text: start..end are offsets from the text's own start."""

    name: str
    octets: bytes
    start: int
    end: int


def uuencoded(text: bytes) -> tuple[Inside, ...]:
    """The files that a text carries between begin and end lines, at most 100."""
    found: list[Inside] = []
    at = 0
    while len(found) < FILES and (match := _UU.search(text, at)):
        octets_, end = _uudecode(text, match.end())
        if end < 0:
            at = match.end()
            continue
        found.append(Inside(match[1].decode("latin-1").strip(), octets_, match.start(), end))
        at = end
    return tuple(found)


def _uudecode(body: bytes, at: int) -> tuple[bytes, int]:
    """Decoded octets from here to the end line, and where that ends; (b"", -1) at the first line that is none."""
    out: list[bytes] = []
    while at < len(body):
        stop = body.find(b"\n", at)
        stop = len(body) if stop < 0 else stop
        line = body[at:stop].rstrip(b"\r")
        at = stop + 1
        if line.strip() == b"end":
            return b"".join(out), min(at, len(body))
        if len(line) > 90:
            return b"", -1
        try:
            out.append(binascii.a2b_uu(line) if line.strip() else b"")
        except binascii.Error:
            return b"", -1
    return b"", -1
