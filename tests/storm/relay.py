"""relay: the site's mail server as it is on a bad day.

sink.spoil("451")   the next whole letter is put off          "hang"   ... waits for an answer until nobody asks any more
sink.spoil("554")   the next to a customer is refused         "die"    ... is taken, and the server goes without a word
"""

from __future__ import annotations

import contextlib
import time
from collections import deque

from parts.sink import Sink, Taken
from storm.post import CANARY

FAULTS = ("451", "554", "hang", "die")
HANG = 5.0


class BadRelay(Sink):
    """refused: letters that were answered with 5yz; unsaid: how many copies were taken and nobody was told."""

    def __init__(self) -> None:
        self._spoils: deque[str] = deque()
        self.refused: list[Taken] = []
        self.spoiled = 0
        super().__init__()

    def spoil(self, fault: str) -> None:
        assert fault in FAULTS
        self._spoils.append(fault)

    def calm(self) -> None:
        self._spoils.clear()

    def taken(self, letter: Taken) -> bytes:
        fault = ""
        with contextlib.suppress(IndexError):
            # A handler whose letters come back would be told of it by letter.
            if self._spoils and (self._spoils[0] != "554" or letter.recipients[0].endswith(f"{CANARY}.example")):
                fault = self._spoils.popleft()
                self.spoiled += 1
        if fault == "451":
            return b"451 4.3.0 another time"
        if fault == "554":
            self.refused.append(letter)
            return b"554 5.7.1 not here"
        if fault == "hang":
            time.sleep(HANG)
            return b""
        if fault == "die":
            self.keep(letter)
            return b""
        return super().taken(letter)
