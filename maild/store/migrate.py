"""migrate: bring a database to this release's schema.

up(database, folder) -> names applied.  Half a migration never stays: each runs in a transaction, under a lock that other
daemons of the same database wait for.  A database newer than this release is refused (Newer): nothing is migrated downwards.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from playhouse.migrations import Runner

from maild.store.database import SETTLER_LOCK, Database

TABLE = "schema_migration"


class Newer(Exception):
    """The database knows migrations that this maild does not."""


def up(database: Database, folder: Path) -> tuple[str, ...]:
    """Apply what is pending; the names, in order."""
    database.session()
    runner = Runner(database.peewee, str(folder), table_name=TABLE)
    with _alone(database):
        refuse_newer(runner)
        return tuple(runner.up())


def pending(database: Database, folder: Path) -> tuple[str, ...]:
    """Names not yet applied; Newer as in `up`."""
    database.session()
    runner = Runner(database.peewee, str(folder), table_name=TABLE)
    refuse_newer(runner)
    return tuple(m.name for m in runner.status() if m.applied is None)


def known(folder: Path) -> tuple[str, ...]:
    """The names of this release's migrations."""
    return tuple(sorted(path.stem for path in folder.glob("[0-9]*.py")))


def refuse_newer(runner: Runner) -> None:
    unknown = [m.name for m in runner.status() if m.path is None]
    if unknown:
        raise Newer(
            f"the database was written by a newer maild (it has {unknown[0]}): install that release, or restore a backup"
        )


@contextlib.contextmanager
def _alone(database: Database) -> Iterator[None]:
    # On SQLite the daemon's lock on the state folder already keeps others away.
    if database.sqlite:
        yield
        return
    database.peewee.execute_sql("SELECT pg_advisory_lock(%s)", (SETTLER_LOCK,))
    try:
        yield
    finally:
        database.peewee.execute_sql("SELECT pg_advisory_unlock(%s)", (SETTLER_LOCK,))
