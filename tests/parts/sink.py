"""sink: the relay's far end.  A real SMTP server on loopback that keeps what it is given.

sink.port, sink.address ("127.0.0.1:2526")
sink.letters                      every Taken so far: sender, recipients, raw, mail (parsed), kind, case, text
sink.of("ack", to="ann@...")      those of a kind and a recipient
sink.wait("ack", count=2)         waits until so many are there and returns them
sink.answers["RCPT"] = b"451 4.2.0 later"      scripted refusals: EHLO AUTH MAIL RCPT DATA, and "." for the end of data
sink.answers["RCPT ann@..."] = ...              for one recipient;  sink.asked counts such questions, and commands ("QUIT")
"""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cached_property
from typing import Any

EHLO = b"250-sink\r\n250-SIZE 52428800\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 PIPELINING\r\n"


@dataclass
class Taken:
    """A letter as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    at: float = field(default_factory=time.time)

    @cached_property
    def mail(self) -> EmailMessage:
        return BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(self.raw)

    @property
    def kind(self) -> str:
        return str(self.mail.get("X-Maild-Kind", ""))

    @property
    def case(self) -> str:
        return str(self.mail.get("X-Maild-Case", "")).lstrip("#")

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"])

    @property
    def reply_to(self) -> str:
        """The address that an answer goes to."""
        return str(self.mail["Reply-To"] or self.mail["From"]).rsplit("<", 1)[-1].rstrip("> ")

    @property
    def text(self) -> str:
        body = self.mail.get_body(("plain", "html"))
        return "" if body is None else str(body.get_content()).replace("\r\n", "\n")


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int = 0) -> None:
        self.letters: list[Taken] = []
        self.answers: dict[str, bytes] = {}
        self.asked: Counter[str] = Counter()
        self.news = threading.Condition()
        super().__init__(("127.0.0.1", port), _Session)
        self.port = int(self.server_address[1])
        self.address = f"127.0.0.1:{self.port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()

    def keep(self, letter: Taken) -> None:
        with self.news:
            self.letters.append(letter)
            self.news.notify_all()

    def taken(self, letter: Taken) -> bytes:
        """What is said to a whole letter, which is kept if that is a yes; nothing = hang up without a word."""
        reply = self.answers.get(".", b"250 2.0.0 kept")
        if reply[:1] == b"2":
            self.keep(letter)
        return reply

    def of(self, kind: str | None = None, to: str | None = None) -> list[Taken]:
        """The letters of that kind and to that person; None = any."""
        return [x for x in list(self.letters) if kind in (None, x.kind) and (to is None or to in x.recipients)]

    def wait(
        self, kind: str | None = None, to: str | None = None, count: int = 1, seconds: float = 20.0
    ) -> list[Taken]:
        """At least `count` of them; AssertionError that tells what came instead."""
        with self.news:
            self.news.wait_for(lambda: len(self.of(kind, to)) >= count, seconds)
        found = self.of(kind, to)
        came = [(x.kind, x.case, x.recipients) for x in self.letters]
        assert len(found) >= count, f"{len(found)} of {count} letters kind={kind} to={to} came; all: {came}"
        return found

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A daemon that was killed hangs up in the middle; that is no error of the sink."""


class _Session(socketserver.StreamRequestHandler):
    server: Sink

    def say(self, line: bytes) -> None:
        self.wfile.write(line if line.endswith(b"\r\n") else line + b"\r\n")

    def answer(self, verb: str, otherwise: bytes) -> bool:
        """Says the scripted reply or the other one; True if that was a yes."""
        reply = self.server.answers.get(verb, otherwise)
        self.say(reply)
        return reply[:1] in b"23"

    def handle(self) -> None:
        self.say(b"220 sink ESMTP")
        self.sender, self.recipients = "", []
        while line := self.rfile.readline():
            verb = line[:4].strip().upper().decode("latin-1")
            self.server.asked[verb] += 1
            if verb == "QUIT":
                self.say(b"221 2.0.0 bye")
                return
            STEPS.get(verb, _Session.other)(self, line)

    def hello(self, line: bytes) -> None:
        self.answer("EHLO", EHLO)

    def mail(self, line: bytes) -> None:
        if self.answer("MAIL", b"250 2.1.0 ok"):
            self.sender, self.recipients = _path(line), []

    def rcpt(self, line: bytes) -> None:
        path = _path(line)
        self.server.asked[path] += 1
        verb = f"RCPT {path}"
        if self.answer(verb if verb in self.server.answers else "RCPT", b"250 2.1.5 ok"):
            self.recipients.append(path)

    def data(self, line: bytes) -> None:
        if not self.recipients:
            self.say(b"503 5.5.1 no recipient")
            return
        if not self.answer("DATA", b"354 go"):
            return
        lines = []
        while (part := self.rfile.readline()) != b".\r\n":
            if not part:
                return
            lines.append(part[1:] if part.startswith(b".") else part)
        # Kept before the answer: a crash in between is the daemon's to survive, not ours to hide.
        reply = self.server.taken(Taken(self.sender, tuple(self.recipients), b"".join(lines)))
        if not reply:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.say(reply)

    def reset(self, line: bytes) -> None:
        self.sender, self.recipients = "", []
        self.say(b"250 2.0.0 ok")

    def other(self, line: bytes) -> None:
        self.answer(line[:4].strip().upper().decode("latin-1"), b"250 2.0.0 ok")


def _path(line: bytes) -> str:
    return line.split(b"<", 1)[-1].split(b">")[0].decode("utf-8", "replace")


STEPS = {
    "EHLO": _Session.hello,
    "HELO": _Session.hello,
    "LHLO": _Session.hello,
    "MAIL": _Session.mail,
    "RCPT": _Session.rcpt,
    "DATA": _Session.data,
    "RSET": _Session.reset,
}
