"""marks: what names the proof of a mail, so that it acts once.  marks(prepared) -> the aligned signatures, else the mail's words.

What a signature leaves out can be changed by whoever has the mail; the signature itself cannot.  Without one (SPF alone, a closed
network, a login) the words, the Date, the letter and the purpose must have come before to be a replay; of a mail that answers no letter,
the words with what they pass on, the Date and the author.  A mail that proves nothing has marks of its own: it can leave a note once, and
never stands in the way of one that is proven.  Pure.
"""

from __future__ import annotations

import hashlib

from maild.model.plan import Prepared


def marks(prepared: Prepared) -> tuple[str, ...]:
    trust = prepared.trust
    if trust.authenticated and trust.marks:
        return trust.marks
    claim = "" if trust.authenticated else "unproven\n"
    named = [f"{token.purpose}{token.letter}" for token in prepared.tokens] or [_alone(prepared)]
    return tuple(_of_words(prepared, claim + name) for name in named)


def _alone(prepared: Prepared) -> str:
    """Whose mail it is, and what else it brings: two that are passed on at one time have the same words, none."""
    message = prepared.message
    author = message.author.address.lower() if message.author else ""
    passed = message.forwarded.text if message.forwarded else ""
    return "\n".join([author, " ".join(passed.split()), *(file.sha256 for file in message.attachments)])


def _of_words(prepared: Prepared, name: str) -> str:
    message = prepared.message
    date = message.date.isoformat() if message.date else ""
    told = f"{name}\n{date}\n{' '.join(message.text.split())}"
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]
