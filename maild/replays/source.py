"""source: where the mails of a replay come from: the database, an mbox file, a Maildir, a folder of .eml files.

stored(session, since, left), archived(path, ...) -> (Mail, its octets), in the order in which the daemon took them, or of their dates.
left counts those that cannot be replayed, by the reason.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from maild.edges.archive import Archive, Entry, Maildir, Mbox
from maild.mail import mailbox
from maild.model.people import Authentication, Trust
from maild.replays.stage import Mail
from maild.store import incoming, past
from maild.store.database import Session, moment

Source = Iterator[tuple[Mail, bytes]]
_PAGE = 200
GONE, IMPORTED, WAITING = "were deleted as retention says", "came by an import", "wait in the queue"


def stored(session: Session, since: datetime | None, left: Counter[str]) -> Source:
    """The mails that the daemon settled."""
    after = 0
    while rows := past.mails(session, since, after, _PAGE):
        for row in rows:
            after = row[0]
            why = IMPORTED if row[2] == "import" else WAITING if row[9] != "done" else ""
            octets = incoming.raw(session, row[1]) if not why else b""
            if why or not octets:
                left[why or GONE] += 1
                continue
            yield _mail(session, row), octets


def _mail(session: Session, row: tuple[Any, ...]) -> Mail:
    trace = json.loads(row[8]) if row[8] and row[8].startswith("{") else {}
    who = (row[0], row[2], row[3], past.recipients(session, row[0]), row[4])
    return Mail(*who, moment(row[5]), row[6], trust_of(row[7]), f"in-{row[0]}", trace)


def trust_of(text: str | None) -> Trust:
    told = json.loads(text) if text else {}
    word = told.get("authentication") or "none"
    return Trust(Authentication(word), told.get("by", ""), tuple(told.get("evidence", ())))


# --- files ------------------------------------------------------------------------------------------------------------------------


class Folder:
    """A folder of mails, a file each."""

    def __init__(self, path: Path) -> None:
        self.name, self._path = str(path), path

    def entries(self, now: datetime) -> Iterator[Entry]:
        for place, file in enumerate(sorted(self._path.glob("*.eml"))):
            at = mailbox.dated(
                file.read_bytes()[: mailbox.HEAD], datetime.fromtimestamp(file.stat().st_mtime, UTC), now
            )
            yield Entry(int(at.timestamp()), place, file.stat().st_size, str(file))

    def octets(self, entry: Entry) -> bytes:
        return Path(entry.file).read_bytes()

    def where(self, entry: Entry) -> str:
        return f"the file {Path(entry.file).name}"


def archive_of(path: Path) -> Archive:
    """What stands at that path."""
    if not path.is_dir():
        return Mbox(path)
    return Maildir(path) if (path / "cur").is_dir() and (path / "new").is_dir() else Folder(path)


def archived(
    archive: Archive,
    entries: list[Entry],
    envelope: Callable[[bytes], tuple[str, str]],
    trust: Callable[[bytes, str], Trust],
) -> Source:
    """envelope(raw): its sender, and the desk that it names; trust(raw, recipient)."""
    for entry in entries:
        octets = mailbox.crlf(mailbox.label(archive.octets(entry))[1])
        (sender, to), at = envelope(octets), datetime.fromtimestamp(entry.at, UTC)
        where = archive.where(entry)
        yield Mail(0, "try", sender, (to,), "", at, len(octets), trust(octets, to), where, {}), octets
