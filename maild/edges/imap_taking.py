"""imap_taking: a mail of a mailbox -> a Delivery, as though a door had taken it.  Pure.

delivery(raw, at, circumstances) -> Delivery.  There is no envelope: its recipients are those addresses of ours that the mail names
(X-Original-To, Delivered-To, To, Cc), signed ones too; else the mailbox's desk.  Its sender is Return-Path, else From.
Received at INTERNALDATE, since promises run from then; unless that is in the future, or before mail here was ours.
refusal(head, raw, ...) -> why it cannot be taken, "" if it can: the same limits as at the SMTP door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from maild.edges.delivery import Delivery
from maild.edges.smtp_data import hops
from maild.mail.headers import addresses, octets_to_text
from maild.mail.scan import Fields, scan_head

RECIPIENTS = 100
# Older, and found by reading a mailbox anew: whoever wrote it has got his answer, or does not wait for one any more.
LATE = timedelta(hours=24)
_HEAD = 256 * 1024
_WAY = ("x-original-to", "delivered-to", "to", "cc")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """knows: whether an address is ours; fallback: the desk's; found: by reading the mailbox anew."""

    knows: Callable[[str], bool]
    fallback: str
    horizon: datetime
    now: datetime
    found: bool = False


def delivery(raw: bytes, at: datetime | None, here: Circumstances) -> Delivery:
    """The mail as it lies in the mailbox, byte for byte."""
    fields = scan_head(raw[:_HEAD]).root.fields
    ours = dict.fromkeys(a for a in _addresses(fields, _WAY) if here.knows(a))
    received = received_at(at, here)
    source = "late" if here.found and received < here.now - LATE else "imap"
    recipients = tuple(ours)[:RECIPIENTS] or (here.fallback,)
    return Delivery(_sender(fields), recipients, raw, "imap", "IMAP", received, source)


def received_at(at: datetime | None, here: Circumstances) -> datetime:
    return at if at is not None and here.horizon <= at <= here.now else here.now


def _addresses(fields: Fields, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        for key, value in fields:
            if key == name:
                yield from (a.address for a in addresses(octets_to_text(value)) if "@" in a.address)


def _sender(fields: Fields) -> str:
    """ "" for <>: a bounce (RFC 5321 section 4.5.5).  Without Return-Path nobody knows, and From is a better guess than nobody."""
    path = next((value.strip() for key, value in fields if key == "return-path"), None)
    if path == b"<>":
        return ""
    names = ("return-path", "from") if path is not None else ("from",)
    return next(_addresses(fields, names), "unknown")


def too_many_hops(raw: bytes, most: int) -> bool:
    """A mail that goes round.  hops() counts below the first line, which at the other doors is our own."""
    return hops(b"\r\n" + raw[:_HEAD]) > most
