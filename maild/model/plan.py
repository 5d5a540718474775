"""plan: one arrival on its way through the house.

    Incoming   a mail read and trusted, a due instant, a letter that failed
      --lookup-->  Known   what the database says
      --judge-->   Plan    events, rows, letters

All values; decide/ makes them, store/ writes them, nobody changes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from maild.model.absence import Absence
from maild.model.case import Case
from maild.model.content import Content
from maild.model.draft import Draft
from maild.model.known import Person, Shown
from maild.model.message import Address, Attachment, Message
from maild.model.people import Trust
from maild.model.recorded import Recorded
from maild.model.rota import Swap
from maild.model.sla import Target
from maild.model.slip import Slip, Warnings


@dataclass(frozen=True, slots=True)
class Token:
    """A verified signed word of ours: purpose letter, letter row, key.  Only mail/token.py makes one."""

    purpose: str
    letter: int
    key: str


@dataclass(frozen=True, slots=True)
class Past:
    """What an import knows of a mail beside the mail.

    open_since  a case with a mail as young is open work; None: all is history
    homeless    it names no desk of ours: it may join a case, but opens none
    case        the case in which maild exported it, as a key among message ids; "" if it did not
    way         "in" or "out" as exported, "" if not; internal likewise
    """

    open_since: datetime | None = None
    homeless: bool = False
    case: str = ""
    way: str = ""
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A mail read and judged for trust, outside any transaction.

    id          row of `incoming`; 0 in a rehearsal
    desk        key of the desk that owns it: the first of our addresses in To, else the first recipient's
    recipients  our addresses it was delivered to, plain, lower case
    tokens      verified tokens in the recipients' addresses
    ids         verified tokens in In-Reply-To and References, and of the mail that a bounce brings back
    marks       verified tokens in marker lines of our letters that it quotes: they thread, and prove nothing
    also        keys of our other desks that it is addressed to
    standing    key of the handler to whose standing address it was sent, "" for none
    own_id      its own Message-ID is one of ours
    subject, body  the contents that events and rows will name
    source      the door it came by: smtp, lmtp, imap, late (from a mailbox read anew, too old to be acknowledged), pipe, import
                (history: nobody is told of it)
    past        what an import knows of it
    through     the web form's mail in which it came; it is itself what the person who filled the form in wrote
    """

    id: int
    desk: str
    sender: str
    recipients: tuple[str, ...]
    received_at: datetime
    size: int
    message: Message
    trust: Trust
    tokens: tuple[Token, ...]
    ids: tuple[Token, ...]
    own_id: bool
    subject: Content
    body: Content
    marks: tuple[Token, ...] = ()
    also: tuple[str, ...] = ()
    source: str = "smtp"
    past: Past = Past()
    standing: str = ""
    through: Prepared | None = None


