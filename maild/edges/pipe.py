"""pipe: the door for MTAs that deliver to a program: a mail on standard input, its envelope in options or the environment.

envelope(said, environ, raw, policy, hostname) -> Envelope      who sent it, to whom; the mail without an mbox "From " line
Door(config, policy, database, key).take(envelope, ...)         stored when it returns; Refused, TryLater, or a database error

It writes by itself, whether a daemon runs or not: one short transaction on a connection of its own, then a word to the daemon.  So
there is one way only, nothing depends on who is up, and it is the same on PostgreSQL.  (Asking a running daemon to take the mail
would need the other way as well, for when it is down, and a decision between the two that can be wrong a moment later.)  SQLite lets
one write at a time and the others wait; the daemon's transactions are short, and so is this one.  Measured on a machine five times
overloaded: beside a writer that never rests a mail waits a second, two at most; one of 35 MB keeps others from writing for half of one.

FAULTS  kill -9 before COMMIT: nothing is stored, and the MTA has no exit status; after it: the MTA's second try meets the digest.
LIMITS  The door's: size, hops, known mailbox, free disk.  A large mail holds other writers for as long as the disk needs for it.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import BinaryIO

from maild.config import Config
from maild.edges.mailboxes import by_address, knows
from maild.edges.smtp_data import hops
from maild.edges.smtp_limits import UNIX
from maild.errors import Refused, TryLater
from maild.mail import envelope as rfc5321
from maild.mail import mailbox, token
from maild.mail.digest import digest
from maild.mail.headers import addresses, octets_to_text
from maild.mail.scan import scan_head
from maild.model.policy import Policy
from maild.store import incoming
from maild.store.database import Database
from maild.store.incoming import Taken

_PIECE = 1 << 20
_NOBODY = ("", "<>", "MAILER-DAEMON", "<MAILER-DAEMON>")
# Where MTAs and mail programs write to whom a mail went, the surest first.
_TO_FIELDS = ("x-original-to", "envelope-to", "delivered-to", "to", "cc")
_NAME = re.compile(r"[^\s<>@]{1,64}")


@dataclass(frozen=True, slots=True)
class Said:
    """What the command line says: sender None and recipients () where it says nothing."""

    sender: str | None
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """sender "" for nobody; recipients are none only where nobody said any."""

    sender: str
    recipients: tuple[str, ...]
    mail: bytes


def read(source: BinaryIO, limit: int) -> bytes:
    """All of it; Refused when it is more than the limit.  What is over is read and let go: an MTA that cannot write on reports that."""
    pieces, size = [], 0
    while piece := source.read(_PIECE):
        size += len(piece)
        if size <= limit:
            pieces.append(piece)
        else:
            pieces.clear()
    if size > limit:
        raise Refused(552, "5.3.4", f"message too large: {size} octets, and {limit} is the most")
    return b"".join(pieces)


def envelope(said: Said, environ: Mapping[str, str], raw: bytes, policy: Policy, hostname: str) -> Envelope:
    """Options first, then what MTAs put into the environment, then what stands in the mail itself."""
    line, mail = _top(raw)
    head = scan_head(mail[: mailbox.HEAD]).root
    sender = said.sender if said.sender is not None else environ.get("SENDER")
    if sender is None and line is not None:
        sender = line.sender
    if sender is None:
        written = addresses(octets_to_text(head.field("return-path") or head.field("from")))
        sender = written[0].address if written else ""
    recipients = _exactly(said.recipients, environ, policy) or _from_environment(environ, policy)
    if not recipients:
        named = [a.address for name in _TO_FIELDS for a in addresses(octets_to_text(head.field(name)))]
        recipients = tuple(a for a in dict.fromkeys(named) if knows(a, by_address(policy)))[:1]
    return Envelope(_sender(sender, hostname), recipients, mailbox.crlf(mail))


def _top(raw: bytes) -> tuple[mailbox.FromLine | None, bytes]:
    """The separator that local delivery agents put above the mail, and the mail; it is quoted when the mail came through a mailbox."""
    bare = raw.removeprefix(b">")
    if not bare.startswith(b"From "):
        return None, raw
    line, _, rest = bare.partition(b"\n")
    return mailbox.from_line(line.rstrip(b"\r")), rest


def _sender(sender: str, hostname: str) -> str:
    """As SMTP would have it: a local name gets our domain, and what is no address is nobody."""
    bare = sender.strip()
    if bare.upper() in _NOBODY:
        return ""
    bare = bare.removeprefix("<").removesuffix(">")
    bare = f"{bare}@{hostname}" if _NAME.fullmatch(bare) else bare
    return bare if rfc5321.is_mailbox(bare) else ""


def _exactly(recipients: Sequence[str], environ: Mapping[str, str], policy: Policy) -> tuple[str, ...]:
    """The recipients said; a plain address of a desk with what the MTA knows to have stood behind it, which may be a signed word."""
    desks = by_address(policy)
    more = [environ.get("ORIGINAL_RECIPIENT", ""), environ.get("RECIPIENT", "")]
    found = []
    for recipient in recipients:
        desk = desks.get(recipient.lower())
        if desk is None:
            found.append(recipient)
            continue
        whole = next((r for r in more if any(token.split(r, own, desk.separator) for own in desk.addresses)), "")
        local, _, domain = recipient.rpartition("@")
        extension = environ.get("EXTENSION", "")
        found.append(whole or (f"{local}{desk.separator}{extension}@{domain}" if extension else recipient))
    return tuple(found)


def _from_environment(environ: Mapping[str, str], policy: Policy) -> tuple[str, ...]:
    """Postfix, Exim and qmail: the first address that is ours, as it was before aliases changed it; else the first, to be refused."""
    named = [environ.get("ORIGINAL_RECIPIENT", ""), environ.get("RECIPIENT", "")]
    if environ.get("LOCAL_PART") and environ.get("DOMAIN"):
        named.append(f"{environ['LOCAL_PART']}@{environ['DOMAIN']}")
    given = [address for address in named if address]
    known = [address for address in given if knows(address, by_address(policy))]
    return tuple(known[:1] or given[:1])


class Door:
    """The way in for one mail."""

    def __init__(self, config: Config, policy: Policy, database: Database, key: bytes) -> None:
        self._config, self._policy, self._database, self._key = config, policy, database, key

    def take(self, come: Envelope, now: datetime) -> int:
        """The arrival's id, after COMMIT."""
        self._check(come)
        raw = _received(self._config.door.hostname, now) + come.mail
        if hops(raw) > self._config.door.hops:
            # RFC 5321 section 6.3.
            raise Refused(554, "5.4.6", "too many hops, this mail goes in circles")
        value, weak = digest(raw, self._key)
        raw_id = incoming.new_raw_id(time.time_ns())
        taken = Taken(value, weak, raw_id, raw, "pipe", come.sender, come.recipients, UNIX, "PIPE", now)
        before = self._place()
        session = self._database.session()
        with session.transaction():
            row_id, _ = incoming.keep(session, taken)
        if self._place() != before:
            raise TryLater(451, "4.3.0", "the database was replaced just now")
        return row_id

    def _check(self, come: Envelope) -> None:
        desks = by_address(self._policy)
        for recipient in come.recipients:
            with suppress(UnicodeEncodeError):
                rfc5321.recipient(b"TO:<" + recipient.encode() + b">")
            if not knows(recipient, desks):
                raise Refused(550, "5.1.1", f"<{recipient}>: no such mailbox here")
        disk = os.statvfs(self._config.state)
        if disk.f_bavail * disk.f_frsize < self._config.door.min_free:
            raise TryLater(452, "4.3.1", "insufficient system storage")

    def _place(self) -> tuple[int, int]:
        """Which file SQLite writes into: one that is restored over it is another, and what we wrote is then nowhere."""
        if not self._database.sqlite:
            return 0, 0
        found = Path(self._database.url).stat()
        return found.st_dev, found.st_ino


def _received(hostname: str, at: datetime) -> bytes:
    """The trace field (RFC 5321 section 4.4), as far as a program that was called knows: no client said hello."""
    line = f"Received: by {hostname} (maild pipe, uid {os.getuid()})\r\n\twith local; {format_datetime(at)}\r\n"
    return line.encode("ascii", "replace")
