"""import_imap: an IMAP folder as a source of old mail.  run(...) -> exit code.  Not a command itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from maild import notify
from maild.edges.imap_connection import Denied, Gone
from maild.edges.imap_history import history, uidvalidity
from maild.edges.imap_keys import Secrets
from maild.edges.importing import Come, Site, Wish
from maild.founding import EX_CONFIG, EX_TEMPFAIL, CannotStart
from maild.mail import mailbox as mailboxes

if TYPE_CHECKING:
    from maild.config import Config, Mailbox

Report = Callable[[Site, Wish, str, int | None, Callable[[str], Iterator[Come]]], int]
Days = tuple[datetime | None, datetime | None]


def run(config: Config, site: Site, name: str, folder: str | None, wish: Wish, days: Days, report: Report) -> int:
    """Import the folder; what the server refuses is told in its words."""
    found = {mailbox.name: mailbox for mailbox in config.mailboxes}
    if name not in found:
        known = ", ".join(found) or "none; they stand under mailboxes"
        raise click.ClickException(f"maild.yaml names no mailbox {name!r} (it names {known})")
    mailbox = found[name]
    reading = _Reading(mailbox, folder or mailbox.folder, site.largest, days)
    wish = Wish(wish.desk or mailbox.desk or None, wish.open_since, wish.limit, wish.dry)
    try:
        return report(site, wish, reading.mark(wish), None, reading.coming)
    except Denied as error:
        raise CannotStart(EX_TEMPFAIL if error.passing else EX_CONFIG, f"mailbox {name}: {error}") from error
    except Gone as error:
        raise CannotStart(EX_TEMPFAIL, f"mailbox {name}: {error} (the same command goes on from here)") from error
    finally:
        reading.close()


class _Reading:
    """The folder, mail after mail, in a loop that runs only while the next one is waited for."""

    def __init__(self, mailbox: Mailbox, folder: str, largest: int, days: Days) -> None:
        self._mailbox, self._folder, self._largest, self._days = mailbox, folder, largest, days
        self._keys = Secrets(notify.credential, lambda: datetime.now(UTC))
        self._runner = asyncio.Runner()
        self._uid = 0

    def close(self) -> None:
        self._runner.close()

    def mark(self, wish: Wish) -> str:
        """Its UIDs mean something only under this number; other days would need other mails."""
        number = self._runner.run(uidvalidity(self._mailbox, self._keys, self._folder))
        return f"imap:{self._mailbox.name}:{self._folder}:{number}:{wish.desk}:{wish.open_since}:{self._days}"

    def coming(self, after: str) -> Iterator[Come]:
        """From the UID after the cursor; a connection that breaks is made anew as long as it brings something."""
        self._uid = int(after or 0)
        while True:
            began = self._uid
            try:
                yield from self._some()
                return
            except Gone:
                if self._uid == began:
                    raise

    def _some(self) -> Iterator[Come]:
        mails = history(self._mailbox, self._keys, self._folder, self._uid, self._largest)
        while True:
            try:
                uid, at, raw = self._runner.run(_next(mails))
            except StopAsyncIteration:
                return
            now = datetime.now(UTC)
            day = mailboxes.dated(raw or b"", at, now)
            since, until = self._days
            if (since is None or day >= since) and (until is None or day < until):
                yield Come(raw, day, f"the mail with UID {uid}", str(uid))
            self._uid = uid


async def _next(mails: object) -> tuple[int, datetime | None, bytes | None]:
    return await anext(mails)  # type: ignore[call-overload,no-any-return]
