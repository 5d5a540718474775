"""subject: whether a subject says that somebody else's mail is passed on."""

from __future__ import annotations

import re

# English, German, bokmål, nynorsk, Slovenian, Danish, Swedish, French, Spanish and Portuguese, Dutch, Italian clients.
_FORWARD = re.compile(
    r"^\s*(?:fwd?|fw|vs|wg|vb|vl|videresendt?|vidaresendt?|posr|posredovano|rv|enc|tr|doorst|i)\s?(?:\[\d+\])?\s?:",
    re.I,
)
LONGEST = 500


def is_forward(subject: str) -> bool:
    """Whether it says so itself; a "Re:" before it is an answer to a forward."""
    return _FORWARD.match(subject[:LONGEST]) is not None


def unforwarded(subject: str) -> str:
    """Without its marks of being passed on."""
    while match := _FORWARD.match(subject[:LONGEST]):
        subject = subject[match.end() :].lstrip()
    return subject
