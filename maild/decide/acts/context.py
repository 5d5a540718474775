"""context: what a command's function is given, and what it may answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from maild.decide.asking import INSIDE
from maild.decide.ledger import Ledger
from maild.decide.tasklist import name_of
from maild.model.case import Case
from maild.model.events import Event
from maild.model.people import Handler, handler_party
from maild.model.plan import LetterRow, Prepared, Shown
from maild.model.policy import Policy
from maild.model.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Order:
    """A proven handler's mail to a case: purpose is the verb of the address he wrote to, letter the one he answers.

    actor: the party of a member who writes for a team's shared mailbox, whose mail this is then; "" for the handler himself.
    """

    prepared: Prepared
    handler: Handler
    case: int
    purpose: str
    letter: LetterRow | None
    actor: str = ""

    @property
    def by(self) -> str:
        """The party who did it."""
        return self.actor or handler_party(self.handler.key)


After = Callable[[Ledger], None]


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a line cannot be carried out: a key of the templates' words, and a hint to mend it."""

    key: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """The events a line causes, and the receipt's line: a key of the templates' words with its value.

    after: what else follows, in other cases or as letters; called when every line of the mail has been understood and its events
    have happened.  inside: the text below the commands is this command's, and goes to no customer.
    """

    events: tuple[Event, ...]
    key: str
    value: str = ""
    after: After | None = None
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """case: as the lines above have left it; text: what stands below the commands."""

    case: Case
    handler: Handler
    policy: Policy
    order: Order
    closes_in: timedelta
    ledger: Ledger
    text: str = ""

    @property
    def inside(self) -> bool:
        """Whether the letter that is answered makes the text below a note."""
        return self.order.letter is not None and self.order.letter.kind in INSIDE

    @property
    def author(self) -> str:
        """The name of whoever wrote."""
        return name_of(self.ledger, self.order.by)

    def shown(self, text: str) -> tuple[Shown, ...]:
        """The mail as a letter shows it, with this of its text; only when it is filed."""
        prepared = self.order.prepared
        if not text and not prepared.message.attachments:
            return ()
        return (self.ledger.show(prepared, self.ledger.next_message() - 1, text),)

    @property
    def vocabulary(self) -> Vocabulary:
        return self.policy.texts.vocabulary


Outcome = Done | Wrong
