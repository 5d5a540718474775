"""retention: the daemon's hand in privacy: erasures that an admin orders, those that a crash cut off, and every night what each
desk's retention says, and compacting.  Pieces of mails that never came whole go as well.

Role(...).run() until cancelled.  For the control socket: "erase" and "compact" begin (one at a time), "erasure" tells how
it goes.
Reading stands beside the writer, each change is a short transaction of its own: mails wait for none of it but for compacting, which
writes the database anew (10 ms a megabyte).  So it happens at once only while the database is small or the admin says so, else at
night, once for all that was erased in the day.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Generator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import structlog

from maild import erasures
from maild.erasing import Change, Listed, Look, Report, erase, known_again
from maild.expiring import expire
from maild.model.people import MAILD
from maild.model.policy import Clock, Policy
from maild.store import compact, incoming, search
from maild.store.reader import Reader
from maild.store.writer import Writer
from maild.tracing import Request

# Compacting so many octets keeps mails waiting for two seconds at most.
SMALL = 200_000_000
NIGHT = 3
EVERY = 60.0
T = TypeVar("T")
log = structlog.get_logger("maild.retention")


@dataclass(frozen=True, slots=True)
class Progress:
    """How an erasure goes: running, done or failed; compacted: nothing of it is left in the file."""

    state: str
    report: Report | None = None
    compacted: bool = False
    error: str = ""


class Role:
    """One per daemon."""

    def __init__(
        self,
        writer: Writer,
        reader: Reader,
        policy: Callable[[], Policy],
        listed: Listed,
        clock: Clock,
        sound: Callable[[], bool] = lambda: True,
    ) -> None:
        """sound: whether the clock can be believed; by one that jumped, nothing is deleted."""
        self._sound = sound
        self._writer, self._reader, self._policy, self._listed, self._clock = writer, reader, policy, listed, clock
        self._progress = Progress("none")
        self._task: asyncio.Task[None] | None = None
        self._night: datetime | None = None
        self._one = asyncio.Lock()
        # While the writer compacts it answers nobody, and is well all the same.
        self.compacting = False

    async def run(self) -> None:
        """Until cancelled; what fails is tried again at the next look."""
        unfinished = True
        while True:
            try:
                if unfinished:
                    await self._finish()
                    unfinished = False
                now = self._clock()
                await self._writer.write(partial(incoming.sweep, now=now))
                await self._look(now)
            except Exception as error:
                log.warning("retention failed, will be tried again", error=type(error).__name__)
            await asyncio.sleep(EVERY)

    # --- orders -----------------------------------------------------------------------------------------------------------------

    async def begin(self, asked: Mapping[str, Any], actor: str) -> dict[str, Any]:
        """The order "erase": address, also, force, now."""
        if self._task is not None and not self._task.done():
            return {"ok": False, "text": "another erasure is under way: try again when it is done"}
        also = tuple(str(word) for word in asked.get("also", ()))
        request = Request(str(asked["address"]).lower(), actor, self._clock(), also, bool(asked.get("force")))
        self._progress = Progress("running")
        self._task = asyncio.create_task(self._erase(request, bool(asked.get("now"))))
        return {"ok": True, "text": "begun"}

    async def tell(self, asked: Mapping[str, Any], actor: str) -> dict[str, Any]:
        """The order "erasure"."""
        told = asdict(self._progress)
        return {"ok": self._progress.state != "failed", "text": self._progress.error or self._progress.state, **told}

    async def compact_now(self, asked: Mapping[str, Any], actor: str) -> dict[str, Any]:
        """The order "compact"; "erasure" tells how it goes, for it may take longer than anybody waits for an answer."""
        if self._task is not None and not self._task.done():
            return {"ok": False, "text": "an erasure is under way: try again when it is done"}
        self._progress = Progress("running")
        self._task = asyncio.create_task(self._compact_once())
        return {"ok": True, "text": "begun"}

    async def _compact_once(self) -> None:
        try:
            async with self._one:
                done = await self._compact()
            self._progress = Progress("done", None, done)
        except Exception as error:
            log.error("compacting failed", error=type(error).__name__)
            self._progress = Progress("failed", error=f"the database could not be compacted ({type(error).__name__})")

    async def _erase(self, request: Request, now: bool) -> None:
        try:
            async with self._one:
                report = await self._drive(erase(request, self._policy(), self._listed))
                _say(report, request.actor)
                small = await self._reader.read(compact.size) <= SMALL
                erased = not report.refused and (report.known or report.altered > 0)
                compacted = erased and (now or small) and await self._compact()
            self._progress = Progress("done", report, compacted)
        except Exception as error:
            log.error("erasure failed", error=type(error).__name__, actor=request.actor)
            text = f"it could not be finished ({type(error).__name__}); it goes on when the daemon starts again"
            self._progress = Progress("failed", error=text)

    # --- by itself --------------------------------------------------------------------------------------------------------------

    async def _finish(self) -> None:
        """Erasures that began and did not end."""
        left = erasures.unfinished(erasures.entries(self._listed.path))
        if not left:
            return
        async with self._one:
            for again in await self._reader.read(lambda session: known_again(session, left, self._listed.key)):
                request = Request(again.address, MAILD, again.entry.at, force=True)
                _say(await self._drive(erase(request, self._policy(), None)), MAILD)
            for entry in left:
                erasures.append(self._listed.path, erasures.Entry(entry.at, entry.who, done=True))

    async def _look(self, now: datetime) -> None:
        """Once a night, by the clock of the first desk."""
        local = now.astimezone(ZoneInfo(self._policy().default_desk.zone))
        night = local.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
        if self._night is None:
            # A daemon that started in the day waits for its first night.
            self._night = night if local >= night else night - timedelta(days=1)
        if local < night or night <= self._night or not self._sound():
            return
        self._night = night
        async with self._one:
            gone = await self._drive(expire(self._policy(), now))
            if gone.any:
                log.info("expired", mails=gone.mails, letters=gone.letters, cases=gone.cases)
            if await self._reader.read(compact.asked):
                await self._compact()

    # --- by hand ----------------------------------------------------------------------------------------------------------------

    async def _drive(self, steps: Generator[Look | Change, Any, T]) -> T:
        """Each step in its place; after a look the reading thread is left to others for as long."""
        answer: Any = None
        clock = asyncio.get_running_loop().time
        try:
            while True:
                step = steps.send(answer)
                if isinstance(step, Change):
                    answer = await self._writer.write(step.job)
                    continue
                began = clock()
                answer = await self._reader.read(step.job)
                await asyncio.sleep(min(clock() - began, 0.1))
        except StopIteration as end:
            ended: T = end.value
            return ended

    async def _compact(self) -> bool:
        size = await self._reader.read(compact.size)
        if not has_room(self._listed.path, size):
            log.warning("not compacted: the disk has too little room", needed=2 * size)
            return False
        # In steps of milliseconds, so that little is left for the long one.
        more = await self._writer.write(lambda session: search.step(session, first=True))
        while more:
            more = await self._writer.write(lambda session: search.step(session, first=False))
        self.compacting = True
        try:
            done = await self._writer.bare(compact.compact)
        finally:
            self.compacting = False
        log.info("compacted", octets=size, done=done)
        return done


def has_room(beside: Path, size: int) -> bool:
    """VACUUM writes the database twice: aside, and into the log."""
    disk = os.statvfs(beside.parent)
    return disk.f_bavail * disk.f_frsize > 2 * size + 50_000_000


def _say(report: Report, actor: str) -> None:
    log.info(
        "erased",
        actor=actor,
        refused=len(report.refused),
        cases=len(report.numbers),
        mails=report.mails,
        messages=report.messages,
        letters=report.letters,
        altered=report.altered,
    )
