"""tnef: Outlook's winmail.dat -> the files and the text in it (MS-OXTNEF).

unpack(octets) -> Unpacked, or None for what is no TNEF.  A file is named by its place (start, end) in the octets, so that nothing is
copied and a stored attachment needs no second reading.  Never raises, one pass, pure.

Our own reader and no library: tnefparse copies the rest of the stream for each attribute, loops four thousand million times where a
count says so, and forgets how long a padded value was.  Checksums are not looked at: a file with one wrong octet is still a file.

LIMITS  10 000 attributes and properties, 500 files, messages within messages 3 deep; what is over or cut off is named in defects.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import Struct

from maild.mail.charset import body, decode, shown

STEPS = 10_000
FILES = 500
DEPTH = 3
TEXT = 2_000_000

SIGNATURE = b"\x78\x9f\x3e\x22"
# The interface of a message within a message (IID_IMessage), which stands before its TNEF stream.
_MESSAGE = b"\x07\x03\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"
_ATTRIBUTE = Struct("<BHHI")  # level, name, type, length (section 2.1.3.1)
_U32 = Struct("<I")
_TAG = Struct("<HH")  # a property's type and name (section 2.1.3.4)

_SUBJECT, _BODY, _CONTENT, _TITLE = 0x8004, 0x800C, 0x800F, 0x8010
_TRANSPORT_NAME, _NEW_FILE, _PROPERTIES, _FILE_PROPERTIES, _CODEPAGE = 0x9001, 0x9002, 0x9003, 0x9005, 0x9007

_P_SUBJECT, _P_BODY, _P_RTF, _P_HTML, _P_CODEPAGE = 0x0037, 0x1000, 0x1009, 0x1013, 0x3FDE
_P_CONTENT, _P_NAME, _P_LONG_NAME, _P_SHOWN_NAME, _P_TYPE, _P_ID = 0x3701, 0x3704, 0x3707, 0x3001, 0x370E, 0x3712
_NAMES = (_P_LONG_NAME, _P_NAME, _P_SHOWN_NAME)  # the best one first

_FIXED = {
    0: 0, 1: 0, 2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 2, 0x14: 8, 0x40: 8, 0x48: 16,
}  # fmt: skip
_STRING, _UNICODE, _OBJECT, _BINARY, _MANY = 0x1E, 0x1F, 0x0D, 0x102, 0x1000
_VARIABLE = (_STRING, _UNICODE, _OBJECT, _BINARY)


@dataclass(frozen=True, slots=True)
class File:
    """A file in the stream: its octets are start..end.  name and type as written, cleaned; "" when there is none."""

    name: str
    type: str
    start: int
    end: int
    content_id: str


@dataclass(slots=True)
class Unpacked:
    """What a stream holds.  rtf is compressed (MS-OXRTFCP), as it stands there."""

    files: list[File] = field(default_factory=list)
    text: str = ""
    html: str = ""
    rtf: bytes = b""
    subject: str = ""
    defects: list[str] = field(default_factory=list)


class _Draft:
    """A file while its attributes come in."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.type = ""
        self.content_id = ""
        self.place = (0, 0)
        self.message = False


class _Stream:
    def __init__(self, octets: bytes, steps: list[int]) -> None:
        self.octets = octets
        self.steps = steps  # one count for all streams within each other
        self.charset = "cp1252"
        self.found = Unpacked()
        self.draft: _Draft | None = None

    def step(self) -> bool:
        self.steps[0] += 1
        return self.steps[0] <= STEPS

    def u32(self, at: int) -> int:
        return int(_U32.unpack_from(self.octets, at)[0]) if at + 4 <= len(self.octets) else 0

    def string(self, start: int, end: int, kind: int = _STRING) -> str:
        raw = self.octets[start : min(end, start + TEXT)]
        if kind == _UNICODE:
            return raw[: len(raw) & ~1].decode("utf-16-le", "replace").partition("\0")[0]
        return decode(raw.partition(b"\0")[0], self.charset)[0]


def unpack(octets: bytes) -> Unpacked | None:
    """The files and the text of a winmail.dat."""
    if not octets.startswith(SIGNATURE):
        return None
    found = _unpack(octets, 0, len(octets), [0], 0)
    found.defects = list(dict.fromkeys(found.defects))
    return found


def _unpack(octets: bytes, start: int, end: int, steps: list[int], depth: int) -> Unpacked:
    stream = _Stream(octets, steps)
    for name, at, stop in _attributes(stream, start + 6, end):
        _take(stream, name, at, stop, depth)
    _end_file(stream, depth)
    if stream.steps[0] > STEPS:
        stream.found.defects.append("winmail.dat: more than 10 000 attributes: cut")
    return stream.found


