"""scan: raw mail -> its tree of parts, by one linear walk over the octets.

scan(raw) -> Scan(root, defects).  A Part names its body by offsets (start, end) in raw; nothing is copied or decoded.
Never raises.  Cost: at most DEPTH passes of bytes.find over the mail.

LIMITS  header block 100 kB, 1000 fields, a field 16 kB (a list is cut, another field dropped), depth 20, 500 parts, 200
parameters, 20 000 lines that look like a delimiter.  What is over a limit is opaque or cut, and named in defects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BLOCK = 100_000
FIELDS = 1000
FIELD = 16_000
DEPTH = 20
PARTS = 500
PARAMETERS = 200
BOUNDARY = 2048
LOOK_ALIKES = 20_000

Fields = list[tuple[str, bytes]]

_LISTS = frozenset(("to", "cc", "bcc", "from", "reply-to", "references", "in-reply-to", "resent-to", "resent-cc"))
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*")
_PARAMETER = re.compile(r';\s*+([^=;\s"]{1,100}+)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"|([^;]*+))', re.S)
# A path with backslashes is written as it is by most who write one; only these two signs need the escape.
_ESCAPED = re.compile(r"\\([\\\"])", re.S)
_NOT_LETTER = re.compile(r"[^a-z0-9]+")
_SPELLINGS = {
    "quotedprintable": "quoted-printable", "base64": "base64", "b64": "base64", "uuencode": "x-uuencode", "xuuencode": "x-uuencode",
    "uue": "x-uuencode", "xuue": "x-uuencode",
}  # fmt: skip
_TYPE = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100})\s*/\s*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100})")


@dataclass(frozen=True, slots=True)
class Part:
    """One part.  fields: lower-case name and unfolded octets.  params and disposition values hold octets as characters (latin-1).

    opaque: a multipart that is not looked into, for a limit.
    """

    fields: Fields
    type: str
    params: dict[str, str]
    disposition: str
    file: dict[str, str]
    encoding: str
    start: int
    end: int
    children: tuple[Part, ...] = ()
    opaque: bool = False

    def field(self, name: str) -> bytes:
        """The topmost field of that name, b"" when there is none."""
        return next((value for key, value in self.fields if key == name), b"")


@dataclass(frozen=True, slots=True)
class Scan:
    """The tree and what was wrong with it.  cut: the head is not all that was sent, so nobody may be believed by it."""

    root: Part
    defects: tuple[str, ...]
    cut: bool
    octets: bytes


class _Walk:
    """What the walk has used up, and what it found wrong."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.parts = 0
        self.look_alikes = 0
        self.defects: dict[str, None] = {}
        self.cut = False


def scan(raw: bytes) -> Scan:
    """The tree of a whole mail."""
    raw = line_ends(raw)
    walk = _Walk(raw)
    root = _part(walk, 0, len(raw), 0, "text/plain")
    return Scan(root, tuple(walk.defects), walk.cut, raw)


def scan_head(raw: bytes) -> Scan:
    """The header fields alone; everything after them is one opaque part."""
    walk = _Walk(raw)
    fields, body = head(walk, 0, len(raw), top=True)
    kind, params, disposition, file, encoding = _described(fields, "text/plain")
    root = Part(fields, kind, params, disposition, file, encoding, body, len(raw), opaque=True)
    return Scan(root, tuple(walk.defects), walk.cut, raw)


def line_ends(raw: bytes) -> bytes:
    """The mail as it is read: one whose lines end as on old Macs, with lines that end in LF; offsets stay."""
    return raw.replace(b"\r", b"\n") if b"\r" in raw and b"\n" not in raw else raw


def _part(walk: _Walk, start: int, end: int, depth: int, default: str) -> Part:
    walk.parts += 1
    fields, body = head(walk, start, end, top=depth == 0)
    kind, params, disposition, file, encoding = _described(fields, default)
    if len(params) >= PARAMETERS or len(file) >= PARAMETERS:
        walk.defects["200 parameters or more: cut"] = None
    if not kind.startswith("multipart/"):
        return Part(fields, kind, params, disposition, file, encoding, body, end)
    if depth >= DEPTH:
        walk.defects["parts nested deeper than 20: kept as one"] = None
        return Part(fields, kind, params, disposition, file, encoding, body, end, opaque=True)
    boundary = _boundary(walk, params, body, end)
    if boundary is None:
        return Part(fields, "text/plain", params, disposition, file, encoding, body, end)
    inner = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    spans = _spans(walk, boundary, body, end)
    if walk.parts + len(spans) > PARTS:
        walk.defects["more than 500 parts: kept as one"] = None
        return Part(fields, kind, params, disposition, file, encoding, body, end, opaque=True)
    children = tuple(_part(walk, a, b, depth + 1, inner) for a, b in spans)
    return Part(fields, kind, params, disposition, file, encoding, body, end, children)


