"""What is forgotten is out of the index, and after optimize and VACUUM out of the file, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts import pristine

from maild.model.search import asked, document
from maild.store import search
from maild.store.database import Database, Session

# FTS5 writes of a word only what the one before it had not; nothing begins like this one, so that it stands there whole.
CANARY = "qxkanariefuglq"


def words(session: Session) -> None:
    """Two hundred messages; every third speaks of the canary, and some say nothing else."""
    for row in range(1, 201):
        text = f"fuglen {CANARY} sang {row}" if row % 3 == 0 else f"skriveren {row} virker ikke"
        search.add(session, {row: document(str(1000 + row), {"subject": "sak", "text": text})})


def found(session: Session, text: str) -> int:
    question = search.question(session, asked(text))
    match = "word_index MATCH ?" if session.sqlite else "words @@ ?::tsquery"
    row = session.one(f"SELECT count(*) FROM word_index WHERE {match}", (question,))
    assert row is not None
    return int(row[0])


def canaries() -> list[int]:
    return list(range(3, 201, 3))


def test_what_is_forgotten_is_not_found_and_the_rest_is(session: Session):
    words(session)
    assert found(session, CANARY) == 66
    search.forget(session, [*canaries()[1:], 999_999])
    assert found(session, CANARY) == 1
    assert found(session, "virker") == 134
    search.optimize(session)
    assert found(session, CANARY) == 1
    assert found(session, "virker") == 134


def test_a_message_may_be_indexed_anew_with_other_words(session: Session):
    words(session)
    with session.transaction():
        search.forget(session, [3])
        search.add(session, {3: document("1003", {"subject": "sak", "text": "uten fugl"})})
    assert found(session, CANARY) == 65
    assert found(session, "uten") == 1


def spread(session: Session, folder: Path) -> int:
    """In how many places of the database's files it stands."""
    session.execute("VACUUM")
    session.one("PRAGMA wal_checkpoint(TRUNCATE)")
    return sum(file.read_bytes().count(CANARY.encode()) for file in folder.iterdir())


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Session]:
    made = Database(str(pristine.sqlite(tmp_path / "maild.db")))
    yield made.session()
    made.close()


def test_no_byte_of_it_is_left_in_the_file(sqlite: Session, tmp_path: Path):
    words(sqlite)
    assert spread(sqlite, tmp_path) > 66
    search.forget(sqlite, canaries())
    assert spread(sqlite, tmp_path) > 0, "the index still had it: else this test would show nothing"
    search.optimize(sqlite)
    assert spread(sqlite, tmp_path) == 0


def test_steps_get_as_far_as_the_whole_at_once(sqlite: Session, tmp_path: Path):
    words(sqlite)
    search.forget(sqlite, canaries())
    first, steps = True, 0
    while search.step(sqlite, first=first):
        first, steps = False, steps + 1
    assert steps > 0
    assert spread(sqlite, tmp_path) == 0
    assert found(sqlite, "virker") == 134
