"""mailroom: what the doors deliver to.

accept() returns only after the commit: `250` means durable.  What was accepted is handed to the worker in memory, already
leased to it (the daemon that took a mail in settles it), as long as the worker keeps up; else it waits in the queue as ready.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog

from maild.edges.mailboxes import by_address, knows, plain_of
from maild.edges.smtp import Delivery, Ghost
from maild.edges.tally import Tally
from maild.errors import Refused, SmtpError, TryLater
from maild.mail.digest import digest
from maild.model.door import Envelope, refusal
from maild.model.people import Desk
from maild.model.policy import Policy
from maild.store import incoming
from maild.store.database import Session, Undecided, is_database_error, is_full
from maild.store.incoming import CHUNK, PIECE, Arrival, Taken
from maild.store.writer import Lost, Writer

Also = Callable[[Session, int], None]
# Seconds between two looks at the disk: min_free is far more than comes in meanwhile.
LOOK = 0.5
log = structlog.get_logger("maild.door")


class Hands(Protocol):
    """Whoever settles what was taken in; edges/worker.py."""

    def has_room(self, size: int) -> bool: ...

    def hand_over(self, arrival: Arrival, raw: bytes) -> None: ...

    def nudge(self) -> None: ...


class Mailroom:
    """Knows our addresses, stores deliveries, hands them on to a worker that has room, else leaves them ready in the queue."""

    def __init__(
        self,
        writer: Writer,
        policy: Callable[[], Policy],
        key: bytes,
        state: Path,
        min_free: int,
        worker: Hands,
        tally: Tally | None = None,
    ) -> None:
        self._tally = tally or Tally()
        self._writer, self._policy, self._key = writer, policy, key
        self._state, self._min_free = state, min_free
        self._worker = worker
        self._short, self._look_at = False, 0.0
        self._known: tuple[Policy, dict[str, Desk]] | None = None
        self._doubts: set[asyncio.Task[None]] = set()

    def knows(self, recipient: str) -> bool:
        """A desk's address, plain or with anything behind its separator, and postmaster everywhere."""
        return knows(recipient, self._desks())

    def _desks(self) -> dict[str, Desk]:
        policy = self._policy()
        if self._known is None or self._known[0] is not policy:
            self._known = (policy, by_address(policy))
        return self._known[1]

    def refuses(self, client: str, sender: str, recipient: str, size: int = 0) -> SmtpError | None:
        """What the rules of the door (door.yaml) say to it."""
        policy = self._policy()
        if not policy.door:
            return None
        plain = plain_of(recipient, self._desks())
        rule = refusal(policy.door, Envelope(client, sender, plain, size))
        if rule is None:
            return None
        log.info("refused by a rule of the door", rule=rule.name, where=rule.where)
        return TryLater(450, "4.7.1", rule.text) if rule.later else Refused(550, "5.7.1", rule.text)

    def room(self) -> None:
        """TryLater when the disk is nearly full: a mail half written would help nobody."""
        now = time.monotonic()
        if now >= self._look_at:
            try:
                disk = os.statvfs(self._state)
            except OSError as error:
                # The door takes an OSError for a client that is gone, and would hang up without a word.
                raise TryLater(451, "4.3.0", "cannot store the message now, try again later") from error
            self._short = disk.f_bavail * disk.f_frsize < self._min_free
            self._look_at = now + LOOK
        if self._short:
            raise TryLater(452, "4.3.1", "insufficient system storage")

    async def has(self, raw: bytes, received_at: datetime) -> bool:
        """Whether we have this mail already."""
        value, weak = await self._digest(raw)
        return await self._writer.write(lambda session: incoming.known(session, value, weak, received_at))

    async def accept(self, delivery: Delivery, also: Also | None = None) -> int:
        """The arrival's id, after COMMIT.  also(session, id): what the same transaction must hold, such as a mailbox's cursor."""
        began = time.monotonic()
        try:
            row_id = await self._store(delivery, also)
        except (Lost, Undecided):
            raise Ghost from None
        except Exception as error:
            if not is_database_error(error):
                raise
            code, status = (452, "4.3.1") if is_full(error) else (451, "4.3.0")
            raise TryLater(code, status, "cannot store the message now, try again later") from error
        self._tally.answer.observe(time.monotonic() - began)
        self._tally.last_mail = delivery.received_at
        return row_id

    async def _store(self, delivery: Delivery, also: Also | None) -> int:
        raw, now = delivery.raw, delivery.received_at
        value, weak = await self._digest(raw)
        raw_id = incoming.new_raw_id(time.time_ns())
        await self._stage(raw_id, delivery)
        # What a mailbox got hours ago would be leased until then: it waits in the queue.
        kept = not delivery.source and self._worker.has_room(len(raw))
        source = delivery.source or ("lmtp" if delivery.protocol == "LMTP" else "smtp")
        taken = Taken(
            value,
            weak,
            raw_id,
            raw,
            source,
            delivery.sender,
            delivery.recipients,
            delivery.client,
            delivery.protocol,
            now,
            kept,
        )
        try:
            row_id, new = await self._writer.write(lambda session: _accept(session, taken, also))
        except Undecided:
            self._doubt(raw_id)
            raise
        if not new:
            self._tally.arrivals[source, "duplicate"] += 1
            log.info("arrival", incoming=row_id, source=source, size=len(raw), fate="duplicate")
        if new and not kept:
            self._worker.nudge()
        if new and kept:
            arrival = Arrival(
                row_id,
                raw_id,
                source,
                delivery.sender,
                delivery.recipients,
                delivery.client,
                delivery.protocol,
                now,
                len(raw),
                1,
            )
            self._worker.hand_over(arrival, raw)
        return row_id

    def _doubt(self, raw_id: int) -> None:
        """Of the name alone: the mail itself need not be held until the database is back."""
        doubt = asyncio.ensure_future(self._look_after(raw_id))
        self._doubts.add(doubt)
        doubt.add_done_callback(self._doubts.discard)

    async def _look_after(self, raw_id: int) -> None:
        """A mail that may be there, leased to us: if it is, it waits for the worker, not for the end of its lease."""
        while True:
            await asyncio.sleep(LOOK)
            try:
                if await self._writer.write(lambda session: incoming.give_back(session, raw_id)):
                    self._worker.nudge()
            except Exception as error:
                if not is_database_error(error):
                    raise
            else:
                return

    async def _digest(self, raw: bytes) -> tuple[str, bool]:
        """A large mail takes some milliseconds: not on the event loop."""
        if len(raw) <= CHUNK:
            return digest(raw, self._key)
        return await asyncio.to_thread(digest, raw, self._key)

    async def _stage(self, raw_id: int, delivery: Delivery) -> None:
        """A large mail goes in piece by piece, so that the writer is never held long."""
        if len(delivery.raw) <= CHUNK:
            return
        for n, start in enumerate(range(0, len(delivery.raw), PIECE)):
            piece = delivery.raw[start : start + PIECE]
            await self._writer.write(_stage(raw_id, n, piece, delivery))


def _accept(session: Session, taken: Taken, also: Also | None) -> tuple[int, bool]:
    row_id, new = incoming.accept(session, taken)
    if also is not None:
        also(session, row_id)
    return row_id, new


def _stage(raw_id: int, n: int, piece: bytes, delivery: Delivery) -> Callable[[Session], None]:
    return lambda session: incoming.stage(session, raw_id, n, piece, delivery.received_at)
