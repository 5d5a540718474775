"""dispatch: what a command may ask of the running daemon, by the control socket.  Each order is a function and a row in `orders`.

What an order does to the database is orders.py's, keyring.py's or erasing.py's: commands do the same under the lock while the daemon
is down.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from maild import keyring, orders
from maild.current import Current
from maild.edges import control, retention
from maild.edges.imap import Mailboxes
from maild.edges.watch import Watch, report
from maild.model.policy import Clock
from maild.store import rederiving, restoring
from maild.store.writer import Writer

# Seconds that `maild status` waits for fresh figures before it shows the last ones.
PATIENCE = 3.0
Asked = dict[str, Any]
log = structlog.get_logger("maild")


@dataclass(frozen=True, slots=True)
class Dispatch:
    """nudge: look into the queues now.  key_file: where the keys stand."""

    writer: Writer
    current: Current
    watch: Watch
    mailboxes: Mailboxes
    retention: retention.Role
    key_file: Path
    started: datetime
    clock: Clock
    nudge: Callable[[], None]

    def orders(self) -> dict[str, control.Order]:
        return {
            "status": self.status,
            "reload": self.reload,
            "retry": self.queue,
            "drop": self.queue,
            "erase": self.retention.begin,
            "erasure": self.retention.tell,
            "compact": self.retention.compact_now,
            "archived": self.archived,
            "mailbox": self.mailbox,
            "look": self.look,
            "keys": self.keys,
            "backed-up": self.backed_up,
        }

    async def status(self, asked: Asked, actor: str) -> Asked:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self.watch.measure(self.clock())
        return {
            **report(self.watch.snapshot, self.watch.conditions(), self.clock()),
            "ok": True,
            "text": "running",
            "since": self.started.isoformat(),
            "policy": self.current.policy.hash,
            "reload_error": self.current.error,
        }

    async def reload(self, asked: Asked, actor: str) -> Asked:
        began = self.clock()
        await self.current.reload()
        error = self.current.error
        text = error or f"policy {self.current.policy.hash[:12]} is active{await self._moved(began)}"
        return {"ok": not error, "text": text}

    async def _moved(self, since: datetime) -> str:
        """What the change did to promises of open cases, if that is known within moments."""
        value = self.current.policy.hash
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while await self.writer.write(lambda session: rederiving.stale(session, value, 1)):
                    await asyncio.sleep(0.1)
                last = await self.writer.write(rederiving.last)
                fresh = last is not None and last.policy == value and last.began_at >= since
                return f": {last.moved}" if last is not None and fresh else ""
        return "; open cases are being looked at anew: maild status tells what has moved"

    async def look(self, asked: Asked, actor: str) -> Asked:
        """Somebody else has put a mail into the queue (`maild pipe`): no need to wait for the next poll."""
        self.nudge()
        return {"ok": True, "text": "looking"}

    async def queue(self, asked: Asked, actor: str) -> Asked:
        now, verb, row = self.clock(), str(asked["order"]), str(asked.get("id"))
        answer = await self.writer.write(lambda session: orders.carry_out(session, verb, row, actor, now))
        self.nudge()
        log.info("order", order=verb, id=row if orders.is_id(row) else "", actor=actor, ok=answer.ok)
        return {"ok": answer.ok, "text": answer.text}

    async def archived(self, asked: Asked, actor: str) -> Asked:
        now, numbers = self.clock(), [str(number) for number in asked.get("numbers", ())]
        taken_at = datetime.fromisoformat(asked["at"]) if "at" in asked else now
        answer = await self.writer.write(lambda session: orders.archive(session, numbers, actor, now, taken_at))
        return {"ok": answer.ok, "text": answer.text}

    async def mailbox(self, asked: Asked, actor: str) -> Asked:
        verb, name = str(asked.get("verb")), str(asked.get("name"))
        answer = await self.writer.write(lambda session: orders.of_mailbox(session, verb, name))
        self.mailboxes.nudge(name)
        log.info("order", order=f"mailbox {verb}", mailbox=name, actor=actor, ok=answer.ok)
        return {"ok": answer.ok, "text": answer.text}

    async def keys(self, asked: Asked, actor: str) -> Asked:
        """Rotate or revoke; the keys are the new ones from the commit on."""
        now, path = self.clock(), self.key_file
        wanted = keyring.Wanted(str(asked["verb"]), secrets.token_bytes(32), str(asked.get("key", "")))
        done = await self.writer.write(lambda session: keyring.change(session, path, wanted, actor, now))
        self.current.keys = done.keys
        log.info("order", order="keys", verb=wanted.verb, actor=actor, ok=done.ok)
        return {"ok": done.ok, "text": done.text}

    async def backed_up(self, asked: Asked, actor: str) -> Asked:
        at = datetime.fromisoformat(str(asked["at"]))
        await self.writer.write(lambda session: restoring.note_backup(session, at))
        log.info("backed up", at=at.isoformat(), actor=actor)
        return {"ok": True, "text": "noted"}
