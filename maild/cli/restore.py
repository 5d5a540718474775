"""maild restore BACKUP -c FILE: put a site back, with the daemon down."""

from __future__ import annotations

import getpass
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from maild.backups.manifest import Manifest
    from maild.backups.returning import Places, Returned
    from maild.config import Config
    from maild.store.database import Session


@click.command("restore")
@click.argument("backup", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "-c",
    "--config",
    "config",
    metavar="FILE",
    help="The configuration; where there is none, the backup's is put there.",
)
@click.option(
    "--into-state", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Another state folder."
)
@click.option("--force", is_flag=True, help="Over a database or keys that are there: they are moved aside.")
@click.option(
    "--files", is_flag=True, help="Also maild.yaml, rules and templates that are there: they are moved aside."
)
@click.option("--erasures", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="A later list of erasures, if the state folder was lost.")  # fmt: skip
def command(
    backup: Path, config: str | None, into_state: Path | None, erasures: Path | None, *, force: bool, files: bool
) -> int:
    """Put back what `maild backup` wrote, after proving it.  The daemon must be down.

    Nothing is sent by this: letters that the copy had not sent yet are held, for they may have left since.  `maild queue list` shows
    them; `maild queue retry --restored` sends them, `maild queue drop --restored` gives them up.
    """
    from maild.backups.manifest import Damaged
    from maild.backups.proving import prove
    from maild.store.dumping import Unfit

    now = datetime.now(UTC).replace(microsecond=0)
    os.umask(0o077)
    try:
        manifest = prove(backup)
        settings = _site(backup, config, into_state, now, over=files)
        returned = _put_back(backup, manifest, settings, now, force=force, erasures=erasures)
    except (Unfit, Damaged) as error:
        click.echo(f"maild: {error}", err=True)
        return 1
    _say(manifest, settings, returned)
    return 0


def _site(backup: Path, given: str | None, into: Path | None, now: datetime, *, over: bool) -> Config:
    """The configuration, put there from the backup where there is none."""
    from maild import config as plumbing
    from maild.backups.manifest import SITE
    from maild.backups.returning import Places
    from maild.founding import take_lock

    file = _file(given)
    _files([Places(backup / SITE / "maild.yaml", file)], now, over=over)
    settings = _elsewhere(plumbing.load(file), into)
    take_lock(settings.state)
    folders = {"rules": settings.rules, "templates": settings.templates}
    _files([Places(backup / SITE / name, folder) for name, folder in folders.items()], now, over=over)
    return settings


def _elsewhere(settings: Config, into: Path | None) -> Config:
    """The same site with another state folder, where its SQLite file is too."""
    from maild.store.database import Database

    if into is None:
        return settings
    database = Database(settings.database)
    inside = str(into.absolute() / Path(database.url).name) if database.sqlite else settings.database
    return replace(settings, state=into.absolute(), database=inside)


def _files(parts: Sequence[Places], now: datetime, *, over: bool) -> None:
    from maild.backups.returning import put_files

    done, aside = put_files(parts, now, over=over)
    for line in (*(f"{path} put back" for path in done), *(f"what was there: {path}" for path in aside)):
        click.echo(line, err=True)


def _file(given: str | None) -> Path:
    from maild.config import find

    named = given or os.environ.get("MAILD_CONFIG")
    if named is None or Path(named).exists():
        return find(named, os.environ)
    return Path(named) if named.endswith((".yaml", ".yml")) else Path(named) / "maild.yaml"


def _put_back(
    backup: Path, manifest: Manifest, settings: Config, now: datetime, *, force: bool, erasures: Path | None
) -> Returned:
    from maild.backups.returning import Wish, put_back

    actor = f"admin:{getpass.getuser()}"
    wish = Wish(now, actor, lambda session, listed: _erase_again(session, listed, settings, actor), force, erasures)
    return put_back(backup, manifest, settings, wish)


def _erase_again(session: Session, listed: Path, settings: Config, actor: str) -> int:
    """Those who were erased after the copy was made are in it still: they go before anybody can read it."""
    from maild import erasing, erasures, keyring
    from maild.founding import load_policy
    from maild.store import compact
    from maild.store.dumping import Unfit

    if not settings.keys.exists():
        raise Unfit("somebody was erased since, and without the keys nobody can tell who: put the key file back first")
    key = next(iter(keyring.load(settings.keys).secrets.values()))
    done = erasing.reapply(session, erasures.entries(listed), key, load_policy(settings), actor)
    if compact.asked(session):
        compact.compact(session)
    return done


def _say(manifest: Manifest, settings: Config, returned: Returned) -> None:
    click.echo(f"restored as of {manifest.instant:%Y-%m-%dT%H:%M:%SZ} into {settings.state}")
    if returned.held:
        click.echo(f"{returned.held} letters are held, since they may have left already: maild queue list")
    if returned.erased:
        people = "person" if returned.erased == 1 else "persons"
        click.echo(f"erased again, as they were since the backup: {returned.erased} {people}")
    for path in returned.aside:
        click.echo(f"what was there: {path}", err=True)
    for note in returned.notes:
        click.echo(f"maild: {note}", err=True)
    click.echo("Start the daemon when you are ready.  Mail that came after that instant is not in it.", err=True)
