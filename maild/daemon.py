"""daemon: builds everything once, runs the roles, and ends in order.

start   lock, database, migrations, key, policy, queues recovered, doors open, READY=1
run     every role is a task of one group; SIGHUP reloads whole or not at all; the watchdog is fed only while the writer answers
stop    SIGTERM: doors close (421), what was taken is settled, letters in flight end, 30 s at most; exit 0.  A second SIGTERM: at
        once, which is safe: who has no answer tries again, and what was taken is settled after the next start

Exit codes: 0, 70 the outcome of a commit is unknown, 75 try later (another daemon, no database), 78 configuration.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from random import SystemRandom
from typing import Any

import structlog

from maild import notify
from maild.config import Config
from maild.current import Current
from maild.decide import health
from maild.dispatch import Dispatch
from maild.edges import control, imap_session, memory, pager, rederive, retention, smtp, ticker
from maild.edges.aside import Loop
from maild.edges.auditor import Auditor
from maild.edges.believing import believer_of
from maild.edges.imap import Mailboxes
from maild.edges.imap_keys import Secrets
from maild.edges.letterbox import Letterbox
from maild.edges.mailroom import Mailroom
from maild.edges.reading import Reader
from maild.edges.relay import Relay
from maild.edges.relay_wire import takes_utf8
from maild.edges.steady import Steady
from maild.edges.tally import Tally
from maild.edges.watch import Watch
from maild.edges.worker import Bench, Worker
from maild.erasing import Listed
from maild.errors import RuleError
from maild.founding import EX_TEMPFAIL, Site, cannot_use, unasked_door
from maild.log import loop_fault, roots, trace
from maild.model.restored import Restored
from maild.rule_tests import failures
from maild.settle import House
from maild.store import incoming, lease, outbox, page_calls, restoring
from maild.store import reader as store
from maild.store.database import Session, brief, is_database_error
from maild.store.outbox import Leased
from maild.store.writer import Lost, Writer

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
        self._restored: Restored | None = None
        self._stop, self._hurry = asyncio.Event(), asyncio.Event()
        self._code = 0
        self._started = clock()
        self._tally = Tally()
        self._writer = Writer(site.database, self._ghost)
        self._steady = Steady(clock)
        self._watching = store.Reader(site.database)
        self._current = Current(config, site, self._writer, self._watching, clock, self._steady.accept)
        self._reader = Reader()
        self._database = store.Reader(site.database)
        self._letterbox = Letterbox(self._writer, self._database, clock, self._woken, self._tally)
        sound = lambda: self._steady.sound  # noqa: E731
        self._relay = Relay(
            config.relay, self._letterbox, clock, SystemRandom().random, site.relay_password, sound=sound
        )
        bench = Bench(
            *(self._house, believer_of(config), clock, self._letters, self._letterbox.leases),
            self._tally,
            site.digest_key,
        )
        self._auditor = Auditor(self._database, clock)
        self._worker = Worker(self._writer, self._database, self._reader, bench)
        self._mailroom = Mailroom(
            self._writer,
            lambda: self._current.policy,
            site.digest_key,
            config.state,
            config.door.min_free,
            self._worker,
            self._tally,
        )
        self._watch = Watch(config, self._writer, self._watching, self._house, clock, self._posted, self._tally)
        self._watch.add(self._relay.conditions)
        self._watch.add(self._current.conditions)
        self._watch.add(lambda: (health.damage(site.database.damage),))
        self._watch.add(self._steady.conditions)

        listed = Listed(config.erasures, site.digest_key)
        self._retention = retention.Role(
            self._writer, self._database, lambda: self._current.policy, listed, clock, sound
        )
        self._mailboxes = Mailboxes(
            config.mailboxes, Secrets(notify.credential, clock), self._taking_house(), SystemRandom().random
        )
        self._watch.add(self._mailboxes.conditions)
        self._watch.add(self._auditor.conditions)

    # --- what the roles are given ---------------------------------------------------------------------------------------------

    def _house(self) -> House:
        return House(
            self._current.policy, self._current.keys, self._config.relay.envelope, time.monotonic, self._restored
        )

    def _taking_house(self) -> imap_session.House:
        door, chance = self._config.door, SystemRandom().getrandbits(64)
        owner = f"{socket.gethostname()}:{os.getpid()}:{chance:016x}"
        return imap_session.House(
            self._writer, self._mailroom, clock, lambda: self._current.policy, door.message_size, door.hops, owner
        )

    def _letters(self, leased: Sequence[Leased], others: int) -> None:
        self._letterbox.put(leased, others)
        if leased or others:
            self._relay.nudge()

    def _posted(self) -> None:
        """A letter of the watch stands in the queue."""
        self._letters((), 1)

    def _woken(self) -> None:
        self._worker.nudge()

    def _look(self) -> None:
        self._worker.nudge()
        self._relay.nudge()

    def _dispatch(self) -> Dispatch:
        return Dispatch(
            self._writer,
            self._current,
            self._watch,
            self._mailboxes,
            self._retention,
            self._config.keys,
            self._started,
            clock,
            self._look,
        )

    def _ghost(self) -> None:
        log.critical("the outcome of a commit is unknown: ending at once, the next start will tell")
        self._code = EX_SOFTWARE
        self._stop.set()

    # --- the life -------------------------------------------------------------------------------------------------------------

    async def run(self) -> int:
        """Until SIGTERM or SIGINT; the exit code."""
        await self._writer.write(partial(_recover, alone=self._site.database.sqlite))
        await self._current.begin()
        asyncio.get_running_loop().set_exception_handler(loop_fault)
        self._restored = await self._writer.write(restoring.remembered)
        self._steady.remember(await self._writer.write(incoming.newest))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._end)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._current.hang_up)
        pages = self._monitoring()
        doors = await smtp.serve(self._config.door, self._mailroom, clock, notify.inherited())
        self._worker.arriving = lambda: doors.octets
        controls = await control.serve(self._config.control, self._dispatch().orders())
        try:
            async with asyncio.TaskGroup() as group:
                roles = [
                    group.create_task(role) for role in (*self._roles(doors), *(page.run_here() for page in pages))
                ]
                taking = group.create_task(self._mailboxes.run())
                self._say_ready(doors)
                await self._stop.wait()
                notify.notify("STOPPING=1")
                controls.close()
                await self._patiently(self._drain(doors, taking))
                await doors.drain(0)
                for role in roles:
                    role.cancel()
        finally:
            self._config.control.unlink(missing_ok=True)
            await self._reader.close()
            await self._database.close()
            await self._watching.close()
            with suppress(Exception):
                await self._current.end()
            await self._writer.close()
        log.info("ended", code=self._code)
        return self._code

    def _roles(self, doors: smtp.Doors) -> list[Any]:
        return [
            self._ask_for_utf8(doors),
            self._worker.run(),
            self._relay.run(),
            ticker.run(self._writer, clock, self._steady, self._woken, lambda: self._current.policy),
            rederive.run(self._writer, clock, lambda: self._current.policy),
            self._retention.run(),
            self._auditor.run(),
            self._watchdog(),
            self._checkpoints(),
            memory.run(),
            self._watch.run(),
            *self._paging(),
            *(() if self._site.database.sqlite else (self._current.follow(),)),
        ]

    async def _ask_for_utf8(self, doors: smtp.Doors) -> None:
        """Mail from addresses beyond ASCII is taken as soon as we know that it can be answered (RFC 6531)."""
        if await takes_utf8(self._config.relay):
            doors.offer_utf8()

    def _paging(self) -> list[Any]:
        """The site's own program for pages, where maild.yaml names one."""
        wanted = self._config.pager
        return [pager.Pager(wanted, self._writer, lambda: self._current.policy, clock).run()] if wanted else []

    def _monitoring(self) -> list[Any]:
        """For monitors, where maild.yaml asks for it: its libraries are loaded only then.  Bound before any door opens."""
        config = self._config.health
        if config.tcp is None and config.path is None:
            return []
        from maild.edges import monitoring

        figures = monitoring.Figures(self._watch, self._tally, lambda: self._current.policy, clock, self._started)
        return [monitoring.server(config, self._watch, figures)]

    def _say_ready(self, doors: smtp.Doors) -> None:
        for problem in unasked_door(self._config, self._current.policy):
            log.warning("the door is not asked of all mail", problem=str(problem))
        for problem in failures(self._current.policy, self._config.rules):
            # Mail must not wait for a rule that is wrong; a reload would be refused.
            if not problem.warning:
                log.warning("a test beside a rule fails: maild check says how", place=f"{problem.file}:{problem.line}")
        log.info(
            "ready",
            policy=self._current.policy.hash[:12],
            desks=len(self._current.policy.desks),
            addresses=[str(a) for a in doors.addresses],
            seconds=round((clock() - self._started).total_seconds(), 3),
        )
        notify.notify("READY=1\nSTATUS=taking mail")

    def _end(self) -> None:
        """SIGTERM or SIGINT; the second one does not want to wait."""
        if self._stop.is_set():
            self._hurry.set()
        self._stop.set()

    async def _patiently(self, work: Coroutine[Any, Any, None]) -> None:
        """To its end, or until somebody is in a hurry."""
        tasks = [asyncio.ensure_future(work), asyncio.ensure_future(self._hurry.wait())]
        done, cut_short = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in cut_short:
            task.cancel()
        await asyncio.gather(*cut_short, return_exceptions=True)
        await asyncio.gather(*done)

    async def _drain(self, doors: smtp.Doors, taking: asyncio.Task[None]) -> None:
        taking.cancel()
        await asyncio.wait({taking}, timeout=GRACE)
        if self._code:
            # Whoever came in now would be told something by nobody.
            doors.cut()
            return
        await doors.drain(GRACE)
        end = time.monotonic() + GRACE
        while not self._worker.idle and time.monotonic() < end:
            await asyncio.sleep(0.02)
        await self._relay.drain(GRACE)

    async def _watchdog(self) -> None:
        interval = notify.watchdog_interval()
        while interval:
            if self._retention.compacting or await self._writer_answers(interval):
                notify.notify("WATCHDOG=1")
            await asyncio.sleep(interval)

    async def _writer_answers(self, seconds: float) -> bool:
        """An error of the database is an answer too: the daemon lives and says 451; a restart would mend nothing."""
        try:
            async with asyncio.timeout(seconds):
                await self._writer.write(lambda session: session.one("SELECT 1"))
        except TimeoutError:
            log.error("the writer does not answer", seconds=seconds)
            return False
        except Exception as error:
            log.warning("the database does not answer", error=brief(error))
        return True

    async def _checkpoints(self) -> None:
        while True:
            await asyncio.sleep(CHECKPOINT)
            try:
                await self._database.checkpoint()
            except Exception as error:
                log.warning("checkpoint failed, will be tried again", error=brief(error))


