"""imap_history: the old mail of a folder, for `maild import`.  Read-only: no flag changes, nothing is moved.

history(mailbox, keys, folder, after_uid, largest) -> (uid, INTERNALDATE or None, octets), ascending.  A mail larger than `largest` has
no octets (None).  Gone or Denied end it; whoever asks again with the last UID goes on from there.
uidvalidity(mailbox, keys, folder) -> the number under which those UIDs are good.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from maild.config import Mailbox
from maild.edges.imap_login import Keys, open_mailbox

BATCH = 50


async def uidvalidity(mailbox: Mailbox, keys: Keys, folder: str) -> int:
    """It changes when the folder was made anew: then all UIDs are new."""
    connection = await open_mailbox(mailbox, keys, 1 << 20)
    try:
        return (await connection.select(folder, read_only=True)).uidvalidity
    finally:
        await connection.logout()


async def history(
    mailbox: Mailbox, keys: Keys, folder: str, after_uid: int, largest: int
) -> AsyncIterator[tuple[int, datetime | None, bytes | None]]:
    """The mails behind after_uid (0: all)."""
    connection = await open_mailbox(mailbox, keys, largest)
    try:
        await connection.select(folder, read_only=True)
        # n:* always names the newest mail, even one before n (RFC 3501 section 6.4.8).
        uids = [uid for uid in await connection.search(f"UID {after_uid + 1}:*") if uid > after_uid]
        for start in range(0, len(uids), BATCH):
            heads = await connection.heads(uids[start : start + BATCH])
            for uid, head in sorted(heads.items()):
                if head.size > largest:
                    yield uid, head.at, None
                elif (raw := await connection.body(uid)) is not None:
                    yield uid, head.at, raw
    finally:
        await connection.logout()