def _described(fields: Fields, default: str) -> tuple[str, dict[str, str], str, dict[str, str], str]:
    """Type, its parameters, disposition, its parameters, transfer encoding."""
    kind, disposition, encoding = default, "", ""
    params: dict[str, str] = {}
    file: dict[str, str] = {}
    for name, value in reversed(fields):  # the topmost of two wins, as everywhere
        if name == "content-type":
            kind, params = content_type(value, default)
        elif name == "content-disposition":
            text = value.decode("latin-1")
            disposition, file = text.partition(";")[0].strip().lower()[:40], parameters(text)
        elif name == "content-transfer-encoding":
            encoding = _transfer_encoding(value)
    return kind, params, disposition, file, encoding


def _transfer_encoding(value: bytes) -> str:
    """The word, in the one spelling that has a meaning: "Quoted_Printable" is written, and "base-64", and "8bit;"."""
    written = value.decode("latin-1").partition(";")[0].partition("(")[0].strip("\"' \t").lower()[:40]
    return _SPELLINGS.get(_NOT_LETTER.sub("", written), written.replace(">", ""))


def content_type(value: bytes, default: str) -> tuple[str, dict[str, str]]:
    """("text/plain", parameters); a type that cannot be read is the default one, "text" is text/plain (RFC 2045 section 5.2)."""
    text = value.decode("latin-1")
    match = _TYPE.match(text)
    if match:
        return f"{match[1]}/{match[2]}".lower(), parameters(text)
    return ("text/plain" if text[:4].lower() == "text" else default), parameters(text)


def parameters(text: str) -> dict[str, str]:
    """Raw parameters in order, names in lower case, the first of a name wins; RFC 2231 pieces keep their stars."""
    found: dict[str, str] = {}
    for count, match in enumerate(_PARAMETER.finditer(text)):
        if count >= PARAMETERS:
            break
        quoted, bare = match[2], match[3]
        value = (
            bare.strip().removeprefix('"')
            if quoted is None
            else (_ESCAPED.sub(r"\1", quoted) if "\\" in quoted else quoted)
        )
        found.setdefault(match[1].lower(), value)
    return found


def _boundary(walk: _Walk, params: dict[str, str], start: int, end: int) -> bytes | None:
    """The delimiter without its line end: the declared one, else the first body line that begins with two dashes."""
    declared = params.get("boundary", "").rstrip().encode("latin-1", "replace")
    if 0 < len(declared) <= BOUNDARY:
        return b"--" + declared
    raw = walk.raw
    at = start if raw.startswith(b"--", start, end) else raw.find(b"\n--", start, end) + 1
    line = raw[at : min(end, at + 200)].partition(b"\n")[0].rstrip() if at or raw.startswith(b"--", start, end) else b""
    if len(line) > 2 and raw.find(b"\n" + line, at + len(line), end) >= 0:
        walk.defects["multipart without boundary: guessed"] = None
        return line
    walk.defects["multipart without boundary: read as text"] = None
    return None


