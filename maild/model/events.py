"""events: what happened to a case.  Past participles; ids, enums and times only, never personal text.

An event names personal text by its **commitment** (see content.py), people by their party.  The record around it, with
seq, time, actor and cause, is Recorded (model/recorded.py).  To add a kind: a dataclass here, and a `case` in model/case.py.apply.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    ON_HOLD = "on_hold"
    SOLVED = "solved"
    CLOSED = "closed"


class Priority(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Event:
    """The root of all events; kind is the word that stands in the table and in the contract's JSON."""

    kind: ClassVar[str] = ""
    version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """A case began.  subject is a commitment, message the row that opened it, customer a party."""

    kind: ClassVar[str] = "opened"
    number: str
    desk: str
    subject: str
    customer: str
    language: str
    message: int
    linked: int | None = None


@dataclass(frozen=True, slots=True)
class Received(Event):
    """A mail came into the case.  standing: customer, participant, thread, stranger or unverified (a handler's mail without proof)."""

    kind: ClassVar[str] = "received"
    message: int
    by: str
    standing: str
    evidence: str
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Replied(Event):
    """A handler answered the customer."""

    kind: ClassVar[str] = "replied"
    message: int
    by: str


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """A handler wrote an internal note."""

    kind: ClassVar[str] = "noted"
    message: int
    by: str


@dataclass(frozen=True, slots=True)
class Filed(Event):
    """A mail of the past that is no answer and no question: an acknowledgement, a notice, a bounce."""

    kind: ClassVar[str] = "filed"
    message: int
    by: str


@dataclass(frozen=True, slots=True)
class Imported(Event):
    """The case is history: it was imported, nobody was told of it, and it rests until somebody answers one of its mails."""

    kind: ClassVar[str] = "imported"


@dataclass(frozen=True, slots=True)
class Assigned(Event):
    """The case has this handler now (None: nobody), for this reason."""

    kind: ClassVar[str] = "assigned"
    handler: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Moved(Event):
    """The case went to another desk."""

    kind: ClassVar[str] = "moved"
    desk: str


@dataclass(frozen=True, slots=True)
class Watched(Event):
    """The mail that opened the case went to this desk too: its team is told."""

    kind: ClassVar[str] = "watched"
    desk: str


@dataclass(frozen=True, slots=True)
class Prioritised(Event):
    kind: ClassVar[str] = "prioritised"
    priority: Priority
    reason: str


@dataclass(frozen=True, slots=True)
class Labelled(Event):
    kind: ClassVar[str] = "labelled"
    label: str


@dataclass(frozen=True, slots=True)
class Waiting(Event):
    """The case rests.  on: customer (until he writes), time (until until_at) or case (until that one is solved)."""

    kind: ClassVar[str] = "waiting"
    by: str
    on: str
    until_at: datetime | None = None
    case: int | None = None


@dataclass(frozen=True, slots=True)
class Woken(Event):
    """The rest is over: due, the customer wrote, or the other case was solved."""

    kind: ClassVar[str] = "woken"
    reason: str


@dataclass(frozen=True, slots=True)
class Solved(Event):
    """Solved by this party; quiet: the customer is not told.  closes_at: when the window for reopening ends."""

    kind: ClassVar[str] = "solved"
    by: str
    quiet: bool
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Reopened(Event):
    kind: ClassVar[str] = "reopened"
    by: str


@dataclass(frozen=True, slots=True)
class Closed(Event):
    """The window for reopening has passed."""

    kind: ClassVar[str] = "closed"


@dataclass(frozen=True, slots=True)
class Acknowledged(Event):
    """The acknowledgement is owed: once per case."""

    kind: ClassVar[str] = "acknowledged"
    to: str
    letter: int


@dataclass(frozen=True, slots=True)
class Told(Event):
    """A letter is owed to this party."""

    kind: ClassVar[str] = "told"
    to: str
    what: str
    letter: int


@dataclass(frozen=True, slots=True)
class Suppressed(Event):
    """A letter was owed and is not sent, for this reason (a budget, an automatic sender)."""

    kind: ClassVar[str] = "suppressed"
    to: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Declined(Event):
    """A person's foreseeable mistake: nothing was done, and he is told what and how to mend it."""

    kind: ClassVar[str] = "declined"
    by: str
    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class Bounced(Event):
    """A letter of ours did not arrive; failed for good, or only delayed.  status as in RFC 3463."""

    kind: ClassVar[str] = "bounced"
    letter: int
    to: str
    status: str
    permanent: bool
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Muted(Event):
    """Letters to this party came back for good: nothing automatic goes to him until he writes.  status as in RFC 3463."""

    kind: ClassVar[str] = "muted"
    party: str
    status: str


@dataclass(frozen=True, slots=True)
class Unmuted(Event):
    """A mail came from a party that was muted: his address works."""

    kind: ClassVar[str] = "unmuted"
    party: str


@dataclass(frozen=True, slots=True)
class Archived(Event):
    """What was said in the case up to now is in the archive."""

    kind: ClassVar[str] = "archived"
    by: str


@dataclass(frozen=True, slots=True)
class Erased(Event):
    """A person was erased, all his cases one by one, and once without a case for the whole: so many rows lost their content.

    Who did it is the actor; the address stands nowhere.
    """

    kind: ClassVar[str] = "erased"
    party: str
    mails: int
    messages: int
    letters: int
    altered: int = 0


@dataclass(frozen=True, slots=True)
class Altered(Event):
    """Somebody erased was masked in what another wrote.  what: mail (a row of incoming), message, letter, subject or draft."""

    kind: ClassVar[str] = "altered"
    what: str
    row: int


@dataclass(frozen=True, slots=True)
class Expired(Event):
    """The desk keeps what was said in a case only so long: so many messages and letters lost their content."""

    kind: ClassVar[str] = "expired"
    messages: int
    letters: int


@dataclass(frozen=True, slots=True)
class Ignored(Event):
    """Nothing else happened, and why.  May stand without a case."""

    kind: ClassVar[str] = "ignored"
    reason: str


@dataclass(frozen=True, slots=True)
class Held(Event):
    """A bug stopped this arrival; it waits for `maild queue retry`.  May stand without a case."""

    kind: ClassVar[str] = "held"
    error: str


@dataclass(frozen=True, slots=True)
class Restored(Event):
    """The database is a copy made at that instant; so many letters are held, for they may have left already.  Without a case."""

    kind: ClassVar[str] = "restored"
    copied_at: datetime
    letters: int


@dataclass(frozen=True, slots=True)
class Released(Event):
    """Letters that a restore held were let go (sent) or given up (dropped) by an admin.  Without a case."""

    kind: ClassVar[str] = "released"
    fate: str
    letters: int


@dataclass(frozen=True, slots=True)
class Rekeyed(Event):
    """A key of the signed addresses was made, or an old one lost its worth: rotated, leaked or revoked.  Without a case."""

    kind: ClassVar[str] = "rekeyed"
    what: str
    key: str
