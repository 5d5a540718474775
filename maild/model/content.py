"""content: personal text stands apart from events.

An event names a text by its commitment, SHA-256 over salt and text.  Erasing the row (salt and text) leaves the event, its
chain and the fold as they were, and the commitment says nothing: without the salt it cannot be tried against guesses.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Content:
    """A text under its salt (16 random octets, given by the caller)."""

    salt: bytes
    text: str

    @property
    def commitment(self) -> str:
        """32 hexadecimal characters: 128 bits."""
        return hashlib.sha256(self.salt + self.text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
