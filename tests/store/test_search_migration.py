"""A site that is older than the index: its mails are indexed at the first start, in chunks, and a kill in between costs nothing."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playhouse.migrations import Runner
from searching import CaseRow, add_case, text

from maild.model.search import asked
from maild.store import migrate
from maild.store.database import Database, Session
from maild.store.filters import Filters
from maild.store.finding import find

MIGRATIONS = Path(__file__).parents[2] / "migrations"
BEFORE = "0001_initial"
MESSAGES = 6_000


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database as the release before left it: mails, and no index of ours."""
    url = str(tmp_path / "maild.db") if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    database = Database(url)
    database.session()
    Runner(database.peewee, str(MIGRATIONS), table_name=migrate.TABLE).up(BEFORE)
    session = database.session()
    chance = random.Random(1)
    with session.transaction():
        for n in range(1, 11):
            add_case(session, n, CaseRow("open", "support", None, 1, ("vip",) if n == 7 else ()))
        for n in range(1, MESSAGES + 1):
            one_message(session, n, f"{text(chance, 80)} merke{n}")
    return database


def one_message(session: Session, n: int, said: str) -> None:
    body = {"subject": "Blåbær", "from": "ann@acme.example", "from_name": "Ann", "to": ["support@desk.example"]}
    body |= {"cc": [], "text": said, "own_text": said}  # type: ignore[dict-item]
    session.execute("INSERT INTO content(commitment, salt, text) VALUES (?, ?, ?)", (f"m{n}", b"", json.dumps(body)))
    session.execute("INSERT INTO delivery VALUES (?, 'support@desk.example', 0)", (n,))
    session.execute(
        "INSERT INTO message(id, case_id, direction, author, kind, content, incoming, internal, standing, at, attachments)"
        " VALUES (?, ?, 'in', 'person:1', 'person', ?, ?, 0, 'customer', ?, ?)",
        (n, n % 10 + 1, f"m{n}", n, n, '[["kvittering.pdf"]]'),
    )


def indexed(session: Session) -> int:
    """How many are in; -1 before there is an index."""
    table = "sqlite_master WHERE name" if session.sqlite else "pg_tables WHERE tablename"
    if session.one(f"SELECT 1 FROM {table}='word_index'") is None:
        return -1
    row = session.one("SELECT count(*) FROM word_index")
    return int(row[0]) if row else -1


def migrating(database: Database) -> subprocess.Popen[bytes]:
    program = (
        "import sys; from pathlib import Path; from maild.store import migrate; from maild.store.database import Database;"
        " migrate.up(Database(sys.argv[1]), Path(sys.argv[2]))"
    )
    return subprocess.Popen([sys.executable, "-c", program, database.url, str(MIGRATIONS)])


def hits(session: Session, words: str, **filters: str) -> int:
    return len({m for one in find(session, asked(words), Filters(**filters), 100) for m in one.messages})  # type: ignore[arg-type]


def test_a_kill_in_the_middle_costs_nothing(old: Database):
    first = migrating(old)
    session = old.session()
    while first.poll() is None and indexed(session) < 1:
        time.sleep(0.005)
    first.kill()
    first.wait()
    done = indexed(session)
    assert 0 < done < MESSAGES, "killed in the middle"
    assert migrate.pending(old, MIGRATIONS), "and that is known"
    old.close()
    assert migrating(old).wait(60) == 0
    session = old.session()
    assert indexed(session) == MESSAGES
    for n in (1, done, done + 1, MESSAGES):
        assert hits(session, f"merke{n}") == 1
    for words in ("blabaer", "acme ann", "kvittering.pdf", "1007"):
        assert hits(session, words) > 0, words
    assert hits(session, "support") == 0
    assert {one.case for one in find(session, asked("blåbær"), Filters(label="vip"), 100)} == {7}
    old.close()
