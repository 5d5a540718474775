"""reading: mails are read off the event loop, and what may cost much in a process that can be killed.

Reader.read(raw, charset) -> Message   small mails in the one thread `Reader.thread`, all others in the worker process
is_small(raw), read_small(raw, charset)   for a caller that takes a whole batch to `thread` in one hop
A mail that kills or outlives the worker is read as its head only, with the defect "unreadable"; the next one has a new worker.

The worker is a Python of our own that runs `serve`: frames over pipes, JSON back, never pickle: it has read hostile mail.
LIMITS  2 s of CPU (a profiling timer, whose signal kills), 64 MiB and 10 times the mail above what the interpreter holds, 20 s by
the wall.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from maild.mail import tongues
from maild.mail.parse import read as read_mail
from maild.mail.parse import unreadable
from maild.model.message import Address, Attachment, Bounce, Forwarded, Kind, Message

SMALL = 256_000
# Many boundaries or tags make much work of few octets: such a mail goes to the process, whatever its size.
MANY_PARTS, MANY_TAGS = 60, 8000
CPU = 2.0
WALL = 20.0
MEMORY = 64 * 1024 * 1024
# The worker's program; isolated (-I), it gets our search path and nothing of the environment.
SERVE = "from maild.edges.reading import serve; serve()"
_HEAD = struct.Struct(">I16s")
_ANSWER = struct.Struct(">I")


def is_small(raw: bytes) -> bool:
    """Whether the scan's own limits bound what this mail can cost: to be read in a thread."""
    return len(raw) < SMALL and raw.count(b"\n--") < MANY_PARTS and raw.count(b"<") < MANY_TAGS


def read_small(raw: bytes, charset: str) -> Message:
    """Read here and now; the caller is off the event loop."""
    return read_mail(raw, charset)


class Reader:
    """One per daemon."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(1, "reading")
        self._worker: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()

    async def read(self, raw: bytes, charset: str) -> Message:
        """The mail; raises nothing but cancellation."""
        if is_small(raw):
            return await asyncio.get_running_loop().run_in_executor(self.thread, read_mail, raw, charset)
        async with self._one_at_a_time:
            answer = await self._ask(raw, charset)
        if answer is not None:
            return loads(answer)
        return await asyncio.get_running_loop().run_in_executor(self.thread, unreadable, raw)

    async def close(self) -> None:
        """End the worker and the thread."""
        await self._end()
        self.thread.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, raw: bytes, charset: str) -> bytes | None:
        """The worker's answer, None when it died or took too long."""
        try:
            async with asyncio.timeout(WALL):
                worker = await self._running()
                if worker.stdin is None or worker.stdout is None:
                    return None
                worker.stdin.write(_HEAD.pack(len(raw), charset.encode("ascii", "replace")[:16]))
                worker.stdin.write(raw)
                await worker.stdin.drain()
                size = _ANSWER.unpack(await worker.stdout.readexactly(_ANSWER.size))[0]
                return await worker.stdout.readexactly(size)
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            await self._end()
            return None
        except asyncio.CancelledError:
            await self._end()  # half a question would be answered to the next one
            raise

    async def _running(self) -> asyncio.subprocess.Process:
        if self._worker is None or self._worker.returncode is not None:
            self._worker = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-c",
                f"import sys; sys.path[:0] = {sys.path!r}; {SERVE}",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        return self._worker

    async def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        if worker.returncode is None:
            worker.kill()
        await worker.wait()


def serve() -> None:
    """The worker's loop: one mail in, one answer out, until the pipe closes."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the daemon's terminal sends it to all; the daemon says when to end
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    tongues.opinion("")  # what lingua holds is no mail's doing
    held = _virtual()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while len(head := source.read(_HEAD.size)) == _HEAD.size:
        size, charset = _HEAD.unpack(head)
        _limit(held + MEMORY + 10 * size)
        signal.setitimer(signal.ITIMER_PROF, CPU)
        answer = dumps(read_mail(_all(source, size), charset.rstrip(b"\0").decode("ascii")))
        signal.setitimer(signal.ITIMER_PROF, 0)
        try:
            sink.write(_ANSWER.pack(len(answer)))
            sink.write(answer)
            sink.flush()
        except BrokenPipeError:
            os._exit(0)  # the daemon is gone: nobody waits for it, and a traceback would be in its log


def _all(source: BinaryIO, size: int) -> bytes:
    raw = source.read(size)
    if len(raw) < size:
        sys.exit(0)
    return raw


def _virtual() -> int:
    """Octets of address space that the interpreter holds now."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _limit(octets: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (octets if hard == resource.RLIM_INFINITY else min(octets, hard), hard))


def dumps(message: Message) -> bytes:
    """A message as JSON."""
    plain = asdict(message)
    plain["date"] = message.date.isoformat() if message.date else None
    return json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace")


def loads(octets: bytes) -> Message:
    """The message that `dumps` wrote."""
    plain: dict[str, Any] = json.loads(octets)
    people = {name: tuple(Address(**one) for one in plain[name]) for name in ("to", "cc", "reply_to")}
    bounce = plain["bounce"]
    return Message(
        **plain
        | people
        | {
            "author": Address(**plain["author"]) if plain["author"] else None,
            "date": datetime.fromisoformat(plain["date"]) if plain["date"] else None,
            "references": tuple(plain["references"]),
            "attachments": tuple(Attachment(**one) for one in plain["attachments"]),
            "kind": Kind(plain["kind"]),
            "why": tuple(plain["why"]),
            "bounce": bounce
            and Bounce(
                tuple(bounce["failed"]),
                tuple(bounce["delayed"]),
                tuple((address, status) for address, status in bounce["status"]),
                bounce["original_message_id"],
            ),
            "defects": tuple(plain["defects"]),
            "headers": tuple((name, value) for name, value in plain["headers"]),
            "forwarded": _forwarded(plain["forwarded"]),
        }
    )


def _forwarded(plain: dict[str, Any] | None) -> Forwarded | None:
    if plain is None:
        return None
    author = Address(**plain["author"]) if plain["author"] else None
    return Forwarded(**plain | {"author": author, "references": tuple(plain["references"])})
