"""pager: runs the site's own program for each page of a critical case: for a text message, a call, a light on the roof.

Pager(config, writer, policy, clock)     run() until cancelled

The program's words are fixed (maild.yaml); no shell reads them, and whatever a stranger wrote reaches it only as JSON on its standard
input.  It gets a small environment and no open file of ours.  What it ends with is logged, and how much it wrote to standard error, but
nothing of that: it may repeat what it read, in whatever form.  Failing, it is run again after 30 seconds, 1, 2 and 4
minutes; then it is given up and `maild status` shows an alarm.  Each page runs it once; a crash between its end and our note of it runs it
a second time.

FAULTS  It has a process group of its own and is killed with it when its time is over.  Nothing waits for it but this role.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog

from maild.config import Pager as Wanted
from maild.decide.rights import confidential
from maild.model.policy import Clock, Policy
from maild.store import page_calls
from maild.store.database import brief
from maild.store.page_calls import Leased
from maild.store.writer import Writer

POLL = 5.0
SEVERAL = 4
AGAIN = (30, 60, 120, 240)
# Beyond the program's own time, for what we write about it.
SPARE = timedelta(minutes=2)
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
log = structlog.get_logger("maild.pager")


class Pager:
    """One per daemon, where maild.yaml names a program."""

    def __init__(self, config: Wanted, writer: Writer, policy: Callable[[], Policy], clock: Clock) -> None:
        self._config, self._writer, self._policy, self._clock = config, writer, policy, clock

    async def run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:
                log.warning("pages could not be looked for, will be tried again", error=brief(error))
            await asyncio.sleep(POLL)

    async def look(self) -> None:
        """All that is due now, some at a time."""
        lease = self._config.timeout + SPARE
        while True:
            now = self._clock()
            leased = await self._writer.write(lambda session: page_calls.claim(session, now, lease, SEVERAL))  # noqa: B023  awaited at once
            if not leased:
                return
            async with asyncio.TaskGroup() as group:
                for page in leased:
                    group.create_task(self._ring(page))

    async def _ring(self, page: Leased) -> None:
        told = said(page, self._policy())
        how, octets = await run(self._config, json.dumps(told, ensure_ascii=False).encode()) if told else ("", 0)
        now, about = self._clock(), {"letter": page.letter, "handler": page.handler, "attempt": page.attempts}
        if not how:
            log.info("page rung", **about)
            await self._writer.write(lambda session: page_calls.done(session, page.letter, page.attempts))
        elif page.attempts <= len(AGAIN):
            due_at = now + timedelta(seconds=AGAIN[page.attempts - 1])
            log.warning("the program that pages failed, will be tried again", how=how, stderr_octets=octets, **about)
            await self._writer.write(lambda session: page_calls.again(session, page.letter, page.attempts, due_at, how))
        else:
            log.error("the program that pages failed, given up", how=how, stderr_octets=octets, **about)
            await self._writer.write(lambda session: page_calls.failed(session, page.letter, page.attempts, how))


def said(page: Leased, policy: Policy) -> dict[str, Any]:
    """What the program reads; nothing where the handler is gone, or no case is left.

    Everything but `subject` is the site's own; that is a customer's words, and left out of confidential cases and of several at once.
    """
    handler = policy.handlers.get(page.handler)
    if handler is None or not page.cases:
        return {}
    case, subject = page.cases[0]
    desk = policy.desks.get(case.desk)
    rota = policy.rotas.get(page.rota)
    alone = len(page.cases) == 1 and not confidential(case, policy) and not case.doubted
    found = {
        "case": f"#{case.number}",
        "cases": [f"#{one.number}" for one, _ in page.cases],
        "priority": str(case.priority),
        "desk": desk.name if desk else "",
        "rota": rota.name if rota else "",
        "handler": handler.key,
        "name": handler.name,
        "phone": handler.phone,
        "language": handler.language or (desk.language if desk else ""),
        "attempt": page.attempts,
        "page": page.letter,
        "subject": subject[:200] if alone else "",
    }
    return {name: value for name, value in found.items() if value != ""}


async def run(config: Wanted, text: bytes) -> tuple[str, int]:
    """How it ended, "" for well, and how many octets it wrote to standard error."""
    try:
        program = await asyncio.create_subprocess_exec(
            *config.command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        return f"cannot be run: {error.strerror or type(error).__name__}", 0
    assert program.stdin is not None
    assert program.stderr is not None
    octets = 0
    try:
        async with asyncio.timeout(config.timeout.total_seconds()):
            # A program that reads nothing may have closed its input.
            with suppress(ConnectionError):
                program.stdin.write(text)
                await program.stdin.drain()
            program.stdin.close()
            while chunk := await program.stderr.read(4096):
                octets += len(chunk)
            code = await program.wait()
    except TimeoutError:
        return f"not done after {config.timeout.total_seconds():.0f} seconds", octets
    finally:
        _end(program.pid)
        await program.wait()
    how = "" if code == 0 else f"exit {code}" if code > 0 else f"signal {-code}"
    return how, octets


def _end(group: int) -> None:
    """Whatever of it is left."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
