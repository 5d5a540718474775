"""outgoing: what the relay carries, and where it takes it from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A leased letter.  attempts counts this one; lane "" is none; kind, number (of its case): for the log; leased_at: monotonic."""

    id: int
    letter: int
    sender: str
    recipient: str
    attempts: int
    created_at: datetime
    lane: str
    kind: str = ""
    number: str = ""
    leased_at: float = 0.0


class Outbox(Protocol):
    """Given by the daemon, backed by the store."""

    async def take(self, limit: int) -> Sequence[Outgoing]:
        """Letters due now, leased to us."""
        ...

    async def load(self, item: Outgoing) -> bytes:
        """The whole letter, CRLF, the same at every attempt.  Conflict when it is not ours any more."""
        ...

    async def sent(self, item: Outgoing, reply: str) -> None:
        """Durable when it returns."""
        ...

    async def deferred(self, item: Outgoing, due_at: datetime, error: str) -> None: ...

    async def failed(self, item: Outgoing, error: str, status: str) -> None:
        """For good; status as in RFC 3463."""
        ...
