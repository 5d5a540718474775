"""manifest: what a backup says of itself.

A backup is a folder, named by its instant (maild-20261125T184902Z), mode 0700, of these files:

    manifest.json       maild's version, the instant, the schema, rows per table, the event chain's head, sha256 of each file
    manifest.sha256     the manifest's own sum, as sha256sum writes it
    database.sqlite     or database.pgdump (pg_dump's custom format)
    keys                unless it was made without
    erasures            the list of those who were erased, if there is one
    site/               maild.yaml, rules/, templates/

seal(folder, manifest) writes the first two; opened(folder) reads and checks them; Damaged says all that is wrong.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FORMAT = 1
MANIFEST, SUM = "manifest.json", "manifest.sha256"
SQLITE, DUMP, KEYS, ERASURES, SITE = "database.sqlite", "database.pgdump", "keys", "erasures", "site"
NAME = re.compile(r"maild-\d{8}T\d{6}Z")
_BLOCK = 1 << 20


class Damaged(Exception):
    """It cannot be relied on; every fault a sentence."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


@dataclass(frozen=True, slots=True)
class Manifest:
    """files: name in the folder -> sha256; keys: whether they are in it; fingerprint: whose keys the database wants."""

    maild: str
    instant: datetime
    database: str
    schema: tuple[str, ...]
    counts: Mapping[str, int]
    events: int
    chain: str
    keys: bool
    fingerprint: str | None
    server: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def file(self) -> str:
        """The database's name in the folder."""
        return SQLITE if self.database == "sqlite" else DUMP


def name_of(at: datetime) -> str:
    """The folder's name: sorts by time."""
    return f"maild-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def sum_of(path: Path) -> str:
    """The file's sha256, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def contents(folder: Path) -> dict[str, str]:
    """Every file of the folder but the manifest and its sum -> sha256."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    names = (path.relative_to(folder).as_posix() for path in files)
    return {name: sum_of(folder / name) for name in names if name not in (MANIFEST, SUM)}


def seal(folder: Path, manifest: Manifest) -> None:
    """Write the manifest and its sum."""
    value = {**asdict(manifest), "instant": manifest.instant.isoformat()}
    (folder / MANIFEST).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", "utf-8")
    (folder / SUM).write_text(f"{sum_of(folder / MANIFEST)}  {MANIFEST}\n", "utf-8")


def opened(folder: Path) -> Manifest:
    """The manifest, believed only with its sum."""
    if not (folder / MANIFEST).is_file():
        raise Damaged(f"{folder} is no backup of maild: it has no {MANIFEST}")
    try:
        if (folder / SUM).read_text("utf-8").split() != [sum_of(folder / MANIFEST), MANIFEST]:
            raise Damaged(f"{folder / MANIFEST} is not as it was written")
        return _manifest(json.loads((folder / MANIFEST).read_text("utf-8")))
    except FileNotFoundError as error:
        raise Damaged(f"{error.filename} is missing") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"{folder / MANIFEST} cannot be read: {error}") from error


def _manifest(value: dict[str, Any]) -> Manifest:
    if value["format"] > FORMAT:
        raise Damaged(f"the backup was made by a newer maild ({value['maild']}): install that release")
    instant = datetime.fromisoformat(value["instant"])
    return Manifest(**{**value, "instant": instant, "schema": tuple(value["schema"])})
