"""knocking: doors on loopback and raw clients that knock at them.

opened(mailroom, **config)  a door of SMTP (and LMTP at `lmtp=`) in the running loop; .port, .doors, .mailroom
Knocker                     a client of plain sockets: say(b"...") sends octets as they are, hear() returns one whole reply
Rooms                       a mailroom that keeps what it is given; what it shall do instead is set on it
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from maild.config import Door
from maild.edges import smtp
from maild.edges.smtp import Delivery
from maild.errors import SmtpError

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PATIENCE = 20.0
# SMTP smuggling: what other servers have taken for the end of a mail (CVE-2023-51764, -51765, -51766, CVE-2023-52354).
NO_ENDS = [
    b"\n.\n",
    b"\r.\r",
    b"\n.\r\n",
    b"\r.\r\n",
    b"\r\n.\n",
    b"\r\n.\r",
    b"\n.\r",
    b"\r.\n",
    b"\r\n\x00.\r\n",
    b"\r\n.\x00\r\n",
    b"\r\r\n.\r\r\n",
    b"\n\r.\n\r",
]


@dataclass
class Rooms:
    """answer: raised by accept(); gate: accept() waits for it; full: raised by room(); broken: raised by knows()
    refusing: the rules of the door.
    """

    deliveries: list[Delivery] = field(default_factory=list)
    answer: Exception | None = None
    full: Exception | None = None
    broken: Exception | None = None
    refusing: Callable[[str, str, str, int], SmtpError | None] = lambda *envelope: None
    gate: asyncio.Event | None = None
    entered: asyncio.Event = field(default_factory=asyncio.Event)

    def knows(self, recipient: str) -> bool:
        if self.broken is not None:
            raise self.broken
        return recipient.lower() == "postmaster" or recipient.endswith("@desk.example")

    def refuses(self, client: str, sender: str, recipient: str, size: int = 0) -> SmtpError | None:
        return self.refusing(client, sender, recipient, size)

    def room(self) -> None:
        if self.full is not None:
            raise self.full

    async def accept(self, delivery: Delivery) -> int:
        self.entered.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.answer is not None:
            raise self.answer
        self.deliveries.append(delivery)
        return len(self.deliveries)


@dataclass
class Opened:
    doors: smtp.Doors
    mailroom: Rooms
    port: int


@asynccontextmanager
async def opened(
    mailroom: Rooms | None = None,
    inherited: Mapping[str, Any] | None = None,
    smtputf8: bool = False,
    clock: Callable[[], datetime] = lambda: NOW,
    **config: Any,
) -> AsyncIterator[Opened]:
    rooms = mailroom or Rooms()
    # Whoever says where it listens says all of it.
    address = {} if "smtp" in config or inherited else {"smtp": ("127.0.0.1", 0)}
    door = Door(**{"hostname": "desk.example", **address, **config})
    doors = await smtp.serve(door, rooms, clock, inherited or {}, smtputf8=smtputf8)
    port = next((int(a.rpartition(":")[2]) for a in doors.addresses if ":" in a), 0)
    try:
        yield Opened(doors, rooms, port)
    finally:
        await doors.drain(0)


class Knocker:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def say(self, octets: bytes) -> None:
        self.writer.write(octets)

    async def hear(self) -> str:
        """One reply with all its lines; "" when the other side has closed."""
        lines = []
        while line := await asyncio.wait_for(self.reader.readline(), PATIENCE):
            lines.append(line.decode().rstrip("\r\n"))
            if line[3:4] != b"-":
                break
        return "\n".join(lines)

    async def gone(self) -> bool:
        """Whether the other side has closed without another word, or cut the connection; waits for it."""
        try:
            return not await asyncio.wait_for(self.reader.read(), PATIENCE)
        except ConnectionResetError:
            return True

    async def ask(self, octets: bytes) -> str:
        self.say(octets + b"\r\n")
        return await self.hear()

    async def hello(self, line: bytes = b"EHLO mx.acme.example") -> str:
        await self.hear()
        return await self.ask(line)

    async def begin(self, *recipients: bytes) -> None:
        """MAIL and RCPT, up to where DATA may follow."""
        assert (await self.ask(b"MAIL FROM:<ann@acme.example>")).startswith("250 2.1.0")
        for recipient in recipients or (b"support@desk.example",):
            assert (await self.ask(b"RCPT TO:<" + recipient + b">")).startswith("250 2.1.5")

    async def send(self, content: bytes, *recipients: bytes) -> str:
        """A whole mail; content without its end.  The reply after the final dot."""
        await self.begin(*recipients)
        assert (await self.ask(b"DATA")).startswith("354")
        return await self.ask(content + b"\r\n.")

    async def start_tls(self, certificate: Path) -> None:
        trusting = ssl.create_default_context(cafile=str(certificate))
        await self.writer.start_tls(trusting, server_hostname="localhost")

    async def close(self) -> None:
        self.writer.close()


async def knock(port: int) -> Knocker:
    return Knocker(*await asyncio.open_connection("127.0.0.1", port))


async def knock_at(path: Path) -> Knocker:
    return Knocker(*await asyncio.open_unix_connection(str(path)))
