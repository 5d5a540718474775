"""relay: carries letters from the outbox to the site's mail server.

Outbox (given by the daemon) -> letters due; sent, deferred or failed are written to it, one by one, before the next leaves

Some kept connections, a courier each.  One letter of a lane (a case and a party) is under way at a time, in order.  4xx: again
after 1, 5, 15, 60, 60 ... minutes; 5xx, or after 5 days (config): failed.  A letter whose outcome nobody knows is sent again with
the same octets.  When no connection is to be had, nothing is taken from the outbox and one courier's call is repeated until it is
answered.

LIMITS  At most WINDOW letters are held in memory.  If a mark cannot be written (a full disk), the courier waits: it would send
        the same letter for ever otherwise.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from maild.config import RelayTo
from maild.edges.outgoing import Outbox, Outgoing
from maild.edges.relay_wire import Broken, Down, Patience, Reply, Wire, codes, dial, refuse_plain_text
from maild.errors import Conflict
from maild.model.condition import Condition
from maild.model.policy import Clock
from maild.store.database import brief, is_database_error

WINDOW = 16  # letters held, for each four connections
POLL = 5.0  # seconds between two looks into an outbox that nobody nudges about
SOON = 1.0  # seconds until a look to the bottom of the outbox after a nudge
REST = 10.0  # seconds that a courier rests whose call is not answered while others are connected
RETRY = 2.0  # seconds between two attempts to write a mark
MINUTES = (1, 5, 15, 60)
OUTAGE = (5, 10, 30, 60, 120, 300)  # seconds between two calls to a server that is down
# The server wants something of us that no other letter will change: the admin must act, the letters must not fail.
NOT_LET_IN = (530, 534, 535, 538)
log = structlog.get_logger("maild.relay")


def backoff(attempts: int, jitter: float) -> timedelta:
    """How long to wait after so many attempts; jitter in 0..1 spreads it by 20 % each way."""
    minutes = MINUTES[min(max(attempts, 1), len(MINUTES)) - 1]
    return timedelta(minutes=minutes * (0.8 + 0.4 * jitter))


def pause(failures: int, jitter: float) -> timedelta:
    """How long to wait after so many calls in a row that were not answered."""
    return timedelta(seconds=OUTAGE[min(max(failures, 1), len(OUTAGE)) - 1] * (0.8 + 0.4 * jitter))


class Relay:
    """run() until cancelled or drained; nudge() when there are new letters."""

    def __init__(
        self,
        config: RelayTo,
        outbox: Outbox,
        clock: Clock,
        jitter: Callable[[], float],
        password: str | None,
        *,
        hostname: str = "",
        patience: Patience | None = None,
        sound: Callable[[], bool] = lambda: True,
    ) -> None:
        self._sound = sound  # by a clock that jumped, no letter is too old
        refuse_plain_text(config)
        self._config, self._outbox, self._clock, self._jitter = config, outbox, clock, jitter
        self._password, self._hostname, self._patience = password, hostname, patience or Patience()
        self._window = max(WINDOW, WINDOW * config.connections // 4)
        self._ready: asyncio.Queue[Outgoing] = asyncio.Queue()
        self._held: set[int] = set()
        # Lanes with a letter under way, and the letters that wait behind it.
        self._lanes: dict[str, deque[Outgoing]] = {}
        self._awake, self._idle, self._stop = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._bottom_at = 0.0
        self._more = False
        self._wires: set[Wire] = set()
        self._calls = 0
        self._spare: Wire | None = None
        self._down, self._failures, self._pause = "", 0, timedelta()
        self._down_since: datetime | None = None

    def nudge(self) -> None:
        """There are new letters."""
        self._bottom_at = min(self._bottom_at, asyncio.get_running_loop().time() + SOON)
        self._awake.set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            couriers = [group.create_task(self._courier()) for _ in range(self._config.connections)]
            await self._dispatch()
            await self._idle.wait()
            for courier in couriers:
                courier.cancel()

    async def drain(self, grace: float) -> None:
        """Take no more, and wait up to `grace` seconds for what is under way."""
        self._stop.set()
        self._awake.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self._idle.wait()

    def conditions(self) -> Sequence[Condition]:
        """Whether letters leave.  The reason is without a server's words."""
        where = f"{self._config.host}:{self._config.port}"
        if not self._down:
            return (Condition("relay", True, f"{where} takes letters"),)
        text = f"{where} takes no letters: {self._down}"
        cure = f"look after the mail server at {where} (relay: in maild.yaml); letters wait, none is lost"
        return (Condition("relay", False, text, cure, self._down_since),)

    # --- from the outbox to the couriers

    async def _dispatch(self) -> None:
        while not self._stop.is_set():
            if self._down:
                await self._call_again()
                continue
            self._awake.clear()
            await self._fill()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._bottom_at):
                    await self._awake.wait()

    async def _fill(self) -> None:
        """Take what is due while there is room.

        To the bottom now and then only: it costs a transaction to learn that there is nothing more.
        """
        loop = asyncio.get_running_loop()
        to_the_bottom = loop.time() >= self._bottom_at
        if to_the_bottom:
            self._bottom_at = loop.time() + POLL
        while (room := self._window - len(self._held)) > 0 and not self._down and not self._stop.is_set():
            items = await self._take(room)
            for item in items:
                self._admit(item)
            self._more = len(items) >= room
            if not self._more and not (to_the_bottom and items):
                return
        # No room: what lies deeper is looked for when there is some.
        self._more = True
        self._bottom_at = min(self._bottom_at, loop.time() + SOON)

    async def _take(self, room: int) -> Sequence[Outgoing]:
        try:
            return await self._outbox.take(room)
        except Exception as error:
            _say("the outbox gave nothing", error)
            return ()

    def _admit(self, item: Outgoing) -> None:
        if item.id in self._held:
            return  # its lease ran out while we have it
        self._held.add(item.id)
        self._idle.clear()
        if item.lane and item.lane in self._lanes:
            self._lanes[item.lane].append(item)
            return
        if item.lane:
            self._lanes[item.lane] = deque()
        self._ready.put_nowait(item)

    def _done(self, item: Outgoing) -> None:
        """It is written what became of it: the next of its lane may go."""
        self._held.discard(item.id)
        waiting = self._lanes.get(item.lane)
        if waiting:
            self._ready.put_nowait(waiting.popleft())
        elif waiting is not None:
            del self._lanes[item.lane]
        if not self._held:
            self._idle.set()
        if self._more and len(self._held) <= self._window // 2:
            self._awake.set()

    # --- couriers

    async def _courier(self) -> None:
        wire: Wire | None = None
        try:
            while True:
                item = await self._next(wire)
                if item is None:
                    self._hang_up(wire)
                    wire = None
                else:
                    wire = await self._carry(item, wire)
        finally:
            self._hang_up(wire)

    async def _next(self, wire: Wire | None) -> Outgoing | None:
        """The next letter; None when a connection has long been idle."""
        if wire is None:
            return await self._ready.get()
        try:
            async with asyncio.timeout(self._patience.idle):
                return await self._ready.get()
        except TimeoutError:
            return None

    async def _carry(self, item: Outgoing, wire: Wire | None) -> Wire | None:
        """Hand a letter over, and write what became of it.  The connection to go on with."""
        try:
            mail = await self._outbox.load(item)
        except Conflict:
            self._done(item)
            return wire
        except Exception as error:
            await self._fault(item, error)
            return wire
        try:
            wire, reply = await self._deliver(item, mail, wire)
        except Down as error:
            await self._not_connected(item, error)
            return None
        except Broken as error:
            await self._postpone(item, backoff(item.attempts, self._jitter()), str(error))
            return None
        except Exception as error:
            await self._fault(item, error)
            return None
        await self._judge(item, reply)
        return wire

    async def _fault(self, item: Outgoing, error: Exception) -> None:
        """A bug, or a database that is away: this letter waits, the others go on."""
        if is_database_error(error):
            log.warning("a letter cannot be read, will be tried again", outbox=item.id, error=brief(error))
        else:
            log.error("fault at a letter", outbox=item.id, exc_info=error)
        await self._postpone(item, backoff(item.attempts, self._jitter()), f"fault: {type(error).__name__}")

    async def _deliver(self, item: Outgoing, mail: bytes, wire: Wire | None) -> tuple[Wire, Reply]:
        """The reply that decides, and the connection it came over.  A kept one that proves stale is replaced once."""
        while True:
            kept = wire is not None and wire.usable
            if wire is None or not kept:
                self._hang_up(wire)
                wire = await self._dial()
            try:
                reply = await wire.send(item.sender, item.recipient, mail)
            except BaseException as error:
                wire.abort()
                self._hang_up(wire)
                if isinstance(error, Broken) and kept and not error.unknown:
                    # It was closed while nobody looked, and nothing of the letter has left.
                    wire = None
                    continue
                raise
            if reply.code != 421 or not kept:
                return wire, reply

    async def _dial(self) -> Wire:
        if self._spare is not None:
            wire, self._spare = self._spare, None
        elif self._down:
            raise Down(self._down)
        else:
            self._calls += 1
            try:
                wire = await dial(self._config, self._password, self._hostname, self._patience)
            finally:
                self._calls -= 1
        self._wires.add(wire)
        return wire

    def _hang_up(self, wire: Wire | None) -> None:
        if wire is not None:
            wire.leave()
            self._wires.discard(wire)

    # --- what became of it

    async def _judge(self, item: Outgoing, reply: Reply) -> None:
        if reply.code // 100 == 2:
            self._failures = 0
            await self._write(lambda: self._outbox.sent(item, str(reply)))
        elif reply.code in NOT_LET_IN:
            self._outage(f"not let in: {codes(str(reply))}")
            await self._hand_back(item, str(reply))
            return
        elif reply.code // 100 == 5:
            await self._write(lambda: self._outbox.failed(item, str(reply), reply.status))
        else:
            await self._postpone(item, backoff(item.attempts, self._jitter()), str(reply))
            return
        self._done(item)

    async def _postpone(self, item: Outgoing, wait: timedelta, error: str) -> None:
        now = self._clock()
        if now - item.created_at >= self._config.give_up and self._sound():
            # RFC 3463: delivery time expired.
            await self._write(lambda: self._outbox.failed(item, f"given up: {error}", "4.4.7"))
        else:
            await self._write(lambda: self._outbox.deferred(item, now + wait, error))
        self._done(item)

    async def _write(self, mark: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await mark()
            except Exception as error:
                _say("what became of a letter cannot be written, will be tried again", error)
                await asyncio.sleep(RETRY)
            else:
                return

    # --- no connection

    async def _not_connected(self, item: Outgoing, error: Down) -> None:
        if not self._down and (self._calls or any(wire.usable for wire in self._wires)):
            # Others are connected, or may be soon: perhaps the server does not want as many of us.
            self._ready.put_nowait(item)
            await asyncio.sleep(REST)
            return
        self._outage(error.brief)
        await self._hand_back(item, str(error))

    def _outage(self, error: str) -> None:
        if self._down:
            return
        self._failures += 1
        self._down, self._pause = error, pause(self._failures, self._jitter())
        self._down_since = self._down_since or self._clock()
        log.error("the relay takes no letters", error=error, seconds=round(self._pause.total_seconds()))
        self._awake.set()

    async def _hand_back(self, item: Outgoing, error: str) -> None:
        await self._postpone(item, self._pause, error)

    async def _call_again(self) -> None:
        """Wait, and try one connection; the first letter goes over it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pause.total_seconds()):
                await self._stop.wait()
        if self._stop.is_set():
            return
        try:
            self._spare = await dial(self._config, self._password, self._hostname, self._patience)
        except Down as error:
            self._failures += 1
            self._down, self._pause = error.brief, pause(self._failures, self._jitter())
            log.error("the relay takes no letters", error=self._down, seconds=round(self._pause.total_seconds()))
            return
        log.info("the relay takes letters again")
        self._down, self._bottom_at = "", 0.0
        self._down_since = None


def _say(what: str, error: Exception) -> None:
    """A full disk or a database that is away is a sentence; anything else is a bug, and shows where."""
    if is_database_error(error):
        log.error(what, error=brief(error))
    else:
        log.error(what, exc_info=error)
