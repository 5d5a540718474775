"""keeping: a stranger's file on an admin's disk.

keep(octets, target, name, force) -> the path written; Refused with a sentence when it must not be.
growing(path, force): the same for a file that is written piece by piece.
file_name(name, number) -> a name that is safe in any folder.

Nothing that is there is overwritten without force, and then only a file or a link, never what it leads to; mode 0600 from the first
octet on; a file that could not be written to its end is taken away again.
"""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from maild.mail import assembly

LONGEST = 120


class Refused(Exception):
    """It was not written, and why."""


def file_name(name: str, number: int) -> str:
    """The name as it came, without control characters, folders, and a first dot or hyphen, which mean something to shells.

    Nor with characters that nobody sees: behind one of them a first dot would be hidden until another program drops it.
    """
    seen = "".join(char for char in assembly.file_name(name) if unicodedata.category(char) not in ("Cc", "Cf"))
    clean = seen.lstrip(".-~ ").strip()
    ending = Path(clean).suffix
    ending = ending if len(ending.encode("utf-8", "replace")) <= 20 else ""
    stem, room = clean.removesuffix(ending), LONGEST - len(ending.encode("utf-8", "replace"))
    stem = stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore")
    stem = stem if ending else stem.rstrip(" .")
    return f"{stem}{ending}" if stem else f"file-{number}{ending}"


def keep(octets: bytes, target: Path, name: str, *, force: bool) -> Path:
    """Write the file: to the target, or under its name into the folder that the target is."""
    path = target / name if target.is_dir() else target
    with growing(path, force=force) as file:
        file.write(octets)
    return path


@contextmanager
def growing(path: Path, *, force: bool) -> Iterator[BinaryIO]:
    """A new file to write into; with force it takes the place of another when it is whole."""
    if path.is_dir() and not path.is_symlink():
        raise Refused(f"{path} is a folder")
    if not force and os.path.lexists(path):
        raise Refused(f"{path} is there already (--force overwrites it)")
    if os.path.lexists(path) and not (path.is_file() or path.is_symlink()):
        raise Refused(f"{path} is no file")
    draft, handle = _draft(path) if force else (path, _new(path))
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        if force:
            draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _new(path: Path) -> int:
    """A file that nothing stood in the place of, not even since we looked; 0600 at once."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise Refused(f"{path} is there already (--force overwrites it)") from None


def _draft(path: Path) -> tuple[Path, int]:
    """A file beside the one that it will take the place of."""
    handle, name = tempfile.mkstemp(prefix=".maild-", dir=path.parent)
    return Path(name), handle
