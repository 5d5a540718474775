"""imap: the mailboxes whose mail is taken by IMAP, each a task of its own.

Mailboxes(...).run() until cancelled; conditions() how each is; nudge(name): try at once.

A mailbox has one owner among the daemons of a database (a lease, renewed while we work).  A connection that ends is made anew after
1, 2, 4 ... seconds: at most 30 when it is the network, so that a server that is back is noticed within the minute; at most 300 when
the server denied something.  Refused logins lock accounts: 60, 120, 240 ... 900 seconds lie between them, less than 12 an hour.  A
changed password file is tried at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from maild.config import Mailbox
from maild.edges.delivery import Ghost
from maild.edges.imap_connection import Denied, Gone
from maild.edges.imap_login import Keys, open_mailbox
from maild.edges.imap_look import MOST, Halted
from maild.edges.imap_session import House, Taking, lease_of
from maild.errors import Conflict, TryLater
from maild.model.condition import Condition
from maild.store import lease, mailboxes
from maild.store.database import is_database_error
from maild.store.mailboxes import Cursor

SPAN, RENEW, OTHERS = timedelta(seconds=45), 15.0, 5.0
# Seconds to the next attempt: the shortest pause and the longest, of which chance takes up to a half away.
NETWORK, DENIED, LOCKED = (1.0, 30.0), (1.0, 300.0), (60.0, 900.0)
GLANCE = 5.0
WARN = timedelta(days=14)
# A connection that is made anew within this is nothing to tell of.
BLINK = timedelta(seconds=60)
log = structlog.get_logger("maild.imap")


@dataclass(slots=True)
class State:
    """How a mailbox is.  since: the beginning of what `trouble` tells, else of this connection."""

    connected: bool = False
    since: datetime | None = None
    seen_at: datetime | None = None
    trouble: str = ""
    cure: str = ""
    denied: bool = False
    elsewhere: bool = False
    stopped: bool = False
    cursor: Cursor | None = None
    aside: list[tuple[int, str, datetime, str]] = field(default_factory=list)
    nudged: asyncio.Event = field(default_factory=asyncio.Event)


class Mailboxes:
    """One per daemon."""

    def __init__(self, boxes: Sequence[Mailbox], keys: Keys, house: House, chance: Callable[[], float]) -> None:
        self._boxes, self._keys, self._house, self._chance = boxes, keys, house, chance
        self._states = {box.name: State() for box in boxes}

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for box in self._boxes:
                group.create_task(self._keep(box, self._states[box.name]))

    def nudge(self, name: str) -> None:
        """An admin has said something, or mended it."""
        if name in self._states:
            self._states[name].nudged.set()

    # --- one mailbox ----------------------------------------------------------------------------------------------------------

    async def _keep(self, box: Mailbox, state: State) -> None:
        pause = 0.0
        while True:
            least, most = await self._turn(box, state)
            if state.connected and most <= NETWORK[1]:
                # It was there a moment ago: a server that is started anew is back soon.
                pause = 0.0
            state.connected = False
            pause = min(max(pause * 2, least), most)
            await self._pause(box, state, pause * (0.5 + self._chance() / 2))

    async def _turn(self, box: Mailbox, state: State) -> tuple[float, float]:
        """One lease and one session; how long to wait for the next."""
        try:
            if not await self._house.writer.write(lambda s: lease.take(s, lease_of(box), self._house.owner, SPAN)):
                self._elsewhere(state)
                return OTHERS, OTHERS
            state.elsewhere = False
            try:
                await self._owned(box, state)
            finally:
                with suppress(Exception):
                    await self._house.writer.write(lambda s: lease.give_back(s, lease_of(box), self._house.owner))
        except Halted:
            state.stopped, state.trouble = True, ""
            return NETWORK
        except Exception as error:
            return self._ill(box, state, error)
        return NETWORK

    def _elsewhere(self, state: State) -> None:
        state.elsewhere, state.trouble, state.seen_at = True, "", self._house.clock()

    async def _owned(self, box: Mailbox, state: State) -> None:
        """The session, as long as the lease is renewed."""
        session = asyncio.ensure_future(self._session(box, state))
        renewal = asyncio.ensure_future(self._renew(box))
        try:
            await asyncio.wait({session, renewal}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (session, renewal):
                task.cancel()
            ended = await asyncio.gather(session, renewal, return_exceptions=True)
        for outcome in ended:
            if isinstance(outcome, Exception):
                raise outcome

    async def _renew(self, box: Mailbox) -> None:
        """Until it is not ours any more, or nobody can know."""
        while True:
            await asyncio.sleep(RENEW)
            async with asyncio.timeout(SPAN.total_seconds() - RENEW):
                ours = await self._house.writer.write(lambda s: lease.take(s, lease_of(box), self._house.owner, SPAN))
            if not ours:
                raise Conflict("the mailbox is another daemon's now")

    async def _session(self, box: Mailbox, state: State) -> None:
        if await self._is_stopped(box, state):
            raise Halted
        connection = await open_mailbox(box, self._keys, self._house.largest)
        try:
            taking = Taking(box, connection, self._house, lambda: self._well(state, taking))
            await taking.run()
        finally:
            connection.abort()

    async def _is_stopped(self, box: Mailbox, state: State) -> bool:
        state.cursor = await self._house.writer.write(lambda s: mailboxes.cursor(s, box.name))
        state.aside = await self._house.writer.write(lambda s: mailboxes.laid_aside(s, box.name))
        state.stopped = state.cursor is not None and state.cursor.state == mailboxes.STOPPED
        return state.stopped

    async def _pause(self, box: Mailbox, state: State, seconds: float) -> None:
        """So long, or until somebody nudges, or the password is another."""
        end, before = time.monotonic() + seconds, _written(box)
        while (left := end - time.monotonic()) > 0 and _written(box) == before:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, GLANCE)):
                    await state.nudged.wait()
                break
        state.nudged.clear()

    # --- how it is ------------------------------------------------------------------------------------------------------------

    def _well(self, state: State, taking: Taking) -> None:
        now = self._house.clock()
        if not state.connected:
            state.connected, state.since = True, now
            log.info("mailbox connected", mailbox=taking.mailbox.name)
        state.seen_at, state.stopped = now, False
        state.trouble, state.denied, state.cursor, state.aside = (
            taking.trouble,
            bool(taking.trouble),
            taking.cursor,
            taking.aside,
        )
        state.cure = "make the folder, or change `after` or `aside` in maild.yaml" if taking.trouble else ""

    def _ill(self, box: Mailbox, state: State, error: Exception) -> tuple[float, float]:
        """What is wrong, in words; how long to wait for the next attempt."""
        text, cure, denied = _told(error)
        if state.connected or not state.trouble:
            state.since = self._house.clock()
        if text != state.trouble or state.connected:
            log.warning("mailbox away", mailbox=box.name, error=text)
        state.trouble, state.cure, state.denied = text, cure, denied
        if not denied:
            return NETWORK
        return LOCKED if isinstance(error, Denied) and error.login else DENIED

    def conditions(self) -> Sequence[Condition]:
        """imap:NAME each; aside:NAME and secret:NAME where there is something to tell."""
        found: list[Condition] = []
        for box in self._boxes:
            state = self._states[box.name]
            found.append(self._condition(box, state))
            if state.aside:
                found.append(_laid(box, state))
            if box.oauth and box.oauth.secret_expires:
                found.append(_secret(box, self._house.clock()))
        return found

    def _condition(self, box: Mailbox, state: State) -> Condition:
        cursor, part = state.cursor, f"imap:{box.name}"
        facts = {
            "connected": int(state.connected),
            "last_seen_at": _iso(state.seen_at),
            "last_mail_at": _iso(cursor.mail_at) if cursor else None,
            "uidvalidity": cursor.uidvalidity if cursor else None,
            "uid": cursor.uid if cursor else None,
            "state": cursor.state if cursor else None,
        }
        if state.stopped:
            cure = f"maild mailbox accept {box.name} (take them), or maild mailbox skip {box.name} (leave them)"
            text = f"more than {MOST} mails are new after the server numbered them anew; no mail is taken"
            return Condition(part, False, text, cure, state.since, facts)
        if state.elsewhere:
            return Condition(part, True, "another daemon takes its mail", "", None, facts)
        if state.trouble and (state.denied or self._lasts(state)):
            return Condition(part, False, state.trouble, state.cure, state.since, facts)
        text = "connected" if state.connected else "connecting"
        return Condition(part, True, text, "", state.since if state.connected else None, facts)

    def _lasts(self, state: State) -> bool:
        return state.since is not None and self._house.clock() - state.since > BLINK


def _told(error: Exception) -> tuple[str, str, bool]:
    """(text, cure, whether the server refused us)."""
    if isinstance(error, Denied):
        return str(error), "mend username, password or folder in maild.yaml, or wait for the server", not error.passing
    if isinstance(error, Gone):
        return str(error), "see that the mail server runs and can be reached from here", False
    if isinstance(error, TryLater):
        return f"the mail cannot be stored now: {error.text}", "see to the disk and the database", False
    if isinstance(error, Conflict):
        return str(error), "", False
    if isinstance(error, TimeoutError | Ghost) or is_database_error(error):
        return "the database does not answer", "see to the database", False
    log.error("a bug in taking mail", exc_info=error)
    return f"a bug of maild: {type(error).__name__} (its log says more)", "tell its makers", False


def _laid(box: Mailbox, state: State) -> Condition:
    first = state.aside[0]
    text = f"{len(state.aside)} of its mails could not be taken: {first[3]}"
    cure = f"look into its folder {box.aside}, then: maild mailbox seen {box.name}"
    return Condition(f"aside:{box.name}", False, text, cure, first[2], {"mails": len(state.aside)})


def _secret(box: Mailbox, now: datetime) -> Condition:
    """The day that the admin wrote down: no protocol tells it."""
    assert box.oauth is not None
    assert box.oauth.secret_expires is not None
    left = (box.oauth.secret_expires - now.date()).days
    text = f"the secret ends on {box.oauth.secret_expires}" if left >= 0 else f"the secret ended {-left} days ago"
    soon = left <= WARN.days
    cure = (
        "make a new secret at the provider, put it in place, and write its last day to secret_expires" if soon else ""
    )
    return Condition(f"secret:{box.name}", not soon, text, cure, None, {"days_left": left})


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _written(box: Mailbox) -> float:
    """When the secret's file was written last."""
    file = box.oauth.secret_file if box.oauth else box.password_file
    try:
        return file.stat().st_mtime if file else 0.0
    except OSError:
        return 0.0
