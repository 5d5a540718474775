"""far_end: the mail server that our letters go to, obeying a script; and an outbox in memory.

FarEnd(...)   a real server on loopback.  script["RCPT"] = [b"451 4.2.0 later", HANG, DROP, ...] is used up one answer after the
              other, then it says yes; "." is the end of a letter, "" the greeting
Box           an outbox: put(...) letters, and see in `fates` what became of each
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from maild.config import RelayTo
from maild.edges.outgoing import Outgoing
from maild.edges.relay import Relay
from maild.edges.relay_wire import Patience

HANG = b"(says nothing)"
DROP = b"(closes)"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
YES = {
    b"MAIL": b"250 2.1.0 ok",
    b"RCPT": b"250 2.1.5 ok",
    b"DATA": b"354 go",
    b"RSET": b"250 2.0.0 ok",
    b".": b"250 2.0.0 kept",
}
OFFERS = ("PIPELINING", "SIZE 50000000", "8BITMIME", "ENHANCEDSTATUSCODES")
QUICK = Patience(connect=2.0, reply=0.3, final=0.3, idle=60.0)


@dataclass
class FarEnd:
    offers: Sequence[str] = OFFERS
    tls: ssl.SSLContext | None = None
    script: dict[str, list[bytes]] = field(default_factory=dict)
    commands: list[bytes] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)
    login: bytes = b"(nobody)"
    secret: bool = False
    sessions: int = 0
    open: int = 0
    at_work: int = 0
    most_at_work: int = 0
    port: int = 0
    server: asyncio.Server | None = None

    async def start(self, host: str = "127.0.0.1", tls_from_start: bool = False) -> FarEnd:
        secret = self.tls if tls_from_start else None
        self.server = await asyncio.start_server(self.session, host, self.port, limit=1 << 24, ssl=secret)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    def close(self) -> None:
        if self.server is not None:
            self.server.close()

    def answer(self, step: bytes, otherwise: bytes) -> bytes:
        waiting = self.script.get(step.decode())
        return waiting.pop(0) if waiting else otherwise

    async def say(self, writer: asyncio.StreamWriter, reply: bytes) -> bool:
        """False when the session ends here."""
        if reply == HANG:
            await asyncio.sleep(3600)
        if reply == DROP:
            writer.transport.abort()
            return False
        writer.write(reply + b"\r\n")
        await writer.drain()
        return not reply.startswith(b"421")

    async def session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sessions += 1
        self.open += 1
        try:
            if await self.say(writer, self.answer(b"", b"220 far.example ESMTP")):
                await self.converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.open -= 1
            writer.close()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            self.commands.append(line.rstrip(b"\r\n"))
            verb = line[:8].split()[0].upper()
            if verb == b"QUIT":
                return
            if verb == b"EHLO":
                offers = [o for o in self.offers if o != "STARTTLS" or not self.secret]
                lines = [b"far.example", *(offer.encode() for offer in offers)]
                said = await self.say(writer, self.answer(verb, _many(lines)))
            elif verb == b"AUTH":
                said = await self.say(writer, b"235 2.7.0 ok" if self.login in line else b"535 5.7.8 no")
            elif verb == b"STARTTLS":
                said = await self.say(writer, b"220 2.0.0 go")
                assert self.tls is not None
                await writer.start_tls(self.tls)
                self.secret = True
            elif verb == b"DATA":
                said = await self.data(reader, writer)
            else:
                said = await self.say(writer, self.answer(verb, YES.get(verb, b"250 2.0.0 ok")))
            if not said:
                return

    async def data(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        reply = self.answer(b"DATA", YES[b"DATA"])
        if not reply.startswith(b"354"):
            return await self.say(writer, reply)
        await self.say(writer, reply)
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        try:
            self.letters.append(await reader.readuntil(b"\r\n.\r\n"))
            await asyncio.sleep(0.002)
        finally:
            self.at_work -= 1
        return await self.say(writer, self.answer(b".", YES[b"."]))


def _many(lines: Sequence[bytes]) -> bytes:
    return b"\r\n".join([b"250-" + line for line in lines[:-1]] + [b"250 " + lines[-1]])


@dataclass
class Box:
    """What maild's outbox does, but in memory.  fates: letter -> "sent", "failed ..." or "deferred ... until ..."."""

    waiting: deque[Outgoing] = field(default_factory=deque)
    mails: dict[int, bytes] = field(default_factory=dict)
    fates: dict[int, str] = field(default_factory=dict)
    waits: dict[int, timedelta] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    takes: int = 0
    broken: dict[str, list[Exception]] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, count: int = 1, mail: bytes = b"Subject: x\r\n\r\nhello\r\n", **fields: Any) -> None:
        for _ in range(count):
            number = len(self.mails) + 1
            values: dict[str, Any] = {
                "sender": "support@desk.example", "recipient": f"p{number}@acme.example", "attempts": 1, "created_at": NOW, "lane": "",
            } | fields  # fmt: skip
            self.mails[number] = mail
            self.waiting.append(Outgoing(number, number, **values))

    def fault(self, step: str) -> None:
        waiting = self.broken.get(step)
        if waiting:
            raise waiting.pop(0)

    async def take(self, limit: int) -> Sequence[Outgoing]:
        self.takes += 1
        self.fault("take")
        return [self.waiting.popleft() for _ in range(min(limit, len(self.waiting)))]

    async def load(self, item: Outgoing) -> bytes:
        self.fault("load")
        return self.mails[item.id]

    def mark(self, item: Outgoing, fate: str) -> None:
        self.fates[item.id] = fate
        self.order.append(item.id)
        self.news.set()

    async def sent(self, item: Outgoing, reply: str) -> None:
        self.fault("sent")
        self.mark(item, f"sent {reply}")

    async def deferred(self, item: Outgoing, due_at: datetime, error: str) -> None:
        self.waits[item.id] = due_at - NOW
        self.mark(item, f"deferred {error}")

    async def failed(self, item: Outgoing, error: str, status: str) -> None:
        self.mark(item, f"failed {status} {error}")

    async def settled(self, count: int) -> None:
        """Until so many letters have a fate."""
        async with asyncio.timeout(20):
            while len(self.fates) < count:
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def relaying(
    far: FarEnd, box: Box, patience: Patience = QUICK, password: str | None = None, **config: Any
) -> AsyncIterator[Relay]:
    """A relay at work; it is drained at the end."""
    relay = Relay(
        RelayTo(**{"port": far.port, **config}), box, lambda: NOW, lambda: 0.5, password, patience=patience
    )  # fmt: skip
    running = asyncio.create_task(relay.run())
    try:
        yield relay
        await relay.drain(5)
    finally:
        running.cancel()
        await asyncio.wait([running])
        far.close()
