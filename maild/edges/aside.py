"""aside: a job that waits, in a thread that nobody has to wait for.

in_thread(job) -> its result.  asyncio.to_thread is for jobs that end: its threads are joined when the program ends, and a resolver, a
dead NFS server or a database behind a black hole would keep a command from ending.
Loop: an event loop that looks up names so.  Of to_thread's threads there are six on two cores, and mail waits for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")


async def in_thread(job: Callable[[], T]) -> T:
    """Its result, or what it raised."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, problem: Exception | None) -> None:
        if future.done():
            return
        if problem is not None:
            future.set_exception(problem)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        outcome: tuple[T | None, Exception | None]
        try:
            outcome = job(), None
        except Exception as problem:
            outcome = None, problem
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=run, daemon=True).start()
    return await future


class Loop(asyncio.SelectorEventLoop):
    """A name server that says nothing delays whoever asked, and nobody else."""

    async def getaddrinfo(self, host: Any, port: Any, **how: int) -> list[Any]:
        return await in_thread(partial(socket.getaddrinfo, host, port, **how))
