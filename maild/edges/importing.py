"""importing: mails of the past become cases, a few in each transaction, each whole or not at all.

Importer(site, wish, told).take(source) -> Tally.   source: Come after Come, in the order in which they are to be told

Every mail is stored and settled in one go, dated as it is, by this program itself, whether a daemon runs or not: settling may happen
anywhere, one at a time (BEGIN IMMEDIATE on SQLite, a lock on PostgreSQL), and nothing is ever half-way: no row waits in a queue for
somebody else, so that whatever ends this program, the same command goes on.  A running daemon has the right of way: transactions are
short then, with a pause after each.  (Arrivals for the daemon to settle would stand before new mail in its queue, or need a second
kind of queue; and with the daemon down nothing would happen at all.)

The digest says what is here already; a cursor, kept with the mails, where an unchanged source was left.
LIMITS  A mail larger than `largest` is named and passed over.  An IMAP folder comes in its own order, which is that of arrival.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from maild.decide import history
from maild.decide.judge import question
from maild.edges.reading import Reader, is_small, read_small
from maild.mail import mailbox, token
from maild.mail.digest import digest
from maild.mail.scan import scan_head
from maild.model.message import Message
from maild.model.people import Trust
from maild.model.plan import Past, Prepared
from maild.model.policy import Policy
from maild.rehearse import Memory
from maild.settle import House, charset_of, desk_at, prepare, settle
from maild.store import incoming, moving
from maild.store.database import Database, Session
from maild.store.incoming import Arrival, Taken

# Mails of one transaction: alone, and beside a daemon.
MANY, FEW = 64, 6
# How often to see whether a daemon runs; how long it has for itself after each of our transactions, as a part of that one's time.
LOOK, PAUSE = 2.0, 1.0
_IN_HEAD = ("x-original-to", "delivered-to", "envelope-to")
_HELD = "could not be settled; it waits in the queue (`maild queue list`)"


@dataclass(frozen=True, slots=True)
class Come:
    """A mail as its source gives it: octets None when it is too large; after: the cursor that stands behind it."""

    octets: bytes | None
    at: datetime
    where: str
    after: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for.  desk: for mail that names none of ours."""

    desk: str | None = None
    open_since: datetime | None = None
    limit: int | None = None
    dry: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """Where it goes.  alive: whether a daemon works on it."""

    database: Database
    policy: Policy
    keys: token.Keys
    largest: int
    alive: Callable[[], bool]


@dataclass(slots=True)
class Tally:
    """What became of the mails: opened a case, joined one, were here before, are no part of any, or could not be taken (and where)."""

    read: int = 0
    opened: int = 0
    joined: int = 0
    before: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)

    @property
    def taken(self) -> int:
        return self.opened + self.joined


@dataclass(frozen=True, slots=True)
class _Ready:
    """A mail ready to be stored and settled."""

    prepared: Prepared
    taken: Taken
    where: str


class _Homeless(Exception):
    """It names no desk and belongs to no case: as though it had never come, should --desk be given later."""


