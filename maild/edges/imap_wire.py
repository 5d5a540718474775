"""imap_wire: aioimaplib's protocol, made safe.  What it gets wrong, and is mended here (all of it met in version 2.0.3):

- it parses by recursion: some thousand lines in one piece end it, and whoever waits, waits for ever  (its issue 118)
- a lost connection leaves whoever waits waiting  (110);  a greeting that is no OK as well
- EXISTS during another command is dropped
- FETCH counts parentheses, in subjects too, and looks at all lines again for each  (51)
- a failed XOAUTH2 is never ended;  LOGIN does not quote the user;  an exception may show the password
- no STARTTLS, no AUTHENTICATE PLAIN
- every octet is formatted for a log that nobody reads;  lines and literals have no bound

LIMITS  A line of LINE octets, a literal of `largest`: more ends the connection.
"""

from __future__ import annotations

import asyncio
import base64
import re
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from aioimaplib import aioimaplib as lib

# The UIDs of two million mails stand in one line.
LINE = 16 << 20
_CHANGED = re.compile(rb"\* (?:\d+ (?:EXISTS|EXPUNGE)|VANISHED)\b", re.I)
_LITERAL = re.compile(rb".*\{(\d{1,12})\}$", re.S)
# Half-dead networks: found within 50 seconds even if nothing is sent.  Milliseconds that sent octets may stay unanswered.
_KEEPALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 20),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 30_000),
)


class Fetch(lib.Command):  # type: ignore[misc]
    """FETCH that waits for a line's end after a literal, whatever parentheses there are."""

    def __init__(self, tag: str, *words: str, timeout: float) -> None:
        super().__init__("FETCH", tag, *words, prefix="UID", timeout=timeout)
        self._open = False

    def append_to_resp(self, line: bytes, result: str = "Pending") -> None:
        super().append_to_resp(line, result)
        if isinstance(line, bytes) and result == "Pending":
            self._open = _LITERAL.match(line) is not None

    def wait_data(self) -> bool:
        return bool(self.wait_literal_data()) or self._open


class Authenticate(lib.Command):  # type: ignore[misc]
    """AUTHENTICATE with one response of the client.  refusal: what the server says of a token that it does not take."""

    def __init__(self, tag: str, mechanism: str, response: str, *, at_once: bool) -> None:
        words = (mechanism, response) if at_once else (mechanism,)
        super().__init__("AUTHENTICATE", tag, *words)
        self._response = "" if at_once else response
        self.refusal = b""

    def answer(self, challenge: bytes) -> bytes:
        """What goes back.  XOAUTH2 sends its error as a challenge, and says NO only after an empty answer."""
        response, self._response = self._response, ""
        if not response:
            with suppress(ValueError):
                self.refusal = base64.b64decode(challenge, validate=True)[:500]
        return response.encode("ascii") + b"\r\n"


class Protocol(lib.IMAP4ClientProtocol):  # type: ignore[misc]
    """One connection."""

    def __init__(self, loop: asyncio.AbstractEventLoop, largest: int) -> None:
        super().__init__(loop)
        self.incomplete_line: bytes = b""
        self.current_command: Any = None
        self.pending_sync_command: Any = None
        self.largest = largest
        # Something came or went in the folder, whatever command was under way.
        self.changed = asyncio.Event()
        self.lost = False
        # Why we ended it; else it was the network or the server.
        self.why = "the connection is lost"
        self.bye = ""

    # --- what comes in --------------------------------------------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        wire = transport.get_extra_info("socket")
        for level, option, value in _KEEPALIVE if wire is not None else ():
            with suppress(OSError):
                wire.setsockopt(level, option, value)

    def data_received(self, octets: bytes) -> None:
        octets = self.incomplete_line + octets if self.incomplete_line else octets
        try:
            self._handle_responses(octets, self._handle_line, self.current_command)
            self.incomplete_line, self.current_command = b"", None
        except lib.IncompleteRead as more:
            self.current_command, self.incomplete_line = more.cmd, more.data
            if len(self.incomplete_line) > LINE:
                self.end("the server sent a line without end")
        except Exception as error:
            # What is no answer to anything; the octets stay out of the log.
            self.end(f"the server's answer cannot be read ({type(error).__name__})")

    def _handle_responses(self, octets: bytes, take: Callable[..., Any], current: Any = None) -> None:
        at = 0
        while at < len(octets):
            if current is not None and current.wait_literal_data():
                at = self._literal(octets, at, current)
            end = octets.find(b"\r\n", at)
            if end < 0:
                raise lib.IncompleteRead(current, octets[at:])
            line, at = octets[at:end], end + 2
            current = self._line(line, take(line, current), current)
        if self.pending_sync_command is not None:
            self.pending_sync_command.flush()
        if current is not None and current.wait_data():
            raise lib.IncompleteRead(current)

    @staticmethod
    def _literal(octets: bytes, at: int, current: Any) -> int:
        need = current._expected_size - len(current._resp_literal_data)
        current.append_literal_data(octets[at : at + need])
        if current.wait_literal_data():
            raise lib.IncompleteRead(current)
        return at + int(need)

    def _line(self, line: bytes, command: Any, current: Any) -> Any:
        """Whose the next octets are."""
        if _CHANGED.match(line):
            self.changed.set()
        literal = _LITERAL.match(line) if line.endswith(b"}") else None
        if literal is None:
            return command if command is not None and command.wait_data() else None
        if int(literal[1]) > self.largest:
            raise lib.Error("a literal that is larger than what was asked for")
        command = command or lib.Command("NIL", "unused")
        command.begin_literal_data(int(literal[1]))
        return command

    def _untagged_response(self, line: bytes) -> Any:
        if line[:6].upper() == b"* BYE ":
            self.bye = line[6:200].decode("ascii", "replace")
        return super()._untagged_response(line)

    def _continuation(self, line: bytes) -> None:
        command = self.pending_sync_command
        if isinstance(command, Authenticate):
            self.transport.write(command.answer(line[1:].strip()))
            return
        super()._continuation(line)

    async def welcome(self, line: bytes) -> None:
        """The greeting.  No command is sent here: whoever opened asks for capabilities when TLS stands."""
        if not line.upper().startswith((b"* OK", b"* PREAUTH")):
            self.end(f"the server does not let us in: {line[:200].decode('ascii', 'replace')}")
            return
        async with self.state_condition:
            self.state = lib.AUTH if line.upper().startswith(b"* PREAUTH") else lib.NONAUTH
            self.state_condition.notify_all()

    # --- the end --------------------------------------------------------------------------------------------------------------

    def end(self, why: str) -> None:
        """At once: an answer that came late would be taken for the answer to something else."""
        self.why = why
        if self.transport is not None:
            self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True
        self.changed.set()
        self.greet()
        waiting = [*self.pending_async_commands.values(), self.pending_sync_command]
        for command in (c for c in waiting if c is not None):
            command._exception = lib.Abort(self.why)
            command._timer.cancel()
            command._event.set()
        self.pending_async_commands.clear()
        self.pending_sync_command = None
        self._idle_event.set()

    def greet(self) -> None:
        """Wake whoever waits for a greeting that will not come."""

        async def wake() -> None:
            async with self.state_condition:
                self.state_condition.notify_all()

        task = asyncio.ensure_future(wake())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def greeted(self) -> None:
        """Until the greeting, or the end."""
        async with self.state_condition:
            await self.state_condition.wait_for(lambda: self.lost or self.state in (lib.AUTH, lib.NONAUTH))
