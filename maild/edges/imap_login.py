"""imap_login: into a mailbox, with a password or a token; and a look whether that works.

open_mailbox(mailbox, keys, largest) -> Connection, logged in           Gone or Denied when not
login_check(mailbox, keys) -> what is wrong, in a sentence, or None     for `maild doctor`: connect, TLS, login, folders

keys: how secrets are had.  Password: the file's, read anew each time, so that a changed one needs no restart.
"""

from __future__ import annotations

from typing import Protocol

from maild.config import Mailbox
from maild.edges.imap_connection import Connection, Denied, Gone, dial

LARGEST = 1 << 20


class Keys(Protocol):
    """Secrets of mailboxes.  Either raises Denied, in words for the admin, when it cannot be had."""

    async def password(self, mailbox: Mailbox) -> str: ...

    async def token(self, mailbox: Mailbox, *, fresh: bool) -> str: ...

    def holds(self, mailbox: Mailbox) -> bool:
        """Whether a token from before is at hand."""
        ...

    def forget(self, mailbox: Mailbox) -> None:
        """The token is good for nothing."""
        ...


async def open_mailbox(mailbox: Mailbox, keys: Keys, largest: int) -> Connection:
    """A connection that is logged in.  largest: the octets that a mail may have."""
    connection = await dial(mailbox, largest)
    try:
        if mailbox.oauth is None:
            await connection.login(mailbox.username, await keys.password(mailbox))
            return connection
        if keys.holds(mailbox):
            try:
                await connection.xoauth2(mailbox.username, await keys.token(mailbox, fresh=False))
                return connection
            except Denied as denied:
                if denied.passing:
                    raise
            # A token may end before its time, when a right is taken back or given anew: a fresh one decides.
            connection.abort()
            connection = await dial(mailbox, largest)
        await _with_a_fresh_token(connection, mailbox, keys)
        return connection
    except BaseException:
        connection.abort()
        raise


async def _with_a_fresh_token(connection: Connection, mailbox: Mailbox, keys: Keys) -> None:
    """One that is refused is not tried again: that would be two failed logins each time, and accounts get locked."""
    try:
        await connection.xoauth2(mailbox.username, await keys.token(mailbox, fresh=True))
    except Denied as denied:
        if not denied.passing:
            keys.forget(mailbox)
        raise


async def login_check(mailbox: Mailbox, keys: Keys) -> str | None:
    """None when mail could be taken; else what is in the way.  Changes nothing in the mailbox."""
    try:
        connection = await open_mailbox(mailbox, keys, LARGEST)
    except (Gone, Denied) as error:
        return str(error)
    try:
        if mailbox.archive and not await connection.exists(mailbox.archive):
            return f"there is no folder {mailbox.archive} to move mail to (make it, or change `after`)"
        await connection.select(mailbox.folder, read_only=True)
    except (Gone, Denied) as error:
        return str(error)
    finally:
        await connection.logout()
    return None
