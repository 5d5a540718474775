"""context: what a command's function is given, and what it may answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from maild.decide import absence, verbs
from maild.decide.asking import INSIDE
from maild.decide.ledger import Ledger
from maild.decide.tasklist import name_of
from maild.model.case import Case
from maild.model.content import Content
from maild.model.draft import Draft
from maild.model.events import Event
from maild.model.known import LetterRow, Shown
from maild.model.people import Desk, Handler, handler_of, handler_party
from maild.model.plan import Prepared
from maild.model.policy import Policy
from maild.model.vocabulary import Vocabulary

After = Callable[[Ledger], None]


# Why a case is his who wrote the mail.
TAKEN, FIRST = "taken", "first to answer"


@dataclass(frozen=True, slots=True)
class Order:
    """A handler's mail to a case: purpose is the verb of the address he wrote to, letter the one he answers.

    proven: From is; what is not may only leave a note, or confirm a draft.
    opens: his new mail opens the case, at whatever desk.
    actor: the party of a member who writes for a team's shared mailbox, whose mail this is then; "" for the handler himself.
    case: None for a mail to a desk, of no case.  draft: the mail was kept before, and this is what it said (drafts.order_of).
    about: the letter in whose sense his words are read: the one he answers, or, where that tells of a mail of his, the one which that
    mail answered (sense).
    """

    prepared: Prepared
    handler: Handler
    case: int | None
    purpose: str
    letter: LetterRow | None
    proven: bool = True
    draft: Draft | None = None
    actor: str = ""
    opens: bool = False
    about: LetterRow | None = None

    @property
    def by(self) -> str:
        """The party who did it."""
        return self.actor or handler_party(self.handler.key)

    @property
    def case_id(self) -> int:
        """The case's row, where there must be one."""
        assert self.case is not None
        return self.case


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a line cannot be carried out: a key of the templates' words, and a hint to mend it.

    shown: messages that he must read first; who answers the letter that shows them has read them.  also: more lines below this one.
    """

    key: str
    hint: str = ""
    shown: tuple[Shown, ...] = ()
    also: tuple[Done, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """The events a line causes, and the receipt's line: a key of the templates' words with its value.

    after: what else follows, in other cases or as letters; called when every line of the mail has been understood and its events
    have happened.  inside: the text below the commands is this command's, and goes to no customer.  shown: messages that the receipt
    shows.  asks: it reaches so many people that he must say it a second time.  was: what the value was before; at: an instant, in the
    zone of the desk (ISO 8601), for {at} in the words; also: more lines of the receipt, which cause nothing; written: what stands
    before the words of such a line; names: the other cases that it reaches, by their rows.
    """

    events: tuple[Event, ...]
    key: str
    value: str = ""
    after: After | None = None
    inside: bool = False
    shown: tuple[Shown, ...] = ()
    asks: bool = False
    was: str = ""
    at: str = ""
    written: str = ""
    also: tuple[Done, ...] = ()
    names: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """found: the case as the lines above have left it; None where a command that needs none stands in a mail to a desk.

    text: what stands below the commands.
    """

    found: Case | None
    handler: Handler
    policy: Policy
    order: Order
    closes_in: timedelta
    ledger: Ledger
    text: str = ""

    @property
    def inside(self) -> bool:
        """Whether the letter that is answered makes the text below a note."""
        return self.order.about is not None and self.order.about.kind in INSIDE

    @property
    def author(self) -> str:
        """The name of whoever wrote."""
        return name_of(self.ledger, self.order.by)

    def shown(self, text: str) -> tuple[Shown, ...]:
        """The mail as a letter shows it, with this of its text; only when it is filed."""
        prepared = self.order.prepared
        if not text and not prepared.message.attachments:
            return ()
        return (self.ledger.show(prepared, self.row, text),)

    @property
    def row(self) -> int:
        """Where the mail stands in the case, when it is filed; one that was kept stood there before."""
        kept = self.order.draft.message if self.order.draft else None
        return self.ledger.next_message() - 1 if kept is None else kept

    @property
    def case(self) -> Case:
        """Where there must be one."""
        assert self.found is not None
        return self.found

    @property
    def vocabulary(self) -> Vocabulary:
        return self.policy.texts.vocabulary

    @property
    def by(self) -> str:
        """Whoever commands, as a party."""
        return handler_party(self.handler.key)

    def written(self, argument: str) -> str:
        """An argument that is free text, as he wrote it: with its own quotes, dashes and full stop."""
        lines = verbs.parse(self.order.prepared.message.own_text, self.vocabulary).lines
        line = next((line.written for line in lines if argument and line.argument == argument), "")
        return " ".join(line.split()[-len(argument.split()) :]) if line else argument

    def content(self, what: str, text: str) -> Content:
        """Words that the command brings, under a salt as random as that of the mail; what: which of its words."""
        return Content(hashlib.sha256(self.order.prepared.body.salt + what.encode()).digest()[:16], text)

    @property
    def desk(self) -> Desk:
        """The case's."""
        return self.policy.desks[self.case.desk]

    @property
    def zone(self) -> ZoneInfo:
        """Of the case's desk."""
        return ZoneInfo(self.desk.zone)

    @property
    def handler_name(self) -> str:
        """Who has the case now, "" for nobody."""
        handler = self.policy.handlers.get(self.case.handler or "")
        return handler.name if handler else ""

    @property
    def language(self) -> str:
        """His own, else the desk's."""
        return self.handler.language or self.desk_language

    @property
    def desk_language(self) -> str:
        desk = self.found.desk if self.found else self.order.prepared.desk
        return self.policy.desks.get(desk, self.policy.default_desk).language

    def zone_of(self, case: Case) -> ZoneInfo:
        """Of the desk of any case."""
        return ZoneInfo(self.policy.desks.get(case.desk, self.policy.default_desk).zone)

    def acts_in(self, case: Case) -> bool:
        """Whether he may act in a case that he only names, and so may be shown what is said in it."""
        return absence.acts_in(self.ledger, self.handler, case)

    def stale(self) -> Wrong | None:
        """The customer wrote after the letter that he answers: what he ends may go on.  The answer shows what she wrote."""
        letter, case = self.order.letter, self.case
        if letter is None or letter.case != case.id or letter.seq >= case.heard:
            return None
        return Wrong("customer_wrote_since", shown=self.ledger.known.heard.get(case.id, ()))


def acting_as(policy: Policy, handler: Handler, letter: LetterRow | None) -> tuple[Handler, str]:
    """A member of a team who answers a letter to its shared mailbox acts as the team, with its rights; what he did is on record as
    his: the handler, and the party on record where it is another."""
    asked = handler_of(letter.party) if letter else None
    team = policy.answers_for(handler, asked) if asked else None
    return (team, handler_party(handler.key)) if team else (handler, "")


def sense(letter: LetterRow | None, case: Case | None) -> LetterRow | None:
    """The letter in whose sense a reply to this one is read: a correction of words to a supplier is no word to the customer."""
    found = case.errands.sense_of(letter.id) if letter and case else None
    return replace(letter, id=found.of, kind=found.what) if letter and found else letter


Outcome = Done | Wrong
