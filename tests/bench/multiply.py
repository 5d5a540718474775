"""multiply: a help desk of a million cases from one of a thousand, for bench.years.

multiply(session, times, stride)    copies of what a real daemon settled: every row again, its ids `stride` further on each time

What must be unique is marked with the number of the copy; the copied cases are closed.  The bytes of the mails are left out, as
after `retention: {raw: 90d}`; the hash chain is the first thousand's, for nobody asks it here.  SQLite, in bulk.
"""

from __future__ import annotations

from maild.store.database import Session

# table -> what its columns become in copy n: {s} is how far ids move, {n} the copy.
COPIES: dict[str, dict[str, str]] = {
    "incoming": {
        "id": "id+{s}",
        "digest": "digest||':'||{n}",
        "raw": "raw+{s}",
        "case_id": "case_id+{s}",
        "message_id": "{n}||message_id",
    },
    "delivery": {"incoming": "incoming+{s}"},
    "letter": {"id": "id+{s}", "case_id": "case_id+{s}"},
    "outbox": {"id": "id+{s}", "case_id": "case_id+{s}", "message_id": "{n}||message_id"},
    "cases": {"id": "id+{s}", "number": "number||'-'||{n}", "subject": "subject||{n}", "status": "'closed'"},
    "event": {"id": "id+{s}", "case_id": "case_id+{s}"},
    "message": {
        "id": "id+{s}",
        "case_id": "case_id+{s}",
        "content": "content||{n}",
        "message_id": "{n}||message_id",
        "incoming": "incoming+{s}",
    },
    "content": {"commitment": "commitment||{n}"},
    "reference": {"message_id": "{n}||message_id", "case_id": "case_id+{s}", "message": "message+{s}"},
    "person": {"id": "id+{s}"},
    "address": {"address": "{n}||address", "person": "person+{s}"},
    "word_index": {"rowid": "rowid+{s}"},
}


def multiply(session: Session, times: int, stride: int) -> None:
    """So many copies of every row, beside the first.  stride: more than any id that the rows have."""
    columns = {table: _columns(session, table) for table in COPIES}
    session.execute("PRAGMA synchronous=OFF")
    session.execute("PRAGMA cache_size=-1000000")
    for table, changes in COPIES.items():
        shifted = [changes.get(name, name).format(s=f"(k*{stride})", n="k") for name in columns[table]]
        with session.transaction():
            session.execute(f"CREATE TEMP TABLE seed AS SELECT {', '.join(columns[table])} FROM {table}")
            session.execute(
                f"INSERT INTO {table}({', '.join(columns[table])}) WITH RECURSIVE copy(k) AS"
                f" (SELECT 1 UNION ALL SELECT k+1 FROM copy WHERE k<{times}) SELECT {', '.join(shifted)} FROM copy, seed"
            )
            session.execute("DROP TABLE seed")
    session.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _columns(session: Session, table: str) -> list[str]:
    named = [row[0] for row in session.all(f"SELECT name FROM pragma_table_info('{table}')")]
    return ["rowid", *named] if table == "word_index" else named
