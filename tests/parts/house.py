"""house: a whole maild without sockets: SQLite on disk, the real rules and templates, the real settling, and a clock that a
story moves.  What it leaves out is only the waiting.

    house.mail("Ann Berg <ann@kunde.example>", "Skriver virker ikke", "Den står.")    a proven mail comes in and is settled
    house.letters()          the letters due by now, in order, as the receiver reads them
    house.wait(seconds=60)   time passes
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any

from maild.config import Authenticator
from maild.edges.letterbox import assemble
from maild.edges.ticker import tick
from maild.edges.trust import Claim, authenticate
from maild.mail import token
from maild.mail.digest import digest
from maild.mail.names import Book
from maild.mail.parse import read
from maild.model.message import Message
from maild.model.plan import Incoming
from maild.settle import House as Rules
from maild.settle import charset_of, prepare, settle
from maild.store import incoming, migrate, outbox, restoring, views
from maild.store.database import Database
from maild.store.incoming import Taken
from parts import pristine
from parts.mails import AUTHSERV, authenticated, wire
from parts.mails import mail as written

ROOT = Path(__file__).parents[2]
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DESKS = """
support:
  addresses: [support@desk.example]
  name: Kundeservice
  language: nb
  zone: Europe/Oslo
drift:
  addresses: [drift@desk.example]
  name: Drift
  language: nn
  zone: Europe/Oslo
podpora:
  addresses: [podpora@desk.example]
  name: Podpora
  language: sl
  zone: Europe/Ljubljana
  number: "P-{n}"
help:
  addresses: [help@desk.example]
  name: Help Desk
  language: en
  zone: Europe/London
  number: "{year}-{n:04}"
  first_number: 1
"""
PEOPLE = """
kari:
  name: Kari Nordmann
  addresses: [kari@staff.example]
  digest: none
ola:
  name: Ola Hansen
  addresses: [ola@staff.example]
  digest: none
