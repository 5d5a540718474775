"""auditor: once an hour the record is asked whether it is whole, and the chain's head goes to the log.

Auditor(database, clock).run() until cancelled.  The first look walks all of the record, later ones what is new; in small steps beside
the writer, so that no mail waits for it.  A fault stays told until the daemon's end: the record does not mend itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from maild.model.condition import Condition
from maild.model.policy import Clock
from maild.store import audit
from maild.store.audit import Link, Looked
from maild.store.database import Session, iso
from maild.store.reader import Reader

FIRST, EVERY = 60.0, 3600.0
# Between two steps: the reader has letters to fetch as well.
BREATH = 0.05
log = structlog.get_logger("maild.audit")


class Auditor:
    """One per daemon."""

    def __init__(self, database: Reader, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._link, self._letter, self._arrival = Link(), 0, 0
        self._faults: list[str] = []
        self._since: datetime | None = None

    async def run(self) -> None:
        await asyncio.sleep(FIRST)
        while True:
            try:
                await self.look()
            except Exception as error:
                log.warning("audit failed, will be tried again", error=type(error).__name__)
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """One look at all that is new; the head and what is wrong go to the log."""
        faults = await self._chain()
        # Arrivals that still wait are looked at again; each is done some time.
        self._arrival, found = await self._walk(audit.fates_at, self._arrival)
        self._arrival = await self._database.read(lambda session: _settled(session, self._arrival))
        self._letter, lost = await self._walk(audit.letters_at, self._letter)
        faults += [*found, *lost]
        for fault in faults:
            log.error("the record is not whole", fault=fault)
        if faults and not self._faults:
            self._since = self._clock()
        self._faults = list(dict.fromkeys([*self._faults, *faults]))[: audit.MOST]
        log.info("audit", events=self._link.id, head=self._link.value, at=iso(self._link.at), faults=len(self._faults))

    async def _chain(self) -> list[str]:
        faults: list[str] = []
        more = True
        while more:
            here = self._link
            step = await self._database.read(lambda session: audit.chain(session, here))  # noqa: B023  awaited at once
            self._link, more = step.end, step.more
            faults += step.faults
            await asyncio.sleep(BREATH)
        return faults

    async def _walk(self, look: Callable[[Session, int], Looked], start: int) -> tuple[int, list[str]]:
        faults: list[str] = []
        last = start
        while True:
            after, _, found = await self._database.read(lambda session: look(session, last))  # noqa: B023  awaited at once
            faults += found
            if after is None:
                return last, faults
            last = after
            await asyncio.sleep(BREATH)

    def conditions(self) -> Sequence[Condition]:
        facts: dict[str, str | int | float | None] = {
            "events": self._link.id,
            "head": self._link.value,
            "faults": len(self._faults),
        }
        if not self._faults:
            text = f"whole up to event {self._link.id}" if self._link.id else "not looked at yet"
            return (Condition("record", True, text, facts=facts),)
        cure = "run `maild audit verify`; restore the last whole backup beside this one and compare"
        return (Condition("record", False, self._faults[0], cure, self._since, facts),)


def _settled(session: Session, last: int) -> int:
    """The last arrival before which all are done."""
    row = session.one("SELECT min(id) FROM incoming WHERE state<>'done' AND id<=?", (last,))
    return row[0] - 1 if row and row[0] is not None else last
