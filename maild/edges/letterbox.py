"""letterbox: the outbox as the relay sees it.

Letters that settling leased to us wait here in memory; others are claimed from the queue.  Every mark is a transaction of its
own (sharing a commit with what else waits): marking per batch would send a whole batch again after a crash.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from maild.edges.outgoing import Outgoing
from maild.edges.relay_wire import codes
from maild.edges.steady import running
from maild.edges.tally import Tally
from maild.errors import Conflict
from maild.mail import letters
from maild.mail.payload import as_sent, payload
from maild.model.plan import Part
from maild.model.policy import Clock
from maild.store import incoming, outbox
from maild.store.database import Session
from maild.store.outbox import Leased
from maild.store.reader import Reader
from maild.store.writer import Writer

WAITING = 500
# Seconds after which a lease is made sure of before the letter leaves.
OLD = outbox.LEASE.total_seconds() / 3
# Seconds after which the queue has its turn though memory alone would fill the relay's hands: a letter that was put off must not
# wait for as long as new ones keep coming.
TURN = 5.0
log = structlog.get_logger("maild.relay")
LEVEL = {"sent": "info", "deferred": "warning", "failed": "error"}


class Faulty(Exception):
    """A letter that another program would read differently.  It is held, and never leaves."""


class Letterbox:
    """Implements relay.Outbox.  `undelivered` is called after a letter was given up and an arrival made of it."""

    def __init__(
        self, writer: Writer, reader: Reader, clock: Clock, undelivered: Callable[[], None], tally: Tally | None = None
    ) -> None:
        self._writer, self._reader, self._clock, self._undelivered = writer, reader, clock, undelivered
        self._tally = tally or Tally()
        # Each with when it was leased, by the clock that nobody can set.
        self._waiting: deque[tuple[Leased, float]] = deque()
        self._mails: dict[int, bytes] = {}
        self._queued = True
        self._looked_at = 0.0

    def leases(self) -> int:
        """How many more letters may be leased to us in memory."""
        return max(0, WAITING - len(self._waiting))

    def put(self, letters_leased: Sequence[Leased], others: int) -> None:
        """Letters leased to us, and how many more stand in the queue since now."""
        at = running()
        self._waiting.extend((letter, at) for letter in letters_leased)
        self._queued = self._queued or others > 0

    async def take(self, limit: int) -> Sequence[Outgoing]:
        """Letters to send now: those in memory first, else from the queue."""
        overdue = running() - self._looked_at >= TURN
        most = limit // 2 if overdue and limit > 1 else limit
        at_hand = [self._hand_out(*self._waiting.popleft()) for _ in range(min(most, len(self._waiting)))]
        # A look into the queue is a transaction: hardly one while memory alone fills the relay's hands.
        if not overdue and (len(at_hand) == limit or (at_hand and not self._queued)):
            return at_hand
        now, rest = self._clock(), limit - len(at_hand)
        claimed = await self._writer.write(lambda session: outbox.claim(session, now, rest))
        at = self._looked_at = running()
        self._queued = len(claimed) == rest
        return [*at_hand, *(_outgoing(row, at) for row in claimed)]

    def _hand_out(self, row: Leased, at: float) -> Outgoing:
        if row.mail is not None:
            self._mails[row.id] = row.mail
        return _outgoing(row, at)

    async def load(self, item: Outgoing) -> bytes:
        """The letter's bytes, the same at every attempt.  Conflict when another daemon has it by now: we slept over our lease."""
        at_hand = self._mails.pop(item.id, None)
        if running() - item.leased_at > OLD and not await self._renewed(item):
            raise Conflict(f"outbox:{item.id} is somebody else's now")
        if at_hand is not None:
            return at_hand  # read back when it was written
        mail, wrong = await self._reader.read(lambda session: _read_back(session, item.id))
        if wrong:
            error = f"the letter would not say what it should: {'; '.join(wrong)}"
            await self._writer.write(lambda session: outbox.hold(session, item.id, error))
            raise Faulty(error)
        return mail

    async def _renewed(self, item: Outgoing) -> bool:
        now = self._clock()
        return await self._writer.write(lambda session: outbox.renew(session, item.id, item.attempts, now))

    async def sent(self, item: Outgoing, reply: str) -> None:
        now = self._clock()
        await self._writer.mark(lambda session: outbox.sent(session, item.id, now))
        self._tally.last_letter = now
        self._tally.letter.observe((now - item.created_at).total_seconds())
        self._say(item, "sent", reply, now)

    async def deferred(self, item: Outgoing, due_at: datetime, error: str) -> None:
        await self._writer.write(lambda session: outbox.defer(session, item.id, due_at, error))
        self._say(item, "deferred", error, self._clock(), until=due_at.isoformat(timespec="seconds"))

    async def failed(self, item: Outgoing, error: str, status: str) -> None:
        now = self._clock()
        await self._writer.write(lambda session: _give_up(session, item, error, status, now))
        self._say(item, "failed", error, now, status=status)
        self._undelivered()

    def _say(self, item: Outgoing, fate: str, reply: str, now: datetime, **more: str) -> None:
        """One canonical line per attempt's end.  Of a reply the codes only: its words may name the recipient."""
        self._tally.letters[item.kind, fate] += 1
        getattr(log, LEVEL[fate])(
            "letter",
            outbox=item.id,
            letter=item.letter,
            case=item.number,
            kind=item.kind,
            fate=fate,
            attempts=item.attempts,
            reply=codes(reply),
            ms=round((now - item.created_at).total_seconds() * 1000),
            **more,
        )


def _give_up(session: Session, item: Outgoing, error: str, status: str, now: datetime) -> None:
    if outbox.fail(session, item.id, error):
        incoming.undelivered(session, item.letter, status, now)


def _outgoing(row: Leased, at: float) -> Outgoing:
    who = (row.sender, row.recipient)
    return Outgoing(row.id, row.id, *who, row.attempts, row.created_at, row.lane, row.kind, row.number, at)


def assemble(session: Session, row_id: int) -> bytes:
    """The whole letter, with the files it carries fetched from the mails they came in."""
    written = outbox.written(session, row_id)
    return letters.assemble(written.head, written.text, [(part, _payload(session, part)) for part in written.parts])


def _read_back(session: Session, row_id: int) -> tuple[bytes, list[str]]:
    """The letter, and what is wrong with it: with its files it is whole only now."""
    mail = assemble(session, row_id)
    return mail, letters.faults(mail, outbox.written(session, row_id))


def _payload(session: Session, part: Part) -> bytes | letters.AsSent:
    raw = incoming.raw_of(session, part.incoming)
    # A text's charset is told from its octets; of other files it is enough to know that their base64 is clean.
    ready = None if part.attachment.type.startswith("text/") else as_sent(raw, part.attachment)
    return payload(raw, part.attachment) if ready is None else letters.AsSent(ready)
