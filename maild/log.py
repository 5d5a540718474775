"""log: one JSON object a line on standard error, for journald and for people with jq.

Ids and keyed hashes, never addresses, texts or secrets.  The libraries' loggers go the same way; aiosmtpd's would name
every address, so it speaks only from WARNING on.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import sys
from typing import TextIO, cast

import structlog

_SHARED: list[structlog.typing.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


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
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_SHARED, processor=structlog.processors.JSONRenderer())
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(number, logging.WARNING))
    for name in ("mail.log", "mail.error", "mail.debug", "aioimaplib", "peewee"):
        logging.getLogger(name).setLevel(logging.WARNING)
