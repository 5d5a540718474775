"""ics: a calendar file (RFC 5545) of stretches of time, for phones and calendar programs.

write(entries, name, now) -> octets: CRLF, lines folded at 75 octets, text escaped, times in UTC.  An entry's UID is the caller's, and
stays the same when the file is made anew: a program that reads it again changes the entry instead of adding one.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_LONGEST = 75
# Section 3.3.11; a line end is \n, and no other control character may stand in a text.
_ESCAPES = {ord("\\"): "\\\\", ord(";"): "\\;", ord(","): "\\,", ord("\n"): "\\n"}
_CONTROL = dict.fromkeys((*range(9), *range(11, 32), 127))


@dataclass(frozen=True, slots=True)
class Entry:
    """From when to when, under which heading; uid: unique in the world, and the same tomorrow."""

    uid: str
    since: datetime
    until: datetime
    summary: str
    description: str = ""


def write(entries: Iterable[Entry], name: str, now: datetime) -> bytes:
    """now: when the file was made.  METHOD is left out: nobody is invited, it is only told (section 3.7.2)."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//maild//oncall//EN", "CALSCALE:GREGORIAN"]
    lines.append(f"X-WR-CALNAME:{_text(name)}")
    for entry in entries:
        lines += _event(entry, now)
    lines.append("END:VCALENDAR")
    return b"".join(map(_folded, lines))


def _event(entry: Entry, now: datetime) -> list[str]:
    """Section 3.6.1.  It takes nobody's time from a free/busy search: whoever has duty may have meetings."""
    return [
        "BEGIN:VEVENT",
        f"UID:{_text(entry.uid)}",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(entry.since)}",
        f"DTEND:{_utc(entry.until)}",
        f"SUMMARY:{_text(entry.summary)}",
        *([f"DESCRIPTION:{_text(entry.description)}"] if entry.description else []),
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _utc(at: datetime) -> str:
    """Form 2 of section 3.3.5."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROL).translate(_ESCAPES)


def _folded(line: str) -> bytes:
    """Section 3.1: at most 75 octets, then a line end and a blank; never within a letter."""
    rows, row = list[str](), ""
    room = _LONGEST
    for letter in line:
        size = len(letter.encode())
        if room < size:
            rows.append(row)
            # The blank that begins a row counts.
            row, room = "", _LONGEST - 1
        row += letter
        room -= size
    return "\r\n ".join([*rows, row]).encode() + b"\r\n"
