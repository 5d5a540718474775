"""winmail_making: a small writer of winmail.dat (MS-OXTNEF), for tests.

stream(attributes...) -> octets.  attribute(...), file(...), properties(...) make what goes into it.
"""

from __future__ import annotations

import struct

MESSAGE_ID = b"\x07\x03\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"
UNICODE, STRING, BINARY, OBJECT, LONG, BOOLEAN = 0x1F, 0x1E, 0x102, 0x0D, 3, 0xB
BODY, RTF, HTML, CODEPAGE, SUBJECT = 0x1000, 0x1009, 0x1013, 0x3FDE, 0x0037
CONTENT, NAME, LONG_NAME, TYPE, CONTENT_ID = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712

Property = tuple[int, int, bytes]


def attribute(name: int, content: bytes, level: int = 1) -> bytes:
    checksum = sum(content) & 0xFFFF
    return struct.pack("<BHHI", level, name, 6, len(content)) + content + struct.pack("<H", checksum)


def stream(*attributes: bytes, codepage: int = 1252) -> bytes:
    version = attribute(0x9006, struct.pack("<I", 0x10000)) + attribute(0x9007, struct.pack("<II", codepage, 0))
    return struct.pack("<IH", 0x223E9F78, 7) + version + b"".join(attributes)


def properties(*some: Property, count: int | None = None) -> bytes:
    return struct.pack("<I", len(some) if count is None else count) + b"".join(map(_property, some))


def _property(one: Property) -> bytes:
    name, kind, value = one
    tag = struct.pack("<HH", kind, name)
    if name >= 0x8000:
        tag += bytes(16) + struct.pack("<II", 1, 6) + "abc".encode("utf-16-le") + b"\0\0"
    if kind in (LONG, BOOLEAN):
        return tag + value.ljust(4, b"\0")
    return tag + struct.pack("<II", 1, len(value)) + value + bytes(-len(value) % 4)


def message(*some: Property) -> bytes:
    """The attribute with the properties of the message itself."""
    return attribute(0x9003, properties(*some))


def text(words: str) -> Property:
    return BODY, UNICODE, (words + "\0").encode("utf-16-le")


def rich(document: bytes) -> Property:
    """A document within the frame for compressed ones, not compressed."""
    return RTF, BINARY, struct.pack("<IIII", len(document) + 12, len(document), 0x414C454D, 0) + document


def file(name: str, content: bytes, *, title: bytes = b"8DOT3~1.TXT", more: tuple[Property, ...] = ()) -> bytes:
    """A file as Outlook writes it: a short name, the octets, then its long name among the properties."""
    long_name = (LONG_NAME, UNICODE, (name + "\0").encode("utf-16-le"))
    parts = (
        (0x9002, struct.pack("<HIHHII", 1, 0xFFFFFFFF, 32, 32, 0, 0)),
        (0x8010, title + b"\0"),
        (0x800F, content),
        (0x9005, properties(long_name, *more)),
    )
    return b"".join(attribute(key, value, level=2) for key, value in parts)


def mail_within(subject: str, *attributes: bytes) -> bytes:
    """A message attached to the message: a stream within the stream."""
    inner = stream(message((SUBJECT, UNICODE, (subject + "\0").encode("utf-16-le"))), *attributes)
    content = (CONTENT, OBJECT, MESSAGE_ID + inner)
    return attribute(0x9002, bytes(14), level=2) + attribute(0x9005, properties(content), level=2)
