"""log: one JSON object a line on standard error, for journald and for people with jq.

Ids and keyed hashes, never addresses, texts or secrets.  What an exception says may hold all three: of it a line has the class
and where it was raised (`trace`), never its words.  The libraries' loggers go the same way; what they say of single mails is
cut to where it was said.

configure(level)         once, at start
trace(error)             -> "ValueError at settle.py:210 in _keep < settle.py:199 in _one"
loop_fault(loop, context)    for loop.set_exception_handler: a task's error, without its words
"""

from __future__ import annotations

import asyncio
import atexit
import json
import logging
import os
import select
import sys
import threading
import time
import traceback
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO, cast

import structlog

_FRAMES = 6
# Not sys.stderr: a thread that hangs in its lock would keep the process from ending.
STANDARD_ERROR = 2


def trace(error: BaseException) -> str:
    """The error's class and where it came from, innermost first; not a word of what it says, nor of its causes."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    where = " < ".join(f"{Path(f.filename).name}:{f.lineno} in {f.name}" for f in reversed(frames))
    causes = [type(error).__name__]
    while (cause := error.__cause__ or error.__context__) is not None and len(causes) < _FRAMES:
        causes.append(type(cause).__name__)
        error = cause
    return f"{' from '.join(causes)} at {where}" if where else " from ".join(causes)


def roots(error: BaseException) -> list[BaseException]:
    """What is behind a group of errors, however deep roles hold roles: the groups' own traces say nothing."""
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    return [root for one in error.exceptions for root in roots(one)]


def _traced(logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    given = line.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["trace"] = trace(error)
    return line


_SHARED: list[structlog.typing.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _traced,
]


class _Wordless(logging.Filter):
    """A library's words may be a client's command, a letter's address, a server's reply: of them a line has where they were said."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = f"{record.name}: {record.module}.{record.funcName}:{record.lineno}", None
        return True


def loop_fault(loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    """What nobody caught: asyncio would print the error whole."""
    log = structlog.get_logger("maild")
    # After its first words the message names a callback with its arguments.
    what = " ".join(str(context.get("message", "")).split()[:3])
    log.error("fault in the event loop", what=what, exc_info=context.get("exception"))


class Outlet:
    """The end of standard error, behind a thread of its own: whoever reads it may be slow, or gone, and no mail waits for him.

    What he does not take is kept up to MOST octets; what comes then is dropped and counted, and the count is told when there is
    room again.  The same after an error (a log file on a full disk, a pipe that nobody holds any more).
    """

    MOST, REST, FAREWELL = 4 << 20, 1.0, 2.0

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[bytes] = []
        self._size = self._dropped = 0
        self._thread: threading.Thread | None = None

    def put(self, text: str) -> None:
        """Never waits for whoever reads."""
        if sys.__stderr__ is None:
            # It was closed before we began: its number may be the database's by now.
            return
        octets = text.encode("utf-8", "backslashreplace")
        with self._changed:
            if self._size + len(octets) > self.MOST:
                self._dropped += octets.count(b"\n")
                return
            self._waiting.append(octets)
            self._size += len(octets)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def finish(self) -> None:
        """At the end of the process: until all is written, but not for ever."""
        with self._changed:
            self._changed.wait_for(lambda: not self._size, self.FAREWELL)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                octets, self._waiting = b"".join(self._waiting), []
                length, dropped, self._dropped = len(octets), self._dropped, 0
            lost = self._write(octets + _lost(dropped))
            with self._changed:
                self._size -= length
                self._dropped += lost + dropped if lost else 0
                self._changed.notify_all()
            if lost:
                time.sleep(self.REST)

    def _write(self, octets: bytes) -> int:
        """All of it, however long it takes; how many lines could not be written."""
        rest = memoryview(octets)
        while rest:
            try:
                rest = rest[os.write(STANDARD_ERROR, rest) :]
            except BlockingIOError:
                # Somebody who shares it with us made it so.
                select.select([], [STANDARD_ERROR], [], self.REST)
            except OSError:
                return bytes(rest).count(b"\n")
        return 0


def _lost(lines: int) -> bytes:
    if not lines:
        return b""
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    line = {"event": "the log was not read: lines are missing", "lines": lines, "level": "error", "timestamp": at}
    return f"{json.dumps(line)}\n".encode()


class Lines:
    """Standard error, written at the end of a moment: a system call a line would cost more than the line.

    Lines are kept while an event loop runs, 20 ms at most; without one, at the end of the process and from 64 kB on they are
    handed to the outlet at once.
    """

    MOMENT, FULL = 0.02, 64 * 1024

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._kept: list[str] = []
        self._size = 0
        self._timer: asyncio.TimerHandle | None = None

    def write(self, text: str) -> int:
        self._kept.append(text)
        self._size += len(text)
        return len(text)

    def flush(self) -> None:
        """Called by the loggers after each line: write now, or leave it to the timer."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.spill()
            return
        if self._size > self.FULL:
            self.spill()
        elif self._timer is None:
            self._timer = loop.call_later(self.MOMENT, self.spill)

    def spill(self) -> None:
        """Write what is kept."""
        self._timer = None
        kept, self._kept, self._size = self._kept, [], 0
        if kept:
            self._outlet.put("".join(kept))

    def finish(self) -> None:
        """At the end of the process."""
        self.spill()
        self._outlet.finish()


LINES = Lines(Outlet())
atexit.register(LINES.finish)


def configure(level: str) -> None:
    """Once, at start.  level: debug, info, warning or error."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *_SHARED,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", LINES)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(LINES)
    handler.addFilter(_Wordless())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_SHARED, processor=structlog.processors.JSONRenderer())
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(number, logging.WARNING))
    for name in ("mail.log", "mail.error", "mail.debug", "aioimaplib", "peewee"):
        logging.getLogger(name).setLevel(logging.WARNING)
