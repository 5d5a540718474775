"""known: what is asked of the database about an arrival, and what it answers.  Lookup -> Known; all values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from maild.model.absence import Absence
from maild.model.agenda import Asked, Item
from maild.model.case import Case
from maild.model.draft import Draft
from maild.model.message import Attachment
from maild.model.recorded import Recorded
from maild.model.related import Said
from maild.model.rota import Swap
from maild.model.seen import Counted, Counting


@dataclass(frozen=True, slots=True)
class Whose:
    """The open cases of these addresses and of everybody at these domains."""

    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lookup:
    """The one question to the database.

    people  addresses that a handler names
    whose   who asks how his cases stand
    parks   a handler writes, whose mail may have to be kept as a draft; what his commands may reach is asked for as well (the mails
            that his letter told of, an incident's cases)
    logs    all that happened in the cases that he names or answers, and in those tied to them
    doubted the handler in whose name the mail came: which of his mails wait for a letter that asks whether he wrote them
    mine    the handler whose open cases are asked
    traces  why these cases went where they went
    counting  numbers of cases that rules want to know
    incidents  the newest open incident with each of these labels
    sticky  who had the last case of the sender, and of those whom a handler names
    talks   what was said last in `cases`
    swaps   duty that changed hands, or was offered, and ends later than that; None: nobody has duty here
    pages   pages that have not left at that time and may tell of more, and what these letters tell of; None: nobody is paged here
    """

    letters: tuple[int, ...] = ()
    message_ids: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    address: str = ""
    cases: tuple[int, ...] = ()
    counters: tuple[str, ...] = ()
    budgets: tuple[tuple[str, int], ...] = ()
    agenda: Asked | None = None
    marks: tuple[str, ...] = ()
    parks: bool = False
    people: tuple[str, ...] = ()
    whose: Whose | None = None
    logs: bool = False
    mine: str = ""
    doubted: str = ""
    traces: bool = False
    sticky: bool = False
    incidents: tuple[str, ...] = ()
    swaps: datetime | None = None
    talks: bool = False
    counting: Counting | None = None
    pages: datetime | None = None


@dataclass(frozen=True, slots=True)
class LetterRow:
    """What stands behind a token: whose case, made for which party, telling of which seq, written when.

    words: it carried what somebody said, such as a handler's answer.
    """

    id: int
    case: int | None
    party: str
    kind: str
    seq: int
    revoked: bool
    to: str
    at: datetime | None = None
    words: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """address: a mail address, or the telephone number of somebody of whom no mail address is known.

    muted: letters to him come back; spam: a mail of his was, so that what is not proven to be his is quarantined.
    """

    id: int
    name: str
    address: str
    language: str | None = None
    muted: bool = False
    spam: bool = False

    @property
    def writes(self) -> bool:
        """Whether mail can be sent to him."""
        return "@" in self.address


@dataclass(frozen=True, slots=True)
class Standing:
    """An open case as its customer may know it: its subject, and who said something last that he may read."""

    case: Case
    subject: str
    last_by: str = ""
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A letter that has not left yet and may still be replaced: the end of a burst.  messages are rows it tells of."""

    outbox: int
    letter: int
    case: int | None
    party: str
    kind: str
    due_at: datetime
    messages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Merging:
    """A page of several cases that has not left yet, and may tell of more.  cases: row and number of each."""

    letter: int
    handler: str
    rota: str
    due_at: datetime
    cases: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of a case as a letter shows it.  people: the addresses in its To and Cc."""

    message: int
    at: datetime
    author: str
    text: str
    incoming: int = 0
    attachments: tuple[Attachment, ...] = ()
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Other:
    """An open case as a letter about another one names it."""

    case: int
    number: str
    desk: str
    subject: str


@dataclass(frozen=True, slots=True)
class Known:
    """The one answer.

    by_message_id  message id -> case id; cases holds those, too, in which merged ones go on
    obeyed         those of the ids and marks asked for that stand on a handler's mail which was carried out, or declined
    inside         those of the ids that stand on the mail of a supplier or an approver
    persons        party -> Person, of everybody whose address a letter may need
    counters       as asked, plus "open:<handler>" for open cases; missing = 0
    mine           the open cases of the handler who asked, the first of them
    traces         case id -> the trace of the mail that opened it
    log            case id -> all that happened in it, where the question asked for that
    drafts         letter id -> the handlers' mails that it told of as kept
    next_*         row ids that the next new rows get: the settler is alone, so they are certain
    thread         (case id, party) -> message ids that this party has written or got in this case, for References (the
                   last 20, oldest first)
    subjects       commitment -> text of the cases' subjects, and of the phrases of their errands
    heard          case id -> the last mail of the customer's side, in the cases of talk
    waiting        case id -> the cases that rest until it is solved
    absent         handler -> since when he is away; some of them may be back by now
    agenda         the open cases that were asked for
    others         customer's party -> his open cases, newest first, the last few: what else there is, for whoever handles one
    told           letter id -> the mails that it told of, oldest first; of letters to handlers, for one who acts
    tied           case id -> case, of cases tied to those here
    talk           case id -> its last mails that are not internal, oldest first, for a handler who is new to it; only of
                   cases to which a handler's letter leads, or which he names; or of all that were asked for
    incidents      label -> the newest open incident that has it
    last           customer's party -> the handler of his last case that somebody had
    withheld       letters of these cases that were taken back before they left; where logs are asked for
    left           letter id -> when it left, of the last reminders to customers for whom these cases wait
    unproven       mails in the name of the handler who writes of which a letter that has not left will ask him
    by_address     address -> Person, of the addresses that were asked for
    standing       the open cases that were asked for, the newest first
    swaps          as asked, by their numbers
    counted        as asked
    merging        pages that may tell of more cases; paged: letter id -> the cases of which that page tells
    """

    letters: Mapping[int, LetterRow] = field(default_factory=dict)
    cases: Mapping[int, Case] = field(default_factory=dict)
    by_message_id: Mapping[str, int] = field(default_factory=dict)
    obeyed: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()
    by_number: Mapping[str, int] = field(default_factory=dict)
    author: Person | None = None
    persons: Mapping[str, Person] = field(default_factory=dict)
    counters: Mapping[str, int] = field(default_factory=dict)
    budgets: Mapping[tuple[str, int], int] = field(default_factory=dict)
    pending: tuple[Pending, ...] = ()
    withheld: tuple[Pending, ...] = ()
    left: Mapping[int, datetime] = field(default_factory=dict)
    shown: Mapping[int, Shown] = field(default_factory=dict)
    thread: Mapping[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)
    subjects: Mapping[str, str] = field(default_factory=dict)
    talk: Mapping[int, tuple[Shown, ...]] = field(default_factory=dict)
    heard: Mapping[int, tuple[Shown, ...]] = field(default_factory=dict)
    waiting: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    others: Mapping[str, tuple[Other, ...]] = field(default_factory=dict)
    absent: Mapping[str, Absence] = field(default_factory=dict)
    agenda: tuple[Item, ...] = ()
    mine: tuple[Case, ...] = ()
    traces: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    told: Mapping[int, tuple[Said, ...]] = field(default_factory=dict)
    tied: Mapping[int, Case] = field(default_factory=dict)
    log: Mapping[int, tuple[Recorded, ...]] = field(default_factory=dict)
    drafts: Mapping[int, tuple[Draft, ...]] = field(default_factory=dict)
    unproven: tuple[Draft, ...] = ()
    by_address: Mapping[str, Person] = field(default_factory=dict)
    standing: tuple[Standing, ...] = ()
    last: Mapping[str, str] = field(default_factory=dict)
    incidents: Mapping[str, int] = field(default_factory=dict)
    next_case: int = 1
    next_person: int = 1
    next_message: int = 1
    next_letter: int = 1
    next_draft: int = 1
    next_swap: int = 1
    swaps: Mapping[int, Swap] = field(default_factory=dict)
    counted: Counted = field(default_factory=Counted)
    merging: tuple[Merging, ...] = ()
    paged: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
