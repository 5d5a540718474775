"""kill -9 during a migration, at every statement: the next start completes it, and the schema is that of a run nobody killed.

A child (fork) migrates a database with its own folder of migrations and kills itself before or after its n-th statement, whatever that is:
DDL, a change of rows, the mark of the migration, COMMIT.
"""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maild.store import migrate
from maild.store.database import Database

# Tables, a change of rows, an index over them, a table rebuilt under its old name.
STEPS = {
    "0001_first": ["CREATE TABLE pet (id BIGINT PRIMARY KEY, name TEXT NOT NULL)", "INSERT INTO pet VALUES (1, 'Ada')"],
    "0002_change": ["ALTER TABLE pet ADD COLUMN legs BIGINT NOT NULL DEFAULT 0", "UPDATE pet SET legs=legs+4"],
    "0003_index": ["INSERT INTO pet VALUES (2, 'Bo', 2)", "CREATE UNIQUE INDEX pet_name ON pet(name)"],
    "0004_rebuild": [
        "CREATE TABLE pet2 (id BIGINT PRIMARY KEY, name TEXT NOT NULL, legs BIGINT NOT NULL, at BIGINT)",
        "INSERT INTO pet2 SELECT id, name, legs, NULL FROM pet",
        "DROP TABLE pet",
        "ALTER TABLE pet2 RENAME TO pet",
    ],
}
MOST = 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "migrations"
    made.mkdir()
    for name, statements in STEPS.items():
        body = "".join(f"    db.execute_sql({statement!r})\n" for statement in statements)
        (made / f"{name}.py").write_text(f"def up(migrator, db):\n{body}")
    return made


def killing(connection: Any, at: int) -> Any:
    """The connection's own cursors, which die at their n-th step: even before, odd after the statement."""
    steps = iter(range(MOST))

    def step() -> None:
        if next(steps) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    class Cursor:
        def __init__(self) -> None:
            self._own = connection.cursor()

        def execute(self, *words: Any) -> Any:
            step()
            done = self._own.execute(*words)
            step()
            return done

        def __getattr__(self, name: str) -> Any:
            return getattr(self._own, name)

        def __iter__(self) -> Any:
            return iter(self._own)

    return Cursor


def migrates_and_dies(url: str, folder: Path, at: int) -> bool:
    """In a child of its own; whether it was killed."""
    child = os.fork()
    if child == 0:
        try:
            database = Database(url)
            database.session()
            database.peewee.cursor = killing(database.peewee.connection(), at)
            migrate.up(database, folder)
            os._exit(0)
        except BaseException:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert not (os.WIFEXITED(status) and os.WEXITSTATUS(status)), "the child failed by itself"
    return os.WIFSIGNALED(status)


def whole(url: str) -> list[Any]:
    """The schema and the rows, as they are."""
    database = Database(url)
    session = database.session()
    schema = (
        "SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"
        if database.sqlite
        else "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
        " WHERE table_schema='public' UNION ALL SELECT tablename, indexname, indexdef, '', '' FROM pg_indexes"
        " WHERE schemaname='public' ORDER BY 1, 2, 3"
    )
    found = [session.all(schema), session.all("SELECT * FROM pet ORDER BY id")]
    found.append(session.all("SELECT name FROM schema_migration ORDER BY name"))
    database.close()
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """The URL of an empty database, each time."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        return lambda: emptied(url)
    serial = itertools.count()
    return lambda: str(tmp_path / f"{next(serial)}.sqlite")


def emptied(url: str) -> str:
    database = Database(url)
    session = database.session()
    for statement in ("SET client_min_messages = error", "DROP SCHEMA public CASCADE", "CREATE SCHEMA public"):
        session.execute(statement)
    database.close()
    return url


def test_killed_at_any_statement_the_next_start_completes(fresh: Callable[[], str], folder: Path) -> None:
    url = fresh()
    assert not migrates_and_dies(url, folder, MOST)
    wanted = whole(url)
    assert wanted[1] == [(1, "Ada", 4, None), (2, "Bo", 2, None)]
    for at in range(MOST):
        url = fresh()
        if not migrates_and_dies(url, folder, at):
            break
        assert not migrates_and_dies(url, folder, MOST), f"after a kill at step {at}"
        assert whole(url) == wanted, f"after a kill at step {at}"
    assert 40 < at < MOST - 1, "every statement, BEGIN and COMMIT too, was a place to be killed at"
