"""imap_words: what IMAP commands and answers are made of (RFC 3501): quoted strings, folder names, dates, lists of numbers.

quoted(text) -> "text"; folder(name) -> quoted, in modified UTF-7 (5.1.3); instant(b"17-Jul-1996 02:44:25 -0700") -> datetime or None;
selected(lines) -> Selected; numbers(lines) -> the UIDs of a SEARCH; heads(lines) -> {uid: Head} of a FETCH.  Pure.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_NUMBER = re.compile(rb"\d{1,10}")
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,12})\b")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]{10,40})"')


@dataclass(frozen=True, slots=True)
class Selected:
    """A folder as SELECT told of it.  0: not told."""

    uidvalidity: int
    uidnext: int
    exists: int


@dataclass(frozen=True, slots=True)
class Head:
    """A mail before its octets are fetched.  at: INTERNALDATE, None if it cannot be read."""

    uid: int
    size: int
    at: datetime | None


def quoted(text: str) -> str:
    """Section 9: a quoted string.  CR, LF and NUL cannot stand in one; no name of ours has them."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def folder(name: str) -> str:
    """A folder as it is written on the wire: section 5.1.3."""
    return quoted("".join(_shifted(run) for run in re.findall(r"[ -~]+|[^ -~]+", name)))


def _shifted(run: str) -> str:
    if run.isascii() and run.isprintable():
        return run.replace("&", "&-")
    coded = base64.b64encode(run.encode("utf-16-be")).decode("ascii").rstrip("=").replace("/", ",")
    return f"&{coded}-"


def instant(value: bytes) -> datetime | None:
    """INTERNALDATE in UTC."""
    try:
        return datetime.strptime(value.decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def since(at: datetime) -> str:
    """A day for SEARCH SINCE, which disregards time and zone."""
    return f"{at.day}-{_MONTHS[at.month * 3 - 3 : at.month * 3]}-{at.year}"


def selected(lines: Iterable[bytes]) -> Selected:
    """From the answers to SELECT."""
    text = b"\n".join(bytes(line) for line in lines)
    return Selected(
        _first(rb"\[UIDVALIDITY (\d{1,10})\]", text),
        _first(rb"\[UIDNEXT (\d{1,10})\]", text),
        _first(rb"\b(\d{1,10}) EXISTS\b", text),
    )


def _first(pattern: bytes, text: bytes) -> int:
    match = re.search(pattern, text)
    return int(match[1]) if match else 0


def numbers(lines: Iterable[bytes]) -> list[int]:
    """The numbers of SEARCH's untagged lines, ascending, none twice."""
    return sorted({int(n) for line in lines for n in _NUMBER.findall(bytes(line))})


def heads(lines: Iterable[bytes]) -> dict[int, Head]:
    """One Head a line that has all three items; what a server says besides, of flags, is passed over."""
    found = {}
    for line in lines:
        uid, size, date = _UID.search(line), _SIZE.search(line), _DATE.search(line)
        if uid and size:
            found[int(uid[1])] = Head(int(uid[1]), int(size[1]), instant(date[1]) if date else None)
    return found
