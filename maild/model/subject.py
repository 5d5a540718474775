"""subject: what stands around the words of a subject: marks of replies and of being passed on, numbers of cases."""

from __future__ import annotations

import re
from collections.abc import Iterable

from maild.model.content import Content
from maild.model.plain import plain

# English, German, bokmål, nynorsk, Slovenian, Danish, Swedish, French, Spanish and Portuguese, Dutch, Italian clients.
_FORWARD = re.compile(
    r"^\s*(?:fwd?|fw|vs|wg|vb|vl|videresendt?|vidaresendt?|posr|posredovano|rv|enc|tr|doorst|i)\s?(?:\[\d+\])?\s?:",
    re.I,
)
_REPLY = re.compile(
    r"^(?:\s*(?:re|sv|vs|aw|ang|odg|antw|fwd?|wg|vb|videresendt|vidaresendt|posr|rv|tr|r)\s?(?:\[\d+\])?\s?:)+\s*", re.I
)
# One pattern for all numbers: each of its own would be compiled for each case.
_BRACKETED = re.compile(r"\[#[^\[\]]*\]")
_TAG = re.compile(r"\[?#[0-9A-Za-z][0-9A-Za-z-]{0,30}\]?")
# No letter shows more of a subject, and what a stranger may make us search must have an end.
LONGEST = 500


def is_forward(subject: str) -> bool:
    """Whether it says so itself; a "Re:" before it is an answer to a forward."""
    return _FORWARD.match(subject[:LONGEST]) is not None


def unforwarded(subject: str) -> str:
    """Without its marks of being passed on."""
    while match := _FORWARD.match(subject[:LONGEST]):
        subject = subject[match.end() :].lstrip()
    return subject


def is_reply(subject: str) -> bool:
    """Whether it says so itself."""
    return _REPLY.match(subject[:LONGEST]) is not None


def bare_of(subject: str) -> str:
    """Without what replies put before it."""
    return " ".join(_REPLY.sub("", subject[:LONGEST]).split())


def bare_subject(subject: str) -> str:
    """Without Re:, tags and accents."""
    return plain(_TAG.sub(" ", _REPLY.sub("", subject[:LONGEST])))


def without_tag(subject: str, number: str) -> str:
    """As the customer wrote it, without our tag and without what replies put before it; another system's tag is its own."""
    bare, ours = _REPLY.sub("", subject[:LONGEST]), f"[#{number}]".lower()
    return " ".join(_BRACKETED.sub(lambda found: " " if found[0].lower() == ours else found[0], bare).split())


def untagged(subject: Content, numbers: Iterable[str]) -> Content:
    """Without the tags of our other cases: a letter must name one case."""
    text = subject.text
    for number in numbers:
        text = re.sub(rf"\[#{re.escape(number)}\] ?", "", text, flags=re.I)
    return Content(subject.salt, text)