def _attributes(stream: _Stream, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Name and place of each attribute; each is followed by a checksum of two octets."""
    while at + _ATTRIBUTE.size <= end and stream.step():
        _, name, _, length = _ATTRIBUTE.unpack_from(stream.octets, at)
        at += _ATTRIBUTE.size
        if at + length > end:
            stream.found.defects.append("winmail.dat is cut off")
        yield name, at, min(at + length, end)
        at += length + 2


def _take(stream: _Stream, name: int, at: int, stop: int, depth: int) -> None:
    found = stream.found
    if name == _CODEPAGE:
        stream.charset = f"cp{stream.u32(at)}"
    elif name == _SUBJECT:
        found.subject = found.subject or stream.string(at, stop)
    elif name == _BODY:
        found.text = found.text or body(stream.string(at, stop))
    elif name == _PROPERTIES:
        _message_properties(stream, at, stop)
    elif name == _NEW_FILE:
        _end_file(stream, depth)
        stream.draft = _Draft()
    elif stream.draft is None:
        return
    elif name == _TITLE:
        stream.draft.names.setdefault(_P_NAME, stream.string(at, stop))
    elif name == _TRANSPORT_NAME:
        stream.draft.names.setdefault(_P_SHOWN_NAME, stream.string(at, stop))
    elif name == _CONTENT:
        stream.draft.place = (at, stop)
    elif name == _FILE_PROPERTIES:
        _file_properties(stream, stream.draft, at, stop)


def _message_properties(stream: _Stream, at: int, stop: int) -> None:
    found, html, codepage = stream.found, b"", ""
    for name, kind, start, end in _properties(stream, at, stop):
        if name == _P_CODEPAGE and end - start == 4:
            number = stream.u32(start)
            codepage = "utf-8" if number == 65001 else f"cp{number}"
        elif name == _P_BODY:
            found.text = body(stream.string(start, end, kind))
        elif name == _P_SUBJECT:
            found.subject = stream.string(start, end, kind)
        elif name == _P_HTML:
            html = stream.octets[start : min(end, start + TEXT)].partition(b"\0")[0]
        elif name == _P_RTF:
            found.rtf = stream.octets[start : min(end, start + TEXT)]
    if html:
        found.html = decode(html, codepage)[0]


def _file_properties(stream: _Stream, draft: _Draft, at: int, stop: int) -> None:
    for name, kind, start, end in _properties(stream, at, stop):
        if name in _NAMES:
            draft.names[name] = stream.string(start, end, kind)
        elif name == _P_TYPE:
            draft.type = shown(stream.string(start, end, kind)).lower()[:100]
        elif name == _P_ID:
            draft.content_id = shown(stream.string(start, end, kind)).strip("<>")[:200]
        elif name == _P_CONTENT and kind in (_OBJECT, _BINARY):
            draft.message = stream.octets.startswith(_MESSAGE + SIGNATURE, start, end)
            draft.place = (start + len(_MESSAGE), end) if kind == _OBJECT else (start, end)


def _properties(stream: _Stream, at: int, stop: int) -> Iterator[tuple[int, int, int, int]]:
    """Name, type and place of the first value of each property; ends at the first one that does not lie within the block."""
    count, at = stream.u32(at), at + 4
    for _ in range(min(count, STEPS)):
        if at + 4 > stop or not stream.step():
            return
        kind, name = _TAG.unpack_from(stream.octets, at)
        at = _after_name(stream, at + 4) if name >= 0x8000 else at + 4
        many, kind = bool(kind & _MANY), kind & ~_MANY
        values = 1
        if many or kind in _VARIABLE:
            values, at = stream.u32(at), at + 4
        if kind in _VARIABLE:
            start, end, at = _values(stream, at, stop, values)
        elif kind in _FIXED:
            start, end = at, at + _FIXED[kind]
            at += -(-_FIXED[kind] * values // 4) * 4
        else:
            return
        if end > stop:
            stream.found.defects.append("winmail.dat: a property reaches beyond its block")
            return
        if values:
            yield name, kind, start, end


def _after_name(stream: _Stream, at: int) -> int:
    """After the set and the name of a named property (section 2.1.3.4.1)."""
    number_or_length = stream.u32(at + 20)
    return at + 24 if stream.u32(at + 16) == 0 else at + 24 + _padded(number_or_length)


def _values(stream: _Stream, at: int, stop: int, count: int) -> tuple[int, int, int]:
    """The place of the first of so many values, and where the last one ends."""
    first = (at + 4, at + 4 + stream.u32(at))
    for _ in range(count):
        if at + 4 > stop or not stream.step():
            break
        at += 4 + _padded(stream.u32(at))
    return *first, at


def _padded(length: int) -> int:
    return length + -length % 4


def _end_file(stream: _Stream, depth: int) -> None:
    """The file whose attributes are complete; a message within the message gives its own files too."""
    draft, stream.draft = stream.draft, None
    start, end = draft.place if draft else (0, 0)
    if draft is None or end <= start:
        return
    name = next((shown(draft.names[key]) for key in _NAMES if shown(draft.names.get(key, ""))), "")
    inner = None
    if draft.message and depth < DEPTH:
        inner = _unpack(stream.octets, start, end, stream.steps, depth + 1)
        name = f"{shown(inner.subject) or name}.dat" if inner.subject or name else ""
    kind = "application/ms-tnef" if draft.message else draft.type
    files = [File(name, kind, start, end, draft.content_id), *(inner.files if inner else ())]
    room = FILES - len(stream.found.files)
    if len(files) > room:
        stream.found.defects.append("winmail.dat: more than 500 files: cut")
    stream.found.files += files[:room]
    stream.found.defects += inner.defects if inner else []
