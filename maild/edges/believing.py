"""believing: whether From is true, with what must be asked of the DNS for it.

Believer.at_once(claim...) -> Trust, or None when the DNS must be asked first;  sure(...) -> Trust, however long that takes.

LIMITS  A name server that is silent costs each batch of mails three seconds a round; what depends on it is then not believed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from maild.config import Authenticator, Config
from maild.edges.resolver import Names
from maild.edges.trust import Claim, authenticate
from maild.mail.names import Answer, Book, Question
from maild.model.message import Message
from maild.model.people import Trust

# Seconds that one question may take.
PATIENCE = 3.0
# Seconds that a key or a policy serves; who changes one leaves the old one up for days.
KEEP = 300.0
# A key, then the walk up two trees of names, side by side.
ROUNDS = 6


class Believer:
    def __init__(self, authenticators: Sequence[Authenticator], names: Names) -> None:
        self._authenticators, self._names = authenticators, names

    def at_once(self, message: Message, raw: bytes, client: str, at: datetime) -> Trust | None:
        """For any thread.  at: when the mail came."""
        book = Book({})
        trust = authenticate(Claim(message, raw, client, at, book), self._authenticators)
        return None if book.missing else trust

    async def sure(self, message: Message, raw: bytes, client: str, at: datetime) -> Trust:
        known: dict[Question, Answer] = {}
        for _ in range(ROUNDS):
            book = Book(known)
            # Hashing a large mail takes tenths of a second.
            trust = await asyncio.to_thread(authenticate, Claim(message, raw, client, at, book), self._authenticators)
            if not book.missing:
                return trust
            known |= await self._names.all(book.missing)
        return Trust(evidence=(*trust.evidence, "the DNS leads from name to name"))


def believer_of(config: Config) -> Believer:
    return Believer(config.authenticators, Names(config.resolver, PATIENCE, KEEP))
