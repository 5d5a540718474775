"""mailboxes: where we are in each mailbox, and what became of each mail in it.

Flags and dates of the server are nobody's memory: a person who reads a mail changes the one, a clock the other.  The cursor is
UIDVALIDITY and UID.  begin(...) at the first look, renumbered(...) when the server numbers anew, became(...) for each mail.

States: reading; looking (all mail from the horizon on is to be compared with what we have); stopped (more of it is new than
anybody expects: an admin must say); taking, skipping (he said).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from maild.store.database import Session, moment, moment_or_none, stamp

READING, LOOKING, STOPPED, TAKING, SKIPPING = "reading", "looking", "stopped", "taking", "skipping"
# What is still to do for a mail.
KEPT, LATER, ASIDE = "kept", "later", "aside"
_COLUMNS = "name, place, uidvalidity, uid, floor, goal, horizon, state, looked_at, mail_at"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A row of mailbox."""

    name: str
    place: str
    uidvalidity: int
    uid: int
    floor: int
    goal: int
    horizon: datetime
    state: str
    looked_at: datetime
    mail_at: datetime | None


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a UID."""

    uid: int
    fate: str
    incoming: int | None = None
    tries: int = 0
    error: str = ""
    at: datetime | None = None


def cursor(session: Session, name: str) -> Cursor | None:
    row = session.one(f"SELECT {_COLUMNS} FROM mailbox WHERE name=?", (name,))
    if row is None:
        return None
    name, place, uidvalidity, uid, floor, goal, horizon, state, looked_at, mail_at = row
    dates = moment(horizon), state, moment(looked_at), moment_or_none(mail_at)
    return Cursor(name, place, uidvalidity, uid, floor, goal, *dates)


def begin(session: Session, name: str, place: str, uidvalidity: int, uid: int, now: datetime) -> None:
    """The first look: what is there is not ours to take.  INTERNALDATE knows seconds, so the horizon is one."""
    horizon = stamp(now.replace(microsecond=0))
    session.execute(
        f"INSERT INTO mailbox({_COLUMNS}) VALUES (?,?,?,?,?,0,?,?,?,NULL)",
        (name, place, uidvalidity, uid, uid, horizon, READING, stamp(now)),
    )


def renumbered(session: Session, name: str, place: str, uidvalidity: int, goal: int) -> None:
    """The folder was made anew, or is another: no UID that we know means anything, and all from the horizon on is looked at."""
    session.execute("DELETE FROM mailbox_uid WHERE mailbox=?", (name,))
    session.execute(
        "UPDATE mailbox SET place=?, uidvalidity=?, uid=?, floor=0, goal=?, state=? WHERE name=?",
        (place, uidvalidity, goal, goal, LOOKING, name),
    )


def look(session: Session, name: str) -> None:
    """Compare all up to where we are (nightly)."""
    session.execute("UPDATE mailbox SET state=?, goal=uid WHERE name=? AND state=?", (LOOKING, name, READING))


def looked(session: Session, name: str, now: datetime) -> None:
    session.execute("UPDATE mailbox SET state=?, looked_at=? WHERE name=?", (READING, stamp(now), name))


def stop(session: Session, name: str) -> None:
    session.execute("UPDATE mailbox SET state=? WHERE name=?", (STOPPED, name))


def order(session: Session, name: str, state: str) -> bool:
    """TAKING or SKIPPING, for one that is stopped."""
    done = session.execute("UPDATE mailbox SET state=? WHERE name=? AND state=?", (state, name, STOPPED))
    return bool(done.rowcount)


def became(session: Session, name: str, what: Became, now: datetime) -> None:
    """In the transaction that stores the mail: the cursor never stands before what is not kept."""
    session.execute(
        "INSERT INTO mailbox_uid(mailbox, uid, fate, incoming, tries, at, error) VALUES (?,?,?,?,?,?,?)"
        " ON CONFLICT(mailbox, uid) DO UPDATE SET fate=excluded.fate, incoming=excluded.incoming, tries=excluded.tries,"
        " at=excluded.at, error=excluded.error",
        (name, what.uid, what.fate, what.incoming, what.tries, stamp(now), what.error[:500] or None),
    )
    if what.incoming is None:
        session.execute("UPDATE mailbox SET uid=? WHERE name=? AND uid<?", (what.uid, name, what.uid))
    else:
        session.execute(
            "UPDATE mailbox SET uid=CASE WHEN uid<? THEN ? ELSE uid END, mail_at=? WHERE name=?",
            (what.uid, what.uid, stamp(now), name),
        )


def settled(session: Session, name: str, uids: Sequence[int], fate: str) -> None:
    rows = [(fate, name, uid) for uid in uids]
    session.executemany("UPDATE mailbox_uid SET fate=? WHERE mailbox=? AND uid=?", rows)


def open_uids(session: Session, name: str) -> list[Became]:
    """What is still to do: `after`, another try, moving aside."""
    rows = session.all(
        "SELECT uid, fate, incoming, tries, error, at FROM mailbox_uid WHERE mailbox=? AND fate IN ('kept', 'later', 'aside')"
        " AND fate NOT IN ('done', 'old', 'skipped') ORDER BY uid",
        (name,),
    )
    return [Became(row[0], row[1], row[2], row[3], row[4] or "", moment(row[5])) for row in rows]


def laid_aside(session: Session, name: str) -> list[tuple[int, str, datetime, str]]:
    """(uid, fate, since, why) of what could not be taken and nobody has seen yet."""
    rows = session.all(
        "SELECT uid, fate, at, error FROM mailbox_uid WHERE mailbox=? AND fate IN ('aside', 'laid')"
        " AND fate NOT IN ('done', 'old', 'skipped') ORDER BY uid",
        (name,),
    )
    return [(row[0], row[1], moment(row[2]), row[3] or "") for row in rows]


def seen(session: Session, name: str) -> int:
    """An admin has seen what lies aside."""
    return int(session.execute("UPDATE mailbox_uid SET fate='done' WHERE mailbox=? AND fate='laid'", (name,)).rowcount)


def known_uids(session: Session, name: str) -> set[int]:
    return {row[0] for row in session.all("SELECT uid FROM mailbox_uid WHERE mailbox=?", (name,))}


def forget(session: Session, name: str, uids: Iterable[int]) -> None:
    """Rows of mail that is not in the folder any more, but for what went aside: that is for an admin to see."""
    rows = [(name, uid) for uid in uids]
    session.executemany("DELETE FROM mailbox_uid WHERE mailbox=? AND uid=? AND fate NOT IN ('aside', 'laid')", rows)


def names(session: Session) -> Sequence[str]:
    return [row[0] for row in session.all("SELECT name FROM mailbox ORDER BY name")]
