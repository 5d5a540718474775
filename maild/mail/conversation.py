"""conversation: Thread-Index, by which Outlook and Exchange put the mails of a case together ([MS-OXOMSG] 2.2.1.3).

began(value) -> the 22 octets that name a conversation, of a mail that has one (b"" if it is none);
of_case(case, host) -> those of a case that no such mail began; index(start, letter, at) -> the value for a letter of ours.

Where the customer's Outlook has begun the conversation, ours must bear its name, or his own mail and our answer stand apart; so
the start comes from the mail that opened the case, and from then on from the case's earlier letters, which all have it.
A letter is always a first child of the start, however deep in the talk it stands: what belongs together is told by the start, the
order by the child's time, and the value stays at 36 characters.
Pure: neither clock nor chance; what the standard calls random comes from the letter's number.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from datetime import UTC, datetime, timedelta

START = 22
_LONGEST = 4000
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")
_INDEX = re.compile(rb"^Thread-Index: ([A-Za-z0-9+/=]+)\r$", re.M)
_FILETIME = datetime(1601, 1, 1, tzinfo=UTC)
# A case knows no instant here that would be the same for all its letters; any fixed one before them serves.
_BEFORE_ALL = datetime(2026, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def began(value: str) -> bytes:
    """The start of a header's value.  It must look like one: 22 octets and fives, the first of them 1."""
    try:
        octets = binascii.a2b_base64(_NOT_BASE64.sub("", value[:_LONGEST]))
    except ValueError:
        return b""
    return octets[:START] if len(octets) >= START and not (len(octets) - START) % 5 and octets[0] == 1 else b""


def in_head(head: bytes) -> bytes:
    """The start of a letter of ours, from its head."""
    found = _INDEX.search(head)
    return began(found[1].decode("ascii")) if found else b""


def of_case(case: int, host: str) -> bytes:
    """A start that is the same for all letters of a case, and another's for no other case of this or another site."""
    name = hashlib.sha256(f"maild case {case} at {host}".encode()).digest()[:16]
    return _ticks(_BEFORE_ALL).to_bytes(8, "big")[:6] + name


def index(start: bytes, letter: int, at: datetime) -> str:
    """The start and one child: one bit that tells the unit, 31 bits of time since the start, an octet of "chance"."""
    since = max(0, _ticks(at) - _began_at(start))
    # Short spans are counted in units of 2**18 ticks (26 ms), spans over 1.7 years in units of 2**23.
    child = since >> 18 if since < 1 << 49 else 1 << 31 | since >> 23 & 0x7FFFFFFF
    octets = start + child.to_bytes(4, "big") + bytes([letter % 256])
    return binascii.b2a_base64(octets, newline=False).decode("ascii")


def _ticks(at: datetime) -> int:
    """FILETIME: units of 100 ns since 1601."""
    return (at - _FILETIME) // _TICK * 10


def _began_at(start: bytes) -> int:
    # Old senders write the highest six octets of the time, whose first is 1 in our days; newer ones a 1 and then the highest five.
    return int.from_bytes(start[1:6], "big") << 24 if start[1] == 1 else int.from_bytes(start[:6], "big") << 16
