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
import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, TextIO, cast

import structlog

_FRAMES = 6


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


class Lines:
    """Standard error, written at the end of a moment: a system call a line would cost more than the line.

    Lines are kept while an event loop runs, 20 ms at most; without one, at the end of the process and from 64 kB on they are
    written at once.
    """

    MOMENT, FULL = 0.02, 64 * 1024

    def __init__(self) -> None:
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
            sys.stderr.write("".join(kept))
            sys.stderr.flush()


LINES = Lines()
atexit.register(LINES.spill)


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
