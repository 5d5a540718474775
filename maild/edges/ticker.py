"""ticker: makes an arrival of each case whose instant has come, and of the hour of each handler's digest.  There is no deadline table:
cases.wake_at is the clock.  When all that was due has been looked at, of what slips: who would get many letters gets one.

Runs every five seconds, asks one indexed question; the same instant is never two arrivals.  Nothing wakes, and no step of a ladder
is taken, by a clock that jumped; what was queued by one that was set back since is due now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from maild.decide import agenda, recurring
from maild.decide.facts import agenda_of
from maild.edges.steady import Steady
from maild.model.policy import Clock, Policy
from maild.store import agenda as agenda_store
from maild.store import incoming, outbox, slips
from maild.store import recurring as recurring_store
from maild.store.database import Session, brief, moment, stamp
from maild.store.writer import Writer

EVERY, SOON = 5.0, 0.5
MOST = 100
LONGEST = timedelta(days=1)
log = structlog.get_logger("maild.ticker")


async def run(
    writer: Writer, clock: Clock, steady: Steady, woken: Callable[[], None], policy: Callable[[], Policy]
) -> None:
    """Until cancelled."""
    looked: datetime | None = None
    while True:
        woke = 0
        try:
            now = clock()
            if steady.behind:
                await writer.write(lambda session: hasten(session, now))  # noqa: B023  awaited at once
            if steady.sound:
                woke = await writer.write(lambda session: tick(session, policy(), now, looked))  # noqa: B023
                looked = now
                if woke:
                    woken()
        except Exception as error:
            log.warning("waking failed, will be tried again", error=brief(error))
        # After a pause much is due: no need to wait between one lot and the next.
        await asyncio.sleep(SOON if woke >= MOST else EVERY)


def hasten(session: Session, now: datetime) -> None:
    """Nothing in the queues waits for longer than hours: what does was put there by another clock."""
    incoming.hasten(session, now, LONGEST)
    outbox.hasten(session, now, LONGEST)


def tick(session: Session, policy: Policy, now: datetime, looked: datetime | None = None) -> int:
    """Arrivals made of what is due.  looked: when that was done last, None: this is the first time."""
    made = wake(session, now) + mornings(session, policy, now, looked) + slips.flush(session, now)
    return made + occurrences(session, policy, now)


def mornings(session: Session, policy: Policy, now: datetime, looked: datetime | None = None) -> int:
    """Arrivals made of the hours of digests; none where there can be nothing to tell.

    An hour at which there was nothing is over: who gets his first case at noon has no digest of the morning.
    """
    return sum(
        incoming.morning(session, handler.key, day, at)
        for handler, day, at in agenda.due(policy, now)
        if (looked is None or looked < at)
        and (agenda.has_duty(policy, handler) or agenda_store.any_before(session, agenda_of(handler.key, policy), at))
    )


def occurrences(session: Session, policy: Policy, now: datetime) -> int:
    """Arrivals made of days of recurring.yaml; each day is taken once, whoever ticks."""
    made = 0
    rows = recurring_store.known(session) if policy.recurring else {}
    for entry, day, missed in recurring.due(policy, rows, now):
        if day is None:
            recurring_store.begin(session, entry.key, entry.rule, now)
        elif recurring_store.take(session, entry.key, entry.rule, day.isoformat()):
            made += incoming.occurrence(session, entry.key, day.isoformat(), entry.opens(day), missed)
    return made


def wake(session: Session, now: datetime) -> int:
    """Arrivals made of due cases; their wake is cleared, settling sets the next one."""
    question = "SELECT id, wake_at, seq FROM cases WHERE wake_at <= ? ORDER BY wake_at LIMIT ?"
    rows = session.all(question, (stamp(now), MOST))
    for case, due_at, seq in rows:
        incoming.wake(session, case, moment(due_at), seq)
    session.executemany("UPDATE cases SET wake_at=NULL WHERE id=? AND wake_at=? AND seq=?", rows)
    return len(rows)
