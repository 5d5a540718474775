"""watch: the regular work of knowing that all is well.

Watch(...)                      one per daemon; run() until cancelled
watch.add(source)               a role that can be ill: source() -> Conditions
watch.conditions()              all of them, now, without waiting for anybody
watch.look(now)                 one round: measure, judge, tell the admin, send and find the mail to ourselves
watch.snapshot, .taking_mail    for status, metrics and /healthz

It reads on a connection of its own, so that a slow question holds up neither commits nor letters; what others ask it is answered
from the last round.  FAULTS  A round that fails is logged and the next one comes; the mail goes on without.
"""

from __future__ import annotations

import asyncio
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from maild import __version__
from maild.config import Config
from maild.decide import alarms, health
from maild.decide.alarms import Announcement
from maild.edges.alarm import post_alarm, post_canary
from maild.edges.certificate import ends_at
from maild.edges.tally import Tally
from maild.mail.wording import zone_of
from maild.model.condition import Condition
from maild.model.health import Depth, Disk, Snapshot, Told
from maild.model.policy import Clock
from maild.settle import House
from maild.store import health as store
from maild.store.database import brief, iso
from maild.store.reader import Reader
from maild.store.writer import Writer

LOOK, PROBE, BEAT = 15.0, 5.0, 0.5
# Seconds that the writer may take for the smallest of questions.
SLOW = 5.0
HOUR = 3600
Source = Callable[[], Sequence[Condition]]
log = structlog.get_logger("maild.watch")


