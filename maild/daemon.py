"""daemon: builds everything once, runs the roles, and ends in order.

start   lock, database, migrations, key, policy, queues recovered, doors open, READY=1
run     every role is a task of one group; SIGHUP reloads whole or not at all; the watchdog is fed only while the writer answers
stop    SIGTERM: doors close (421), what was taken is settled, letters in flight end, 30 s at most; exit 0

Exit codes: 0, 70 the outcome of a commit is unknown, 75 try later (another daemon, no database), 78 configuration.
"""

from __future__ import annotations

import asyncio
import gc
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Any

import structlog

from maild import keyring, notify, orders
from maild.config import Config
from maild.decide import health
from maild.edges import control, imap_session, retention, smtp, ticker
from maild.edges.auditor import Auditor
from maild.edges.imap import Mailboxes
from maild.edges.imap_keys import Secrets
from maild.edges.letterbox import Letterbox
from maild.edges.mailroom import Mailroom
from maild.edges.reading import Reader
from maild.edges.relay import Relay
from maild.edges.tally import Tally
from maild.edges.watch import Watch, report
from maild.edges.worker import Bench, Worker
from maild.erasing import Listed
from maild.errors import RuleError
from maild.founding import Site, reload_keys, reload_policy, remember_policy
from maild.log import loop_fault, trace
from maild.model.condition import Condition
from maild.model.restored import Restored
from maild.settle import House
from maild.store import incoming, lease, outbox, restoring
from maild.store import reader as store
from maild.store.database import Session, brief
from maild.store.outbox import Leased
from maild.store.writer import Writer

