"""people: who takes part.

A **party** is how events, letters and rows name one of them without an address: "handler:kari" (a key of people.yaml),
"person:17" (a row of the table person), "admin:root" (a local user), "maild".  Addresses stand in one table only, so that
erasing a person breaks no event.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from maild.model.calendar import Calendar

MAILD = "maild"


def handler_party(key: str) -> str:
    return f"handler:{key}"


def person_party(number: int) -> str:
    return f"person:{number}"


def handler_of(party: str) -> str | None:
    """The handler's key, if the party is one."""
    return party.removeprefix("handler:") if party.startswith("handler:") else None


def person_of(party: str) -> int | None:
    """The person's row id, if the party is one."""
    return int(party.removeprefix("person:")) if party.startswith("person:") else None


class Role(StrEnum):
    """What a handler may do at a desk, least first."""

    HANDLER = "handler"
    LEAD = "lead"
    ADMIN = "admin"

    def covers(self, least: Role) -> bool:
        """Whether who has this role may do what wants that one."""
        ranks = tuple(Role)
        return ranks.index(self) >= ranks.index(least)


@dataclass(frozen=True, slots=True)
class Handler:
    """A handler of people.yaml.  The first address is the registered one: letters go there; commands may come from any.

    cover: who stands in while he is away, the first who is here; digest: HH:MM on his desk's clock, "" for none.
    role holds at every desk he works for that roles, (desk, role) each, does not name.
    members: keys of the handlers who answer for a team's shared mailbox; empty for a single person.
    skills: words that rules ask for; cap: with so many open cases he gets no more by a rule.
    phone: for the program that pages people besides (maild.yaml); it stands in no letter.
    """

    key: str
    name: str
    addresses: tuple[str, ...]
    desks: tuple[str, ...]
    role: Role = Role.HANDLER
    language: str | None = None
    retired: bool = False
    cover: tuple[str, ...] = ()
    digest: str = ""
    roles: tuple[tuple[str, Role], ...] = ()
    members: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    cap: int | None = None
    phone: str = ""

    @property
    def address(self) -> str:
        return self.addresses[0]

    def works_for(self, desk: str) -> bool:
        """Whether the desk is one of his; without a list all are."""
        return desk in self.desks or not self.desks

    def role_at(self, desk: str) -> Role:
        """His role there; at another's desk he is a handler, no more."""
        return dict(self.roles).get(desk, self.role) if self.works_for(desk) else Role.HANDLER


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a desk (1st, 2nd ...), from which a case is escalated to the next.  handlers: keys."""

    name: str
    handlers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days a desk keeps mails as they came, letters, and what was said in cases that have ended.  None: for ever."""

    raw: int | None = None
    letters: int | None = None
    cases: int | None = None


@dataclass(frozen=True, slots=True)
class Untaken:
    """Whom a desk tells of a case that nobody has taken after so much of its open time, or so many ordinary open days.

    tell: as in model/sla.Step.
    """

    after: timedelta
    tell: tuple[str, ...]
    days: int = 0

    def within(self, calendar: Calendar) -> timedelta:
        """So much open time of that calendar."""
        return self.after + self.days * calendar.ordinary()


@dataclass(frozen=True, slots=True)
class Patience:
    """After how many days a customer for whom a case waits is reminded, and when it is closed; None: never.  Never without a reminder."""

    remind: tuple[int, ...]
    close: int | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """A support mailbox, its team and its cases.  number is the pattern of case numbers: {n}, {n:04}, {year} and a prefix.

    lines: from the first to the last; empty where the desk has no lines.
    legal_hold: nothing of its cases may be deleted now; archive_first: only what the archive has.
    shows: whom `status` names to a customer, the handler or only the desk.
    confidential: its cases are shown to its team and to their handlers only.
    after_window: what an answer does that comes after the window for reopening: new_linked (it opens a case) or answer.
    phone: where faults that look critical or high are phoned in, as acknowledgements say.
    calendar: key of its opening hours; "" where it is always open.
    unassigned: who is told of cases that nobody takes.
    patience: with customers for whom cases wait; None: it waits for ever, and reminds nobody.
    """

    key: str
    addresses: tuple[str, ...]
    name: str
    language: str
    zone: str
    number: str = "#{n}"
    first_number: int = 1001
    signature: str = ""
    separator: str = "+"
    reopen_days: int = 14
    retired: bool = False
    retention: Retention = Retention()
    legal_hold: bool = False
    archive_first: bool = False
    lines: tuple[Line, ...] = ()
    shows: str = "handler"
    confidential: bool = False
    calendar: str = ""
    after_window: str = "new_linked"
    unassigned: Untaken | None = None
    patience: Patience | None = None
    phone: str = ""

    @property
    def address(self) -> str:
        return self.addresses[0]

    def line_at(self, line: str | None, handler: str | None) -> int:
        """The place of the line that has a case: as it was escalated, else its handler's, else the first."""
        at = [number for number, one in enumerate(self.lines) if one.name == line]
        theirs = [number for number, one in enumerate(self.lines) if handler in one.handlers]
        return (at or theirs or [0])[0]


@dataclass(frozen=True, slots=True)
class Organisation:
    """A customer of organisations.yaml: everybody at its domains, and contacts, who may ask for all of its cases.

    forms: the addresses of its web forms, whose proven mails may name the customer.
    """

    key: str
    name: str
    domains: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


class Authentication(StrEnum):
    """How sure we are that From is true.

    aligned: in DMARC's sense (RFC 7489 section 3.1); internal: from a network of the site's own.
    """

    NONE = "none"
    ALIGNED = "aligned"
    INTERNAL = "internal"


class Possession(StrEnum):
    """What the sender shows that only a receiver of our letters has.

    thread: a Message-ID of ours or somebody else's signed address; own: the address signed for this very party.
    """

    NONE = "none"
    THREAD = "thread"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Trust:
    """The verdict on From with the authenticator that gave it and its evidence, line by line.

    marks: what names the proof itself, such as a signature: the same one a second time is a replay.
    """

    authentication: Authentication = Authentication.NONE
    by: str = ""
    evidence: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()

    @property
    def authenticated(self) -> bool:
        return self.authentication is not Authentication.NONE
