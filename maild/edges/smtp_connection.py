"""smtp_connection: the transport of a session: octets in, replies out, patience, farewell.

aiosmtpd gives the connection, its streams and STARTTLS.  What it does otherwise is overridden: it sets a timer for each
command, forgets to say why it closes, and cancels a commit when the client hangs up.

LIMITS  A command is 2 048 octets at most and ends in CRLF.  The session ends with 421 after silence (config; shorter
        under stress) and when a mail comes slower than 500 octets a second.
"""

from __future__ import annotations

import asyncio
from asyncio import StreamReaderProtocol
from typing import Any, ClassVar

from aiosmtpd.smtp import SMTP, TLSSetupException

from maild.edges.delivery import Ghost
from maild.edges.smtp_limits import Keeper, client_of

COMMAND = 2048
CHUNK = 1 << 18
BUFFER = 1 << 16  # the stream reader stops reading at twice this
SLOWEST = 500  # octets a second
LINGER = 3.0  # seconds for the last reply to leave
_NOBODY = object()


class Connection(SMTP):
    """A client and what he sends.  Subclasses obey his commands."""

    word: ClassVar[str] = "ESMTP"

    def __init__(self, keeper: Keeper) -> None:
        loop = asyncio.get_running_loop()
        # aiosmtpd searches all its own attributes at every connection, which costs more than a mail.  What it finds is
        # always the same: it is done once and copied.
        if not keeper.pattern:
            pattern = SMTP(_NOBODY, hostname=keeper.config.hostname, ident="maild", tls_context=keeper.tls, loop=loop)
            keeper.pattern.update(vars(pattern))
        vars(self).update(keeper.pattern)
        reader = asyncio.StreamReader(limit=BUFFER, loop=loop)
        StreamReaderProtocol.__init__(self, reader, self._cb_client_connected, loop)
        self.client = ""
        self._keeper = keeper
        self._inbox, self._at = b"", 0
        self._out: list[bytes] = []
        self._over = self._busy = self._refused = False
        # When the client was last heard, when what he sends now began, and how much of it has come.
        self._last = self._begun = loop.time()
        self._octets = 0

    async def _obey(self, line: bytes) -> None:
        """Do what a command says."""
        raise NotImplementedError

    def _resting(self) -> bool:
        """Whether nothing is under way that a farewell would break off."""
        raise NotImplementedError

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._original_transport is None:
            self.client = client_of(transport.get_extra_info("peername"))
            refusal = self._keeper.admit(self)
            if refusal:
                self._turn_away(transport, refusal)
                return
        super().connection_made(transport)

    def _turn_away(self, transport: Any, reply: str) -> None:
        self._refused = True
        transport.write(reply.encode() + b"\r\n")
        transport.close()

    def eof_received(self) -> bool:
        """A client that has said all may still wait for answers: what it said is obeyed first."""
        if not self._refused:
            self._reader.feed_eof()
        return not self._refused and self.session is not None and self.session.ssl is None

    def connection_lost(self, error: Exception | None) -> None:
        """The session sees its end of input; a commit that is under way is not disturbed."""
        if self._refused:
            return
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        if self._original_transport is not None:
            self._original_transport.close()
        StreamReaderProtocol.connection_lost(self, error)
        self.transport = None

    def _reset_timeout(self, duration: float | None = None) -> None:
        """aiosmtpd sets a timer for each command.  Ours runs at leisure and looks at when the client was last heard."""
        if self._timeout_handle is None:
            self._timeout_handle = self.loop.call_later(self._keeper.glance, self._watch)

    def _watch(self) -> None:
        now, idle = self.loop.time(), self._keeper.idle
        due = now + idle if self._busy else min(self._last, self._begun + self._octets / SLOWEST) + idle
        if due <= now:
            self._end(b"421 4.4.2 idle too long, closing\r\n")
        else:
            self._timeout_handle = self.loop.call_later(min(due - now, self._keeper.glance), self._watch)

    def farewell(self) -> None:
        if self._resting() and not self._busy and not self._over:
            self._end(b"421 4.3.2 shutting down\r\n")

    def abort(self) -> None:
        self._over = True
        if self.transport is not None:
            self.transport.abort()  # type: ignore[attr-defined]

    def _end(self, words: bytes = b"") -> None:
        """Close with these words; whoever does not read them is cut off."""
        self._over = True
        transport: Any = self.transport
        if transport is None or transport.is_closing():
            return
        transport.write(b"".join(self._out) + words)
        self._out.clear()
        transport.close()
        if transport.get_write_buffer_size():
            self.loop.call_later(LINGER, transport.abort)

    async def _handle_client(self) -> None:
        try:
            await self._converse()
        except Ghost:
            self.abort()
        except (OSError, TLSSetupException):
            pass  # the peer is gone; what it began is dropped
        finally:
            self._end()
            self._keeper.leave(self)

    async def _converse(self) -> None:
        self._out.append(f"220 {self.hostname} {self.word} maild\r\n".encode())
        while not self._over:
            line = self._line()
            if line is not None:
                await self._obey(line)
            elif self._keeper.closing and self._resting():
                self.farewell()
            elif not await self._more():
                return

    def _line(self) -> bytes | None:
        """The next whole command that has come, without its CRLF."""
        end = self._inbox.find(b"\r\n", self._at)
        if end < 0:
            if len(self._inbox) - self._at > COMMAND:
                self._end(b"500 5.5.2 line too long, closing\r\n")
            return None
        line = self._inbox[self._at : end]
        self._at = end + 2
        self._last = self._begun = self.loop.time()
        return line

    async def _more(self) -> bool:
        """Answer, and wait for more; False when there is nothing to wait for."""
        if self._over or not await self._flush():
            return False
        octets = await self._reader.read(CHUNK)
        self._inbox = self._inbox[self._at :] + octets
        self._at = 0
        return bool(octets)

    async def _flush(self) -> bool:
        transport: Any = self.transport
        if transport is None or transport.is_closing():
            return False
        if self._out:
            transport.write(self._out[0] if len(self._out) == 1 else b"".join(self._out))
            self._out.clear()
        if transport.get_write_buffer_size():
            await self._writer.drain()
        return True
