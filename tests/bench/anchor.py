"""anchor: the least that a durable SMTP server in this language costs.  python -m bench.anchor PORT FILE

aiosmtpd as it comes, and one thread that writes what has gathered to SQLite (WAL, synchronous=FULL) in one commit.  It
reads no mail, makes no case and sends nothing.  The speed of a machine drifts, so maild is told as a share of this.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import sys
import threading
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

BATCH = 256


class Store(threading.Thread):
    def __init__(self, path: str, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(daemon=True)
        self.path, self.loop = path, loop
        self.waiting: queue.SimpleQueue[tuple[str, bytes, asyncio.Future[None]]] = queue.SimpleQueue()

    def run(self) -> None:
        database = sqlite3.connect(self.path, isolation_level=None)
        database.execute("PRAGMA journal_mode=wal")
        database.execute("PRAGMA synchronous=full")
        database.execute("CREATE TABLE mail(id INTEGER PRIMARY KEY, sender TEXT, raw BLOB)")
        while True:
            batch = self.gather()
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO mail(sender, raw) VALUES (?, ?)", [row[:2] for row in batch])
            database.execute("COMMIT")
            self.loop.call_soon_threadsafe(self.answer, batch)

    def gather(self) -> list[tuple[str, bytes, asyncio.Future[None]]]:
        batch = [self.waiting.get()]
        try:
            while len(batch) < BATCH:
                batch.append(self.waiting.get_nowait())
        except queue.Empty:
            pass
        return batch

    @staticmethod
    def answer(batch: list[tuple[str, bytes, asyncio.Future[None]]]) -> None:
        for _, _, future in batch:
            if not future.done():
                future.set_result(None)


class Door:
    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        future = asyncio.get_running_loop().create_future()
        self.store.waiting.put((envelope.mail_from or "", bytes(envelope.content or b""), future))
        await future
        return "250 2.0.0 stored"


async def main(port: int, path: str) -> None:
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    loop = asyncio.get_running_loop()
    store = Store(path, loop)
    store.start()
    door = Door(store)
    await loop.create_server(
        lambda: SMTP(door, data_size_limit=50_000_000, hostname="anchor", loop=loop), "127.0.0.1", port
    )
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