GRACE = 10.0
CHECKPOINT = 1.0
# Seconds that `maild status` waits for fresh figures before it shows the last ones.
PATIENCE = 3.0
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
        self._policy, self._keys = site.policy, site.keys
        self._restored: Restored | None = None
        self._stop = asyncio.Event()
        self._code = 0
        self._reload_error, self._reload_problems = "", 0
        self._reload_failed_at: datetime | None = None
        self._started = clock()
        self._tally = Tally()
        self._writer = Writer(site.database, self._ghost)
        self._reader = Reader()
        self._database = store.Reader(site.database)
        self._letterbox = Letterbox(self._writer, self._database, clock, self._woken, self._tally)
        self._relay = Relay(config.relay, self._letterbox, clock, SystemRandom().random, site.relay_password)
        bench = Bench(
            *(self._house, config.authenticators, clock, self._letters, self._letterbox.leases),
            self._tally,
            site.digest_key,
        )
        self._auditor = Auditor(self._database, clock)
        self._worker = Worker(self._writer, self._database, self._reader, bench)
        self._mailroom = Mailroom(
            self._writer,
            lambda: self._policy,
            site.digest_key,
            config.state,
            config.door.min_free,
            self._worker,
            self._tally,
        )
        self._watching = store.Reader(site.database)
        self._watch = Watch(config, self._writer, self._watching, self._house, clock, self._posted, self._tally)
        self._watch.add(self._relay.conditions)
        self._watch.add(self._conditions)

        listed = Listed(config.erasures, site.digest_key)
        self._retention = retention.Role(self._writer, self._database, lambda: self._policy, listed, clock)
        self._mailboxes = Mailboxes(
            config.mailboxes, Secrets(notify.credential, clock), self._taking_house(), SystemRandom().random
        )
        self._watch.add(self._mailboxes.conditions)
        self._watch.add(self._auditor.conditions)

    # --- what the roles are given ---------------------------------------------------------------------------------------------

    def _house(self) -> House:
        return House(self._policy, self._keys, self._config.relay.envelope, time.monotonic, self._restored)

    def _taking_house(self) -> imap_session.House:
        door, chance = self._config.door, SystemRandom().getrandbits(64)
        owner = f"{socket.gethostname()}:{os.getpid()}:{chance:016x}"
        return imap_session.House(
            self._writer, self._mailroom, clock, lambda: self._policy, door.message_size, door.hops, owner
        )

    def _letters(self, leased: Sequence[Leased], others: int) -> None:
        self._letterbox.put(leased, others)
        if leased or others:
            self._relay.nudge()

    def _posted(self) -> None:
        """A letter of the watch stands in the queue."""
        self._letters((), 1)

    def _conditions(self) -> tuple[Condition, ...]:
        return (health.policy(self._policy.hash, self._reload_problems, self._reload_failed_at),)

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
        asyncio.get_running_loop().set_exception_handler(loop_fault)
        self._restored = await self._writer.write(restoring.remembered)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._hang_up)
        pages = self._monitoring()
        doors = await smtp.serve(self._config.door, self._mailroom, clock, notify.inherited())
        self._worker.arriving = lambda: doors.octets
        controls = await control.serve(self._config.control, self._orders())
        try:
            async with asyncio.TaskGroup() as group:
                roles = [group.create_task(role) for role in (*self._roles(), *(page.run_here() for page in pages))]
                taking = group.create_task(self._mailboxes.run())
                self._say_ready(doors)
                await self._stop.wait()
                notify.notify("STOPPING=1")
                controls.close()
                await self._drain(doors, taking)
                for role in roles:
                    role.cancel()
        finally:
            self._config.control.unlink(missing_ok=True)
            await self._reader.close()
            await self._database.close()
            await self._watching.close()
            await self._writer.close()
        log.info("ended", code=self._code)
        return self._code

    def _roles(self) -> list[Any]:
        return [
            self._worker.run(),
            self._relay.run(),
            ticker.run(self._writer, clock, self._woken),
            self._retention.run(),
            self._auditor.run(),
            self._watchdog(),
            self._checkpoints(),
            self._watch.run(),
        ]

    def _monitoring(self) -> list[Any]:
        """For monitors, where maild.yaml asks for it: its libraries are loaded only then.  Bound before any door opens."""
        config = self._config.health
        if config.tcp is None and config.path is None:
            return []
        from maild.edges import monitoring

        figures = monitoring.Figures(self._watch, self._tally, lambda: self._policy, clock, self._started)
        return [monitoring.server(config, self._watch, figures)]

    def _say_ready(self, doors: smtp.Doors) -> None:
        log.info(
            "ready",
            policy=self._policy.hash[:12],
            desks=len(self._policy.desks),
            addresses=[str(a) for a in doors.addresses],
            seconds=round((clock() - self._started).total_seconds(), 3),
        )
        notify.notify("READY=1\nSTATUS=taking mail")

    async def _drain(self, doors: smtp.Doors, taking: asyncio.Task[None]) -> None:
        taking.cancel()
        await asyncio.wait({taking}, timeout=GRACE)
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
            if self._retention.compacting or await self._writer_answers(interval):
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
            log.warning("the database does not answer", error=brief(error))
        return True

    async def _checkpoints(self) -> None:
        while True:
            await asyncio.sleep(CHECKPOINT)
            try:
                await self._database.checkpoint()
            except Exception as error:
                log.warning("checkpoint failed, will be tried again", error=brief(error))

    # --- orders ---------------------------------------------------------------------------------------------------------------

    def _orders(self) -> dict[str, control.Order]:
        return {
            "status": self._status,
            "reload": self._reload_order,
            "retry": self._queue_order,
            "drop": self._queue_order,
            "erase": self._retention.begin,
            "erasure": self._retention.tell,
            "compact": self._retention.compact_now,
            "archived": self._archived,
            "mailbox": self._mailbox_order,
            "look": self._look,
            "keys": self._keys_order,
            "backed-up": self._backed_up,
        }

    async def _status(self, asked: dict[str, Any], actor: str) -> dict[str, Any]:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._watch.measure(clock()), PATIENCE)
        told = report(self._watch.snapshot, self._watch.conditions(), clock())
        return {
            **told,
            "ok": True,
            "text": "running",
            "since": self._started.isoformat(),
            "policy": self._policy.hash,
            "reload_error": self._reload_error,
        }

    async def _look(self, asked: dict[str, Any], actor: str) -> dict[str, Any]:
        """Somebody else has put a mail into the queue (`maild pipe`): no need to wait for the next poll."""
        self._worker.nudge()
        return {"ok": True, "text": "looking"}

    async def _queue_order(self, asked: dict[str, Any], actor: str) -> dict[str, Any]:
        now = clock()
        answer = await self._writer.write(
            lambda s: orders.carry_out(s, str(asked["order"]), str(asked.get("id")), actor, now)
        )
        self._worker.nudge()
        self._relay.nudge()
        row = str(asked.get("id"))
        log.info("order", order=asked["order"], id=row if orders.is_id(row) else "", actor=actor, ok=answer.ok)
        return {"ok": answer.ok, "text": answer.text}

    async def _archived(self, asked: dict[str, Any], actor: str) -> dict[str, Any]:
        now, numbers = clock(), [str(number) for number in asked.get("numbers", ())]
        answer = await self._writer.write(lambda session: orders.archive(session, numbers, actor, now))
        return {"ok": answer.ok, "text": answer.text}

    async def _mailbox_order(self, asked: dict[str, Any], actor: str) -> dict[str, Any]:
        verb, name = str(asked.get("verb")), str(asked.get("name"))
        answer = await self._writer.write(lambda s: orders.of_mailbox(s, verb, name))
        self._mailboxes.nudge(name)
        log.info("order", order=f"mailbox {verb}", mailbox=name, actor=actor, ok=answer.ok)
        return {"ok": answer.ok, "text": answer.text}

    async def _keys_order(self, asked: dict[str, Any], actor: str) -> dict[str, Any]:
        """Rotate or revoke; the keys are the new ones from the commit on."""
        now, path = clock(), self._config.keys
        wanted = keyring.Wanted(str(asked["verb"]), secrets.token_bytes(32), str(asked.get("key", "")))
        done = await self._writer.write(lambda session: keyring.change(session, path, wanted, actor, now))
        self._keys = done.keys
        log.info("order", order="keys", verb=wanted.verb, actor=actor, ok=done.ok)
        return {"ok": done.ok, "text": done.text}

    async def _backed_up(self, asked: dict[str, Any], actor: str) -> dict[str, Any]:
        at = datetime.fromisoformat(str(asked["at"]))
        await self._writer.write(lambda session: restoring.note_backup(session, at))
        log.info("backed up", at=at.isoformat(), actor=actor)
        return {"ok": True, "text": "noted"}

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
            keys = await asyncio.to_thread(reload_keys, self._config, self._keys)
            now = clock()
            await self._writer.write(lambda session: remember_policy(session, policy, now))
        except RuleError as error:
            self._reload_failed(str(error), len(error.problems))
            # What is wrong with a file quotes it; the log has the places, `maild check` and `maild status` the words.
            places = [f"{Path(p.file).name}:{p.line}:{p.column}" for p in error.problems]
            log.error("reload refused, the old policy stays: maild check says why", problems=places)
        except Exception as error:
            self._reload_failed(str(error), 1)
            log.error("reload failed, the old policy stays", exc_info=error)
        else:
            self._policy, self._reload_error, self._reload_problems, self._reload_failed_at = policy, "", 0, None
            self._keys = keys
            log.info("reloaded", policy=policy.hash[:12])
        notify.notify("READY=1")

    def _reload_failed(self, error: str, problems: int) -> None:
        self._reload_error, self._reload_problems = error, problems
        self._reload_failed_at = self._reload_failed_at or clock()


def _recover(session: Session, *, alone: bool) -> None:
    """The only daemon of a database frees all leases; among several, leases run out by themselves."""
    if alone:
        incoming.recover(session)
        outbox.recover(session)
        lease.free_all(session)


def run(config: Config, site: Site) -> int:
    """Run until told to end.  With uvloop where it is installed (extra `fast`)."""

    async def life() -> int:
        try:
            return await Daemon(config, site).run()
        except (RuleError, OSError):
            raise  # a sentence for the admin
        except Exception as bug:
            # What it says may be a mail's: the log has where it was.
            log.critical("ended by a bug", exc_info=bug, bugs=[trace(one) for one in getattr(bug, "exceptions", ())])
            return EX_SOFTWARE

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