class Importer:
    """One import."""

    def __init__(self, site: Site, wish: Wish, told: Callable[[Tally], None]) -> None:
        self._site, self._wish, self._told = site, wish, told
        self._key = next(iter(site.keys.secrets.values()))
        self._house = House(site.policy, site.keys, "signed", time.monotonic)
        self._session: Session = site.database.session()
        self._memory = Memory()
        self._runner = asyncio.Runner()
        self._reader: Reader | None = None
        self._looked, self._daemon = -LOOK, False
        self.tally = Tally()

    def close(self) -> None:
        if self._reader is not None:
            self._runner.run(self._reader.close())
        self._runner.close()

    def take(self, source: Iterable[Come], mark: str) -> Tally:
        """All of it, or as much as was asked for.  mark names the source as it is now, for its cursor."""
        batch: list[Come] = []
        for come in source:
            batch.append(come)
            if len(batch) >= self._size() or self._enough(len(batch)):
                self._settle(batch, mark)
                batch = []
                if self._enough(0):
                    break
        if batch:
            self._settle(batch, mark)
        return self.tally

    def _enough(self, more: int) -> bool:
        return self._wish.limit is not None and self.tally.taken + more >= self._wish.limit

    def _size(self) -> int:
        now = time.monotonic()
        if now - self._looked > LOOK:
            self._looked, self._daemon = now, self._site.alive()
        return FEW if self._daemon else MANY

    # --- reading --------------------------------------------------------------------------------------------------------------

    def _read(self, batch: list[Come]) -> Iterator[_Ready]:
        """What of a batch is new and a mail."""
        for come in batch:
            self.tally.read += 1
            wrong = _wrong(come)
            if wrong or come.octets is None:
                self.tally.bad.append(f"{come.where}: {wrong}")
                continue
            label, raw = mailbox.label(come.octets)
            raw = mailbox.crlf(raw)
            value, _ = digest(raw, self._key)
            if moving.here(self._session, value):
                self.tally.before += 1
                continue
            ready = self._prepare(raw, value, label, come)
            if "unreadable" in ready.prepared.message.defects:
                self.tally.bad.append(f"{come.where}: cannot be read, and is kept as one file")
            yield ready

    def _prepare(self, raw: bytes, value: str, label: mailbox.Label | None, come: Come) -> _Ready:
        policy = self._site.policy
        message = self._message(raw, policy)
        mine, owner = _desks(message, policy)
        homeless = not mine and self._wish.desk is None and len(policy.desks) > 1
        desk = policy.desks[self._wish.desk] if self._wish.desk else policy.default_desk
        recipients = mine or (desk.address,)
        sender = message.author.address if message.author else ""
        raw_id = incoming.new_raw_id(time.time_ns())
        taken = Taken(value, False, raw_id, raw, "import", sender, recipients, "", "", come.at, kept=True)
        arrival = Arrival(0, raw_id, "import", sender, recipients, "", "", come.at, len(raw), 1)
        trust = Trust(evidence=("imported",))
        prepared = prepare(arrival, message, trust, policy, self._site.keys, (os.urandom(16), os.urandom(16)))
        past = Past(self._wish.open_since, homeless)
        if label:
            past = replace(past, case=label.key, way=label.way, internal=label.internal)
        return _Ready(replace(prepared, desk=owner or prepared.desk, past=past), taken, come.where)

    def _message(self, raw: bytes, policy: Policy) -> Message:
        charset = charset_of((), policy)
        if is_small(raw):
            return read_small(raw, charset)
        if self._reader is None:
            self._reader = Reader()
        return self._runner.run(self._reader.read(raw, charset))

    # --- settling -------------------------------------------------------------------------------------------------------------

    def _settle(self, batch: list[Come], mark: str) -> None:
        ready = list(self._read(batch))
        began = time.monotonic()
        if self._wish.dry:
            for one in ready:
                self._weigh(one)
        else:
            self._write(ready, mark, batch[-1].after)
            if self._daemon:
                time.sleep(PAUSE * (time.monotonic() - began))
        self._told(self.tally)

    def _write(self, ready: list[_Ready], mark: str, after: str) -> None:
        """One transaction.  What it counted counts only when it is committed."""
        counted = Tally(bad=[])
        with self._session.transaction():
            self._session.lock_settler()
            for one in ready:
                self._one(one, counted)
            moving.leave(self._session, mark, after)
        self.tally.opened += counted.opened
        self.tally.joined += counted.joined
        self.tally.before += counted.before
        self.tally.ignored.update(counted.ignored)
        self.tally.bad += counted.bad

    def _one(self, one: _Ready, counted: Tally) -> None:
        if self._is_here(one):
            counted.before += 1
            return
        try:
            with self._session.savepoint():
                row, _ = incoming.keep(self._session, one.taken)
                prepared = replace(one.prepared, id=row)
                fate = settle(self._session, (prepared,), self._house, one.taken.received_at, 0).done[0]
                if one.prepared.past.homeless and fate.events == ("ignored",):
                    raise _Homeless
        except _Homeless:
            counted.ignored[history.HOMELESS] += 1
            return
        if fate.fate == "held":
            counted.bad.append(f"{one.where}: {_HELD}")
        elif fate.events == ("ignored",):
            counted.ignored["belongs to no case"] += 1
        else:
            counted.opened += "opened" in fate.events
            counted.joined += "opened" not in fate.events

    def _is_here(self, one: _Ready) -> bool:
        name = one.prepared.message.message_id or ""
        letter = token.of_message_id(name, self._site.keys)
        if moving.here(self._session, one.taken.digest) or (letter and moving.sent(self._session, letter.letter)):
            return True
        return bool(name) and moving.copy(self._session, name, one.taken.received_at)

    def _weigh(self, one: _Ready) -> None:
        """As _one, but nothing is written."""
        now = one.taken.received_at
        if self._memory.here(one.taken.digest) or self._is_here(one):
            self.tally.before += 1
            return
        asked = question(one.prepared, self._site.policy, now)
        plan = self._memory.judge(self._session, one.prepared, asked, self._site.policy, now)
        kinds = [happened.record.event.kind for happened in plan.events]
        if kinds == ["ignored"]:
            reason = history.HOMELESS if one.prepared.past.homeless else "belongs to no case"
            self.tally.ignored[reason] += 1
            return
        self.tally.opened += "opened" in kinds
        self.tally.joined += "opened" not in kinds


def _wrong(come: Come) -> str:
    """Why it is no mail that can be taken, "" if it is."""
    if come.octets is None:
        return "too large"
    if not come.octets.strip():
        return "empty"
    return "" if scan_head(come.octets[: mailbox.HEAD]).root.fields else "no mail: it has no header"


def _desks(message: Message, policy: Policy) -> tuple[tuple[str, ...], str]:
    """Our addresses that it went to or came from, and the desk that sent it, if one did."""
    named = [a.address for a in (*message.to[:50], *message.cc[:50])]
    named += [value.strip().strip("<>") for name in _IN_HEAD for value in message.all_headers(name)]
    author = message.author.address if message.author else ""
    sent_by = desk_at(author, policy)
    mine = tuple(dict.fromkeys(address for address in (*named, author) if address and desk_at(address, policy)))
    return mine, sent_by[0].key if sent_by else ""
