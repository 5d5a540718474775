"""smtp_data: the octets between 354 and the final dot, and what stands on top of them.

Body.feed(octets) -> what came after the end, or None while there is no end
received(...)     -> our Received field (RFC 5321 section 4.4)
hops(raw)         -> how many Received fields the mail has below its first line

Only CRLF.CRLF ends a mail (4.1.1.4); bare CR and LF are content.  Linear in time whatever the cut of the octets;
memory is the mail, at most the limit: past it the octets are let go until the end has come.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

from maild.edges.smtp_limits import UNIX, Budget
from maild.errors import Refused, SmtpError, TryLater

_END = b"\r\n.\r\n"
_HEADERS = 256 * 1024
_TOO_LARGE = Refused(552, "5.3.4", "message too large")
_TOO_MUCH = TryLater(452, "4.3.1", "too much mail at one time, try again later")


class Body:
    """One mail as it comes in.  `fault` says what is wrong with it, None for nothing so far."""

    __slots__ = ("_budget", "_held", "_kept", "_limit", "_virtual", "fault")

    def __init__(self, limit: int, budget: Budget) -> None:
        self._limit, self._budget = limit, budget
        self._kept = bytearray()
        # As though a line had just ended, so that a dot on the first line is one like any other.
        self._held = b"\r\n"
        self._virtual = 2
        self.fault: SmtpError | None = None

    def feed(self, octets: bytes) -> bytes | None:
        """Take some more.  Returned is what follows the end of the mail."""
        window = self._held + octets
        # One octet is found a hundred times sooner than five, and there is none of it in Base64.
        end = window.find(_END) if b"." in window else -1
        if end >= 0:
            self._keep(window[: end + 2])
            return window[end + len(_END) :]
        cut = len(window) - _begun(window)
        self._keep(window[:cut])
        self._held = window[cut:]
        return None

    def _keep(self, piece: bytes) -> None:
        if self.fault is not None or not piece:
            return
        # Section 4.5.2.  A dot after CRLF never stands apart from it here: what may begin an end is held back whole.
        plain = (piece.replace(b"\r\n.", b"\r\n") if b"." in piece else piece)[self._virtual :]
        self._virtual = 0
        self._kept += plain
        self._budget.used += len(plain)
        if len(self._kept) > self._limit:
            self._drop(_TOO_LARGE)
        elif self._budget.spent:
            self._drop(_TOO_MUCH)

    def _drop(self, fault: SmtpError) -> None:
        self.fault = fault
        self.release()

    def take(self, top: bytes) -> bytes:
        """The mail with `top` before it; its octets stay in the budget until `release`."""
        return b"".join((top, self._kept))

    def release(self) -> None:
        """The mail is no longer held."""
        self._budget.used -= len(self._kept)
        self._kept = bytearray()


def _begun(window: bytes) -> int:
    """How many octets at the end may be the beginning of an end of mail."""
    return next((n for n in (4, 3, 2, 1) if window.endswith(_END[:n])), 0)


def received(hello: str, client: str, hostname: str, protocol: str, at: datetime) -> bytes:
    """The trace field.  hello: what the client calls itself, already harmless."""
    origin = "" if client == UNIX else f" ([{'IPv6:' if ':' in client else ''}{client}])"
    line = f"Received: from {hello}{origin}\r\n\tby {hostname} with {protocol}; {format_datetime(at)}\r\n"
    return line.encode("ascii", "replace")


def hops(raw: bytes) -> int:
    """Received fields after the first line, in the first 256 kB of the header."""
    end = raw.find(b"\r\n\r\n", 0, _HEADERS)
    return raw[: end if end >= 0 else _HEADERS].lower().count(b"\nreceived:")
