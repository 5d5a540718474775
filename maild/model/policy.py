"""policy: what the admin decided, compiled.  Built by policy/build.py from YAML and templates; frozen; replaced whole at reload.

Facts are what a rule may look at.  A rule's condition is compiled to something that says, for given facts, which of its
parts failed; so the trace costs nothing extra and decide/ needs to know no condition by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Protocol

from maild.model.agreement import Agreement
from maild.model.approval import Approval
from maild.model.calendar import ALWAYS, Calendar
from maild.model.correlation import Correlation
from maild.model.deed_events import CaseType
from maild.model.directory import Directory, directory
from maild.model.door import Refusal
from maild.model.events import Priority
from maild.model.fact import Fact
from maild.model.limits import Limits
from maild.model.people import Desk, Handler, Organisation
from maild.model.recurring import Recurring
from maild.model.rota import Rota
from maild.model.seen import Asks
from maild.model.sla import Slas
from maild.model.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a mail when rules are asked.

    Addresses in lower case; text cut at 64 kB; desk is the key of the one it was sent to; hours: how that desk stood when it came
    (model/calendar.Hours).
    at            when it came, on that desk's clock: 2026-03-02T10:00; weekday: monday to sunday
    organisation  the author's, with its labels, its agreements of that day and what they cover
    authentication, possession  the words of model/people
    files         how many attachments are no part of the text; tags: behind the + of our addresses; item: what it orders
    spam          the verdict of the filter that maild.yaml names
    decided_*     what rules above decided; the others are those of model/seen.Seen
    """

    desk: str
    author: str
    domain: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    text: str
    own_text: str
    kind: str
    automatic: bool
    language: str
    authenticated: bool
    headers: tuple[tuple[str, str], ...]
    attachments: tuple[tuple[str, str, int], ...]
    size: int
    hours: str = "open"
    at: str = ""
    weekday: str = ""
    organisation: str = ""
    organisation_labels: tuple[str, ...] = ()
    agreements: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    authentication: str = "none"
    possession: str = "none"
    files: int = 0
    tags: tuple[str, ...] = ()
    spam: str = ""
    item: str = ""
    known: bool = False
    muted: bool = False
    marked_spam: bool = False
    cases: int = 0
    counts: tuple[tuple[str, int, int], ...] = ()
    same_subject: bool = False
    case_status: str = ""
    decided_priority: str = ""
    decided_line: str = ""
    decided_labels: tuple[str, ...] = ()


class Condition(Protocol):
    """A compiled `when`."""

    def failed(self, facts: Facts) -> str:
        """ "" when it holds; else its first part that failed, as the admin wrote it."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """How a handler is chosen: by name (one key), in turn (round robin, weighted, by skill) or least loaded among keys, the
    customer's last one (sticky), or nobody (no keys).

    key names the rotation, so that its turn survives restarts and reloads.  weights: of the handlers, in their order; otherwise: who
    has it where the customer's last handler cannot.
    """

    how: str
    handlers: tuple[str, ...]
    key: str = ""
    weights: tuple[int, ...] = ()
    otherwise: Choice | None = None


@dataclass(frozen=True, slots=True)
class Todo:
    """A task that a rule puts on a case's list.  handler: a key, "" for whoever has the case; due: after so long, None for never."""

    text: str
    handler: str = ""
    due: timedelta | None = None

    def __str__(self) -> str:
        notes = [self.handler, f"in {self.due.days}d" if self.due and not self.due.seconds else str(self.due or "")]
        return f"{self.text} ({', '.join(filter(None, notes))})" if any(notes) else self.text


@dataclass(frozen=True, slots=True)
class Named:
    """Where a web form's mail names the customer: in Reply-To, or behind a field's name ("" for Reply-To)."""

    field: str = ""

    def __str__(self) -> str:
        return f"field {self.field}" if self.field else "reply_to"


