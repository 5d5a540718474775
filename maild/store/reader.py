"""reader: reading beside the writer, on a connection and a thread of its own.

read(job) -> awaitable of the job's result.  SQLite's WAL lets it read what is committed while the writer writes; a letter of
megabytes is fetched here, so that it holds up no commit.  A connection that failed is opened anew at the next job.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from maild.store.database import Database, Session, is_database_error

T = TypeVar("T")


class Reader:
    """One per daemon; callers are in the event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(1, "reader")
        self._session: Session | None = None

    def read(self, job: Callable[[Session], T]) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._thread, self._run, job)

    async def checkpoint(self) -> None:
        """Bring SQLite's log into the database beside the writer.  Done by the writer it would be a wait of tens of milliseconds
        for whoever's commit it falls on."""
        if self._database.sqlite:
            await self.read(lambda session: session.one("PRAGMA wal_checkpoint(PASSIVE)"))

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._database.close)
        self._thread.shutdown()

    def _run(self, job: Callable[[Session], T]) -> T:
        try:
            self._session = self._session or self._database.session()
            return job(self._session)
        except Exception as error:
            self._database.note(error)
            if is_database_error(error):
                self._session = None
                self._database.close()
            raise
