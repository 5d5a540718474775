"""returning: a site put back from a backup that was proven.

put_back(folder, manifest, config, wish) -> Returned.  The caller holds the lock on the state folder.  Unfit (a sentence) before anything
is touched.

The copy is made fit first (schema of this release, outbox held, erasures done again) and only then put in its place; what was there is
moved aside, never deleted.  While it goes on, state/restoring keeps every daemon from starting on half of it.
LIMITS  PostgreSQL: what must not start meanwhile is this node's daemon; stop those of other nodes yourself.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from maild import keyring, places
from maild.backups.manifest import ERASURES, KEYS, Manifest
from maild.config import Config
from maild.mail import token
from maild.store import copying, dumping, migrate, restoring
from maild.store.database import Database, Session
from maild.store.dumping import Unfit

# (session of the restored database, the list of erasures) -> how many persons it knew and knows no more
Again = Callable[[Session, Path], int]


@dataclass(frozen=True, slots=True)
class Wish:
    """force: over a database or keys that are there; erase: carries out the list of erasures; erasures: more of that list."""

    at: datetime
    actor: str
    erase: Again
    force: bool = False
    erasures: Path | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """Letters that wait for an admin, persons erased again, where what was there is now, and what else he must know."""

    held: int
    erased: int
    aside: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass
class _Work:
    """One restore on its way."""

    folder: Path
    manifest: Manifest
    config: Config
    wish: Wish
    aside: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def suffix(self) -> str:
        return f"before-{self.wish.at:%Y%m%dT%H%M%SZ}"

    def move(self, path: Path) -> None:
        """Out of the way, under a name that says when."""
        if os.path.lexists(path):
            there = path.with_name(f"{path.name}.{self.suffix}")
            path.rename(there)
            self.aside.append(str(there))


def put_back(folder: Path, manifest: Manifest, config: Config, wish: Wish) -> Returned:
    """The database, its keys and the list of erasures."""
    work = _Work(folder, manifest, config, wish)
    database = Database(config.database)
    _fit(work, database)
    use_keys = _choose_keys(work)
    _mark(config.restoring)
    if use_keys:
        work.move(config.keys)
        keyring.write(config.keys, (folder / KEYS).read_text("utf-8"))
    _erasures(work)
    held, erased = (_sqlite if database.sqlite else _postgresql)(work, database)
    _belong(config.state)
    config.restoring.unlink()
    keyring.sync_folder(config.state)
    return Returned(held, erased, tuple(work.aside), tuple(work.notes))


def _fit(work: _Work, database: Database) -> None:
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    if work.manifest.database != database.dialect:
        there, wanted = kind[work.manifest.database], kind[database.dialect]
        raise Unfit(
            f"the backup holds a {there} database, and {work.config.file} names a {wanted} one: change `database:` there"
        )
    newer = sorted(set(work.manifest.schema) - set(migrate.known(places.shipped("migrations"))))
    if newer:
        raise Unfit(
            f"the backup is of a newer maild (its database has {newer[0]}): install {work.manifest.maild} or later"
        )
    if not work.wish.force and _there(database):
        raise Unfit("there is a database already: --force moves it aside (it is not deleted), and restores")
    if database.sqlite:
        _room(work, Path(database.url).parent)


def _there(database: Database) -> bool:
    if database.sqlite:
        return Path(database.url).exists()
    try:
        return dumping.occupied(database.session())
    finally:
        database.close()


def _room(work: _Work, folder: Path) -> None:
    needed, free = (work.folder / work.manifest.file).stat().st_size, shutil.disk_usage(folder).free
    if free < needed * 1.05:
        raise Unfit(f"{folder} has room for {free // 1_000_000} MB, and the database has {needed // 1_000_000} MB")


def _mark(path: Path) -> None:
    path.write_text("a restore is under way; no daemon starts on half of one\n", "utf-8")
    copying.sync(path)
    keyring.sync_folder(path.parent)


# --- keys -------------------------------------------------------------------------------------------------------------------------


def _choose_keys(work: _Work) -> bool:
    """Whether the backup's keys are put in place.  Those that are there and know more (later keys, revoked ones) stay."""
    path, here = work.config.keys, None
    if path.exists():
        try:
            here = keyring.load(path)
        except keyring.Unusable as error:
            work.notes.append(str(error))
    mine = here is not None and token.fingerprint(here) == work.manifest.fingerprint
    if not work.manifest.keys:
        if not mine:
            work.notes.append(
                f"THE BACKUP HAS NO KEYS: put the site's key file to {path} (mode 0600); until then maild does not start"
            )
        return False
    theirs = token.parse((work.folder / KEYS).read_text("utf-8"))
    if mine and here is not None and theirs.secrets.keys() <= here.secrets.keys():
        return False
    if here is not None and not mine and not work.wish.force:
        raise Unfit(
            f"{path} has the keys of another database: --force moves them aside, and restores those of the backup"
        )
    if not mine:
        work.notes.append(
            "keys that were revoked or made after the backup: revoke or make them again (maild keys list)"
        )
    return True