def _spans(walk: _Walk, delimiter: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Where the parts between the delimiter lines begin and end; the line end before a delimiter is its own (RFC 2046 5.1.1)."""
    raw, spans = walk.raw, []
    at, open_at, closed = start, -1, False
    while not closed and (hit := raw.find(delimiter, at, end)) >= 0:
        at = hit + len(delimiter)
        rest, after = _rest_of_line(raw, at, end) if hit == start or raw[hit - 1] == 10 else (b"no", at)
        if rest and not rest.startswith(b"--"):
            walk.look_alikes += 1
            if walk.look_alikes > LOOK_ALIKES:
                walk.defects["more than 20 000 lines that look like a delimiter: the rest is one part"] = None
                break
            continue
        if open_at >= 0:
            spans.append((open_at, _before_line(raw, open_at, hit)))
        closed, open_at, at = rest.startswith(b"--"), after, max(at, after - 1)
        if len(spans) > PARTS:
            return spans
    if not closed and open_at >= 0:
        walk.defects["multipart is not closed"] = None
        spans.append((open_at, end))
    if not spans:
        walk.defects["multipart without parts"] = None
    return spans or [(start, end)]


def _rest_of_line(raw: bytes, at: int, end: int) -> tuple[bytes, int]:
    """What stands after a delimiter on its line (200 octets of it), and where the next line begins."""
    stop = raw.find(b"\n", at, end)
    stop = end if stop < 0 else stop
    return raw[at : min(stop, at + 200)].strip(), min(stop + 1, end)


def _before_line(raw: bytes, start: int, at: int) -> int:
    """The end of the octets before the line that begins at `at`, its line end taken off."""
    if at > start and raw[at - 1] == 10:
        at -= 1
        if at > start and raw[at - 1] == 13:
            at -= 1
    return at


def head(walk: _Walk, start: int, end: int, *, top: bool) -> tuple[Fields, int]:
    """The header fields of a part and where its body begins."""
    raw = walk.raw
    stop, body = _blank_line(raw, start, end)
    block = raw[start : min(stop, start + BLOCK)]
    if stop - start > BLOCK:
        walk.defects["header block over 100 kB: cut"] = None
        walk.cut |= top
    fields, broken = _fields(walk, block, top=top)
    return (fields, start + broken) if broken >= 0 else (fields, body)


def _blank_line(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the header block ends and where the body begins."""
    if raw.startswith(b"\n", start, end):
        return start, start + 1
    if raw.startswith(b"\r\n", start, end):
        return start, start + 2
    crlf = raw.find(b"\n\r\n", start, end)
    bare = raw.find(b"\n\n", start, crlf if crlf >= 0 else end)
    if bare >= 0:
        return bare + 1, bare + 2
    return (crlf + 1, crlf + 3) if crlf >= 0 else (end, end)


def _fields(walk: _Walk, block: bytes, *, top: bool) -> tuple[Fields, int]:
    """Fields in order, unfolded; and the offset at which a body begins without an empty line before it, or -1.

    A line that is no field does not end the head while a field follows it; when none follows, it begins the body.
    """
    found: list[tuple[str, list[bytes]]] = []
    at, body = 0, -1
    for line in block.split(b"\n"):
        offset, at = at, at + len(line) + 1
        if line[:1] in (b" ", b"\t") and (found or not line.strip()):
            if found and body < 0:
                found[-1][1].append(line)
            continue
        match = _FIELD.match(line)
        if match:
            body = -1
            found.append((match[1].decode("ascii").lower(), [line[match.end() :]]))
        elif line.strip(b"\r") and (found or not line.startswith((b"From ", b">From "))):
            if line.startswith(b"--") and _is_delimiter(found, line):
                return _kept(walk, found, top=top), offset
            body = offset if body < 0 else body
            walk.defects["a header line is broken"] = None
        if len(found) > FIELDS:
            walk.defects["more than 1000 header fields: cut"] = None
            walk.cut |= top
            found.pop()
            break
    return _kept(walk, found, top=top), body


def _is_delimiter(found: list[tuple[str, list[bytes]]], line: bytes) -> bool:
    """Whether a line in a head is the boundary that this same head declares: the empty line is missing."""
    name = line[2:].rstrip()
    return bool(name) and any(
        key == "content-type" and any(name in piece for piece in value[:50]) for key, value in found
    )


def _kept(walk: _Walk, found: list[tuple[str, list[bytes]]], *, top: bool) -> Fields:
    fields: Fields = []
    for name, lines in found:
        value = lines[0].rstrip(b"\r") if len(lines) == 1 else b"".join(line.rstrip(b"\r") for line in lines)
        if len(value) > FIELD:
            walk.cut |= top and name == "from"
            if name not in _LISTS:
                walk.defects[f"field {name[:40]} over 16 kB: dropped"] = None
                continue
            walk.defects[f"field {name[:40]} over 16 kB: cut"] = None
            value = value[:FIELD]
            value = value[: max(value.rfind(b","), value.rfind(b">") + 1, 0)]
        fields.append((name, value))
    return fields
