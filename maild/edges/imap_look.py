"""imap_look: all mail of a mailbox from the horizon on, compared with what we have.

Once a night by numbers; after a change of UIDVALIDITY by octets: a number says nothing then, so each mail is fetched and known by its
digest.  What is new is taken (without an acknowledgement if it is older than a day); but more than MOST new ones are what nobody
expects: then it stops, and an admin says whether they are taken or left.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from maild.edges.imap_connection import Denied, Gone
from maild.edges.imap_taking import received_at
from maild.edges.imap_words import Head, since
from maild.store import mailboxes
from maild.store.mailboxes import Became, Cursor

if TYPE_CHECKING:
    from maild.edges.imap_session import Taking

MOST = 50
BATCH = 50
log = structlog.get_logger("maild.imap")


class Halted(Exception):
    """Nothing is taken until an admin says what to do."""


class Look:
    """One look, in one session; what it learns is kept, so that the next one goes on after a lost connection."""

    def __init__(self, taking: Taking) -> None:
        self._taking, self._name = taking, taking.mailbox.name

    async def look(self) -> None:
        """Halted when an admin is needed."""
        cursor = await self._taking.where()
        if cursor.state == mailboxes.STOPPED:
            raise Halted
        new: list[Head] = []
        async for head in self._new(cursor):
            new.append(head)
            if len(new) > MOST and cursor.state == mailboxes.LOOKING:
                await self._stop()
        for head in new:
            if cursor.state == mailboxes.SKIPPING:
                await self._taking.note(Became(head.uid, "skipped"))
            else:
                await self._taking.take(head, found=True)
        now = self._taking.house.clock()
        await self._taking.write(lambda session: mailboxes.looked(session, self._name, now), fenced=True)
        log.info("mailbox compared", mailbox=self._name, new=len(new), left=cursor.state == mailboxes.SKIPPING)

    async def _new(self, cursor: Cursor) -> AsyncIterator[Head]:
        """Mail from the horizon on that is neither known by its number nor by its octets."""
        connection, upto = self._taking.connection, f"UID 1:{max(1, cursor.goal)}"
        there = {uid for uid in await connection.search(upto) if uid <= cursor.goal}
        known = await self._taking.write(lambda session: mailboxes.known_uids(session, self._name))
        gone = {uid for uid in known if uid <= cursor.goal} - there
        await self._taking.write(lambda session: mailboxes.forget(session, self._name, gone), fenced=True)
        # SINCE knows days only, of some zone.
        recent = await connection.search(f"{upto} SINCE {since(cursor.horizon - timedelta(days=1))}")
        uids = [uid for uid in recent if cursor.floor < uid <= cursor.goal and uid not in known]
        for start in range(0, len(uids), BATCH):
            heads = await connection.heads(uids[start : start + BATCH])
            for uid in sorted(heads):
                if not await self._is_known(heads[uid], cursor):
                    yield heads[uid]

    async def _is_known(self, head: Head, cursor: Cursor) -> bool:
        """By its octets.  What is decided is noted, so that nothing is fetched twice for it."""
        taking = self._taking
        if head.at is not None and head.at < cursor.horizon:
            await taking.note(Became(head.uid, "old"))
            return True
        if head.size > taking.house.largest:
            return False
        try:
            raw = await taking.connection.body(head.uid)
        except (Gone, Denied) as error:
            await taking.failed(head.uid, 1, error)
            if isinstance(error, Gone):
                raise
            return True
        if raw is None:
            return True
        if not await taking.house.mailroom.has(raw, received_at(head.at, taking.here(found=True))):
            return False
        await taking.note(Became(head.uid, "done" if taking.mailbox.after == "leave" else mailboxes.KEPT))
        return True

    async def _stop(self) -> None:
        await self._taking.write(lambda session: mailboxes.stop(session, self._name), fenced=True)
        log.error("mailbox stopped: more mail is new than expected", mailbox=self._name, more_than=MOST)
        raise Halted