@dataclass(frozen=True, slots=True)
class Wake:
    """A due instant of a case, as an arrival."""

    id: int
    case: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A letter that the relay refused for good, or that was given up, as an arrival.  status as in RFC 3463, "" if unknown."""

    id: int
    letter: int
    status: str


@dataclass(frozen=True, slots=True)
class Morning:
    """The hour of a handler's digest, as an arrival: once per handler and day of his calendar."""

    id: int
    handler: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A day of an entry of recurring.yaml, as an arrival: once.  day: 2026-09-01; due_at: when its case was to be opened.

    missed: how many before it were never a case, for nobody ran then.
    """

    id: int
    entry: str
    day: str
    due_at: datetime
    missed: int = 0


Incoming = Prepared | Wake | Undelivered | Morning | Warnings | Occurrence


@dataclass(frozen=True, slots=True)
class Letter:
    """An outgoing mail as it is meant, before it is bytes.  One letter, one recipient.

    kind        ack facts notice update closing receipt error bounce unverified; of questions to people: news task supplier question
                offer approval vote  (X-Maild-Kind and the template's name)
    to          the recipient, a real address; party names him in events
    subject     the case's subject without the tag; "" = the template's own subject (unauthenticated acknowledgement)
    author      display name of the human who wrote it, "" for maild itself
    automatic   value of Auto-Submitted, "" for what a human wrote (RFC 3834 section 5)
    shown       the messages it tells of, oldest first; their attachments travel
    values      what else the template may use: plain strings and numbers
    references  message ids for References, oldest first; in_reply_to "" for none
    replaces    the outbox row of a pending letter that this one takes the place of
    first       the case is new: no earlier letter of its lane (case and party) can be waiting
    template    the site's own in place of the kind's, "" for none
    """

    id: int
    case: int | None
    number: str
    kind: str
    party: str
    to: Address
    desk: str
    language: str
    subject: str
    reason: str
    due_at: datetime
    author: str = ""
    automatic: str = ""
    authenticated: bool = True
    seq: int = 0
    shown: tuple[Shown, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    in_reply_to: str = ""
    replaces: int | None = None
    first: bool = False
    template: str = ""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A mail (or note) as a row of the case: who, when, which way, which content."""

    id: int
    case: int
    direction: str
    author: str
    kind: str
    content: Content
    message_id: str | None
    incoming: int
    internal: bool
    standing: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a plan, as it will stand in the table, with its case (None: none, and seq 0)."""

    case: int | None
    record: Recorded


@dataclass(frozen=True, slots=True)
class Plan:
    """All that one arrival changes.

    cases     the cases touched, after their events
    messages  rows, whose contents go along; references: (message id, case, message row, 1 if it is that mail's own id)
    phrases   commitments of contents that are words of a case's errands, with the case
    cancels   outbox rows taken back before they left; requeued: such a row -> when it leaves after all
    counters, budgets  increments
    addresses more addresses of persons known before, by their row
    changed   persons known before, as they are now (language, muted)
    marks     what names the proof of a handler's mail, so that it acts once
    words     message row -> the words it is found by (model/search)
    absences  handlers who are away from now on, or here (None)
    swaps     duty that changed hands or was offered, as it is from now on
    drafts    handlers' mails that are kept, each with its words; finished: draft -> how it ended
    retold    draft -> the letter that will tell of it instead of another
    restated  message row -> (standing, internal) of a mail that was filed before and counts otherwise now
    trace     stored with the arrival for `maild explain`
    wakes     case -> when it must be looked at next; dues: when what is promised of it is due, by target.  A case of neither keeps its own
    slips     what handlers are to be told of ladders' steps, once all cases that are due have been looked at
    """

    events: tuple[Happened, ...]
    cases: tuple[Case, ...] = ()
    references: tuple[tuple[str, int, int, int], ...] = ()
    words: Mapping[int, str] = field(default_factory=dict)
    persons: tuple[Person, ...] = ()
    changed: tuple[Person, ...] = ()
    addresses: tuple[tuple[str, int], ...] = ()
    messages: tuple[MessageRow, ...] = ()
    contents: tuple[Content, ...] = ()
    phrases: tuple[tuple[str, int], ...] = ()
    letters: tuple[Letter, ...] = ()
    cancels: tuple[int, ...] = ()
    requeued: Mapping[int, datetime] = field(default_factory=dict)
    counters: Mapping[str, int] = field(default_factory=dict)
    budgets: Mapping[tuple[str, int], int] = field(default_factory=dict)
    absences: Mapping[str, Absence | None] = field(default_factory=dict)
    swaps: tuple[Swap, ...] = ()
    marks: tuple[str, ...] = ()
    drafts: tuple[tuple[Draft, Content], ...] = ()
    finished: Mapping[int, str] = field(default_factory=dict)
    retold: Mapping[int, int] = field(default_factory=dict)
    restated: Mapping[int, tuple[str, bool]] = field(default_factory=dict)
    trace: Mapping[str, Any] = field(default_factory=dict)
    wakes: Mapping[int, datetime | None] = field(default_factory=dict)
    dues: Mapping[int, Mapping[Target, datetime]] = field(default_factory=dict)
    slips: tuple[Slip, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A file that travels with a letter, by reference: bytes start..end of that incoming mail."""

    incoming: int
    attachment: Attachment


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as bytes.  head: all headers but Content-*, CRLF, no empty line; text: the encoded first part with its Content-* headers.

    Assembled identically at every attempt by mail/letters.assemble(head, text, parts, payloads).
    """

    letter: int
    message_id: str
    envelope_sender: str
    recipient: str
    head: bytes
    text: bytes
    parts: tuple[Part, ...]
