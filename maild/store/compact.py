"""compact: the database without what was deleted from it.

compact(session)     SQLite: index merged, VACUUM, the log emptied into the file; PostgreSQL: VACUUM FULL of the tables that hold texts
size(session)        octets of the database
ask(session, at), asked(session)    the mark that compacting is owed; compact() takes it away

LIMITS  The whole database is written anew: 10 ms a megabyte during which nobody else writes (mails wait at the door), and as much free
disk again, twice.  What the disk itself keeps of overwritten blocks (SSDs, snapshots) is out of reach; so are PostgreSQL's WAL
archive and older backups.
"""

from __future__ import annotations

import time

from maild.store import search
from maild.store.database import Session

_DUE = "compact_due"
TABLES = (
    *("chunk", "incoming", "delivery", "message", "content", "reference", "outbox", "person", "address", "budget"),
    *("policy", "word_index"),
)
_TRIES = 20


def compact(session: Session) -> bool:
    """Outside any transaction.  False when a reader kept SQLite's log in use: it is owed still."""
    if session.sqlite:
        return _sqlite(session)
    for table in TABLES:
        session.execute(f"VACUUM (FULL, ANALYZE) {table}")
    session.execute("DELETE FROM setting WHERE key=?", (_DUE,))
    return True


def _sqlite(session: Session) -> bool:
    search.optimize(session)
    # Its copy of the database has no place in memory, where other temporary things are.
    session.one("PRAGMA temp_store=file")
    try:
        session.execute("VACUUM")
    finally:
        session.one("PRAGMA temp_store=memory")
    for _ in range(_TRIES):
        busy = session.one("PRAGMA wal_checkpoint(TRUNCATE)")
        if busy is not None and busy[0] == 0:
            session.execute("DELETE FROM setting WHERE key=?", (_DUE,))
            session.one("PRAGMA wal_checkpoint(TRUNCATE)")
            return True
        time.sleep(0.1)
    return False


def size(session: Session) -> int:
    if not session.sqlite:
        row = session.one("SELECT pg_database_size(current_database())")
        return int(row[0]) if row else 0
    pages, octets = session.one("PRAGMA page_count"), session.one("PRAGMA page_size")
    return int(pages[0]) * int(octets[0]) if pages and octets else 0


def ask(session: Session, at: int) -> None:
    session.execute("INSERT INTO setting(key, value) VALUES (?, ?) ON CONFLICT(key) DO NOTHING", (_DUE, str(at)))


def asked(session: Session) -> bool:
    return session.one("SELECT 1 FROM setting WHERE key=?", (_DUE,)) is not None