class Watch:
    """One per daemon."""

    def __init__(
        self,
        config: Config,
        writer: Writer,
        reader: Reader,
        house: Callable[[], House],
        clock: Clock,
        posted: Callable[[], None],
        tally: Tally,
    ) -> None:
        self._config, self._writer, self._reader, self._house = config, writer, reader, house
        self._clock, self._posted, self._tally = clock, posted, tally
        self._wishes, self._started = config.health.wishes, clock()
        self._sources: list[Source] = []
        self.snapshot = Snapshot(self._started)
        self._disk: Disk | None = None
        self._certificate: tuple[Condition, ...] = ()
        self._loaded: datetime | None = None
        self._asked: float | None = None
        self._error = ""
        self._ill_since: datetime | None = None
        self._hour = 0
        self._untold: dict[str, Told] = {}

    def add(self, source: Source) -> None:
        """A role that says how it is."""
        self._sources.append(source)

    # --- what others ask ------------------------------------------------------------------------------------------------------

    def conditions(self) -> tuple[Condition, ...]:
        """Nothing of this waits: the database is judged by its last answer."""
        zone = zone_of(self._house().policy.default_desk)
        measured = health.judge(self.snapshot, self._disk, self._wishes, zone, self._started)
        told = [condition for source in self._sources for condition in source()]
        return (self._database(), *told, *measured, *self._certificate)

    def _database(self) -> Condition:
        waiting = self._waiting()
        ill = waiting is not None or bool(self._error)
        self._ill_since = (self._ill_since or self._clock()) if ill else None
        return health.writer(waiting, self._error, self._ill_since)

    def _waiting(self) -> float | None:
        asked = self._asked
        waited = time.monotonic() - asked if asked is not None else 0.0
        return waited if waited > SLOW else None

    @property
    def taking_mail(self) -> bool:
        """Whether a mail that comes now could be stored."""
        room = self._disk is None or self._disk.free >= self._disk.least
        return room and not self._error and self._waiting() is None

    # --- the rounds -----------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._probe())
            group.create_task(self._beat())
            while True:
                await self.look(self._clock())
                await asyncio.sleep(LOOK)

    async def _probe(self) -> None:
        while True:
            self._asked = time.monotonic()
            try:
                await self._writer.write(lambda session: session.one("SELECT 1"))
                self._error = ""
            except Exception as error:
                self._error = brief(error)
            self._asked = None
            await asyncio.sleep(PROBE)

    async def _beat(self) -> None:
        """How late the loop wakes is how long a mail waits for its turn."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + BEAT
            await asyncio.sleep(BEAT)
            self._tally.lag.observe(max(0.0, loop.time() - due))

    async def look(self, now: datetime) -> None:
        """One round.  Each step fails alone."""
        for step in (self._find, self.measure, self._certify, self._count, self._announce, self._canary):
            try:
                await step(now)
            except Exception as error:
                log.warning("a round of the watch is not whole", step=step.__name__.strip("_"), exc_info=error)

    async def measure(self, now: datetime) -> None:
        """The figures as they are now; `conditions` judges by them until the next time."""
        disk = os.statvfs(self._config.state)
        self._disk = Disk(disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize, self._config.door.min_free)
        self.snapshot = await self._reader.read(partial(store.snapshot, now=now))

    async def _certify(self, now: datetime) -> None:
        """Once an hour, before `_count` notes that it has passed."""
        door = self._config.door
        if door.certificate is None or door.key is None or self._hour == int(now.timestamp()) // HOUR:
            return
        try:
            ends = await asyncio.to_thread(ends_at, door.certificate, door.key)
        except (OSError, ValueError) as error:
            self._certificate = (health.no_certificate(getattr(error, "strerror", None) or type(error).__name__),)
            return
        self._loaded = self._loaded or ends
        self._certificate = (health.certificate(ends, self._loaded, now),)

    async def _count(self, now: datetime) -> None:
        """Once an hour: what came, for the weeks to come."""
        hour = int(now.timestamp()) // HOUR
        if hour == self._hour:
            return
        counted = await self._reader.read(store.count)
        await self._writer.write(lambda session: store.keep(session, counted))
        self._hour = hour

    # --- word to the admin ----------------------------------------------------------------------------------------------------

    async def _announce(self, now: datetime) -> None:
        told = {**await self._remembered(), **self._untold}
        for announcement in alarms.due(self.conditions(), told, now):
            await self._tell(announcement, now)

    async def _remembered(self) -> dict[str, Told]:
        try:
            return await self._reader.read(store.told)
        except Exception:
            return {}

    async def _tell(self, announcement: Announcement, now: datetime) -> None:
        """The log first, for a letter may have no way out; what no database could remember is remembered here."""
        self._say(announcement)
        part, house = announcement.condition.part, self._house()
        try:
            if house.policy.admin:
                await self._writer.write(lambda session: post_alarm(session, announcement, house, now))
                self._posted()
            else:
                await self._writer.write(lambda session: store.tell(session, announcement.remember))
        except Exception as error:
            self._untold[part] = announcement.remember
            log.error("an alarm could not be written to the admin", part=part, error=brief(error))
        else:
            self._untold.pop(part, None)

    def _say(self, announcement: Announcement) -> None:
        condition, since = announcement.condition, announcement.since.isoformat(timespec="seconds")
        if announcement.over:
            log.info("alarm over", part=condition.part, since=since, text=condition.text)
        else:
            log.error("alarm", part=condition.part, since=since, text=condition.text, cure=condition.cure)

    # --- the mail to ourselves ------------------------------------------------------------------------------------------------

    async def _find(self, now: datetime) -> None:
        """Before anything is judged: one that is back is not late."""
        if self._wishes.canary_every is not None:
            await self._writer.write(store.canaries_back)

    async def _canary(self, now: datetime) -> None:
        every, known = self._wishes.canary_every, self.snapshot.canaries
        if every is None:
            return
        if not known or now - known[0].sent_at >= every:
            house = self._house()
            await self._writer.write(lambda session: post_canary(session, house, now))
            self._posted()


# --- what maild status is told --------------------------------------------------------------------------------------------------


def report(snapshot: Snapshot, conditions: Sequence[Condition], now: datetime) -> dict[str, Any]:
    """Plain values, for JSON.  The same with a daemon and without one."""
    return {
        "well": all(condition.well for condition in conditions),
        "at": iso(now),
        "measured_at": iso(snapshot.at),
        "conditions": [_plain(condition) for condition in conditions],
        "queues": {"incoming": _depths(snapshot.incoming), "outbox": _depths(snapshot.outbox)},
        "last_mail": iso(snapshot.last_mail),
        "last_letter": iso(snapshot.last_letter),
        "open_cases": snapshot.open_cases,
        "away": [{"handler": handler, "until": iso(away.until_at)} for handler, away in snapshot.absent.items()],
        "promises": _moved(snapshot),
        "database": {"is": snapshot.database, "schema": snapshot.schema, "size": snapshot.size},
        "versions": {"maild": __version__, "python": platform.python_version()},
    }


def _moved(snapshot: Snapshot) -> dict[str, Any] | None:
    """What a change of the policy did to the promises of open cases; None while nothing of that sort has been."""
    moved = snapshot.moved
    return {"text": str(moved), "moving": snapshot.moving, **asdict(moved)} if moved else None


def _plain(condition: Condition) -> dict[str, Any]:
    told = {"part": condition.part, "well": condition.well, "text": condition.text, "cure": condition.cure}
    return {**told, "since": iso(condition.since), "facts": dict(condition.facts)}


def _depths(depths: Mapping[str, Depth]) -> dict[str, Any]:
    return {state: {"count": depth.count, "oldest": iso(depth.oldest)} for state, depth in sorted(depths.items())}
