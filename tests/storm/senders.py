"""senders: those who write while the storm blows.  They behave as a correct MTA: the same mail again until it has its 250.

Sender    new mails, one after the other        Replier   answers to some of the letters, by their signed addresses
What got its 250 stands in `accepted` and `replies`: from then on it is a promise.
"""

from __future__ import annotations

import smtplib
import threading
import time
from dataclasses import dataclass, field
from email.utils import formatdate

from parts.mails import AUTHSERV
from parts.sink import Sink, Taken
from parts.site import DESK, Site

SENDERS, REPLIERS = 4, 2
# Every so manieth letter is answered: a prime, so that the turns meet acknowledgements and notices alike.
ANSWERED = 7
TEXT = "Det stormer."
# A handler's mail of another week is not believed.
TODAY = formatdate()


@dataclass(frozen=True)
class Reply:
    """words: what is said in it and in no other mail; audience: whom maild owes these words, "" = the case's handler."""

    words: str
    case: str
    audience: str


@dataclass
class Field:
    """What the senders share."""

    site: Site
    sink: Sink
    pause: float
    enough: threading.Event = field(default_factory=threading.Event)
    accepted: list[str] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)


class Mouth(threading.Thread):
    """One session that gives up on nothing."""

    def __init__(self, field: Field) -> None:
        super().__init__(daemon=True)
        self.field, self.door = field, None

    def deliver(self, sender: str, to: str, raw: bytes) -> None:
        while True:
            try:
                self.session().sendmail(sender, [to], raw)
            except (OSError, smtplib.SMTPException):
                self.hang_up()
                time.sleep(0.02)
                continue
            return

    def session(self) -> smtplib.SMTP:
        if self.door is None:
            self.door = smtplib.SMTP("127.0.0.1", self.field.site.port, timeout=20)
        return self.door

    def hang_up(self) -> None:
        if self.door is not None:
            self.door.close()
        self.door = None


class Sender(Mouth):
    """Each mail from a customer of its own."""

    def __init__(self, field: Field, index: int) -> None:
        super().__init__(field)
        self.serial = index

    def run(self) -> None:
        while not self.field.enough.is_set():
            subject, sender = f"Storm {self.serial:06d}", f"ann@kunde{self.serial:06d}.example"
            self.deliver(sender, DESK, letter(sender, DESK, subject, TEXT))
            self.field.accepted.append(subject)
            self.serial += SENDERS
            time.sleep(self.field.pause)


class Replier(Mouth):
    """The customer answers his acknowledgement, the handler the notice."""

    def __init__(self, field: Field, index: int) -> None:
        super().__init__(field)
        self.turn = index * ANSWERED
        self.answered: set[str] = set()

    def run(self) -> None:
        while not self.field.enough.is_set():
            if self.turn >= len(self.field.sink.letters):
                time.sleep(0.05)
                continue
            got = self.field.sink.letters[self.turn]
            self.turn += ANSWERED * REPLIERS
            # A letter that a kill made leave twice is answered once.
            if got.kind in ("ack", "notice") and got.message_id not in self.answered:
                self.answered.add(got.message_id)
                self.answer(got)

    def answer(self, got: Taken) -> None:
        (me,) = got.recipients
        words = f"Svar paa {got.kind} i sak {got.case}."
        raw = letter(me, got.reply_to, f"Re: {got.mail['Subject']}", words, got.message_id)
        self.deliver(me, got.reply_to, raw)
        number = got.mail["Subject"].partition("Storm ")[2][:6]
        audience = f"ann@kunde{number}.example" if got.kind == "notice" else ""
        self.field.replies.append(Reply(words, got.case, audience))


def letter(sender: str, to: str, subject: str, text: str, in_reply_to: str = "") -> bytes:
    """Proven, so that no budget keeps back an acknowledgement and a handler is believed."""
    domain = sender.rpartition("@")[2]
    name = "".join(c if c.isalnum() else "." for c in f"{subject}{in_reply_to}")[:60]
    head = (
        f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from={domain}",
        f"From: Ann <{sender}>",
        f"To: <{to}>",
        f"Subject: {subject}",
        f"Date: {TODAY}",
        f"Message-ID: <{name}@{domain}>",
        *([f"In-Reply-To: {in_reply_to}"] if in_reply_to else []),
        "",
        text,
        "",
    )
    return "\r\n".join(head).encode()
