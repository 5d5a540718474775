"""imap_session: one connection's work: all mail behind the cursor is stored, one by one, then it waits for more.

run() ends by Gone (the connection), Denied (the server says no), Halted (an admin must say something first), TryLater (no room,
no database), Conflict (the mailbox is another daemon's now).

FAULTS  A mail that cannot be fetched or taken is noted, and tried again beside the others; after TRIES it is moved aside.  A crash
        between store and `after` leaves the row `kept`: the next session does what is left.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import structlog

from maild.config import Mailbox
from maild.edges.delivery import Delivery, Ghost
from maild.edges.imap_connection import Connection, Denied, Gone
from maild.edges.imap_look import Look
from maild.edges.imap_taking import LATE, Circumstances, delivery, too_many_hops
from maild.edges.imap_words import Head, Selected
from maild.edges.mailroom import Mailroom
from maild.errors import Conflict, TryLater
from maild.model.people import Desk
from maild.model.policy import Clock, Policy
from maild.store import lease, mailboxes
from maild.store.database import Session, is_database_error
from maild.store.mailboxes import Became, Cursor
from maild.store.writer import Writer

# IDLE is renewed so often: a server that vanished without a word is missed within it and an answer's patience.
WAIT = 25.0
BATCH = 50
TRIES, AGAIN = 5, timedelta(seconds=60)
NIGHT = time(3, 0)
T = TypeVar("T")
log = structlog.get_logger("maild.imap")


@dataclass(frozen=True, slots=True)
class House:
    """What mailboxes work with.  largest: octets; hops: as at the SMTP door; owner: this run of this daemon."""

    writer: Writer
    mailroom: Mailroom
    clock: Clock
    policy: Callable[[], Policy]
    largest: int
    hops: int
    owner: str

    def desk(self, mailbox: Mailbox) -> Desk:
        """The desk of mail that names none."""
        policy = self.policy()
        return policy.desks.get(mailbox.desk, policy.default_desk)


class Taking:
    """One session on one connection."""

    def __init__(self, mailbox: Mailbox, connection: Connection, house: House, seen: Callable[[], None]) -> None:
        self._mailbox, self._connection, self._house, self._seen = mailbox, connection, house, seen
        self.cursor: Cursor | None = None
        self.trouble = ""
        self.aside: list[tuple[int, str, datetime, str]] = []

    async def run(self) -> None:
        """Until it ends by one of the reasons above."""
        selected = await self._connection.select(self._mailbox.folder)
        await self._place(selected)
        self._seen()
        while True:
            self._connection.forget_changes()
            if (await self.where()).state != mailboxes.READING:
                await Look(self).look()
            await self._new()
            await self._left()
            self._seen()
            await self._connection.wait(WAIT)
            await self._nightly()

    @property
    def mailbox(self) -> Mailbox:
        return self._mailbox

    @property
    def connection(self) -> Connection:
        return self._connection

    @property
    def house(self) -> House:
        return self._house

    # --- where we are ---------------------------------------------------------------------------------------------------------

    async def where(self) -> Cursor:
        self.cursor = await self.write(lambda session: mailboxes.cursor(session, self._mailbox.name))
        assert self.cursor is not None
        return self.cursor

    async def _place(self, selected: Selected) -> None:
        """The cursor at the first look: behind what is there.  Anew when the numbers of the server are others."""
        box, now = self._mailbox, self._house.clock()
        place = f"{box.host}:{box.port} {box.username} {box.folder}"
        last = selected.uidnext - 1 if selected.uidnext else max(await self._connection.search("UID *"), default=0)
        found = await self.write(lambda session: mailboxes.cursor(session, box.name))
        if found is None:
            await self.write(
                lambda s: mailboxes.begin(s, box.name, place, selected.uidvalidity, last, now), fenced=True
            )
            log.info("mailbox begun", mailbox=box.name, behind=last)
        elif (found.uidvalidity, found.place) != (selected.uidvalidity, place):
            await self.write(
                lambda s: mailboxes.renumbered(s, box.name, place, selected.uidvalidity, last), fenced=True
            )
            log.warning("the mailbox is numbered anew, its mail is compared", mailbox=box.name, mails=selected.exists)

    async def _nightly(self) -> None:
        """Once a night all numbers are compared: a server may have shown them out of order."""
        cursor = await self.where()
        if due(cursor.looked_at, self._house.desk(self._mailbox).zone) <= self._house.clock():
            await self.write(lambda session: mailboxes.look(session, self._mailbox.name), fenced=True)

    # --- taking ---------------------------------------------------------------------------------------------------------------

    async def _new(self) -> None:
        cursor = await self.where()
        # n:* always names the newest mail, even one before n (RFC 3501 section 6.4.8).
        uids = [uid for uid in await self._connection.search(f"UID {cursor.uid + 1}:*") if uid > cursor.uid]
        for start in range(0, len(uids), BATCH):
            heads = await self._connection.heads(uids[start : start + BATCH])
            for uid in sorted(heads):
                await self._one(heads[uid])
            self._seen()

    async def _one(self, head: Head) -> None:
        cursor = self.cursor
        assert cursor is not None
        if head.at is not None and head.at < cursor.horizon - LATE:
            # Ten years of mail that somebody copied here: it enters by `maild import`, and nobody is answered.
            await self.note(Became(head.uid, "old"))
            return
        await self.take(head, found=False)

    async def take(self, head: Head, *, found: bool, tries: int = 0) -> None:
        """Store the mail and move the cursor, in one transaction.  found: by reading the mailbox anew."""
        if head.size > self._house.largest:
            await self._aside(head.uid, f"larger than {self._house.largest} bytes (door: message_size)")
            return
        try:
            raw = await self._connection.body(head.uid)
            if raw is None:
                await self.note(Became(head.uid, "done"))
            elif too_many_hops(raw, self._house.hops):
                await self._aside(head.uid, f"it has passed more than {self._house.hops} servers: it goes round")
            else:
                await self._store(head, delivery(raw, head.at, self.here(found=found)))
        except (TryLater, Conflict, Ghost):
            raise
        except Exception as error:
            if is_database_error(error):
                raise
            await self.failed(head.uid, tries + 1, error)
            if isinstance(error, Gone):
                raise

    def here(self, *, found: bool) -> Circumstances:
        assert self.cursor is not None
        house = self._house
        desk = house.desk(self._mailbox)
        return Circumstances(house.mailroom.knows, desk.address, self.cursor.horizon, house.clock(), found)

    async def _store(self, head: Head, mail: Delivery) -> None:
        self._house.mailroom.room()
        fate = "done" if self._mailbox.after == "leave" else mailboxes.KEPT
        now = self._house.clock()

        def also(session: Session, row: int) -> None:
            lease.hold(session, self.lease, self._house.owner)
            mailboxes.became(session, self._mailbox.name, Became(head.uid, fate, row), now)

        row = await self._house.mailroom.accept(mail, also)
        log.info(
            "mail taken", mailbox=self._mailbox.name, uid=head.uid, incoming=row, size=head.size, source=mail.source
        )

    async def failed(self, uid: int, tries: int, error: Exception) -> None:
        """Noted, so that the next one has its turn.  Of a bug only the class: its words may be the mail's."""
        why = str(error) if isinstance(error, Gone | Denied) else f"a bug of maild: {type(error).__name__}"
        log.warning("mail cannot be taken", mailbox=self._mailbox.name, uid=uid, tries=tries, error=why)
        fate = mailboxes.LATER if tries < TRIES else mailboxes.ASIDE
        await self.note(Became(uid, fate, tries=tries, error=why))

    async def _aside(self, uid: int, why: str) -> None:
        log.warning("mail goes aside", mailbox=self._mailbox.name, uid=uid, why=why)
        await self.note(Became(uid, mailboxes.ASIDE, error=why))

    # --- what is left to do -----------------------------------------------------------------------------------------------------

    async def _left(self) -> None:
        """`after` of what was taken, another try of what was not, and what goes aside."""
        self.trouble = ""
        rows = await self.write(lambda session: mailboxes.open_uids(session, self._mailbox.name))
        kept = [row.uid for row in rows if row.fate == mailboxes.KEPT]
        for start in range(0, len(kept), BATCH):
            await self._surely(self._after, kept[start : start + BATCH])
        for row in rows:
            if row.fate == mailboxes.LATER and row.at is not None and row.at + pause(row.tries) <= self._house.clock():
                await self._again(row)
            elif row.fate == mailboxes.ASIDE:
                await self._surely(self._lay_aside, [row.uid])
        self.aside = await self.write(lambda session: mailboxes.laid_aside(session, self._mailbox.name))
        await self.where()

    async def _surely(self, what: Callable[[Sequence[int]], Awaitable[None]], uids: Sequence[int]) -> None:
        """What the server denies is told, and tried again at the next round; mail comes in meanwhile."""
        try:
            await what(uids)
        except Denied as error:
            self.trouble = str(error)

    async def _after(self, uids: Sequence[int]) -> None:
        if self._mailbox.after == "mark":
            await self._connection.mark(uids)
        elif self._mailbox.after == "move":
            await self._connection.move(uids, self._mailbox.archive)
        await self._settled(uids, "done")

    async def _lay_aside(self, uids: Sequence[int]) -> None:
        try:
            await self._connection.move(uids, self._mailbox.aside)
        except Denied:
            await self._connection.create(self._mailbox.aside)
            await self._connection.move(uids, self._mailbox.aside)
        await self._settled(uids, "laid")

    async def _again(self, row: Became) -> None:
        heads = await self._connection.heads([row.uid])
        if row.uid not in heads:
            await self.note(Became(row.uid, "done"))
            return
        assert self.cursor is not None
        await self.take(heads[row.uid], found=row.uid <= self.cursor.goal, tries=row.tries)

    async def _settled(self, uids: Sequence[int], fate: str) -> None:
        await self.write(lambda session: mailboxes.settled(session, self._mailbox.name, uids, fate))

    # --- writing --------------------------------------------------------------------------------------------------------------

    @property
    def lease(self) -> str:
        return lease_of(self._mailbox)

    async def note(self, what: Became) -> None:
        now = self._house.clock()
        await self.write(lambda session: mailboxes.became(session, self._mailbox.name, what, now), fenced=True)

    async def write(self, job: Callable[[Session], T], *, fenced: bool = False) -> T:
        """fenced: only while the mailbox is ours."""

        def work(session: Session) -> T:
            if fenced:
                lease.hold(session, self.lease, self._house.owner)
            return job(session)

        return await self._house.writer.write(work)


def pause(tries: int) -> timedelta:
    """Most often the connection went while it was fetched: at once, twice.  Then it is the mail."""
    return AGAIN * max(0, tries - 2)


def lease_of(mailbox: Mailbox) -> str:
    return f"imap:{mailbox.name}"


def due(looked_at: datetime, zone: str) -> datetime:
    """The first night after it, where the desk is."""
    local = looked_at.astimezone(ZoneInfo(zone))
    day = local.date() if local.time() < NIGHT else local.date() + timedelta(days=1)
    return datetime.combine(day, NIGHT, ZoneInfo(zone))
