"""rederive: after a change of the policy, open cases are looked at anew: when they must be, and when what is promised of them is due.

Some hundreds in a transaction, so that mails and letters go on between; whoever is ended in the middle goes on at the next start, for
what is done names the policy by which it was.  Of several daemons on one database each takes what none has done yet, one at a time.
What letters told of a date is not loosened (decide/clocks.py).  At the end one line of the log says what has moved; `maild status`
says it too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog

from maild.decide import rederived
from maild.model.case import Case, apply
from maild.model.moved import Moved
from maild.model.people import MAILD
from maild.model.plan import Happened, Plan
from maild.model.policy import Clock, Policy
from maild.model.recorded import Recorded
from maild.store import known_rows, policies, rederiving
from maild.store.database import Session, brief
from maild.store.record import record
from maild.store.rederiving import Progress, Stale
from maild.store.writer import Writer

# Seconds: how soon a change of the policy is noticed here, and how often to look whether another daemon left anything.
SOON, EVERY = 0.2, 10.0
SOME = 200
log = structlog.get_logger("maild.rederive")


async def run(writer: Writer, clock: Clock, policy: Callable[[], Policy]) -> None:
    """Until cancelled."""
    time, looked, seen = asyncio.get_running_loop().time, 0.0, ""
    while True:
        if policy().hash != seen or time() - looked > EVERY:
            seen, looked = policy().hash, time()
            try:
                await _look(writer, clock, policy)
            except Exception as error:
                log.warning("looking at open cases anew failed, will be tried again", error=brief(error))
        await asyncio.sleep(SOON)


async def _look(writer: Writer, clock: Clock, policy: Callable[[], Policy]) -> None:
    """All that is left.  Where nothing is, that is two looks into an index."""
    while await writer.write(partial(step, policy=policy(), now=clock())):
        # Whoever waited to write has its turn.
        await asyncio.sleep(0)
    told = await writer.write(partial(finish, policy=policy(), now=clock()))
    if told is not None:
        log.info("promises looked at anew", policy=told.policy[:12], what=str(told.moved))


def step(session: Session, policy: Policy, now: datetime, most: int = SOME) -> int:
    """How many were looked at: 0 when none is left, or another policy came into force meanwhile."""
    session.lock_settler()
    use = policies.in_force(session)
    if use is None or use.hash != policy.hash:
        return 0
    rows = rederiving.stale(session, policy.hash, most)
    if not rows:
        return 0
    rows, events = _counted(session, rows, policy, now)
    done = [(one.case, rederived.again(one.case, policy, one.due)) for one in rows]
    whole = {event.case for event in events} | {one.case.id for one in rows if not one.counted}
    if whole:
        wakes = {case.id: found.wake_at for case, found in done}
        dues = {case.id: found.dues for case, found in done}
        cases = tuple(case for case, _ in done if case.id in whole)
        record(session, Plan(events, cases, wakes=wakes, dues=dues), now, policy.hash)
    rederiving.save(session, [(case.id, found.wake_at, found.dues) for case, found in done], policy.hash)
    rederiving.note(session, use, sum((found.moved for _, found in done), Moved()), now)
    return len(rows)


def finish(session: Session, policy: Policy, now: datetime) -> Progress | None:
    """What has moved, once; None while there is more to do, or there was nothing."""
    session.lock_settler()
    use = policies.in_force(session)
    if use is None or use.hash != policy.hash or rederiving.stale(session, policy.hash, 1):
        return None
    return rederiving.end(session, use, now)


# --- cases of older releases ------------------------------------------------------------------------------------------------------


def _counted(
    session: Session, rows: Sequence[Stale], policy: Policy, now: datetime
) -> tuple[list[Stale], tuple[Happened, ...]]:
    """The rows with clocks that count, and the events that say since when they do."""
    old = [row.case.id for row in rows if not row.counted]
    folded = rederiving.refolded(session, old) if old else {}
    known = [replace(row, case=folded.get(row.case.id, row.case)) for row in rows]
    lacking = [row.case for row in known if row.case.clocks.since_at is None] if policy.slas else []
    happened = _begun(session, lacking, policy, now) if lacking else {}
    after = {number: apply(case, one.record) for number, (case, one) in happened.items()}
    rows_ = [replace(row, case=after.get(row.case.id, row.case)) for row in known]
    return rows_, tuple(one for _, one in happened.values())


def _begun(
    session: Session, lacking: Sequence[Case], policy: Policy, now: datetime
) -> dict[int, tuple[Case, Happened]]:
    came = rederiving.came(session, [case.id for case in lacking])
    people = known_rows.persons(session, {case.customer for case in lacking})
    found: dict[int, tuple[Case, Happened]] = {}
    for case in lacking:
        person = people.get(case.customer)
        event = rederived.counted(case, policy, came.get(case.id), person.address if person else "")
        if event is not None:
            record_ = Recorded(case.seq + 1, now, MAILD, f"policy:{policy.hash[:12]}", event)
            found[case.id] = case, Happened(case.id, record_)
    return found
