"""writer: the one thread that writes, and its group commit.

write(job) -> awaitable of the job's result, resolved only after COMMIT.  All jobs that wait share one transaction, each in a
savepoint of its own, so that one bad job does not spoil the batch, and a sync is paid once for all of them.

FAULTS  An error that takes the whole transaction with it (disk full, connection gone) fails every job of the batch; jobs are
        then run again one by one, so that only the guilty one fails.  An I/O error at COMMIT is a Ghost: see `on_ghost`.  A
        connection that went at COMMIT, and none to ask what came of it: Undecided.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from maild.store.database import Database, Session, Undecided, is_database_error, is_ghost, is_locked, is_standby

T = TypeVar("T")
Job = Callable[[Session], Any]
_MOST = 256


@dataclass(frozen=True, slots=True)
class Queued:
    """A job that waits.  alone: one statement, which needs no savepoint to fail by itself; bare: it stands in no transaction."""

    job: Job
    future: asyncio.Future[Any]
    alone: bool
    bare: bool = False


class Lost(Exception):
    """The outcome of the COMMIT is unknown: the rows may or may not be there after a restart."""


class Writer:
    """Owns the writing connection.  `on_lost` is told, in the loop, when a COMMIT's outcome is unknown."""

    def __init__(self, database: Database, on_lost: Callable[[], None]) -> None:
        self._database, self._on_lost = database, on_lost
        self._jobs: queue.SimpleQueue[Queued | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._session: Session | None = None
        self._next: Queued | None = None
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def write(self, job: Callable[[Session], T]) -> asyncio.Future[T]:
        """The job's result, after COMMIT.  Callers in the event loop only; shield it from cancellation if it must be known."""
        return self._put(job, alone=False)

    def mark(self, job: Callable[[Session], T]) -> asyncio.Future[T]:
        """As `write`, for a job of one statement: what fails of it is nothing, so on SQLite it needs no savepoint."""
        return self._put(job, alone=self._database.sqlite)

    def bare(self, job: Callable[[Session], T]) -> asyncio.Future[T]:
        """A job that can stand in no transaction, such as VACUUM: whoever writes waits until it is done."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put(Queued(job, future, alone=True, bare=True))
        return future

    def _put(self, job: Callable[[Session], T], *, alone: bool) -> asyncio.Future[T]:
        future: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put(Queued(job, future, alone))
        return future

    async def close(self) -> None:
        """Finish what waits, then end the thread."""
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while (batch := self._batch()) is not None:
            session = self._open(batch)
            if session is not None:
                self._settle(session, batch)
        self._database.close()

    def _open(self, batch: list[Queued], doubt: Undecided | None = None) -> Session | None:
        """The connection, made anew if it is gone; None when there is none to be had, which every job is told, or the doubt."""
        if self._session is not None and self._session.broken:
            self._close()
        try:
            self._session = self._session or self._database.session()
        except Exception as error:
            self._close()
            self._answer([(queued.future, None, doubt or error) for queued in batch])
        return self._session

    def _close(self) -> None:
        self._session = None
        self._database.close()

    def _batch(self) -> list[Queued] | None:
        """All that waits, at least one; None = the end."""
        first, self._next = self._next or self._jobs.get(), None
        if first is None:
            return None
        batch = [first]
        while len(batch) < _MOST and not first.bare:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._jobs.put(None)
                break
            if job.bare:
                self._next = job
                break
            batch.append(job)
        return batch

    def _settle(self, session: Session, batch: list[Queued]) -> None:
        """Run the batch in one transaction; if that fails as a whole, each job in its own."""
        if batch[0].bare:
            self._answer([_outside(session, batch[0])])
            return
        try:
            self._answer(_together(session, batch))
        except Exception as error:
            self._note(error)
            if is_ghost(error):
                self._lost(batch)
            elif is_locked(error):
                # Each alone would wait as long again, one after the other.
                self._answer([(queued.future, None, error) for queued in batch])
            elif session.broken or len(batch) > 1:
                self._one_by_one(batch, error if isinstance(error, Undecided) else None)
            else:
                self._answer([(batch[0].future, None, error)])

    def _one_by_one(self, batch: list[Queued], doubt: Undecided | None = None) -> None:
        """Only the guilty job fails.  After a connection that went at COMMIT (doubt) nobody knows what was kept: every job of ours
        may be run again (a mail by its digest, an arrival by its state, a mark by its row), and its answer is the true one.  While
        there is no database to ask, the doubt is all that can be told."""
        for queued in batch:
            session = self._open([queued], doubt)
            if session is None:
                continue
            try:
                self._answer(_together(session, [queued]))
            except Exception as error:
                self._note(error)
                if is_ghost(error):
                    self._lost([queued])
                    return
                self._answer([(queued.future, None, doubt if doubt and is_database_error(error) else error)])

    def _note(self, error: Exception) -> None:
        self._database.note(error)
        if is_standby(error):
            self._close()

    def _lost(self, batch: list[Queued]) -> None:
        self._close()
        self._answer([(queued.future, None, Lost()) for queued in batch])
        self._loop.call_soon_threadsafe(self._on_lost)

    def _answer(self, answers: list[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
        # One wake-up of the loop for the whole batch.
        self._loop.call_soon_threadsafe(_resolve, answers)


def _outside(session: Session, queued: Queued) -> tuple[asyncio.Future[Any], Any, BaseException | None]:
    try:
        return queued.future, queued.job(session), None
    except Exception as error:
        return queued.future, None, error


def _together(session: Session, batch: list[Queued]) -> list[tuple[asyncio.Future[Any], Any, BaseException | None]]:
    answers: list[tuple[asyncio.Future[Any], Any, BaseException | None]] = []
    with session.transaction():
        if len(batch) == 1:
            return [(batch[0].future, batch[0].job(session), None)]
        for queued in batch:
            try:
                answers.append((queued.future, _guarded(session, queued), None))
            except Exception as error:
                if _ends_transaction(session, error):
                    raise
                answers.append((queued.future, None, error))
    return answers


def _guarded(session: Session, queued: Queued) -> Any:
    if queued.alone:
        return queued.job(session)
    with session.savepoint():
        return queued.job(session)


def _ends_transaction(session: Session, error: Exception) -> bool:
    """The database has rolled back everything (or is gone): the savepoint did not help."""
    if session.sqlite:
        return not session.in_transaction
    return type(error).__module__.startswith("psycopg") and (
        session.broken or getattr(error, "sqlstate", "") in ("40001", "40P01")
    )


def _resolve(answers: list[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
    for future, value, error in answers:
        if future.done():
            continue
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)
