"""erasures: the list of who was erased, kept beside the database so that a restore can do it again.

state/erasures, 0600, one JSON object a line: {"at": instant, "who": keyed hash, "fate": "begun" or "done"}.  Never the address: the hash
is keyed with the oldest site key, which rotation keeps.  A line is on the disk before anything is deleted.

append(path, entry); entries(path) -> Entry...; name_of(address, key); unfinished(entries) -> those begun and not done.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_DOMAIN = b"maild erasure 1\0"


@dataclass(frozen=True, slots=True)
class Entry:
    """An erasure: when it was asked for, whose (hashed), and whether this line says that it is done."""

    at: datetime
    who: str
    done: bool = False


def name_of(address: str, key: bytes) -> str:
    """The keyed hash of an address, in any case."""
    return hmac.digest(key, _DOMAIN + address.lower().encode("utf-8", "surrogatepass"), "sha256").hex()


def append(path: Path, entry: Entry) -> None:
    """One line, durable when it returns."""
    line = json.dumps({"at": entry.at.isoformat(), "who": entry.who, "fate": "done" if entry.done else "begun"})
    new = not path.exists()
    # A crash may have cut the last line off: an empty line harms nobody, two lines in one do.
    torn = not new and path.read_bytes()[-1:] not in (b"", b"\n")
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.write(handle, ("\n" if torn else "").encode() + line.encode() + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
    if new:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def entries(path: Path) -> tuple[Entry, ...]:
    """All lines that are whole."""
    if not path.exists():
        return ()
    return tuple(entry for line in path.read_text("utf-8", "replace").splitlines() if (entry := _entry(line)))


def _entry(line: str) -> Entry | None:
    try:
        value = json.loads(line)
        return Entry(datetime.fromisoformat(value["at"]), str(value["who"]), value["fate"] == "done")
    except (ValueError, KeyError, TypeError):
        return None


def unfinished(all_of_them: Iterable[Entry]) -> tuple[Entry, ...]:
    """Begun and not done: a crash fell between."""
    begun: dict[tuple[datetime, str], Entry] = {}
    for entry in all_of_them:
        if entry.done:
            begun.pop((entry.at, entry.who), None)
        else:
            begun[entry.at, entry.who] = entry
    return tuple(begun.values())
