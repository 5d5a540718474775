"""taking: a backup made while the daemon runs.

take(config, target, at, with_keys) -> Taken: target/maild-<instant>/, written under a temporary name, synced, and only then renamed: what
bears the name of a backup is whole.  keep(target, n) -> older ones taken away.  Unfit (a sentence) when it cannot be.

The database is copied as of one instant (store/copying.py, store/dumping.py); files of the site are read meanwhile.  Keys may change in
between: those that are copied last know all that the database knows.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from maild import __version__
from maild.backups.manifest import DUMP, ERASURES, KEYS, NAME, SITE, SQLITE, Manifest, contents, name_of, seal
from maild.config import Config
from maild.keyring import sync_folder
from maild.store import copying
from maild.store.database import Database, Session
from maild.store.dumping import Unfit, dump
from maild.store.record import NO_CHAIN

_STALE = timedelta(days=1)
_DRAFT = ".maild-"


@dataclass(frozen=True, slots=True)
class Taken:
    """The folder, what it says of itself, and the size of all in it."""

    folder: Path
    manifest: Manifest
    octets: int


def take(config: Config, target: Path, at: datetime, *, with_keys: bool) -> Taken:
    """Copy all of the site."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    final = target / name_of(at)
    if final.exists():
        raise Unfit(f"{final} is there already: wait a second")
    _sweep(target, at)
    database = Database(config.database)
    _room(database, target)
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT, suffix=".part", dir=target))
    try:
        manifest = _copy(config, database, draft, at)
        _files(config, draft, with_keys=with_keys)
        manifest = replace(manifest, keys=with_keys, files=contents(draft))
        seal(draft, manifest)
        _settle_down(draft)
        draft.rename(final)
        sync_folder(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    finally:
        database.close()
    return Taken(final, manifest, sum(path.stat().st_size for path in final.rglob("*") if path.is_file()))


def _room(database: Database, target: Path) -> None:
    """Rather a sentence now than a full disk later, which the daemon may share.  (How large a dump becomes nobody knows.)"""
    if not database.sqlite:
        return
    needed, free = Path(database.url).stat().st_size, shutil.disk_usage(target).free
    if free < needed * 1.05:
        raise Unfit(f"{target} has room for {free // 1_000_000} MB, and the database has {needed // 1_000_000} MB")


def _copy(config: Config, database: Database, draft: Path, at: datetime) -> Manifest:
    session = database.session()
    if not database.sqlite:
        return _dump(config, session, draft, at)
    copying.copy(database, draft / SQLITE)
    with copying.opened(draft / SQLITE) as copied:
        manifest = _manifest(copied, at, "sqlite", "")
    # The copy must be a beginning of what the daemon has: its last event stands there too.
    if manifest.events and session.one("SELECT 1 FROM event WHERE chain=? LIMIT 1", (manifest.chain,)) is None:
        raise Unfit("the copy does not agree with the database: try again")
    return manifest


def _dump(config: Config, session: Session, draft: Path, at: datetime) -> Manifest:
    """pg_dump and our counts look at one snapshot."""
    session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        (snapshot,) = session.one("SELECT pg_export_snapshot()") or ("",)
        (server,) = session.one("SHOW server_version") or ("",)
        dump(session, config.database, draft / DUMP, snapshot)
        return _manifest(session, at, "postgresql", str(server))
    finally:
        session.rollback()


def _manifest(session: Session, at: datetime, kind: str, server: str) -> Manifest:
    """As the copy says; whether that is true is proven afterwards."""
    last = session.one("SELECT id, chain FROM event WHERE id=(SELECT max(id) FROM event)") or (0, NO_CHAIN)
    counts = copying.counts(session)
    fingerprint = session.one("SELECT value FROM setting WHERE key='key_fingerprint'")
    return Manifest(
        __version__,
        at,
        kind,
        copying.schema(session),
        counts,
        counts["event"],
        str(last[1]),
        keys=False,
        fingerprint=str(fingerprint[0]) if fingerprint else None,
        server=server,
    )


def _files(config: Config, draft: Path, *, with_keys: bool) -> None:
    """What stands beside the database; links are followed, so that the copy stands by itself."""
    if with_keys:
        _put(config.keys, draft / KEYS)
    if config.erasures.exists():
        _put(config.erasures, draft / ERASURES)
    site = draft / SITE
    site.mkdir(mode=0o700)
    _put(config.file, site / "maild.yaml")
    for name, folder in (("rules", config.rules), ("templates", config.templates)):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
                _put(path, site / name / path.relative_to(folder))


def _put(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o600)


def _settle_down(draft: Path) -> None:
    """All of it on the disk, files first, then the names."""
    for path in draft.rglob("*"):
        if path.is_file():
            copying.sync(path)
    for folder in (*sorted((p for p in draft.rglob("*") if p.is_dir()), reverse=True), draft):
        sync_folder(folder)


# --- older ones -------------------------------------------------------------------------------------------------------------------


def keep(target: Path, count: int) -> list[Path]:
    """Take the oldest away, so that so many remain; what was taken."""
    old = _backups(target)[:-count]
    for folder in old:
        # Under another name first: half a backup must not bear the name of one.
        going = folder.with_name(f"{_DRAFT}{folder.name}.part")
        folder.rename(going)
        shutil.rmtree(going)
    return old


def _backups(target: Path) -> list[Path]:
    return sorted(path for path in target.iterdir() if NAME.fullmatch(path.name) and path.is_dir())


def _sweep(target: Path, now: datetime) -> None:
    """What a killed backup left behind, once it is too old to be one that runs."""
    for path in _drafts(target):
        if now.timestamp() - path.stat().st_mtime > _STALE.total_seconds():
            shutil.rmtree(path, ignore_errors=True)


def _drafts(target: Path) -> Iterator[Path]:
    return (path for path in target.glob(f"{_DRAFT}*.part") if path.is_dir() and not path.is_symlink())


def be_modest() -> None:
    """The daemon's mail goes first; and nobody else may read what is written."""
    os.nice(10)
    os.umask(0o077)
