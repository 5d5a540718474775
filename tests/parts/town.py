"""town: a mail system as a site has it, of real parts: Postfix in front, Dovecot's mailboxes behind, maild between them.

with town(folder, handlers) as site:    maild, its letters carried by that Postfix into those mailboxes
Person(town, "Kari Nordmann <kari@staff.example>")     reads by IMAP, writes by SMTP; .gets("notice"), .writes(...), .replies(letter, text)

Who works here logs in to send (SASL, Dovecot knows the passwords), and Postfix writes it into Received; customers write from outside,
and the milter's word for them stands on top, as OpenDMARC puts it there.
"""

from __future__ import annotations

import imaplib
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from functools import cached_property
from pathlib import Path

from edges.postfix import SNIPPET, Postfix

from parts import dovecot
from parts.dovecot import Dovecot
from parts.mails import authenticated, mail, wire
from parts.net import free_port, wait_until
from parts.site import Site

MX = "mx.example.net"
WORLD = """
virtual_mailbox_domains = staff.example, kunde.example
virtual_mailbox_maps = static:ok
virtual_transport = mailboxes:unix:{mailboxes}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{sasl}
smtpd_sasl_security_options = noanonymous
smtpd_sasl_authenticated_header = yes
"""
# Debian's lmtp client is shut in the queue directory, where the mailboxes' door does not stand.
SERVICE = "mailboxes unix - - n - - lmtp\n"


@dataclass(frozen=True)
class Letter:
    mail: EmailMessage

    @property
    def kind(self) -> str:
        return str(self.mail["X-Maild-Kind"])

    @property
    def reply_to(self) -> str:
        return parseaddr(str(self.mail["Reply-To"]))[1]

    @property
    def text(self) -> str:
        body = self.mail.get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@dataclass(frozen=True)
class Town:
    postfix: Postfix
    mailboxes: Dovecot
    site: Site


@dataclass
class Person:
    town: Town
    name: str
    works_here: bool = False
    read: int = 0

    @property
    def address(self) -> str:
        return parseaddr(self.name)[1]

    def mailbox(self) -> list[Letter]:
        """All that is there."""
        raw = self.town.mailboxes.texts(self.address)
        return [Letter(message_from_bytes(one, policy=default)) for one in raw]  # type: ignore[arg-type]

    def gets(self, kind: str) -> Letter:
        """The next letter, which is of this kind."""
        assert wait_until(self._has_news, 20), f"{self.name} waits for {kind}: {self._why()}"
        self.read += 1
        answer = self._program.fetch(str(self.read), "(BODY.PEEK[])")[1]
        letter = Letter(message_from_bytes(answer[0][1], policy=default))  # type: ignore[arg-type, index]
        assert letter.kind == kind, f"{self.name} got {letter.kind}:\n{letter.text}"
        return letter

    @cached_property
    def _program(self) -> imaplib.IMAP4:
        """A mail program that stays logged in."""
        client = self.town.mailboxes.client(self.address)
        client.select(readonly=True)
        return client

    def _has_news(self) -> bool:
        self._program.noop()
        return len(self._program.search(None, "ALL")[1][0].split()) > self.read

    def _why(self) -> str:
        return f"{self.town.site.log_text()[-1500:]}\n{self.town.postfix.log[-1500:]}"

    def writes(self, subject: str, text: str, to: str = "support@desk.example", **headers: str) -> None:
        made = mail(self.name, subject, text, to, **headers)
        raw = wire(made) if self.works_here else authenticated(made)
        with smtplib.SMTP("127.0.0.1", self.town.postfix.port, timeout=20) as door:
            if self.works_here:
                door.login(self.address, self.town.mailboxes.password)
            door.sendmail(self.address, [to], raw)

    def replies(self, letter: Letter, text: str, to: str = "") -> None:
        """As a mail program does: to Reply-To, the quote below."""
        quote = "\n".join(f"> {line}".rstrip() for line in letter.text.rstrip().splitlines())
        subject = str(letter.mail["Subject"])
        subject = subject if subject.startswith("Re: ") else f"Re: {subject}"
        whole = f"{text}\n\nDen 02.03.2026 10:00, skrev Kundeservice:\n{quote}\n"
        self.writes(subject, whole, to or letter.reply_to, In_Reply_To=str(letter.mail["Message-ID"]))


@contextmanager
def town(folder: Path, handlers: tuple[str, ...]) -> Iterator[Town]:
    sasl = free_port()
    with dovecot.running(sasl=sasl) as mailboxes:
        world = WORLD.format(mailboxes=mailboxes.folder / "lmtp", sasl=sasl)
        with Postfix(folder / "p", world + SNIPPET, SERVICE) as postfix:
            site = Site(
                folder / "s", f"127.0.0.1:{postfix.port}", handlers=handlers, options=("--lmtp", str(postfix.door))
            )
            text = site.impatient().config.read_text("utf-8")
            assert "\nauthenticators:\n" in text
            site.config.write_text(text.replace("\nauthenticators:\n", f"\nauthenticators:\n  - sasl-received: {MX}\n"))
            try:
                yield Town(postfix, mailboxes, site.start())
            finally:
                site.close()
