"""archive: where mails of the past stand: an mbox file, a Maildir.  The IMAP folder is edges/imap_history.py.

Mbox(path), Maildir(path):  .entries(now) -> [Entry], unsorted; .octets(entry) -> the mail; .name; .where(entry) for people
An Entry is its day and its place, a few dozen octets: of a hundred thousand mails only these are held, never the mails.

mbox: a separator line is "From ", with a time, behind an empty line or before a header field; mboxrd quoting is taken off.
Maildir: new and cur; a flag may change its file's name meanwhile.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from maild.mail import mailbox

WINDOW = 4 << 20
# Octets behind and before a separator's line feed that must be at hand to judge it; and those in which a mail's date stands.
_LOOK, _BEFORE = 2048, 4
_HEAD = 16 * 1024
_FIELD = re.compile(rb"[!-9;-~]{1,100}[ \t]*:|>?From ")
_MARK = b"\nFrom "


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A mail's day (seconds since 1970), its place in the order of the source, its length, and a Maildir's file."""

    at: int
    place: int
    size: int
    file: str = ""


class Archive(Protocol):
    """A source whose mails can be fetched in any order."""

    name: str

    def entries(self, now: datetime) -> Iterator[Entry]: ...

    def octets(self, entry: Entry) -> bytes: ...

    def where(self, entry: Entry) -> str: ...


class Mbox:
    """One file, open for reading as long as it lives."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._file: BinaryIO = path.open("rb", buffering=0)

    def entries(self, now: datetime) -> Iterator[Entry]:
        begun = -1
        for at in self._starts():
            if begun >= 0:
                yield self._entry(begun, at, now)
            begun = at
        if begun >= 0:
            yield self._entry(begun, os.fstat(self._file.fileno()).st_size, now)

    def octets(self, entry: Entry) -> bytes:
        """Without the separator, the empty line before the next one, and the quoting."""
        raw = self._read(entry.place, entry.size)
        return mailbox.unquoted(_body(raw).removesuffix(b"\n").removesuffix(b"\r"))

    def where(self, entry: Entry) -> str:
        return f"the mail at octet {entry.place}"

    def _read(self, at: int, size: int) -> bytes:
        pieces: list[bytes] = []
        while size > 0 and (piece := os.pread(self._file.fileno(), size, at)):
            pieces.append(piece)
            at, size = at + len(piece), size - len(piece)
        return b"".join(pieces)

    def _entry(self, start: int, end: int, now: datetime) -> Entry:
        head = self._read(start, min(end - start, _HEAD))
        line = mailbox.from_line(head.partition(b"\n")[0].rstrip(b"\r"))
        known = line.at if line else None
        # What maild exported bears the hour that it has in its case; Date is only what its writer's clock said.
        exported = known if mailbox.label(_body(head))[0] else None
        at = exported or mailbox.dated(_body(head), known, now)
        return Entry(int(at.timestamp()), start, end - start)

    def _starts(self) -> Iterator[int]:
        """Where separators stand; a window of the file at a time."""
        base, seen = 0, 0
        # As though a line had just ended: the first separator is one like any other.
        offset, window = -1, b"\n"
        while piece := self._read(base, WINDOW):
            window += piece
            base += len(piece)
            ready = len(window) if len(piece) < WINDOW else len(window) - _LOOK
            yield from (offset + at for at in _separators(window, seen, ready))
            cut = max(0, ready - _BEFORE)
            seen, offset, window = ready - cut, offset + cut, window[cut:]


def _separators(window: bytes, seen: int, ready: int) -> Iterator[int]:
    """The places (of each F) whose line feed stands from `seen` to `ready`; enough is there before and behind to judge them."""
    at = window.find(_MARK, seen)
    while 0 <= at < ready:
        end = window.find(b"\n", at + 1)
        line = window[at + 1 : end if end >= 0 else len(window)]
        alone = at == 0 or window[at - 1] == 10 or window[max(0, at - 2) : at] == b"\n\r"
        begins = alone or end < 0 or _FIELD.match(window, end + 1) is not None
        if begins and len(line) < _LOOK // 2 and mailbox.from_line(line.rstrip(b"\r")) is not None:
            yield at + 1
        at = window.find(_MARK, at + 1)


def _body(raw: bytes) -> bytes:
    """The mail below its separator."""
    return raw.partition(b"\n")[2]


class Maildir:
    """A folder with new and cur (https://cr.yp.to/proto/maildir.html)."""

    def __init__(self, path: Path) -> None:
        self.name, self._path = str(path), path

    def entries(self, now: datetime) -> Iterator[Entry]:
        files = sorted(f for sub in ("new", "cur") for f in (self._path / sub).iterdir() if not f.name.startswith("."))
        for place, file in enumerate(sorted(files, key=lambda f: f.name)):
            with suppress(OSError):
                entry = _entry_of(file, place, now)
                if entry is not None:
                    yield entry

    def octets(self, entry: Entry) -> bytes:
        """Wherever its flags have moved it meanwhile; nothing when it is gone."""
        file = Path(entry.file)
        base = file.name.partition(":")[0]
        for path in (
            file,
            *(f for sub in ("cur", "new") for f in sorted((self._path / sub).glob(f"{_literal(base)}*"))),
        ):
            with suppress(FileNotFoundError):
                return path.read_bytes()
        return b""

    def where(self, entry: Entry) -> str:
        return f"the file {Path(entry.file).name}"


def _entry_of(file: Path, place: int, now: datetime) -> Entry | None:
    with file.open("rb") as source:
        status = os.fstat(source.fileno())
        if not stat.S_ISREG(status.st_mode):
            return None
        at = mailbox.dated(source.read(_HEAD), datetime.fromtimestamp(status.st_mtime, UTC), now)
    return Entry(int(at.timestamp()), place, status.st_size, str(file))


def _literal(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)