def _recover(session: Session, *, alone: bool) -> None:
    """The only daemon of a database frees all leases; among several, leases run out by themselves."""
    if alone:
        incoming.recover(session)
        outbox.recover(session)
        page_calls.recover(session)
        lease.free_all(session)


def run(config: Config, site: Site) -> int:
    """Run until told to end.  With uvloop where it is installed (extra `fast`)."""

    async def life() -> int:
        try:
            return await Daemon(config, site).run()
        except (RuleError, OSError):
            raise  # a sentence for the admin
        except Lost:
            return EX_SOFTWARE
        except Exception as bug:
            if (told := cannot_use(bug)) is not None:
                raise told from bug
            if is_database_error(bug):
                log.critical("the database does not take what a start writes", error=brief(bug))
                return EX_TEMPFAIL
            # What it says may be a mail's: the log has where it was.
            log.critical("ended by a bug", exc_info=bug, bugs=[trace(one) for one in roots(bug)])
            return EX_SOFTWARE

    # The door answers within moments while another thread settles: 5 ms, the default, at each of its steps would be too long.
    # What is loaded by now stays: the collector need not look at it again and again.  Mails make few cycles.
    sys.setswitchinterval(0.001)
    # A core dump would hold mail, keys and passwords, in a folder that nobody looks after.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(life())


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:
        return Loop
    return uvloop.new_event_loop