# --- erasures ---------------------------------------------------------------------------------------------------------------------


def _erasures(work: _Work) -> None:
    """One list of all that are known: the site's own may be newer than the backup's."""
    sources = (work.config.erasures, work.folder / ERASURES, work.wish.erasures)
    lines = [line for path in sources if path is not None for line in _lines(path)]
    if lines:
        keyring.write(work.config.erasures, "".join(f"{line}\n" for line in dict.fromkeys(lines)))


def _lines(path: Path) -> Iterator[str]:
    if path.exists():
        yield from (line for line in path.read_text("utf-8").splitlines() if line.strip())


def _revive(work: _Work, database: Database) -> tuple[int, int]:
    """Letters held, persons erased again."""
    migrate.up(database, places.shipped("migrations"))
    session = database.session()
    held = restoring.quarantine(session, work.manifest.instant, work.wish.at, work.wish.actor)
    erasures = work.config.erasures
    return held, work.wish.erase(session, erasures) if erasures.exists() else 0


# --- the database -----------------------------------------------------------------------------------------------------------------


def _sqlite(work: _Work, database: Database) -> tuple[int, int]:
    """Revived beside the place where it will stand: there it is never half of itself."""
    final = Path(database.url)
    draft = final.with_name(f"{final.name}.restoring")
    for path in _with_logs(draft):
        path.unlink(missing_ok=True)
    shutil.copyfile(work.folder / work.manifest.file, draft)
    draft.chmod(0o600)
    revived = Database(str(draft))
    try:
        done = _revive(work, revived)
        revived.session().one("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        revived.close()
    copying.sync(draft)
    for path in _with_logs(final):
        work.move(path)
    draft.rename(final)
    keyring.sync_folder(final.parent)
    return done


def _with_logs(path: Path) -> tuple[Path, ...]:
    """What SQLite keeps of a database; the log holds commits that the file has not yet."""
    return tuple(path.with_name(f"{path.name}{ending}") for ending in ("", "-wal", "-shm"))


def _postgresql(work: _Work, database: Database) -> tuple[int, int]:
    session = database.session()
    try:
        if dumping.occupied(session):
            there = dumping.move_aside(session, work.suffix.removeprefix("before-").lower())
            work.aside.append(f"schema {there} of the database")
        dumping.load(session, work.folder / work.manifest.file, database.url)
        return _revive(work, database)
    finally:
        database.close()


def _belong(state: Path) -> None:
    """What root restored belongs to whom the state folder belongs."""
    if os.geteuid() == 0:
        owner = state.stat()
        for path in state.iterdir():
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


# --- files of the site ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Places:
    """Where a part of the site stands in the backup, and where it belongs."""

    source: Path
    target: Path


def put_files(parts: Sequence[Places], at: datetime, *, over: bool) -> tuple[list[str], list[str]]:
    """Put back what is missing, or all of them; (what was put there, where that is now which was there).

    A folder is one thing: rules of then among rules of now would be a policy that nobody wrote.
    """
    done, aside = [], []
    for part in parts:
        if not part.source.exists() or (_filled(part.target) and not over):
            continue
        if _filled(part.target):
            there = part.target.with_name(f"{part.target.name}.before-{at:%Y%m%dT%H%M%SZ}")
            part.target.rename(there)
            aside.append(str(there))
        part.target.parent.mkdir(parents=True, exist_ok=True)
        if part.source.is_dir():
            shutil.copytree(part.source, part.target, dirs_exist_ok=True)
        else:
            shutil.copyfile(part.source, part.target)
            part.target.chmod(0o640)
        done.append(str(part.target))
    return done, aside


def _filled(path: Path) -> bool:
    return any(path.iterdir()) if path.is_dir() else os.path.lexists(path)
