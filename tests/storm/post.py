"""post: what people write in a storm.  Each mail bears X-Storm-Id, which the judge trusts, and nothing of maild's own doing.

60 %  new         a customer, each with a domain of his own; mostly small, now and then megabytes
20 %  reply       the customer to a letter he got, the handler to a notice: by their signed addresses
10 %  command     the handler to a notice: /take, /note, /priority, /close, with or without words below
 5 %  double      a mail that had its 250 comes again, octet for octet
 5 %  malformed   what no program should write, unknown recipients, mails that go round
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import math
import random
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate, parseaddr

from parts.mails import AUTHSERV
from parts.sink import Sink, Taken
from parts.site import DESK

# In every text and every customer's domain: it must not be in any log.
CANARY = "zebrafink"
MIX = {"new": 60, "reply": 20, "command": 10, "double": 5, "malformed": 5}
COMMANDS = {
    "/take": "assigned",
    "/priority high": "prioritised",
    "/note": "noted",
    "/close": "solved",
    "/close quiet": "solved",
}
LARGE = (100_000, 5_000_000)
# A handler's mail of another week is not believed.
TODAY = formatdate()


@dataclass(frozen=True)
class Mail:
    """words: said in it and in no other; audience: whom maild owes them, "" = the case's handler; case: that it answers.
    wanted: the kind of event that a command is; refusable: a 5yz is the right answer."""

    id: str
    kind: str
    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    words: str = ""
    case: str = ""
    audience: str = ""
    wanted: str = ""
    refusable: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


@dataclass
class Desk:
    """What is written next.  large: the share of new mails with a big file, up to `most` octets."""

    seed: int
    sink: Sink
    large: float = 0.01
    most: int = LARGE[1]
    mix: Mapping[str, int] = field(default_factory=lambda: MIX)
    mails: dict[str, Mail] = field(default_factory=dict)
    taken: deque[Mail] = field(default_factory=lambda: deque(maxlen=500))

    def __post_init__(self) -> None:
        self._serial, self._lock = itertools.count(1), threading.Lock()
        self._read = 0
        self._seen: set[str] = set()
        self._letters: dict[bool, deque[Taken]] = {True: deque(), False: deque()}

    def write(self, chance: random.Random) -> Mail:
        """A mail of the mix; a new one where the mix asks for an answer and there is no letter to answer."""
        kind = chance.choices(list(self.mix), list(self.mix.values()))[0]
        if kind == "double" and self.taken:
            return chance.choice(list(self.taken))
        serial = next(self._serial)
        mail = None
        if kind == "malformed":
            mail = self._malformed(serial, chance)
        elif kind in ("reply", "command"):
            got = self._letter(handler=kind == "command" or chance.random() < 0.3)
            mail = self._answer(serial, got, chance, kind) if got else None
        mail = mail or self._new(serial, chance)
        self.mails[mail.id] = mail
        return mail

    def _id(self, serial: int) -> str:
        return f"{self.seed}-{serial:06d}"

    def _letter(self, *, handler: bool) -> Taken | None:
        """One that nobody has answered yet; a copy of it, which a kill made leave twice, is the same letter."""
        with self._lock:
            while self._read < len(self.sink.letters):
                got = self.sink.letters[self._read]
                self._read += 1
                if got.kind in ("ack", "update", "notice") and got.message_id not in self._seen:
                    self._seen.add(got.message_id)
                    if got.kind == "notice" or got.recipients[0].endswith(f"{CANARY}.example"):
                        self._letters[got.kind == "notice"].append(got)
            found = self._letters[handler]
            return found.popleft() if found else None

    # --- the kinds

    def _new(self, serial: int, chance: random.Random) -> Mail:
        sender = f"ann@z{serial:06d}.{CANARY}.example"
        words = f"Det stormer {serial} og {CANARY}en flyr."
        file = b""
        if chance.random() < self.large:
            file = chance.randbytes(int(math.exp(chance.uniform(math.log(LARGE[0]), math.log(self.most))) * 3 / 4))
        elif chance.random() < 0.3:
            words += "\r\n" + "\r\n".join(f"linje {n} av mange" for n in range(chance.randint(1, 400)))
        raw = letter(self._id(serial), sender, DESK, f"Storm {serial:06d}", words, file=file)
        # By LMTP some to two recipients: each must have its reply.
        return Mail(self._id(serial), "new", sender, (DESK, DESK) if serial % 5 == 0 else (DESK,), raw, words)

    def _answer(self, serial: int, got: Taken, chance: random.Random, kind: str) -> Mail:
        me, theirs = got.recipients[0], got.kind != "notice"
        words = f"Svar {serial} til {'deg' if theirs else 'kunden'}, sier {CANARY}en."
        command = chance.choice(sorted(COMMANDS)) if kind == "command" else ""
        text = f"{command} {words}" if command == "/note" else f"{command}\r\n{words}".strip()
        # The customer of a notice: the domain stands for the case, and the subject names it.
        customer = f"ann@z{got.mail['Subject'].partition('Storm ')[2][:6]}.{CANARY}.example"
        audience = "" if theirs else customer if command not in ("/note", "/close quiet") else "nobody"
        raw = letter(self._id(serial), me, got.reply_to, f"Re: {got.mail['Subject']}", text, got.message_id)
        wanted = COMMANDS.get(command, "")
        return Mail(self._id(serial), kind, me, (got.reply_to,), raw, words, got.case, audience, wanted)

    def _malformed(self, serial: int, chance: random.Random) -> Mail:
        name = self._id(serial)
        sender = f"ann@z{serial:06d}.{CANARY}.example"
        which = chance.randrange(len(BROKEN) + 2)
        if which == len(BROKEN):
            raw = letter(name, sender, DESK, "Storm til ingen", "Hei.")
            return Mail(name, "malformed", sender, ("nobody@desk.example",), raw, refusable=True)
        if which == len(BROKEN) + 1:
            raw = b"Received: from a by b; Mon, 02 Mar 2026 10:00:00 +0100\r\n" * 60
            raw += letter(name, sender, DESK, "Storm i ring", "Hei.")
            return Mail(name, "malformed", sender, (DESK,), raw, refusable=True)
        # Two alike without Message-ID or Date are one mail that came twice, whatever they bear besides.
        raw = f"X-Storm-Id: {name}\r\nMIME-Version: 1.0\r\n".encode() + BROKEN[which] + f"{name}\r\n".encode()
        return Mail(name, "malformed", sender, (DESK,), raw)


# After the first fields; no bare CR or LF, which the wire would make another mail of.
BROKEN = (
    b"From: ann@a.zebrafink.example\r\nContent-Type: multipart/mixed\r\n\r\n--x\r\n\r\nhei\r\n",
    b"Content-Type: text/plain; charset=x-nobody-knows\r\nSubject: =?x?q?=FF?=\r\n\r\n\xe5\xff\x00\x80\r\n",
    b"Message-ID: <[>\r\nFrom: <<>>,,\r\nTo: " + b"(" * 600 + b"\r\n\r\nhei\r\n",
    b"Subject: =?utf-8?q?hi=0D=0ABcc:_evil@x?=\r\nFrom: evil@b.zebrafink.example\r\nDate: never\r\n\r\nhei\r\n",
    b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(100)),
    b"no colon in this header\r\n\r\n\r\n.hidden\r\n..\r\n",
)


def letter(name: str, sender: str, to: str, subject: str, text: str, answers: str = "", file: bytes = b"") -> bytes:
    """Proven, so that no budget keeps back an acknowledgement and a handler is believed."""
    domain = sender.rpartition("@")[2]
    head = [
        f"X-Storm-Id: {name}",
        f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from={domain}",
        f"From: Ann <{sender}>",
        f"To: <{to}>",
        f"Subject: {subject}",
        f"Date: {TODAY}",
        f"Message-ID: <storm.{name}@{parseaddr(sender)[1].rpartition('@')[2]}>",
        *([f"In-Reply-To: {answers}"] if answers else []),
        "MIME-Version: 1.0",
    ]
    if not file:
        return "\r\n".join((*head, "", text, "")).encode()
    parts = (
        'Content-Type: multipart/mixed; boundary="storm"', "", "--storm", "Content-Type: text/plain", "", text, "--storm",
        "Content-Type: application/octet-stream", 'Content-Disposition: attachment; filename="storm.bin"',
        "Content-Transfer-Encoding: base64", "",
    )  # fmt: skip
    body = base64.encodebytes(file).replace(b"\n", b"\r\n")
    return "\r\n".join((*head, *parts, "")).encode() + body + b"--storm--\r\n"
