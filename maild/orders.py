"""orders: what an admin may have done to the queues.  The same functions serve the daemon's control socket and a command that
holds the lock itself because the daemon is down.

carry_out(session, order, actor, now) -> Answer.  Ids: in-17 (an arrival), out-5 (a letter), restored (all letters that a restore holds).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from maild.model.events import Ignored, Recorded
from maild.model.plan import Happened, Plan
from maild.store import incoming, outbox, restoring
from maild.store.database import Session
from maild.store.record import record

RESTORED = "restored"
_FATES = {"retry": "sent", "drop": "dropped"}
_ID = re.compile(r"(in|out)-([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether it was done, and a sentence."""

    ok: bool
    text: str


def carry_out(session: Session, verb: str, row: str, actor: str, now: datetime) -> Answer:
    """retry or drop one row, or all letters that a restore holds."""
    if row == RESTORED:
        count = restoring.release(session, _FATES[verb], actor, now)
        return Answer(
            True, f"{count} letters held by a restore: {DONE[verb]}" if count else "no letter is held by a restore"
        )
    match = _ID.fullmatch(row)
    if match is None:
        return Answer(False, f"{row!r} is no id of a queue: it looks like in-17 or out-5 (see `maild queue list`)")
    queue, number = match[1], int(match[2])
    done = VERBS[verb, queue](session, number, now)
    if not done:
        return Answer(False, f"{row}: there is no such row that waits (see `maild queue list --all`)")
    if verb == "drop" and queue == "in":
        _remember(session, number, actor, now)
    return Answer(True, f"{row}: {DONE[verb]}")


def _remember(session: Session, number: int, actor: str, now: datetime) -> None:
    dropped = Happened(None, Recorded(0, now, actor, f"incoming:{number}", Ignored("dropped from the queue")))
    record(session, Plan(events=(dropped,)), now, "")


VERBS: dict[tuple[str, str], Callable[[Session, int, datetime], bool]] = {
    ("retry", "in"): incoming.retry,
    ("retry", "out"): outbox.retry,
    ("drop", "in"): lambda session, number, now: incoming.drop(session, number),
    ("drop", "out"): lambda session, number, now: outbox.drop(session, number),
}
DONE = {"retry": "will be tried again now", "drop": "dropped"}
