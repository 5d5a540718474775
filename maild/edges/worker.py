"""worker: takes arrivals, reads them, judges their trust, and has them settled.

Two sources: what the mailroom hands over in memory, and what lies ready in the queue (a nudge is the hint, a poll every five
seconds the truth).  Reading and trust happen outside the transaction; one batch is read while the one before is settled.

FAULTS  A bug while reading holds that arrival; a database error leaves the batch leased and settles it again after a pause.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from maild.edges.believing import Believer
from maild.edges.reading import Reader, is_small, read_small
from maild.edges.tally import Tally
from maild.errors import Conflict
from maild.model.message import Message
from maild.model.people import Trust
from maild.model.plan import Incoming, Morning, Occurrence, Prepared, Undelivered, Wake
from maild.model.policy import Clock
from maild.model.slip import Warnings
from maild.settle import Fate, House, Settled, charset_of, prepare, settle
from maild.store import incoming
from maild.store import reader as store
from maild.store.database import brief, is_damage, is_database_error
from maild.store.incoming import Arrival
from maild.store.outbox import Leased
from maild.store.writer import Lost, Writer

BATCH = 32
POLL = 5.0
PAUSE = 1.0
# The door is quiet when nothing came for so long; it has the right of way for so long at most, and until so many wait.
QUIET, PATIENCE, MANY = 0.008, 0.1, 48
# A mail with so many octets takes the door longer; whoever sends it waits the longest for his 250.
LARGE, LARGE_PATIENCE = 1_000_000, 1.0
# What may wait in memory, leased: beyond it the queue in the database is the place to wait.
WAITING, WAITING_BYTES = 400, 32_000_000
log = structlog.get_logger("maild.worker")


@dataclass(frozen=True, slots=True)
class Bench:
    """What the worker works with: the house of today, how From is believed, and where finished letters go."""

    house: Callable[[], House]
    believer: Believer
    clock: Clock
    letters: Callable[[Sequence[Leased], int], None]
    leases: Callable[[], int]
    tally: Tally = field(default_factory=Tally)
    name_key: bytes = b""


@dataclass(frozen=True, slots=True)
class Read:
    """A mail that was read.  began: monotonic seconds, when reading did."""

    arrival: Arrival
    raw: bytes
    message: Message
    began: float


Bugs = list[tuple[Arrival, Exception]]


@dataclass(frozen=True, slots=True)
class Paper:
    """What the log will say of a mail when it is settled.  Milliseconds; sender: a keyed hash, the same for the same address."""

    source: str
    size: int = 0
    kind: str = ""
    sender: str = ""
    wait: float = 0.0
    read: float = 0.0


class Worker:
    """One per daemon.  run() until cancelled after drain()."""

    def __init__(self, writer: Writer, database: store.Reader, reader: Reader, bench: Bench) -> None:
        self._writer, self._database, self._reader, self._bench = writer, database, reader, bench
        self._waiting: deque[tuple[Arrival, bytes]] = deque()
        self._bytes, self._came = 0, 0.0
        self._nudged = asyncio.Event()
        self._prepared: asyncio.Queue[list[Incoming]] = asyncio.Queue(1)
        self._busy = 0
        self._more = True
        self._papers: dict[int, Paper] = {}
        # Octets that are coming in at the doors just now.
        self.arriving: Callable[[], int] = lambda: 0

    def has_room(self, size: int) -> bool:
        return len(self._waiting) < WAITING and self._bytes + size < WAITING_BYTES

    def hand_over(self, arrival: Arrival, raw: bytes) -> None:
        self._waiting.append((arrival, raw))
        self._came = asyncio.get_running_loop().time()
        self._bytes += len(raw)
        self._nudged.set()

    def nudge(self) -> None:
        """Something is ready in the queue."""
        self._more = True
        self._nudged.set()

    @property
    def idle(self) -> bool:
        return not self._waiting and not self._busy

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read_forever())
                group.create_task(self._settle_forever())
        except* Lost:
            log.error("the outcome of a commit is unknown, nothing more is settled")

    # --- reading --------------------------------------------------------------------------------------------------------------

    async def _read_forever(self) -> None:
        while True:
            await self._door_first()
            batch = await self._take()
            if not batch:
                await self._wait()
                continue
            self._busy += 1
            await self._prepared.put(await self._surely(batch))

    async def _surely(self, batch: list[tuple[Arrival, bytes | None]]) -> list[Incoming]:
        """Prepare the batch, however long the database is away."""
        while True:
            try:
                return await self._prepare(batch)
            except Exception as error:
                if not is_database_error(error):
                    raise
                log.warning("reading failed, will be tried again", error=brief(error))
                await asyncio.sleep(PAUSE)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(POLL):
                await self._nudged.wait()
        except TimeoutError:
            self._more = True
        self._nudged.clear()

    async def _door_first(self) -> None:
        """While mails come in, whoever waits for his 250 has the interpreter; what came meanwhile then shares a commit.

        Not for long, and not when many wait: a door that is never quiet must not keep anybody from his acknowledgement.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        while len(self._waiting) < MANY and loop.time() < self._right_of_way(began):
            await asyncio.sleep(QUIET)

    def _right_of_way(self, began: float) -> float:
        if self.arriving() > LARGE:
            return began + LARGE_PATIENCE
        return min(began + PATIENCE, self._came + QUIET)

    async def _take(self) -> list[tuple[Arrival, bytes | None]]:
        batch: list[tuple[Arrival, bytes | None]] = []
        while self._waiting and len(batch) < BATCH:
            arrival, raw = self._waiting.popleft()
            self._bytes -= len(raw)
            batch.append((arrival, raw))
        if batch or not self._more:
            return batch
        try:
            now = self._bench.clock()
            claimed = await self._writer.write(lambda session: incoming.claim(session, now, BATCH))
        except Exception as error:
            log.warning("claim failed", error=brief(error))
            claimed = []
        self._more = len(claimed) == BATCH
        return [(arrival, None) for arrival in claimed]

    async def _prepare(self, batch: list[tuple[Arrival, bytes | None]]) -> list[Incoming]:
        """Read all; small mails in one hop to the reading thread, others one by one in the killable worker."""
        prepared: list[Incoming] = []
        small: list[tuple[Arrival, bytes]] = []
        for arrival, raw in batch:
            if arrival.source in incoming.EVENTS:
                prepared += await self._event(arrival)
                continue
            given = raw if raw is not None else await self._fetch(arrival)
            if given is None:
                continue
            if is_small(given):
                small.append((arrival, given))
            else:
                prepared += await self._careful(arrival, given)
        if small:
            aside = partial(asyncio.get_running_loop().run_in_executor, self._reader.thread)
            done, held, unsure = await aside(self._read_small, small)
            if unsure:
                trusts = await asyncio.gather(*(self._ask(read) for read in unsure))
                done += await aside(self._ready_all, list(zip(unsure, trusts, strict=True)), held)
            prepared += done
            for arrival, bug in held:
                await self._hold(arrival, bug)
        return prepared

    async def _event(self, arrival: Arrival) -> list[Incoming]:
        try:
            return [await self._database.read(partial(incoming.event_of, arrival=arrival))]
        except Conflict:
            return []
        except Exception as bug:
            if is_database_error(bug) and not is_damage(bug):
                raise
            await self._hold(arrival, bug)
            return []

    async def _fetch(self, arrival: Arrival) -> bytes | None:
        """Its bytes; None when a damaged page keeps them, and the arrival is held."""
        try:
            return await self._database.read(lambda session: incoming.raw(session, arrival.raw_id))
        except Exception as error:
            if not is_damage(error):
                raise
            await self._hold(arrival, error)
            return None

    def _read_small(self, batch: list[tuple[Arrival, bytes]]) -> tuple[list[Prepared], Bugs, list[Read]]:
        done: list[Prepared] = []
        held: Bugs = []
        unsure: list[Read] = []
        policy = self._bench.house().policy
        for arrival, raw in batch:
            began = time.monotonic()
            try:
                read = Read(arrival, raw, read_small(raw, charset_of(arrival.recipients, policy)), began)
                trust = self._bench.believer.at_once(read.message, raw, arrival.client, arrival.received_at)
            except Exception as bug:
                held.append((arrival, bug))
                continue
            if trust is None:
                unsure.append(read)
            else:
                done += self._ready_all([(read, trust)], held)
        return done, held, unsure

    def _ready_all(self, batch: list[tuple[Read, Trust]], held: Bugs) -> list[Prepared]:
        done = []
        for read, trust in batch:
            try:
                done.append(self._ready(read, trust))
            except Exception as bug:
                held.append((read.arrival, bug))
        return done

    async def _ask(self, read: Read) -> Trust:
        arrival = read.arrival
        return await self._bench.believer.sure(read.message, read.raw, arrival.client, arrival.received_at)

    async def _careful(self, arrival: Arrival, raw: bytes) -> list[Incoming]:
        began = time.monotonic()
        try:
            message = await self._reader.read(raw, charset_of(arrival.recipients, self._bench.house().policy))
            read = Read(arrival, raw, message, began)
            return [self._ready(read, await self._ask(read))]
        except Exception as bug:
            await self._hold(arrival, bug)
            return []

    def _ready(self, read: Read, trust: Trust) -> Prepared:
        arrival, message, house = read.arrival, read.message, self._bench.house()
        prepared = prepare(arrival, message, trust, house.policy, house.keys, (os.urandom(16), os.urandom(16)))
        spent = time.monotonic() - read.began
        wait = max(0.0, (self._bench.clock() - arrival.received_at).total_seconds() - spent)
        author = message.author.address.lower() if message.author else arrival.sender.lower()
        sender = keyed_hash(author, self._bench.name_key)
        self._papers[arrival.id] = Paper(arrival.source, arrival.size, str(message.kind), sender, wait, spent)
        return prepared

    async def _hold(self, arrival: Arrival, bug: Exception) -> None:
        """What the bug says may hold an address or a text: the log has its class, the row its traceback."""
        self._bench.tally.arrivals[arrival.source, "held"] += 1
        log.error("arrival", incoming=arrival.id, source=arrival.source, fate="held", error=type(bug).__name__)
        error = "".join(traceback.format_exception(bug))
        await self._writer.write(lambda session: incoming.hold(session, arrival.id, error))

    # --- settling -------------------------------------------------------------------------------------------------------------

    async def _settle_forever(self) -> None:
        while True:
            rest: Sequence[Incoming] = await self._prepared.get()
            while rest:
                rest = await self._settle(rest)
            self._busy -= 1

    async def _settle(self, batch: Sequence[Incoming]) -> Sequence[Incoming]:
        house, now, leases = self._bench.house(), self._bench.clock(), self._bench.leases()
        began = time.monotonic()
        try:
            settled = await self._writer.write(lambda session: settle(session, batch, house, now, leases))
        except Exception as error:
            if not is_database_error(error):
                raise
            if is_damage(error) and await self._isolate(batch, error):
                return ()
            log.warning("settling failed, will be tried again", error=brief(error))
            await asyncio.sleep(PAUSE)
            return batch
        self._bench.letters(settled.leased, settled.letters - len(settled.leased))
        self._tell(settled, batch, house.policy.hash[:12], (time.monotonic() - began) / len(settled.done))
        return settled.rest

    async def _isolate(self, batch: Sequence[Incoming], error: Exception) -> bool:
        """A page of the database is damaged: what needs it is held, the others go on.  False if not even that can be written."""
        if len(batch) > 1:
            for arrival in batch:
                rest: Sequence[Incoming] = [arrival]
                while rest:
                    rest = await self._settle(rest)
            return True
        [arrival] = batch
        log.error("arrival", incoming=arrival.id, source=_source(arrival), fate="held", error=brief(error))
        self._bench.tally.arrivals[_source(arrival), "held"] += 1
        try:
            await self._writer.write(lambda session: incoming.hold(session, arrival.id, brief(error)))
        except Exception as again:
            log.error("a damaged database: it cannot be held", incoming=arrival.id, error=brief(again))
            return False
        return True

    def _tell(self, settled: Settled, batch: Sequence[Incoming], policy: str, spent: float) -> None:
        """One canonical line per arrival: ids and a keyed hash, never addresses or text.  settle_ms is its share of the batch."""
        tally = self._bench.tally
        for arrival, fate in zip(batch, settled.done, strict=False):
            paper = self._papers.pop(fate.incoming, None) or Paper(_source(arrival))
            tally.arrivals[paper.source, fate.fate] += 1
            tally.settle.observe(spent)
            if isinstance(arrival, Prepared):
                tally.wait.observe(paper.wait)
                tally.read.observe(paper.read)
            line = {**_line(fate, paper), "policy": policy, "settle_ms": _ms(spent)}
            if fate.fate == "held":
                log.error("arrival", **line, error=fate.error.partition(":")[0])
            else:
                log.info("arrival", **line)


def keyed_hash(address: str, key: bytes) -> str:
    """The same for the same address on this site, and nothing to anybody without the key."""
    return hmac.digest(key, b"maild log\0" + address.encode("utf-8", "surrogatepass"), "sha256").hex()[:12]


_SOURCES: dict[type, str] = {Wake: "wake", Undelivered: "undelivered", Morning: "digest", Warnings: "warning"}
_SOURCES[Occurrence] = "recurring"


def _source(arrival: Incoming) -> str:
    return _SOURCES.get(type(arrival), "mail")


def _line(fate: Fate, paper: Paper) -> dict[str, Any]:
    told: dict[str, Any] = {"incoming": fate.incoming, "source": paper.source, "fate": fate.fate, "case": fate.case}
    told["events"] = fate.events
    if paper.kind:
        told |= {"size": paper.size, "kind": paper.kind, "sender": paper.sender}
        told |= {"wait_ms": _ms(paper.wait), "read_ms": _ms(paper.read)}
    return told


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
