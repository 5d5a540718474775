"""reading: mails read by several processes at once, in their order.

read(mails, charset, count) -> (mail, JSON of its Message) in order.   The processes are those of edges/reading.py: each can be killed by
what a mail costs, which then is read as its head only; JSON comes back and never pickle, for they have read hostile mail.
"""

from __future__ import annotations

import os
import select
import signal
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from maild.edges.reading import SERVE, dumps
from maild.mail.parse import unreadable

Mail = TypeVar("Mail")
WALL = 20.0
AHEAD = 64
_HEAD, _ANSWER = struct.Struct(">I16s"), struct.Struct(">I")


class _Worker:
    """One process, used by one thread."""

    def __init__(self) -> None:
        self._reader: subprocess.Popen[bytes] | None = None

    def read(self, raw: bytes, charset: str) -> bytes:
        child = self._reader if self._reader and self._reader.poll() is None else self._start()
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(_HEAD.pack(len(raw), charset.encode("ascii", "replace")[:16]) + raw)
            child.stdin.flush()
            # It is killed by what it costs; what only sleeps is killed by us.
            there = select.select([child.stdout], [], [], WALL)[0]
            head = child.stdout.read(_ANSWER.size) if there else b""
            size = _ANSWER.unpack(head)[0] if len(head) == _ANSWER.size else -1
            octets = child.stdout.read(size) if size >= 0 else b""
            if size >= 0 and len(octets) == size:
                return octets
        except OSError:
            pass
        self.end()
        return dumps(unreadable(raw))

    def _start(self) -> subprocess.Popen[bytes]:
        program = f"import sys; sys.path[:0] = {sys.path!r}; {SERVE}"
        self._reader = subprocess.Popen(  # noqa: S603 - our own interpreter and words
            [sys.executable, "-I", "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self._reader

    def end(self) -> None:
        if self._reader is None:
            return
        for stream in (self._reader.stdin, self._reader.stdout):
            if stream is not None:
                stream.close()
        self._reader.send_signal(signal.SIGKILL)
        self._reader.wait()
        self._reader = None


def read(mails: Iterable[tuple[Mail, bytes]], charset: str, count: int = 0) -> Iterator[tuple[Mail, bytes]]:
    """count: processes; 0: as many as there are processors."""
    count = count or max(1, len(os.sched_getaffinity(0)) - 1)
    idle: deque[_Worker] = deque(_Worker() for _ in range(count))
    workers = list(idle)

    def one(raw: bytes) -> bytes:
        worker = idle.popleft()
        try:
            return worker.read(raw, charset)
        finally:
            idle.append(worker)

    waiting: deque[tuple[Mail, Future[bytes]]] = deque()
    try:
        with ThreadPoolExecutor(count) as pool:
            for mail, raw in mails:
                waiting.append((mail, pool.submit(one, raw)))
                if len(waiting) > AHEAD:
                    first, octets = waiting.popleft()
                    yield first, octets.result()
            while waiting:
                first, octets = waiting.popleft()
                yield first, octets.result()
    finally:
        for worker in workers:
            worker.end()
