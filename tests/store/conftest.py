"""One suite, two databases: `session` is a fresh SQLite file on disk, then a fresh PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from maild.store import migrate
from maild.store.database import Database, Session

MIGRATIONS = Path(__file__).parents[2] / "migrations"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = str(tmp_path / "maild.db") if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    made = Database(url)
    migrate.up(made, MIGRATIONS)
    yield made
    made.close()


@pytest.fixture
def session(database: Database) -> Session:
    return database.session()
