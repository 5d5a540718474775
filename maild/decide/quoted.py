"""quoted: whether what a handler wrote still holds a letter of ours, which must not go to the customer."""

from __future__ import annotations

import re

from maild.decide.ledger import Ledger
from maild.model.message import MARKER

# The line of our letters above which people write (mail/owntext.py cuts there): still in the own text, there is nothing but the
# quoted letter, with the addresses signed for this handler.  The customer must not get it.
_WORD = r"[a-z][a-z0-9]{19,}"


def quotes_us(ledger: Ledger, text: str) -> bool:
    """Whether the letter's marker, or one of its signed links, stands in what would go to the customer."""
    if MARKER in text:
        return True
    if "@" not in text:
        return False
    own = [(desk.separator, address) for desk in ledger.policy.desks.values() for address in desk.addresses]
    return any(re.search(_signed(separator, address), text, re.I) for separator, address in own)


def _signed(separator: str, address: str) -> str:
    local, _, domain = address.partition("@")
    return re.escape(local + separator) + _WORD + re.escape("@" + domain)
