"""imap_connection: one connection to a mailbox, in the words that taking mail needs.

dial(mailbox, largest) -> Connection with TLS standing;  login(...) ;  select(folder) -> Selected;  search, heads, body, mark, move, wait

FAULTS  Gone: the connection is of no use any more (network, server, a timeout: whatever came late would be taken for the answer
        to the next question).  Denied: the server says no, and says so in words.  Neither shows a secret.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from aioimaplib import aioimaplib as lib

from maild.config import Mailbox
from maild.edges import imap_words as words
from maild.edges.imap_wire import Authenticate, Fetch, Protocol
from maild.edges.imap_words import Head, Selected

DIAL, ANSWER = 20.0, 20.0
# A mail comes in with pauses of so many seconds at most.
SILENCE = 30.0
# RFC 5530 section 3: these pass; whoever logs in may be right.
_PASSING = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|OVERQUOTA|CONTACTADMIN)\]", re.I)
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
_NOT_LET_IN = "the login is refused"


class Gone(Exception):
    """The connection; try again with another."""


class Denied(Exception):
    """NO or BAD.  passing: it may be otherwise in a moment; login: we were not let in."""

    def __init__(self, what: str, said: str, *, login: bool = False) -> None:
        self.login = login
        self.said = _UNPRINTABLE.sub("?", said)[:200]
        self.passing = _PASSING.search(said) is not None
        super().__init__(f"{what}: the server says: {self.said}" if self.said else what)


async def dial(mailbox: Mailbox, largest: int) -> Connection:
    """Connected, greeted, encrypted as configured, capabilities known."""
    loop = asyncio.get_running_loop()
    protocol = Protocol(loop, largest)
    context = ssl.create_default_context() if mailbox.tls != "none" else None
    implicit = context if mailbox.tls == "implicit" else None
    connection = Connection(protocol)
    try:
        async with asyncio.timeout(DIAL):
            name = mailbox.host if implicit else None
            await loop.create_connection(
                lambda: protocol, mailbox.host, mailbox.port, ssl=implicit, server_hostname=name
            )
            await protocol.greeted()
            if protocol.lost:
                raise Gone(protocol.why)
            if mailbox.tls == "starttls" and context:
                await connection.start_tls(context, mailbox.host)
            await connection.ask_capabilities()
    except BaseException as error:
        connection.abort()
        raise _gone(error, mailbox) from error
    return connection


def _gone(error: BaseException, mailbox: Mailbox) -> BaseException:
    """In words.  TimeoutError is an OSError, ssl.SSLError too."""
    where = f"{mailbox.host}:{mailbox.port}"
    if isinstance(error, TimeoutError):
        return Gone(f"{where} does not answer")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Gone(f"the certificate of {where} is not good: {error.verify_message}")
    if isinstance(error, ssl.SSLError):
        return Gone(f"no TLS with {where}: {error.reason or 'it speaks something else'}")
    if isinstance(error, OSError):
        # asyncio's strerror names the call; a host that is not known has a negative number and its own words.
        number = error.errno or 0
        return Gone(f"{where} cannot be reached: {os.strerror(number) if number > 0 else error.strerror or 'unknown'}")
    return error


class Connection:
    """Every question has a deadline; after Gone the connection is closed already."""

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol

    # --- coming in ------------------------------------------------------------------------------------------------------------

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        wire = self._protocol
        response = await self._ask(lib.Command("STARTTLS", wire.new_tag()))
        _ok(response, "no TLS")
        if wire.incomplete_line:
            # Octets of somebody in between, who would speak as the server inside TLS (CVE-2011-0411 and its kin).
            raise Gone("the server spoke on before TLS stood")
        raw = wire.transport
        raw.pause_reading()
        wire.transport = await asyncio.get_running_loop().start_tls(raw, wire, context, server_hostname=host)

    async def ask_capabilities(self) -> None:
        response = await self._ask(lib.Command("CAPABILITY", self._protocol.new_tag()))
        said = b" ".join(bytes(line) for line in response.lines[:-1])
        self._protocol.capabilities = set(said.decode("ascii", "replace").upper().split())

    def can(self, word: str) -> bool:
        return word in self._protocol.capabilities

    async def login(self, user: str, password: str) -> None:
        """PLAIN where it is offered, since only that knows letters beyond ASCII; else LOGIN."""
        if self._protocol.state == lib.AUTH:
            return
        if self.can("AUTH=PLAIN"):
            await self._authenticate("PLAIN", f"\0{user}\0{password}")
        else:
            tag = self._protocol.new_tag()
            response = await self._ask(lib.Command("LOGIN", tag, words.quoted(user), words.quoted(password)))
            _ok(response, _NOT_LET_IN)
        self._protocol.state = lib.AUTH
        await self.ask_capabilities()

    async def xoauth2(self, user: str, token: str) -> None:
        if not self.can("AUTH=XOAUTH2"):
            raise Denied("the server does not take tokens (XOAUTH2)", "")
        await self._authenticate("XOAUTH2", f"user={user}\1auth=Bearer {token}\1\1")
        self._protocol.state = lib.AUTH
        await self.ask_capabilities()

    async def _authenticate(self, mechanism: str, response: str) -> None:
        coded = base64.b64encode(response.encode()).decode("ascii")
        command = Authenticate(self._protocol.new_tag(), mechanism, coded, at_once=self.can("SASL-IR"))
        _ok(await self._ask(command), _NOT_LET_IN, command.refusal)

    # --- looking --------------------------------------------------------------------------------------------------------------

    async def select(self, folder: str, *, read_only: bool = False) -> Selected:
        verb = "EXAMINE" if read_only else "SELECT"
        response = await self._ask(lib.Command(verb, self._protocol.new_tag(), words.folder(folder)))
        _ok(response, f"the folder {folder} cannot be opened")
        self._protocol.state = lib.SELECTED
        return words.selected(response.lines)

    async def exists(self, folder: str) -> bool:
        tag = self._protocol.new_tag()
        response = await self._ask(lib.Command("STATUS", tag, words.folder(folder), "(UIDVALIDITY)"))
        return bool(response.result == "OK")

    async def search(self, criteria: str) -> list[int]:
        """UIDs, ascending."""
        command = lib.Command("SEARCH", self._protocol.new_tag(), criteria, prefix="UID")
        response = await self._ask(command)
        _ok(response, "the folder cannot be searched")
        return words.numbers(response.lines[:-1])

    async def heads(self, uids: Sequence[int]) -> dict[int, Head]:
        response = await self._fetch(_set(uids), "(UID RFC822.SIZE INTERNALDATE)")
        _ok(response, "sizes and dates cannot be had")
        return words.heads(line for line in response.lines[:-1] if isinstance(line, bytes))

    async def body(self, uid: int) -> bytes | None:
        """The mail's octets; None when it is gone.  PEEK: what people have read is not ours to say."""
        response = await self._fetch(str(uid), "(UID BODY.PEEK[])")
        _ok(response, "the mail cannot be fetched")
        found = None
        for line in response.lines[:-1]:
            if isinstance(line, bytearray) and found is None:
                found = bytes(line)
        return found

    async def _fetch(self, uids: str, items: str) -> Any:
        command = Fetch(self._protocol.new_tag(), uids, items, timeout=SILENCE)
        return await self._within(None, self._protocol.execute(command))

    # --- doing ----------------------------------------------------------------------------------------------------------------

    async def mark(self, uids: Sequence[int]) -> None:
        await self._store(_set(uids), r"(\Seen)")

    async def _store(self, uids: str, flags: str) -> None:
        tag = self._protocol.new_tag()
        command = lib.Command("STORE", tag, uids, "+FLAGS.SILENT", flags, prefix="UID", untagged_resp_name="FETCH")
        _ok(await self._ask(command), "the mail cannot be marked")

    async def move(self, uids: Sequence[int], folder: str) -> None:
        """RFC 6851, or what it stands for.  Without UIDPLUS nobody else's deleted mail is touched: ours stays, marked so."""
        which, target = _set(uids), words.folder(folder)
        verb = "MOVE" if self.can("MOVE") else "COPY"
        response = await self._ask(lib.Command(verb, self._protocol.new_tag(), which, target, prefix="UID"))
        _ok(response, f"mail cannot be moved to {folder}")
        if verb == "COPY":
            await self._store(which, r"(\Deleted)")
            if self.can("UIDPLUS"):
                await self._ask(lib.Command("EXPUNGE", self._protocol.new_tag(), which, prefix="UID"))

    async def create(self, folder: str) -> None:
        _ok(
            await self._ask(lib.Command("CREATE", self._protocol.new_tag(), words.folder(folder))),
            f"the folder {folder} cannot be made",
        )

    # --- waiting --------------------------------------------------------------------------------------------------------------

    def forget_changes(self) -> None:
        """Before looking: what changes from now on is news."""
        self._protocol.changed.clear()

    async def wait(self, seconds: float) -> None:
        """Until something changed in the folder, or so long.  By IDLE (RFC 2177), else by asking."""
        wire = self._protocol
        if wire.changed.is_set():
            return
        if self.can("IDLE"):
            await self._idle(seconds)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await wire.changed.wait()
        await self._ask(lib.Command("NOOP", wire.new_tag()))

    async def _idle(self, seconds: float) -> None:
        wire = self._protocol
        idle = asyncio.ensure_future(wire.execute(lib.IdleCommand(wire.new_tag(), wire.idle_queue)))
        begun = asyncio.ensure_future(wire.wait_for_idle_response())
        try:
            # DONE before the server's "+" would be a command that it does not know.
            await asyncio.wait({idle, begun}, timeout=ANSWER, return_when=asyncio.FIRST_COMPLETED)
            if begun.done() and not idle.done():
                with suppress(TimeoutError):
                    # Not wait_for: before Python 3.12 a cancellation that meets the event is lost in it (cpython#86296).
                    async with asyncio.timeout(seconds):
                        await wire.changed.wait()
                if not wire.lost:
                    wire.idle_done()
            _ok(await self._within(ANSWER, asyncio.shield(idle)), "the server does not let us wait")
        finally:
            for task in (idle, begun):
                task.cancel()
                task.add_done_callback(_seen)
            while not wire.idle_queue.empty():
                wire.idle_queue.get_nowait()

    # --- the end --------------------------------------------------------------------------------------------------------------

    async def logout(self) -> None:
        """Politely; then the connection is closed, whatever came of it."""
        with suppress(Gone, Denied):
            await self._within(2.0, self._protocol.execute(lib.Command("LOGOUT", self._protocol.new_tag())))
        self.abort()

    def abort(self) -> None:
        if self._protocol.transport is not None:
            self._protocol.transport.abort()

    async def _ask(self, command: Any) -> Any:
        return await self._within(ANSWER, self._protocol.execute(command))

    async def _within(self, seconds: float | None, answer: Any) -> Any:
        """The answer in time, or Gone.  What the library raises may show the command, and with it a password: not passed on."""
        if self._protocol.lost:
            if asyncio.iscoroutine(answer):
                answer.close()
            raise Gone(self._why())
        try:
            async with asyncio.timeout(seconds):
                return await answer
        except lib.CommandTimeout:
            why = "the server fell silent"
        except lib.AioImapException:
            why = self._why()
        except TimeoutError:
            why = "the server does not answer"
        except OSError:
            why = self._why()
        self.abort()
        raise Gone(why)

    def _why(self) -> str:
        return (
            f"the server said goodbye: {_UNPRINTABLE.sub('?', self._protocol.bye)}"
            if self._protocol.bye
            else self._protocol.why
        )


def _set(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))


def _seen(task: asyncio.Future[Any]) -> None:
    """An exception that nobody waits for any more is no news."""
    if not task.cancelled():
        task.exception()


def _ok(response: Any, what: str, more: bytes = b"") -> None:
    if response.result != "OK":
        said = bytes(response.lines[-1]).decode("utf-8", "replace") if response.lines else ""
        said = f"{said} {more.decode('utf-8', 'replace')}".strip()
        raise Denied(what, said, login=what == _NOT_LET_IN)
