"""ticker: makes an arrival of each case whose instant has come.  There is no deadline table: cases.wake_at is the clock.

Runs every second at most, asks one indexed question; the same instant is never two arrivals.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from maild.model.policy import Clock
from maild.store import incoming
from maild.store.database import Session, brief, moment, stamp
from maild.store.writer import Writer

EVERY = 5.0
MOST = 100
log = structlog.get_logger("maild.ticker")


async def run(writer: Writer, clock: Clock, woken: Callable[[], None]) -> None:
    """Until cancelled."""
    while True:
        try:
            now = clock()
            if await writer.write(lambda session: wake(session, now)):  # noqa: B023  awaited at once
                woken()
        except Exception as error:
            log.warning("waking failed, will be tried again", error=brief(error))
        await asyncio.sleep(EVERY)


def wake(session: Session, now: datetime) -> int:
    """Arrivals made of due cases; their wake is cleared, settling sets the next one."""
    rows = session.all("SELECT id, wake_at FROM cases WHERE wake_at <= ? ORDER BY wake_at LIMIT ?", (stamp(now), MOST))
    for case, due_at in rows:
        incoming.wake(session, case, moment(due_at))
    session.executemany("UPDATE cases SET wake_at=NULL WHERE id=? AND wake_at=?", rows)
    return len(rows)