@dataclass(frozen=True, slots=True)
class Decisions:
    """The `set` of a rule; None or () = this rule says nothing about it.

    watch: "handler:KEY", "desk:KEY" or an address each.
    """

    desk: str | None = None
    handler: Choice | None = None
    priority: Priority | None = None
    labels: tuple[str, ...] = ()
    acknowledge: bool | None = None
    discard: str | None = None
    confidential: bool | None = None
    line: str | None = None
    type: CaseType | None = None
    category: str | None = None
    language: str | None = None
    quarantine: str | None = None
    reopen: bool | None = None
    tasks: tuple[Todo, ...] = ()
    watch: tuple[str, ...] = ()
    template: str | None = None
    customer: Named | None = None
    forward: tuple[str, ...] = ()
    notice: str | None = None
    ask: tuple[str, ...] = ()
    correlate: Correlation | None = None
    approve: Approval | None = None

    def said(self) -> Iterator[tuple[str, object]]:
        """Field and value of all that the rule decides."""
        values = ((name, getattr(self, name)) for name in DECIDED)
        return ((name, value) for name, value in values if value is not None and value != ())


DECIDED = tuple(field.name for field in fields(Decisions))
# What adds up over rules; of all else the earliest rule's word holds.
ADDING = frozenset({"labels", "tasks", "watch", "forward", "ask"})


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of routing.yaml.  where is file:line, shown in every trace; stop ends the search when it matched.

    shadow: it decides nothing, and stops nothing; what it would have decided is on record.
    ours: built in, and asked although an earlier one stopped.  title: of an item, as customers read it.
    """

    name: str
    where: str
    when: Condition
    set: Decisions
    because: str = ""
    stop: bool = False
    shadow: bool = False
    ours: bool = False
    title: str = ""


class Rules(tuple[Rule, ...]):
    """Rules in their order."""

    def could(self, facts: Facts) -> Sequence[int]:
        """The numbers of those that could match, in order; whoever knows better (policy/index.py) leaves out those that cannot."""
        return range(len(self))


@dataclass(frozen=True, slots=True)
class Wants:
    """What the rules may want to know of a mail beside itself, gathered once.

    choices: all ways of choosing a handler, also those behind another; addresses: whom they name, forwards: of these, to whom mail goes
    on; forms: where forms name customers; incidents: labels; reopens: a rule speaks of reopening; correlations: of monitoring mail.
    """

    choices: tuple[Choice, ...] = ()
    addresses: tuple[str, ...] = ()
    forwards: tuple[str, ...] = ()
    forms: tuple[Named, ...] = ()
    incidents: tuple[str, ...] = ()
    reopens: bool = False
    correlations: tuple[Correlation, ...] = ()


def wants(rules: Iterable[Rule]) -> Wants:
    """Of all these rules, also of those in the shadow."""
    said = [rule.set for rule in rules]
    chosen = [one.handler for one in said if one.handler]
    forwards = tuple(dict.fromkeys(address for one in said for address in one.forward))
    watching = (who for one in said for who in one.watch if "@" in who)
    voters = (who for one in said if one.approve for who in one.approve.by if "@" in who)
    return Wants(
        choices=(*chosen, *(choice.otherwise for choice in chosen if choice.otherwise)),
        addresses=tuple(dict.fromkeys((*watching, *forwards, *voters))),
        correlations=tuple(one.correlate for one in said if one.correlate),
        forwards=forwards,
        forms=tuple(dict.fromkeys(one.customer for one in said if one.customer)),
        incidents=tuple(dict.fromkeys(one.notice for one in said if one.notice)),
        reopens=any(one.reopen is not None for one in said),
    )


@dataclass(frozen=True, slots=True)
class Notice:
    """A line of "who is told what": on this event, to that role, this letter, at once or at the end of a burst.

    unless: words for mails and cases of which nobody is told so: automatic, unproven, confidential, a priority, or label:WORD.
    """

    on: str
    to: str
    send: str
    wait: bool = False
    unless: tuple[str, ...] = ()


class Texts(Protocol):
    """The templates of all languages, compiled."""

    def render(self, name: str, language: str, values: Mapping[str, object]) -> Rendered:
        """The letter `name` in that language, or in the nearest that has it (nn -> nb -> en).  Never fails on a value of ours."""
        ...

    def languages(self) -> tuple[str, ...]: ...

    def says(self, name: str, language: str, value: str) -> bool:
        """Whether that letter in that language says anything of that value."""
        ...

    def words(self, language: str) -> Mapping[str, str]:
        """The single words of that language, by key."""
        ...

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of the handlers' commands, in all of them."""
        ...


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter's words: the subject (one line) and the text, LF line ends, output capped at 64 kB."""

    subject: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Policy:
    """All of it.  hash names the files it was built from; the first desk is the default; admin gets postmaster's mail.

    catalogue: an item each, with when it is ordered; asks: what the rules want to know of the database.
    recurring: cases that open by themselves; openings: what is decided of those of an entry, by its key.
    """

    hash: str
    desks: Mapping[str, Desk]
    handlers: Mapping[str, Handler]
    rules: Rules
    notices: tuple[Notice, ...]
    texts: Texts
    limits: Limits = field(default_factory=Limits)
    files: Mapping[str, str] = field(default_factory=dict)
    admin: str | None = None
    organisations: Mapping[str, Organisation] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    rotas: Mapping[str, Rota] = field(default_factory=dict)
    agreements: Mapping[str, Agreement] = field(default_factory=dict)
    catalogue: Rules = field(default_factory=Rules)
    asks: Asks = field(default_factory=Asks)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    door: tuple[Refusal, ...] = ()
    slas: Slas = field(default_factory=Slas)
    recurring: Mapping[str, Recurring] = field(default_factory=dict)
    openings: Mapping[str, Rule] = field(default_factory=dict)
    wants: Wants = field(init=False, compare=False, default=Wants())
    directory: Directory = field(init=False, compare=False, default=Directory())

    def __post_init__(self) -> None:
        object.__setattr__(self, "wants", wants((*self.rules, *self.openings.values())))
        object.__setattr__(self, "directory", directory(self.handlers.values(), self.organisations.values()))

    @property
    def times(self) -> bool:
        """Whether anything hangs on how long a case has been here."""
        return bool(self.slas or self.rotas) or any(desk.unassigned for desk in self.desks.values())

    @property
    def default_desk(self) -> Desk:
        return next(iter(self.desks.values()))

    def desk_of_address(self, address: str) -> Desk | None:
        """The desk with this plain address (lower case), without any signed part."""
        return next((desk for desk in self.desks.values() if address in desk.addresses), None)

    def handler_of_address(self, address: str) -> Handler | None:
        return self.directory.handlers.get(address.lower())

    def answers_for(self, handler: Handler, team: str) -> Handler | None:
        """The team for whose shared mailbox this handler may answer, if it is that one."""
        found = self.handlers.get(team)
        return found if found and not found.retired and handler.key in found.members else None

    def organisation_of_contact(self, address: str) -> Organisation | None:
        """The organisation for which this address (lower case) may ask."""
        return self.directory.contacts.get(address)

    def calendar_of(self, desk: str) -> Calendar:
        """The desk's opening hours; it is always open if it has none."""
        found = self.desks.get(desk)
        return self.calendars.get(found.calendar, ALWAYS) if found else ALWAYS

    def rotas_of(self, desk: str) -> tuple[Rota, ...]:
        """Who has duty for this desk."""
        return tuple(rota for rota in self.rotas.values() if desk in rota.desks)

    def team(self, desk: str) -> tuple[Handler, ...]:
        """The handlers who work for this desk today."""
        return tuple(h for h in self.handlers.values() if not h.retired and h.works_for(desk))


Clock = Callable[[], datetime]
