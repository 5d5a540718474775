"""The worker's own faults: what a bug or a lost commit does to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from maild.edges.believing import Believer
from maild.edges.resolver import Names
from maild.edges.worker import Bench, Worker
from maild.store.incoming import Arrival
from maild.store.writer import Lost

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Base:
    """A writer and a database of which each answer is given."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.jobs: list[Callable[..., Any]] = []

    def write(self, job: Callable[..., Any]) -> asyncio.Future[Any]:
        self.jobs.append(job)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
        return future

    read = write


def bench() -> Bench:
    return Bench(lambda: None, Believer((), Names()), lambda: NOW, lambda letters, others: None, lambda: 0)  # type: ignore[arg-type, return-value]


def arrival(source: str) -> Arrival:
    return Arrival(7, 0, source, "", (), "", "", NOW, 0, 1)


async def test_a_lost_commit_ends_the_worker_without_an_uproar() -> None:
    """The daemon hears of it by itself, and ends with its own code."""
    wake = arrival("wake")
    worker = Worker(Base([wake], Lost()), Base("an event"), None, bench())  # type: ignore[arg-type]
    async with asyncio.timeout(5):
        await worker.run()


async def test_an_event_that_cannot_be_read_is_held_alone() -> None:
    writer = Base()
    worker = Worker(writer, Base(TypeError("secret@kunde.example"), "an event"), None, bench())  # type: ignore[arg-type]
    with structlog.testing.capture_logs() as logged:
        prepared = await worker._prepare([(arrival("undelivered"), None), (arrival("wake"), None)])
    assert prepared == ["an event"]
    assert len(writer.jobs) == 1
    [line] = logged
    assert line == {
        "event": "arrival", "log_level": "error", "incoming": 7, "source": "undelivered", "fate": "held", "error": "TypeError",
    }  # fmt: skip


async def test_a_database_that_is_away_is_not_the_arrivals_fault() -> None:
    import sqlite3

    worker = Worker(Base(), Base(sqlite3.OperationalError("away")), None, bench())  # type: ignore[arg-type]
    with pytest.raises(sqlite3.OperationalError):
        await worker._prepare([(arrival("wake"), None)])
