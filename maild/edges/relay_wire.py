"""relay_wire: one kept connection to the mail server that takes our letters.

dial(config, password, hostname, patience) -> Wire; Down when there is no connection to be had
Wire.send(sender, recipient, mail)         -> Reply that decides; Broken when the connection did not last
takes_utf8(config)                         -> whether letters to addresses beyond ASCII are taken; waits until the server answers

aiosmtplib connects, greets, starts TLS and logs in.  Then the wire takes its transport over, for a letter costs a tenth of the
work when MAIL, RCPT and DATA go out in one piece (RFC 2920), which that library cannot.

LIMITS  The octets of a letter go out as they are but for dots; if a line end in them is not CRLF (it never should), it is made
        CRLF, the same way at every attempt.  One letter at a time, one recipient a letter.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import aiosmtplib

from maild.config import RelayTo
from maild.errors import Problem, RuleError
from maild.mail import envelope

REPLY = 32 * 1024
LINES = 200
TEXT = 500
ASK_AGAIN = 10.0

_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")
_CODES = re.compile(r"[2-5]\d\d(?: [245]\.\d{1,3}\.\d{1,3})?(?=\s|$)")
LARGE = 256 * 1024  # octets from which a letter is looked through in a thread
_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds.  reply and final together stay below the 15 minutes that a letter is leased (RFC 5321 section 4.5.3.2 asks for
    10 minutes after the final dot)."""

    connect: float = 30.0
    reply: float = 240.0
    final: float = 600.0
    idle: float = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said: code and text, lines joined by a space, without what a log should not bear."""

    code: int
    text: str

    @property
    def status(self) -> str:
        """The enhanced code (RFC 3463), made up from the plain one where there is none."""
        match = _STATUS.match(self.text)
        return match[0] if match else f"{self.code // 100}.0.0"

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class Down(Exception):
    """There is no connection to be had: refused, timed out, not as safe as it must be, or not let in.

    brief is what a log may say: a server's words may name a user or an address, and stand in the queue only.
    """

    def __init__(self, reason: str, brief: str = "") -> None:
        super().__init__(reason)
        self.brief = brief or reason


class Broken(Exception):
    """The connection did not last.  unknown: the letter had left as a whole, so it may have been taken."""

    def __init__(self, reason: str, *, unknown: bool = False) -> None:
        super().__init__(reason)
        self.unknown = unknown


async def dial(config: RelayTo, password: str | None, hostname: str, patience: Patience) -> Wire:
    """A new connection, greeted, as safe as configured, logged in."""
    client = aiosmtplib.SMTP(
        hostname=config.host, port=config.port, timeout=patience.connect, use_tls=config.tls == "implicit", start_tls=False
    )  # fmt: skip
    try:
        await _introduce(client, config, password, hostname)
        assert client.transport is not None
    except Exception as error:
        # Whatever a server's answers do to the library (RuntimeError when it hangs up between two steps): no connection.
        client.close()
        raise Down(f"{type(error).__name__}: {error}"[:TEXT], _brief(error)) from error
    except BaseException:
        client.close()
        raise
    wire = Wire(client.transport, client.esmtp_extensions, patience)
    client.transport.set_protocol(wire)
    return wire


async def takes_utf8(config: RelayTo) -> bool:
    """Ask (RFC 6531 section 3.1), without a login: what is refused again and again locks accounts."""
    while True:
        try:
            wire = await dial(replace(config, username=""), None, "", Patience())
        except Down:
            await asyncio.sleep(ASK_AGAIN)
        else:
            wire.leave()
            return wire.offers_utf8


async def _introduce(client: aiosmtplib.SMTP, config: RelayTo, password: str | None, hostname: str) -> None:
    await client.connect()
    name = hostname or _literal(client.get_transport_info("sockname"))
    await client.ehlo(hostname=name)
    if config.tls == "starttls":
        # No way back to plain text: without the offer, or without a certificate that verifies, this raises.
        await client.starttls()
        await client.ehlo(hostname=name)
    if config.username:
        await client.login(config.username, password or "")


def _brief(error: Exception) -> str:
    """The words of the machine (a refused connection, a certificate that does not verify), the codes of the server."""
    name = type(error).__name__
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{name} {codes(f'{error.code} {error.message}')}"
    own = isinstance(error, OSError | aiosmtplib.SMTPTimeoutError) or isinstance(error.__cause__, OSError)
    return f"{name}: {error}"[:TEXT] if own else name


def codes(reply: str) -> str:
    """Of what became of a letter the code and the enhanced code; "" when no server has said anything."""
    match = _CODES.match(reply)
    return match[0] if match else ""


def _literal(name: Any) -> str:
    """Our own end as an address literal (RFC 5321 section 4.1.3)."""
    host = str(name[0]).partition("%")[0] if isinstance(name, tuple) else "127.0.0.1"
    return f"[IPv6:{host}]" if ":" in host else f"[{host}]"


class Wire(asyncio.Protocol):
    """Commands out, replies in.  `usable` turns False at the first doubt, for ever."""

    def __init__(self, transport: Any, offers: Mapping[str, str], patience: Patience) -> None:
        self._transport, self._offers, self._patience = transport, offers, patience
        self._buffer = bytearray()
        self._lines: list[str] = []
        self._replies: list[Reply] = []
        self._expected = 0
        self._waiter: asyncio.Future[None] | None = None
        self._broken = ""

    @property
    def usable(self) -> bool:
        return not self._broken and not self._transport.is_closing()

    @property
    def offers_utf8(self) -> bool:
        return "smtputf8" in self._offers

    # --- what the server says

    def data_received(self, octets: bytes) -> None:
        self._buffer += octets
        start = 0
        while (end := self._buffer.find(b"\n", start)) >= 0 and not self._broken:
            self._hear(bytes(self._buffer[start:end]))
            start = end + 1
        del self._buffer[:start]
        if len(self._buffer) > REPLY:
            self._cut("an endless reply")

    def _hear(self, line: bytes) -> None:
        code, mark = line[:3], line[3:4]
        if not (code.isdigit() and b"2" <= code[:1] <= b"5" and mark in (b"", b" ", b"-", b"\r")):
            self._cut("no reply of SMTP")
            return
        self._lines.append(line[4:].decode("ascii", "replace").strip())
        if len(self._lines) > LINES:
            self._cut("an endless reply")
        elif mark != b"-":
            text = " ".join(self._lines)[:TEXT]
            self._lines.clear()
            if not text.isprintable():
                text = "".join(c if c.isprintable() else "?" for c in text)
            self._answered(Reply(int(code), text))

    def _answered(self, reply: Reply) -> None:
        if len(self._replies) >= self._expected:
            # Mostly 421 before the server closes; whatever it is, replies and commands no longer pair.
            self._cut(f"said without being asked: {reply}")
            return
        self._replies.append(reply)
        if len(self._replies) == self._expected:
            self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self._cut(f"connection lost: {error}" if error else "connection closed")

    def _cut(self, reason: str) -> None:
        self._broken = self._broken or reason
        self._transport.abort()
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # --- what we say

    async def _ask(self, octets: bytes, count: int, seconds: float) -> list[Reply]:
        """So many replies; fewer when the connection ended after some.  Broken when it ended before the first."""
        if not self.usable:
            raise Broken(self._broken or "connection closed")
        self._replies, self._expected = [], count
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(octets)
        try:
            async with asyncio.timeout(seconds):
                await self._waiter
        except TimeoutError:
            self._cut("no reply in time")
        except BaseException:
            self._cut("given up in the middle")
            raise
        self._expected = 0
        replies, self._replies = self._replies, []
        if not replies:
            raise Broken(self._broken)
        return replies

    async def send(self, sender: str, recipient: str, mail: bytes) -> Reply:
        """Hand one letter over.  The first refusal, or the reply to the whole."""
        if not envelope.is_mailbox(recipient) or (sender and not envelope.is_mailbox(sender)):
            return Reply(553, "5.1.3 no address of RFC 5321")
        if not (sender + recipient).isascii() and not self.offers_utf8:
            return Reply(553, "5.6.7 an address beyond ASCII, and the relay does not offer SMTPUTF8")
        content = stuffed(mail) if len(mail) < LARGE else await asyncio.to_thread(stuffed, mail)
        commands = self._commands(sender, recipient, mail)
        refusal = self._judge(await self._announce(commands))
        if refusal is None:
            refusal = await self._hand_over(content)
        if refusal.code // 100 != 2:
            await self._reset(refusal)
        return refusal

    def _commands(self, sender: str, recipient: str, mail: bytes) -> tuple[bytes, ...]:
        parameters = f" SIZE={len(mail)}" if "size" in self._offers else ""
        parameters += " BODY=8BITMIME" if "8bitmime" in self._offers and not mail.isascii() else ""
        parameters += " SMTPUTF8" if not (sender + recipient).isascii() else ""
        return f"MAIL FROM:<{sender}>{parameters}\r\n".encode(), f"RCPT TO:<{recipient}>\r\n".encode(), b"DATA\r\n"

    async def _announce(self, commands: Sequence[bytes]) -> list[Reply]:
        if "pipelining" in self._offers:
            return await self._ask(b"".join(commands), len(commands), self._patience.reply)
        replies: list[Reply] = []
        for command, good in zip(commands, (2, 2, 3), strict=True):
            replies += await self._ask(command, 1, self._patience.reply)
            if replies[-1].code // 100 != good:
                break
        return replies

    def _judge(self, replies: list[Reply]) -> Reply | None:
        """The first refusal; None when the server waits for the letter."""
        for reply, good in zip(replies, (2, 2, 3), strict=False):
            if reply.code // 100 == good:
                continue
            if reply.code < 400:
                self._cut(f"an answer to something else: {reply}")
                raise Broken(self._broken)
            if replies[-1].code == 354:
                # It refused the recipient and yet waits for a letter: better no connection than an empty letter.
                self._cut("waits for a letter that it refused")
            return reply
        if len(replies) < 3:
            raise Broken(self._broken)
        return None

    async def _hand_over(self, content: bytes) -> Reply:
        try:
            [reply] = await self._ask(content, 1, self._patience.final)
        except Broken as error:
            raise Broken(f"no answer to the letter: {error}", unknown=True) from error
        if reply.code // 100 == 3:
            self._cut(f"an answer to something else: {reply}")
            raise Broken(self._broken, unknown=True)
        return reply

    async def _reset(self, refusal: Reply) -> None:
        """After a refusal both sides begin afresh, or part."""
        if refusal.code == 421:
            self._cut(str(refusal))
        with suppress(Broken):
            [reply] = await self._ask(b"RSET\r\n", 1, self._patience.reply)
            if reply.code != 250:
                self._cut(str(reply))

    def leave(self) -> None:
        """Say goodbye without waiting for the answer."""
        if self.usable:
            self._transport.write(b"QUIT\r\n")
            self._transport.close()

    def abort(self) -> None:
        self._cut("given up")


def stuffed(mail: bytes) -> bytes:
    """The letter as it goes over the wire, with its final dot (RFC 5321 section 4.5.2).

    A bare CR or LF could end a letter early at a lax server, and what follows would be commands (SMTP smuggling).
    """
    if not mail.count(b"\r\n") == mail.count(b"\n") == mail.count(b"\r"):
        mail = _LINE_END.sub(b"\r\n", mail)
    # Nothing is copied where no line begins with a dot, as in megabytes of base64.
    dotted = b"\r\n." in mail
    content = mail.replace(b"\r\n.", b"\r\n..") if dotted else mail
    return b"".join((b"." * content.startswith(b"."), content, b"" if mail.endswith(b"\r\n") else b"\r\n", b".\r\n"))


def refuse_plain_text(config: RelayTo) -> None:
    """A letter must not cross a network where everyone reads it."""
    loopback = config.host in ("localhost", "::1", "[::1]") or config.host.startswith("127.")
    if config.tls == "none" and not loopback:
        what = f"letters would go to {config.host} in plain text"
        raise RuleError(
            Problem("maild.yaml", 0, 0, what, "relay: tls: starttls or implicit; none is for loopback only")
        )
