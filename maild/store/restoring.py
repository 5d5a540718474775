"""restoring: a copied database made fit to live again.

quarantine(session, copied_at, now) -> letters held: one transaction, before any daemon sees the copy.
remembered(session) -> Restored | None;  release(session, fate, now) -> how many of the held letters were let go or given up.

What was not sent at the instant of the copy may have been sent since.  Numbers that the original has given away since (of letters,
which signed addresses name, and of cases) are skipped, so that no old letter speaks for a new case.
"""

from __future__ import annotations

import json
from datetime import datetime

from maild.model.events import Released, Restored
from maild.model.plan import Happened, Plan
from maild.model.recorded import Recorded
from maild.model.restored import REASON
from maild.model.restored import Restored as Copied
from maild.store import incoming
from maild.store.database import Session, iso, moment, stamp
from maild.store.record import record

# More letters than a site writes between two backups: ids are 64 bits wide.
LETTERS = 1_000_000
# Case numbers are read by people: as few as are safe.
LEAST_NUMBERS = 100
_KEY = "restored"
_HELD = "state='held' AND error LIKE ?"


def quarantine(session: Session, copied_at: datetime, now: datetime, actor: str) -> int:
    """How many letters wait for an admin now."""
    known = int((session.one("SELECT max(id) FROM incoming") or (0,))[0] or 0)
    copied = Copied(copied_at, now, known)
    with session.transaction():
        cursor = session.execute(
            "UPDATE outbox SET state='held', error=? WHERE state IN ('ready', 'leased', 'deferred')", (copied.reason,)
        )
        held = int(cursor.rowcount)
        incoming.recover(session)
        _skip(session, copied_at, now)
        value = json.dumps({"copied": stamp(copied_at), "restored": stamp(now), "incoming": known})
        session.execute(
            "INSERT INTO setting(key, value) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value=excluded.value",
            (_KEY, value),
        )
        _note(session, actor, "restore", Restored(copied_at, held), now)
    return held


def _skip(session: Session, copied_at: datetime, now: datetime) -> None:
    """Leave room for what the original has numbered since: three times as many cases as came in the same time before."""
    last = int((session.one("SELECT max(id) FROM letter") or (0,))[0] or 0)
    session.execute(
        "INSERT INTO letter(id, case_id, party, kind, seq, revoked, created_at, messages) VALUES (?,NULL,'maild','restored',0,1,?,'[]')",
        (last + LETTERS, stamp(now)),
    )
    since = stamp(copied_at) - max(0, stamp(now) - stamp(copied_at))
    row = session.one("SELECT count(*) FROM cases WHERE opened_at>=?", (since,))
    numbers = max(LEAST_NUMBERS, 3 * int(row[0] if row else 0))
    session.execute("UPDATE counter SET value=value+? WHERE key LIKE 'number:%'", (numbers,))


def remembered(session: Session) -> Copied | None:
    """Whether this database came out of a backup, and when."""
    row = session.one("SELECT value FROM setting WHERE key=?", (_KEY,))
    if row is None:
        return None
    value = json.loads(row[0])
    return Copied(moment(value["copied"]), moment(value["restored"]), value["incoming"])


def release(session: Session, fate: str, actor: str, now: datetime) -> int:
    """Let all letters that a restore holds go (sent), or give them up (dropped)."""
    cursor = session.execute(f"UPDATE outbox SET {_FATES[fate]} WHERE {_HELD}", (stamp(now), f"{REASON} %"))
    count = int(cursor.rowcount)
    if count:
        _note(session, actor, "queue", Released(fate, count), now)
    return count


_FATES = {"sent": "state='ready', error=NULL, due_at=?", "dropped": "state='cancelled', due_at=?"}


def note_backup(session: Session, at: datetime) -> None:
    """When the site was last copied, for whoever asks how it is."""
    session.execute(
        "INSERT INTO setting(key, value) VALUES ('last_backup', ?) ON CONFLICT(key) DO UPDATE SET value=excluded.value",
        (iso(at),),
    )


def _note(session: Session, actor: str, cause: str, event: Restored | Released, now: datetime) -> None:
    record(session, Plan(events=(Happened(None, Recorded(0, now, actor, cause, event)),)), now, "")
