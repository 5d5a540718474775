"""message: what one mail says, read once and never changed.

Built by mail/parse.py from raw bytes; every field is safe to show: decoded, without control or bidi characters.
Parts are not copied: an Attachment names its bytes by their place in the raw mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# The line of our letters above which people write: mail programs cut and quote at will, this stays whole.
MARKER = "[maild:"

# RFC 2369, RFC 2919; List-Unsubscribe alone is every newsletter and shop, not a list.
LIST_FIELDS = ("list-id", "list-post", "mailing-list", "x-mailing-list", "list-archive", "list-owner", "x-beenthere")


class Kind(StrEnum):
    """What sort of mail it is.  Only a person's mail may be answered automatically."""

    PERSON = "person"
    AUTOMATIC = "automatic"
    LIST = "list"
    BOUNCE = "bounce"
    FEEDBACK = "feedback"
    RECEIPT = "receipt"
    CALENDAR = "calendar"
    REACTION = "reaction"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox of RFC 5322 section 3.4: display name (may be empty) and addr-spec, the domain in lower case."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2].lower()


def named(name: str, address: str) -> str:
    """How a person is called where the address does not stand beside it: a name that looks like an address could be another's."""
    return address if not name or any(at in name for at in "@\uff20\ufe6b") else name


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the text: start and end are offsets of its encoded body in the raw mail, size counts decoded octets."""

    name: str
    type: str
    size: int
    sha256: str
    inline: bool
    start: int
    end: int
    encoding: str
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says (RFC 3464): addresses that failed for good, those only delayed, status code by address."""

    failed: tuple[str, ...] = ()
    delayed: tuple[str, ...] = ()
    status: tuple[tuple[str, str], ...] = ()
    original_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The mail of somebody else that a mail passes on.

    author   None where it cannot be seen: clients leave the address of a colleague out
    above    what the one who forwards says himself
    attached it came whole, as message/rfc822; else it is read from the header block above its text
    """

    author: Address | None
    subject: str
    text: str
    message_id: str | None = None
    references: tuple[str, ...] = ()
    language: str | None = None
    above: str = ""
    attached: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One mail as read.

    author      the single address of From, None when there is none or it cannot be read
    authors     how many addresses stand in From over all its fields, for any reader: other than 1 means no authentication
    references  ids of In-Reply-To and References, in order, without doubles, with their angle brackets
    text        the whole body as text; own_text what the author wrote himself (a view of text)
    why         the evidence for kind and automatic, header by header
    headers     (lower-case name, decoded value) in order, for rules and authenticators; values at most 16 kB
    forwarded   the mail that it passes on, if its subject says so or one is attached
    """

    subject: str
    author: Address | None
    authors: int
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    date: datetime | None
    message_id: str | None
    references: tuple[str, ...]
    text: str
    html: str | None
    own_text: str
    attachments: tuple[Attachment, ...]
    kind: Kind
    automatic: bool
    why: tuple[str, ...]
    bounce: Bounce | None
    language: str | None
    defects: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    forwarded: Forwarded | None = None

    def header(self, name: str) -> str | None:
        """The topmost header of that (lower-case) name."""
        return next((value for key, value in self.headers if key == name), None)

    def all_headers(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.headers if key == name)
