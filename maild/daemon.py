"""daemon: builds everything once, runs the roles, and ends in order.

start   lock, database, migrations, key, policy, queues recovered, doors open, READY=1
run     every role is a task of one group; SIGHUP reloads whole or not at all; the watchdog is fed only while the writer answers
stop    SIGTERM: doors close (421), what was taken is settled, letters in flight end, 30 s at most; exit 0

Exit codes: 0, 70 the outcome of a commit is unknown, 75 try later (another daemon, no database), 78 configuration.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from random import SystemRandom
from typing import Any

import structlog

from maild import notify, orders
from maild.config import Config
from maild.edges import control, smtp, ticker
from maild.edges.auditor import Auditor
from maild.edges.letterbox import Letterbox
from maild.edges.mailroom import Mailroom
from maild.edges.reading import Reader
from maild.edges.relay import Relay
from maild.edges.worker import Bench, Worker
from maild.errors import RuleError
from maild.founding import Site, reload_policy, remember_policy
from maild.settle import House
from maild.store import incoming, outbox
from maild.store import reader as store
from maild.store.database import Session
from maild.store.outbox import Leased
from maild.store.writer import Writer

GRACE = 10.0
CHECKPOINT = 1.0
EX_SOFTWARE = 70
log = structlog.get_logger("maild")


def clock() -> datetime:
    """Now, to the millisecond: as fine as rows keep it, so that what is folded equals what is read."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class Daemon:
    """One run of maild on one site."""

    def __init__(self, config: Config, site: Site) -> None:
        self._config, self._site = config, site
        self._policy = site.policy
        self._stop = asyncio.Event()
        self._code = 0
        self._reload_error = ""
        self._started = clock()
        self._writer = Writer(site.database, self._ghost)
        self._reader = Reader()
        self._database = store.Reader(site.database)
        self._letterbox = Letterbox(self._writer, self._database, clock, self._woken)
        self._relay = Relay(config.relay, self._letterbox, clock, SystemRandom().random, site.relay_password)
        self._auditor = Auditor(self._database, clock)
        bench = Bench(self._house, config.authenticators, clock, self._letters, self._letterbox.leases)
        self._worker = Worker(self._writer, self._database, self._reader, bench)
        self._mailroom = Mailroom(
            self._writer,
            lambda: self._policy,
            site.digest_key,
            config.state,
            config.door.min_free,
            self._worker,
        )

    # --- what the roles are given ---------------------------------------------------------------------------------------------

    def _house(self) -> House:
        return House(self._policy, self._site.keys, self._config.relay.envelope, time.monotonic)

    def _letters(self, leased: Sequence[Leased], others: int) -> None:
        self._letterbox.put(leased, others)
        if leased or others:
            self._relay.nudge()

    def _woken(self) -> None:
        self._worker.nudge()

    def _ghost(self) -> None:
        log.critical("the outcome of a commit is unknown: ending at once, the next start will tell")
        self._code = EX_SOFTWARE
        self._stop.set()

    # --- the life -------------------------------------------------------------------------------------------------------------

    async def run(self) -> int:
        """Until SIGTERM or SIGINT; the exit code."""
        await self._writer.write(partial(_recover, alone=self._site.database.sqlite))
        await self._writer.write(lambda session: remember_policy(session, self._policy, clock()))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._hang_up)
        doors = await smtp.serve(self._config.door, self._mailroom, clock, notify.inherited())
        self._worker.arriving = lambda: doors.octets
        controls = await control.serve(self._config.control, self._orders())
        try:
            async with asyncio.TaskGroup() as group:
                roles = [group.create_task(role) for role in self._roles()]
                self._say_ready(doors)
                await self._stop.wait()
                notify.notify("STOPPING=1")
                controls.close()
                await self._drain(doors)
                for role in roles:
                    role.cancel()
        finally:
            self._config.control.unlink(missing_ok=True)
            await self._reader.close()
            await self._database.close()
            await self._writer.close()
        log.info("ended", code=self._code)
        return self._code

    def _roles(self) -> list[Any]:
        return [
            self._worker.run(),
            self._relay.run(),
            ticker.run(self._writer, clock, self._woken),
            self._auditor.run(),
            self._watchdog(),
            self._checkpoints(),
        ]

    def _say_ready(self, doors: smtp.Doors) -> None:
        log.info(
            "ready",
            policy=self._policy.hash[:12],
            desks=len(self._policy.desks),
            addresses=[str(a) for a in doors.addresses],
            seconds=round((clock() - self._started).total_seconds(), 3),
        )
        notify.notify("READY=1\nSTATUS=taking mail")

    async def _drain(self, doors: smtp.Doors) -> None:
        if self._code:
            return
        await doors.drain(GRACE)
        end = time.monotonic() + GRACE
        while not self._worker.idle and time.monotonic() < end:
            await asyncio.sleep(0.02)
        await self._relay.drain(GRACE)

    async def _watchdog(self) -> None:
        interval = notify.watchdog_interval()
        while interval:
            if await self._writer_answers(interval):
                notify.notify("WATCHDOG=1")
            await asyncio.sleep(interval)

    async def _writer_answers(self, seconds: float) -> bool:
        """An error of the database is an answer too: the daemon lives and says 451; a restart would mend nothing."""
        try:
            await asyncio.wait_for(self._writer.write(lambda session: session.one("SELECT 1")), seconds)
        except TimeoutError:
            log.error("the writer does not answer", seconds=seconds)
            return False
        except Exception as error:
            log.warning("the database does not answer", error=str(error))
        return True

    async def _checkpoints(self) -> None:
        while True:
            await asyncio.sleep(CHECKPOINT)
            try:
                await self._database.checkpoint()
            except Exception as error:
                log.warning("checkpoint failed, will be tried again", error=str(error))

    # --- orders ---------------------------------------------------------------------------------------------------------------

    def _orders(self) -> dict[str, control.Order]:
        return {
            "status": self._status,
            "reload": self._reload_order,
            "retry": self._queue_order,
            "drop": self._queue_order,
        }

    async def _status(self, asked: dict[str, Any], actor: str) -> dict[str, Any]:
        return {
            "ok": True,
            "text": "running",
            "since": self._started.isoformat(),
            "policy": self._policy.hash,
            "reload_error": self._reload_error,
        }

    async def _queue_order(self, asked: dict[str, Any], actor: str) -> dict[str, Any]:
        now = clock()
        answer = await self._writer.write(
            lambda s: orders.carry_out(s, str(asked["order"]), str(asked.get("id")), actor, now)
        )
        self._worker.nudge()
        self._relay.nudge()
        log.info("order", order=asked["order"], id=asked.get("id"), actor=actor, ok=answer.ok)
        return {"ok": answer.ok, "text": answer.text}

    async def _reload_order(self, asked: dict[str, Any], actor: str) -> dict[str, Any]:
        await self._reload()
        return {
            "ok": not self._reload_error,
            "text": self._reload_error or f"policy {self._policy.hash[:12]} is active",
        }

    def _hang_up(self) -> None:
        self._reloading = asyncio.ensure_future(self._reload())

    async def _reload(self) -> None:
        """Whole or not at all: a broken set, or one that drops what open cases use, leaves the old one in force."""
        notify.reloading()
        try:
            policy = await asyncio.to_thread(reload_policy, self._config)
            now = clock()
            await self._writer.write(lambda session: remember_policy(session, policy, now))
        except RuleError as error:
            self._reload_error = str(error)
            log.error("reload refused, the old policy stays", problems=[str(problem) for problem in error.problems])
        except Exception as error:
            self._reload_error = str(error)
            log.error("reload failed, the old policy stays", error=str(error))
        else:
            self._policy, self._reload_error = policy, ""
            log.info("reloaded", policy=policy.hash[:12])
        notify.notify("READY=1")


def _recover(session: Session, *, alone: bool) -> None:
    """The only daemon of a database frees all leases; among several, leases run out by themselves."""
    if alone:
        incoming.recover(session)
        outbox.recover(session)


def run(config: Config, site: Site) -> int:
    """Run until told to end.  With uvloop where it is installed (extra `fast`)."""

    async def life() -> int:
        return await Daemon(config, site).run()

    # The door answers within moments while another thread settles: 5 ms, the default, at each of its steps would be too long.
    # What is loaded by now stays: the collector need not look at it again and again.  Mails make few cycles.
    sys.setswitchinterval(0.001)
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(life())


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
