"""proving: whether a backup can be relied on.  prove(folder) -> Manifest; Damaged with all that is wrong.

Every file by its sum, and none that should not be there; then the copy itself: SQLite's integrity check, or the whole dump read through
pg_restore; the event chain recomputed from its first link; the rows counted; the keys held against the database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from maild.backups.manifest import KEYS, Damaged, Manifest, contents, opened
from maild.mail import token
from maild.store import chain, copying, dumping


def prove(folder: Path) -> Manifest:
    """The manifest of a backup that is whole."""
    manifest = opened(folder)
    faults = list(_files(folder, manifest))
    if not faults:
        faults += _database(folder / manifest.file, manifest)
        faults += _keys(folder, manifest)
    if faults:
        raise Damaged(*faults)
    return manifest


def _files(folder: Path, manifest: Manifest) -> Iterator[str]:
    found = contents(folder)
    for name, wanted in manifest.files.items():
        if name not in found:
            yield f"{folder / name} is missing"
        elif found[name] != wanted:
            yield f"{folder / name} is not as it was written (sha256 differs)"
    for name in sorted(found.keys() - manifest.files.keys()):
        yield f"{folder / name} does not belong to the backup"


def _database(path: Path, manifest: Manifest) -> list[str]:
    try:
        return list(_sqlite(path, manifest) if manifest.database == "sqlite" else _dump(path, manifest))
    except (chain.Broken, dumping.Unfit, sqlite3.Error) as error:
        return [f"{path}: {error}"]


def _sqlite(path: Path, manifest: Manifest) -> Iterator[str]:
    with copying.opened(path) as session:
        faults = copying.sound(session)
        yield from (f"{path}: {fault}" for fault in faults)
        if faults:
            return
        yield from _compare(path, manifest, copying.counts(session), chain.follow(chain.rows(session)))
        if copying.schema(session) != manifest.schema:
            yield f"{path}: its schema is not the manifest's"


def _dump(path: Path, manifest: Manifest) -> Iterator[str]:
    missing = sorted(manifest.counts.keys() - set(dumping.tables(path)))
    if missing:
        yield f"{path} lacks the tables {', '.join(missing)}"
        return
    content = dumping.read(path)
    yield from _compare(path, manifest, content.counts, content.chain)


def _compare(path: Path, manifest: Manifest, counts: Mapping[str, int], found: chain.Chain) -> Iterator[str]:
    for table, wanted in manifest.counts.items():
        if counts.get(table) != wanted:
            yield f"{path}: {table} has {counts.get(table, 0)} rows instead of {wanted}"
    if (found.events, found.head) != (manifest.events, manifest.chain):
        yield f"{path}: the chain of events does not end as it did"


def _keys(folder: Path, manifest: Manifest) -> list[str]:
    if not manifest.keys:
        return []
    try:
        mine = token.fingerprint(token.parse((folder / KEYS).read_text("utf-8")))
    except (OSError, ValueError) as error:
        return [f"{folder / KEYS} is no key file: {error}"]
    return [] if mine == manifest.fingerprint else [f"{folder / KEYS} does not belong to the database"]
