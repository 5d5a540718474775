"""subjects: what stands around the words of a subject: marks of replies and forwards, numbers of cases."""

from __future__ import annotations

import re

from maild.model.plain import plain
from maild.model.subject import is_forward

__all__ = ["bare_of", "bare_subject", "is_forward", "is_reply", "without_tag"]

_REPLY = re.compile(
    r"^(?:\s*(?:re|sv|vs|aw|ang|odg|antw|fwd?|wg|vb|videresendt|vidaresendt|posr|rv|tr|r)\s?(?:\[\d+\])?\s?:)+\s*", re.I
)
# No letter shows more of a subject, and what a stranger may make us search must have an end.
_LONGEST = 500
_TAG = re.compile(r"\[?#[0-9A-Za-z][0-9A-Za-z-]{0,30}\]?")


def is_reply(subject: str) -> bool:
    """Whether it says so itself."""
    return _REPLY.match(subject[:_LONGEST]) is not None


def bare_of(subject: str) -> str:
    """Without what replies put before it."""
    return " ".join(_REPLY.sub("", subject[:_LONGEST]).split())


def bare_subject(subject: str) -> str:
    """Without Re:, tags and accents."""
    return plain(_TAG.sub(" ", _REPLY.sub("", subject[:_LONGEST])))


def without_tag(subject: str, number: str) -> str:
    """As the customer wrote it, without our tag and without what replies put before it; another system's tag is its own."""
    bare = _REPLY.sub("", subject[:_LONGEST])
    return " ".join(re.sub(rf"\[#{re.escape(number)}\]", " ", bare, flags=re.I).split())
