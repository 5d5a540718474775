"""draft: a handler's mail that was not carried out, and is kept until he says what shall become of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from maild.model.message import Attachment

OPEN = "open"


@dataclass(frozen=True, slots=True)
class Draft:
    """What is kept.

    letter    the letter that told of it: a reply to that finishes it; None while no letter has told yet
    case      None for a mail to a desk, of no case
    incoming, message  the arrival with its files, and its row in the case (None without a case)
    reason    why it was not carried out: wrong (a line was not understood), many (it asks), unproven (nobody proved who wrote)
    purpose, answers   the verb of the address that it was written to, and the letter that its writer had read
    text      his own words, commands and all; "" when they are gone
    state     open, or how it ended: sent, corrected, confirmed or dropped
    named     the cases that the question named: confirmed, it reaches these and no others
    """

    id: int
    letter: int | None
    case: int | None
    party: str
    incoming: int
    message: int | None
    reason: str
    purpose: str
    answers: int | None
    made_at: datetime
    expires_at: datetime
    text: str
    files: tuple[Attachment, ...] = ()
    state: str = OPEN
    named: tuple[int, ...] = ()

    def waits(self, now: datetime) -> bool:
        """Whether it can still be finished."""
        return self.state == OPEN and self.expires_at > now and bool(self.text or self.files)
