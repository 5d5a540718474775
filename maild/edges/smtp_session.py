"""smtp_session: the commands of the SMTP door.

commands -> replies, each with its enhanced code (RFC 2034), and Deliveries to the mailroom

All commands are ours.  Those of aiosmtpd answer our own faults with a permanent 500, hold an endless line in memory,
refuse long lines, and read encoded words in addresses.

LIMITS  The session ends with 421 after so many commands (config) without a mail taken, and after 10 that nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

import structlog
from aiosmtpd.smtp import TLSSetupException

from maild.edges.delivery import Delivery, Ghost
from maild.edges.smtp_connection import CHUNK, COMMAND, Connection
from maild.edges.smtp_data import Body, hops, received
from maild.edges.smtp_limits import Keeper
from maild.errors import Refused, SmtpError, TryLater
from maild.mail import envelope

UNKNOWN = 10

_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_HELLO = re.compile(r"[A-Za-z0-9._:\[\]-]{1,255}")
log = structlog.get_logger("maild.smtp")

Step = Callable[["Session", bytes], Awaitable[None] | None]


class Session(Connection):
    """A client's transaction."""

    steps: ClassVar[Mapping[bytes, Step]]

    def __init__(self, keeper: Keeper) -> None:
        super().__init__(keeper)
        self._commands = self._unknown = 0
        self._hello, self.protocol = "", "SMTP"
        self._forget()

    def _forget(self) -> None:
        """No transaction is under way."""
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._declared, self._utf8 = 0, False

    def _resting(self) -> bool:
        return self._sender is None

    async def _obey(self, line: bytes) -> None:
        self._commands += 1
        if self._commands > self._keeper.config.commands:
            self._end(b"421 4.7.0 too many commands, closing\r\n")
            return
        verb, _, argument = line.partition(b" ")
        try:
            if len(line) > COMMAND or _CONTROL.search(line):
                raise Refused(500, "5.5.2", "no command: too long, or with control characters")
            waiting = self.steps.get(verb.upper(), Session.unknown)(self, argument.strip(b" "))
            if waiting is not None:
                await waiting
        except SmtpError as error:
            self._answer(error)
        except (Ghost, OSError, TLSSetupException):
            raise
        except Exception as error:
            self._fault(error)

    def _say(self, code: int, status: str, text: str) -> None:
        self._out.append(f"{code} {status} {text}\r\n".encode("ascii", "replace"))

    def _answer(self, error: SmtpError) -> None:
        log.info("refused", code=error.code, status=error.status, protocol=self.protocol)
        self._say(error.code, error.status, error.text)

    def _fault(self, error: Exception) -> None:
        """A bug, or a database in trouble: ours, so the client is asked to come again and learns nothing of it."""
        log.error("fault in a session", exc_info=error)
        self._say(451, "4.3.0", "temporary failure, try again later")

    def ehlo(self, argument: bytes) -> None:
        self._greet(argument, "ESMTPS" if self.session is not None and self.session.ssl else "ESMTP")
        offers = [
            self.hostname,
            "PIPELINING",
            f"SIZE {self._keeper.config.message_size}",
            "8BITMIME",
            "ENHANCEDSTATUSCODES",
        ]
        offers += ["SMTPUTF8"] * self._keeper.utf8
        offers += ["STARTTLS"] * (self.tls_context is not None and self._tls_protocol is None)
        lines = [f"250-{offer}\r\n" for offer in offers[:-1]] + [f"250 {offers[-1]}\r\n"]
        self._out.append("".join(lines).encode())

    def helo(self, argument: bytes) -> None:
        self._greet(argument, "SMTP")
        self._out.append(f"250 {self.hostname}\r\n".encode())

    def _greet(self, argument: bytes, protocol: str) -> None:
        if not argument:
            raise Refused(501, "5.5.4", "say who you are: a name after the command")
        name = argument.decode("ascii", "replace")
        self._hello = name if _HELLO.fullmatch(name) else "unknown"
        self.protocol = protocol
        self._forget()

    def mail(self, argument: bytes) -> None:
        if not self._hello:
            raise Refused(503, "5.5.1", "say hello first")
        if self._sender is not None:
            raise Refused(503, "5.5.1", "a mail is under way; RSET drops it")
        if self._keeper.closing:
            self._end(b"421 4.3.2 shutting down\r\n")
            return
        path = envelope.sender(argument)
        declared = self._parameters(path)
        self._sender, self._declared = path.address, declared
        self._utf8 = "SMTPUTF8" in dict(path.parameters)
        self._say(250, "2.1.0", "sender ok")

    def _parameters(self, path: envelope.Path) -> int:
        """The declared size in octets, 0 for none, when all parameters of MAIL are ones that we offered."""
        asked = dict(path.parameters)
        body, size, utf8 = asked.pop("BODY", "7BIT"), asked.pop("SIZE", "0"), asked.pop("SMTPUTF8", None)
        if asked or (utf8 is not None and not self._keeper.utf8):
            raise Refused(555, "5.5.4", "a parameter that was not offered")
        if (
            body.upper() not in ("7BIT", "8BITMIME")
            or not (size.isascii() and size.isdigit())
            or len(size) > 20
            or utf8
        ):
            raise Refused(501, "5.5.4", "a parameter's value is not of its kind")
        if utf8 is None and not path.address.isascii():
            raise Refused(553, "5.6.7", "an address beyond ASCII needs SMTPUTF8")
        if int(size) > self._keeper.config.message_size:
            raise Refused(552, "5.3.4", "message too large")
        return int(size)

    def rcpt(self, argument: bytes) -> None:
        if self._sender is None:
            raise Refused(503, "5.5.1", "MAIL comes first")
        if len(self._recipients) >= self._keeper.config.recipients:
            raise TryLater(452, "4.5.3", "too many recipients, send the mail again for the rest")
        path = envelope.recipient(argument)
        if path.parameters:
            raise Refused(555, "5.5.4", "a parameter that was not offered")
        if not self._utf8 and not path.address.isascii():
            raise Refused(553, "5.6.7", "an address beyond ASCII needs SMTPUTF8")
        if not self._keeper.mailroom.knows(path.address):
            raise Refused(550, "5.1.1", "no such mailbox here")
        refused = self._refuses(path.address, self._declared)
        if refused is not None:
            raise refused
        self._recipients.append(path.address)
        self._say(250, "2.1.5", "recipient ok")

    async def data(self, argument: bytes) -> None:
        if argument:
            raise Refused(501, "5.5.4", "DATA stands alone")
        if self._sender is None or not self._recipients:
            raise Refused(503, "5.5.1", "MAIL comes first, and a recipient that was taken")
        budget = self._keeper.budget
        body = Body(self._keeper.config.message_size, budget)
        try:
            self._keeper.mailroom.room()
            if budget.used + self._declared > budget.limit:
                raise TryLater(452, "4.3.1", "too much mail at one time, try again later")
            self._out.append(b"354 go ahead, end with CRLF.CRLF\r\n")
            if await self._read(body):
                await self._store(body)
        finally:
            body.release()
            self._forget()

    async def _read(self, body: Body) -> bool:
        """Read to the final dot, whatever comes before it; False if the client went away."""
        self._octets = 0
        rest = body.feed(self._inbox[self._at :])
        self._inbox, self._at = b"", 0
        if not await self._flush():
            return False
        while rest is None:
            octets = await self._reader.read(CHUNK)
            if not octets:
                self._over = True
                return False
            self._last = self.loop.time()
            self._octets += len(octets)
            rest = body.feed(octets)
        self._inbox = rest
        return True

    async def _store(self, body: Body) -> None:
        """One reply, or one for each recipient; what is raised here after the final dot is told the same way."""
        mark = len(self._out)
        self._busy = True
        try:
            if body.fault is not None:
                raise body.fault
            number = await self._keeper.mailroom.accept(self._delivery(body))
            self._commands = 0
            self._say(250, "2.0.0", f"taken as {number}")
        except SmtpError as error:
            self._answer(error)
        except Ghost:
            raise
        except Exception as error:
            self._fault(error)
        finally:
            self._busy = False
            self._last = self._begun = self.loop.time()
            self._octets = 0
        self._out[mark:] *= self._replies()

    def _delivery(self, body: Body) -> Delivery:
        at = self._keeper.clock()
        raw = body.take(received(self._hello, self.client, self.hostname, self.protocol, at))
        if hops(raw) > self._keeper.config.hops:
            # RFC 5321 section 6.3.
            raise Refused(554, "5.4.6", "too many hops, this mail goes in circles")
        assert self._sender is not None
        # One reply is for all: a mail that one of them may have is taken.
        refused = [self._refuses(recipient, len(raw)) for recipient in self._recipients]
        if all(refused) and refused[0] is not None:
            raise refused[0]
        return Delivery(self._sender, tuple(self._recipients), raw, self.client, self.protocol, at)

    def _refuses(self, recipient: str, size: int) -> SmtpError | None:
        """What the admin's rules of the door say to this recipient's mail."""
        return self._keeper.mailroom.refuses(self.client, self._sender or "", recipient, size)

    def _replies(self) -> int:
        """How many replies follow the final dot."""
        return 1

    async def starttls(self, argument: bytes) -> None:
        if argument:
            raise Refused(501, "5.5.4", "STARTTLS stands alone")
        if self.tls_context is None:
            raise Refused(502, "5.5.1", "TLS is not offered")
        if self._tls_protocol is not None:
            raise Refused(503, "5.5.1", "TLS is on already")
        # RFC 3207 section 4.2: nothing that was said in the clear counts, least of all what stands behind this command.
        self._inbox, self._at = b"", 0
        await self._flush()
        await super().smtp_STARTTLS("")
        self._inbox, self._at = b"", 0
        self._hello, self.protocol = "", "SMTP"
        self._forget()

    async def push(self, status: Any) -> None:
        """aiosmtpd's own reply; the only one left is that to STARTTLS."""
        self._say(220, "2.0.0", "start TLS now")
        await self._flush()

    def rset(self, argument: bytes) -> None:
        self._forget()
        self._say(250, "2.0.0", "forgotten")

    def noop(self, argument: bytes) -> None:
        self._say(250, "2.0.0", "ok")

    def help(self, argument: bytes) -> None:
        self._say(214, "2.0.0", "RFC 5321 tells it all")

    def vrfy(self, argument: bytes) -> None:
        self._say(252, "2.0.0", "send the mail, and see")

    def not_offered(self, argument: bytes) -> None:
        raise Refused(502, "5.5.1", "not offered")

    def unknown(self, argument: bytes) -> None:
        self._unknown += 1
        if self._unknown > UNKNOWN:
            self._end(b"421 4.7.0 this is no SMTP, closing\r\n")
            return
        raise Refused(500, "5.5.1", f"no such command in {self.word}")

    def quit(self, argument: bytes) -> None:
        self._end(b"221 2.0.0 goodbye\r\n")


Session.steps = {
    b"EHLO": Session.ehlo,
    b"HELO": Session.helo,
    b"MAIL": Session.mail,
    b"RCPT": Session.rcpt,
    b"DATA": Session.data,
    b"STARTTLS": Session.starttls,
    b"RSET": Session.rset,
    b"NOOP": Session.noop,
    b"HELP": Session.help,
    b"VRFY": Session.vrfy,
    b"EXPN": Session.not_offered,
    b"AUTH": Session.not_offered,
    b"BDAT": Session.not_offered,
    b"ETRN": Session.not_offered,
    b"QUIT": Session.quit,
}
