"""One suite, two databases: `session` is a fresh SQLite file on disk, then a fresh PostgreSQL database, with our tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts import pristine

from maild.store.database import Database, Session


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    on_disk = request.param == "sqlite"
    made = Database(
        str(pristine.sqlite(tmp_path / "maild.db"))
        if on_disk
        else pristine.postgresql(request.getfixturevalue("postgres"))
    )
    yield made
    made.close()


@pytest.fixture
def session(database: Database) -> Session:
    return database.session()
