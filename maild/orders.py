"""orders: what an admin may have done to the queues.  The same functions serve the daemon's control socket and a command that
holds the lock itself because the daemon is down.

carry_out(session, order, actor, now) -> Answer.  Ids: in-17 (an arrival), out-5 (a letter), restored (all letters that a restore holds).
archive(session, numbers, actor, now, taken_at) -> Answer: the archive has these cases as they were then.
of_mailbox(session, verb, name) -> Answer.  What becomes of a mailbox that stopped, or of what lies aside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from maild.erasing import happen
from maild.model.events import Archived, Ignored
from maild.model.plan import Happened, Plan
from maild.model.recorded import Recorded
from maild.store import incoming, mailboxes, outbox, restoring, views
from maild.store.database import Session, stamp
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


def archive(session: Session, numbers: Sequence[str], actor: str, now: datetime, taken_at: datetime) -> Answer:
    """All or none of them.  taken_at: when the archive's copy was begun; what was said later is not in it."""
    session.lock_settler()
    ids = {number: views.case_id(session, number) for number in numbers}
    missing = [number for number, row in ids.items() if row is None]
    if missing:
        return Answer(False, f"there is no case {', '.join(missing)}: nothing was marked")
    for row in ids.values():
        if row is not None:
            happen(session, row, Archived(actor), actor, now)
            session.execute("UPDATE cases SET archived_at=? WHERE id=?", (stamp(min(taken_at, now)), row))
    return Answer(True, f"marked as archived: {', '.join(numbers) if len(numbers) <= 20 else f'{len(numbers)} cases'}")


def is_id(row: str) -> bool:
    return _ID.fullmatch(row) is not None


def _remember(session: Session, number: int, actor: str, now: datetime) -> None:
    dropped = Happened(None, Recorded(0, now, actor, f"incoming:{number}", Ignored("dropped from the queue")))
    record(session, Plan(events=(dropped,)), now, "")


def of_mailbox(session: Session, verb: str, name: str) -> Answer:
    """accept, skip or seen."""
    if name not in mailboxes.names(session):
        known = ", ".join(mailboxes.names(session)) or "none so far"
        return Answer(False, f"no mailbox {name!r} has been read yet (there are: {known})")
    if verb == "seen":
        count = mailboxes.seen(session, name)
        return Answer(True, f"{name}: {count} mails aside are dealt with" if count else f"{name}: nothing lies aside")
    if verb not in SAID:
        return Answer(False, "a mailbox can be told accept, skip or seen")
    if not mailboxes.order(session, name, SAID[verb][0]):
        return Answer(False, f"{name} has not stopped: there is nothing to decide")
    return Answer(True, f"{name}: {SAID[verb][1]}")


SAID = {
    "accept": (mailboxes.TAKING, "its new mail will be taken; mail older than a day is not acknowledged"),
    "skip": (mailboxes.SKIPPING, "its new mail stays where it is; what comes from now on is taken"),
}
VERBS: dict[tuple[str, str], Callable[[Session, int, datetime], bool]] = {
    ("retry", "in"): incoming.retry,
    ("retry", "out"): outbox.retry,
    ("drop", "in"): lambda session, number, now: incoming.drop(session, number),
    ("drop", "out"): lambda session, number, now: outbox.drop(session, number),
}
DONE = {"retry": "will be tried again now", "drop": "dropped"}
