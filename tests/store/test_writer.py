"""The one thread that writes: shared commits, and one bad job that spoils nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

from maild.store import migrate
from maild.store.database import Database, Session, is_full
from maild.store.writer import Writer

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def put(key: str):
    return lambda session: session.execute("INSERT INTO setting(key, value) VALUES (?, 'x')", (key,)).rowcount


def names(database: Database) -> set[str]:
    return {row[0] for row in database.session().all("SELECT key FROM setting")}


def never() -> None:
    raise AssertionError("no commit was in doubt")


async def test_many_jobs_share_a_commit_and_all_are_there(database: Database):
    writer = Writer(database, never)
    await asyncio.gather(*(writer.write(put(f"k{n}")) for n in range(100)))
    await writer.close()
    assert len(names(database)) == 100


async def test_a_bad_job_fails_alone(database: Database):
    writer = Writer(database, never)

    def bad(session: Session) -> None:
        session.execute("INSERT INTO setting(key, value) VALUES ('half', 'x')")
        raise ValueError("a bug")

    answers = await asyncio.gather(
        writer.write(put("a")), writer.write(bad), writer.write(put("b")), return_exceptions=True
    )
    await writer.close()
    assert isinstance(answers[1], ValueError)
    assert names(database) == {"a", "b"}


async def test_a_job_whose_statement_fails_spoils_no_other(database: Database):
    writer = Writer(database, never)
    jobs = [writer.write(put("a")), writer.write(put("a")), writer.write(put("b"))]
    answers = await asyncio.gather(*jobs, return_exceptions=True)
    await writer.close()
    assert isinstance(answers[1], Exception)
    assert names(database) == {"a", "b"}


async def test_a_cancelled_caller_does_not_undo_the_commit(database: Database):
    writer = Writer(database, never)
    job = writer.write(put("a"))
    job.cancel()
    await writer.close()
    assert names(database) == {"a"}


async def test_a_full_disk_fails_cleanly_and_the_writer_goes_on(tmp_path: Path):
    database = Database(str(tmp_path / "maild.db"))
    migrate.up(database, MIGRATIONS)
    database.close()
    writer = Writer(database, never)
    await writer.write(lambda session: session.execute("PRAGMA max_page_count=80"))
    jobs = [
        writer.write(lambda s, n=n: s.execute("INSERT INTO chunk VALUES (?, 0, ?)", (n, b"x" * 4000)))
        for n in range(200)
    ]
    answers = await asyncio.gather(*jobs, return_exceptions=True)
    assert is_full(answers[-1])
    await writer.write(lambda session: session.execute("PRAGMA max_page_count=100000"))
    await writer.write(put("after"))
    await writer.close()
    assert "after" in names(database)
    assert database.session().one("PRAGMA integrity_check") == ("ok",)


async def test_a_postgresql_that_went_away_is_found_again_and_the_job_is_run_anew(postgres_url: str):
    database = Database(postgres_url)
    migrate.up(database, MIGRATIONS)
    writer = Writer(database, never)
    await writer.write(put("before"))
    database.session().execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    answers = await asyncio.gather(writer.write(put("after")), writer.write(put("too")))
    await writer.close()
    assert answers == [1, 1]
    assert names(database) == {"before", "after", "too"}
