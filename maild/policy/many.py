"""many: which of many texts and expressions stand in a text, in one walk over it.

Many(written).found(text) -> the numbers of those that do, of a folded text.  RE2's sets: time is linear in the text, memory bounded.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import re2

from maild.policy.pattern import MEMORY, octets, options

# Octets for a set and what it remembers of its ways; of a thousand rules' words and expressions some 10 MB are used.
LARGEST = 1 << 26


class Many:
    """written: expressions as tree.written has them, or re2.escape of texts."""

    def __init__(self, written: Sequence[str]) -> None:
        self._written = tuple(written)
        self._set: Any = re2.Set.SearchSet(options(LARGEST))
        for expression in self._written:
            self._set.Add(expression)
        # Stands in every text.  RE2 answers "none" when it runs out of memory: then this is missing too.
        self._always = self._set.Add("")
        try:
            self._set.Compile()
        except re2.error:
            self._set = None

    def found(self, text: str) -> Collection[int]:
        """Numbers of expressions."""
        known = octets(text)
        found = set(self._set.Match(known) or ()) if self._set else set()
        if self._always not in found:
            return self._one_by_one(known)
        found.discard(self._always)
        return found

    def _one_by_one(self, known: bytes) -> Collection[int]:
        """Slower, in little memory."""
        return {number for number, one in enumerate(self._written) if re2.compile(one, options(MEMORY)).search(known)}
