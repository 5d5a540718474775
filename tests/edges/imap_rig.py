"""imap_rig: mailboxes taken in this process: the real role, mailroom, writer and database; only settling is left out.

async with rig(tmp_path or url) as house:
    house.box("support", port=...)       a mailbox to be
    async with house.taking(): ...       the role runs
    await house.has("one", "two")        exactly these subjects are stored
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from parts import pristine

from maild.config import Mailbox
from maild.edges.imap import Mailboxes
from maild.edges.imap_keys import Secrets
from maild.edges.imap_session import House
from maild.edges.mailroom import Mailroom
from maild.model.condition import Condition
from maild.model.limits import Limits
from maild.model.policy import Policy
from maild.policy import build, texts
from maild.store import incoming, migrate
from maild.store.database import Database, Session
from maild.store.writer import Writer

ROOT = Path(__file__).parents[2]
_SERIAL = itertools.count(1)
DESKS = """
support: {addresses: [support@desk.example], name: Support, language: en, zone: Europe/Oslo}
sales: {addresses: [sales@desk.example], name: Sales, language: en, zone: Europe/Oslo}
"""
PEOPLE = "kari: {name: Kari, addresses: [kari@staff.example]}\n"


class Hands:
    """Nobody settles: what was stored waits."""

    def has_room(self, size: int) -> bool:
        return False

    def hand_over(self, arrival: Any, raw: bytes) -> None:
        raise AssertionError("a mailbox's mail waits in the queue")

    def nudge(self) -> None:
        pass


class Rig:
    def __init__(self, folder: Path, url: str, owner: str) -> None:
        self.folder, self.boxes = folder, []  # type: ignore[var-annotated]
        self.policy = self._policy()
        self.database = Database(url)
        migrate.up(self.database, ROOT / "migrations")
        self.database.close()
        self.shift = timedelta(0)
        self.writer = Writer(self.database, lambda: None)
        self.room = Mailroom(self.writer, lambda: self.policy, b"k" * 32, folder, 1, Hands())
        self.house = House(self.writer, self.room, self.clock, lambda: self.policy, 35_000_000, 50, owner)
        self.roles: Mailboxes | None = None

    def _policy(self) -> Policy:
        rules = self.folder / "rules"
        if not rules.exists():
            rules.mkdir()
            (rules / "desks.yaml").write_text(DESKS)
            (rules / "people.yaml").write_text(PEOPLE)
        return build.load(rules, lambda: texts.load(self.folder / "none", ROOT / "templates"), Limits())

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def box(self, name: str = "support", **more: Any) -> Mailbox:
        secret = self.folder / f"password-{name}"
        secret.write_text("secret\n")
        given: dict[str, Any] = {"host": "127.0.0.1", "tls": "none", "username": name, "password_file": secret, **more}
        self.boxes.append(Mailbox(name, **given))
        return self.boxes[-1]

    @contextlib.asynccontextmanager
    async def taking(self, credential: Callable[[str], bytes | None] = lambda name: None) -> AsyncIterator[Mailboxes]:
        self.roles = Mailboxes(self.boxes, Secrets(credential, self.clock), self.house, lambda: 0.0)
        task = asyncio.ensure_future(self.roles.run())
        try:
            yield self.roles
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def ask(self, job: Callable[[Session], Any]) -> Any:
        return await self.writer.write(job)

    async def stored(self) -> list[tuple[str, str]]:
        """(source, subject) of all that was stored, in order."""

        def job(session: Session) -> list[tuple[str, str]]:
            rows = session.all("SELECT source, raw FROM incoming ORDER BY id")
            return [(row[0], _subject(incoming.raw(session, row[1]))) for row in rows]

        return list(await self.ask(job))

    async def has(self, *subjects: str, seconds: float = 20.0) -> None:
        await self.until(lambda: self._holds(subjects), seconds)
        assert [subject for _, subject in await self.stored()] == list(subjects), self.conditions()

    async def _holds(self, subjects: tuple[str, ...]) -> bool:
        return len(await self.stored()) >= len(subjects)

    async def until(self, holds: Callable[[], Any], seconds: float = 20.0) -> bool:
        """As soon as it holds; holds may be a coroutine function."""
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            answer = holds()
            if await answer if asyncio.iscoroutine(answer) else answer:
                return True
            await asyncio.sleep(0.05)
        return False

    def conditions(self) -> dict[str, Condition]:
        return {c.part: c for c in self.roles.conditions()} if self.roles else {}

    async def connected(self, name: str = "support") -> None:
        assert await self.until(lambda: self.conditions()[f"imap:{name}"].facts["connected"]), self.conditions()

    async def told(self, part: str, words: str) -> Condition:
        """A condition that is not well and says so."""
        await self.until(lambda: part in self.conditions() and not self.conditions()[part].well)
        found = self.conditions()[part]
        assert not found.well
        assert words in found.text + found.cure
        return found


def _subject(raw: bytes) -> str:
    found = re.search(rb"^Subject: ([^\r\n]*)", raw, re.M)
    return found[1].decode() if found else ""


@contextlib.asynccontextmanager
async def rig(folder: Path, url: str = "", owner: str = "one") -> AsyncIterator[Rig]:
    made = Rig(folder, url or str(pristine.sqlite(folder / "maild.db")), owner)
    try:
        yield made
    finally:
        await made.writer.close()
