"""delivery: what a door hands over, and to whom.  Values only; edges/smtp.py gives them out again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from maild.errors import SmtpError


@dataclass(frozen=True, slots=True)
class Delivery:
    """A mail with its envelope.

    sender       "" for <>
    recipients   as given, in order, doubles included
    raw          our Received on top, CRLF as received
    client       IP address, or "unix"
    protocol     SMTP, ESMTP, ESMTPS, LMTP or IMAP
    source       the door's name in the queue; "" = lmtp for LMTP, else smtp
    """

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    client: str
    protocol: str
    received_at: datetime
    source: str = ""


class Mailroom(Protocol):
    """Given by the daemon."""

    def knows(self, recipient: str) -> bool:
        """Whether mail to this address is taken; asked at RCPT."""
        ...

    def refuses(self, client: str, sender: str, recipient: str, size: int = 0) -> SmtpError | None:
        """What the rules of the door say to it; asked of SMTP only, at RCPT and, when its size is known, after the final dot."""
        ...

    def room(self) -> None:
        """Asked before 354; TryLater when the disk is short."""
        ...

    async def accept(self, delivery: Delivery) -> int:
        """The arrival's id, after the durable commit.  Raises TryLater, Refused or Ghost."""
        ...


class Ghost(Exception):
    """Nobody knows whether the commit happened.

    RFC 5321 section 4.2.5: after a 4yz the mail must not be delivered, after a 250 it must.  So neither is said: the
    connection is cut, and the client's second attempt meets the digest.
    """