"""


@dataclass(frozen=True)
class Got:
    """A letter as its receiver has it."""

    to: str
    raw: bytes
    mail: EmailMessage

    @property
    def kind(self) -> str:
        return str(self.mail["X-Maild-Kind"])

    @property
    def text(self) -> str:
        body = self.mail.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    @property
    def subject(self) -> str:
        return str(self.mail["Subject"])

    @property
    def reply_to(self) -> str:
        return parseaddr(str(self.mail["Reply-To"]))[1]


class House:
    def __init__(
        self,
        folder: Path,
        routing: str = "",
        url: str = "",
        desks: str = DESKS,
        people: str = PEOPLE,
        customers: str = "",
        calendars: str = "",
        oncall: str = "",
        **more: str,
    ) -> None:
        """more: further files of the policy, such as agreements."""
        (folder / "rules").mkdir()
        given = {"desks": desks, "people": people, "routing": routing, "organisations": customers}
        given |= {"calendars": calendars, "oncall": oncall, **more}
        for name, text in given.items():
            if text:
                (folder / "rules" / f"{name}.yaml").write_text(text)
        self.now, self.folder = MONDAY, folder
        self.looked: datetime | None = None
        self.load()
        self.keys = token.parse(token.fresh(b"k" * 32, "aa"))
        self.database = Database(url or str(pristine.sqlite(folder / "maild.db")))
        if url:
            migrate.up(self.database, ROOT / "migrations")
        self.session = self.database.session()
        if not url:
            # Stories cut no power: nobody waits for the disk.
            self.session.execute("PRAGMA synchronous=off")
        self._serial = itertools.count(1)

    def load(self) -> None:
        """The rules as they stand in the files now."""
        self.policy = pristine.policy(self.folder / "rules", self.folder / "templates")

    # --- what comes in --------------------------------------------------------------------------------------------------------

    def mail(
        self,
        sender: str,
        subject: str,
        text: str,
        to: str = "support@desk.example",
        *,
        proven: bool = True,
        **headers: str,
    ) -> int:
        headers.setdefault("Message_ID", f"<{next(self._serial)}@{parseaddr(sender)[1].rpartition('@')[2]}>")
        headers.setdefault("Date", format_datetime(self.now))
        made = written(sender, subject, text, to, **headers)
        return self.arrives(authenticated(made, AUTHSERV) if proven else wire(made), to, parseaddr(sender)[1])

    def reply(
        self, letter: Got, text: str, sender: str = "", *, proven: bool = True, to: str = "", **headers: str
    ) -> int:
        """As a mail client answers: to Reply-To, with the subject and the ids."""
        headers.setdefault("In_Reply_To", str(letter.mail["Message-ID"]))
        subject = letter.subject if letter.subject.startswith("Re: ") else f"Re: {letter.subject}"
        return self.mail(sender or letter.to, subject, text, to or letter.reply_to, proven=proven, **headers)

    def arrives(self, raw: bytes, to: str, sender: str) -> int:
        """Stored, read, trusted and settled, all now."""
        value, weak = digest(raw, b"d" * 32)
        taken = Taken(value, weak, next(self._serial), raw, "smtp", sender, (to,), "192.0.2.1", "ESMTP", self.now)
        with self.session.transaction():
            row, _ = incoming.accept(self.session, taken)
        self.settle()
        return row

    def settle(self) -> None:
        while arrivals := incoming.claim(self.session, self.now, 10):
            batch: list[Incoming] = []
            for arrival in arrivals:
                if arrival.source in incoming.EVENTS:
                    batch.append(incoming.event_of(self.session, arrival))
                    continue
                raw = incoming.raw(self.session, arrival.raw_id)
                message: Message = read(raw, charset_of(arrival.recipients, self.policy))
                trust = authenticate(
                    Claim(message, raw, arrival.client, arrival.received_at, Book({})),
                    (Authenticator("authserv-id", AUTHSERV),),
                )
                batch.append(
                    prepare(
                        arrival, message, trust, self.policy, self.keys, (b"s" * 16, bytes([arrival.id % 256]) * 16)
                    )
                )
            with self.session.transaction():
                copied = restoring.remembered(self.session)
                rules = Rules(self.policy, self.keys, "signed", lambda: 0.0, copied)
                done = settle(self.session, batch, rules, self.now, 0)
            assert [fate.error for fate in done.done if fate.fate == "held"] == []

    # --- what goes out --------------------------------------------------------------------------------------------------------

    def letters(self, kind: str = "") -> list[Got]:
        """Letters due by now, once."""
        got = []
        with self.session.transaction():
            while rows := outbox.claim(self.session, self.now, 50):
                for row in rows:
                    raw = assemble(self.session, row.id)
                    outbox.sent(self.session, row.id, self.now)
                    got.append(Got(row.recipient, raw, message_from_bytes(raw, policy=default)))  # type: ignore[arg-type]
        return [letter for letter in got if not kind or letter.kind == kind]

    def newest(self, number: str, party: str = "handler:%") -> Got:
        """The newest letter of a case to a handler, or to another party, whether it has left or not."""
        row = self.session.one(
            "SELECT o.id, o.recipient FROM outbox o JOIN cases c ON c.id=o.case_id WHERE c.number=? AND o.party LIKE ?"
            " ORDER BY o.id DESC LIMIT 1",
            (number, party),
        )
        assert row is not None, f"no letter of case {number} to {party}"
        raw = assemble(self.session, row[0])
        return Got(row[1], raw, message_from_bytes(raw, policy=default))  # type: ignore[arg-type]

    def wait(self, **time: float) -> None:
        """Time passes; what is due wakes."""
        self.now += timedelta(**time)
        # The second time for what comes of the first: warnings are told when all that was due has been looked at.
        for _ in range(2):
            with self.session.transaction():
                tick(self.session, self.policy, self.now, self.looked)
            self.looked = self.now
            self.settle()

    # --- what can be seen -----------------------------------------------------------------------------------------------------

    def case(self, number: str) -> dict[str, Any]:
        row = views.case_id(self.session, number)
        assert row is not None, f"no case {number}"
        return views.case(self.session, row, {h.key: h.address for h in self.policy.handlers.values()})

    def kinds(self, number: str) -> list[str]:
        return [event["kind"] for event in self.case(number)["events"]]


Maker = Callable[..., House]
