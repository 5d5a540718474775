"""draft: a handler's mail that was not carried out, and is kept until he says what shall become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from maild.model.message import Address, Attachment, Forwarded

OPEN = "open"


@dataclass(frozen=True, slots=True)
class Kept:
    """What else is kept of a mail that would have opened a case for somebody else: what the case is made of."""

    subject: str
    message_id: str | None
    references: tuple[str, ...] = ()
    language: str | None = None
    passed: Forwarded | None = None


def dump_kept(kept: Kept) -> dict[str, Any]:
    """As values for JSON."""
    passed = kept.passed
    author = [passed.author.name, passed.author.address] if passed and passed.author else None
    return {
        **{field.name: getattr(kept, field.name) for field in fields(Kept)},
        "passed": {**{field.name: getattr(passed, field.name) for field in fields(Forwarded)}, "author": author}
        if passed
        else None,
    }


def load_kept(found: Mapping[str, Any]) -> Kept:
    passed = found["passed"]
    if passed is not None:
        author = Address(*passed["author"]) if passed["author"] else None
        passed = Forwarded(**{**passed, "author": author, "references": tuple(passed["references"])})
    return Kept(**{**found, "references": tuple(found["references"]), "passed": passed})


@dataclass(frozen=True, slots=True)
class Draft:
    """What is kept.

    letter    the letter that told of it: a reply to that finishes it; None while no letter has told yet
    case      None for a mail to a desk, of no case
    incoming, message  the arrival with its files, and its row in the case (None without a case)
    reason    why it was not carried out: wrong (a line was not understood), many (it asks), unproven (nobody proved who wrote),
              behalf (wrong, in a mail that would have opened a case)
    purpose, answers   the verb of the address that it was written to, and the letter that its writer had read
    text      his own words, commands and all; "" when they are gone
    kept      of a mail that would have opened a case, or may have: the rest of it
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
    kept: Kept | None = None

    def waits(self, now: datetime) -> bool:
        """Whether it can still be finished."""
        return self.state == OPEN and self.expires_at > now and bool(self.text or self.files or self.kept)
