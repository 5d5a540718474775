"""maild backup TARGET;  maild backup verify BACKUP"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from maild.cli.options import config_option

if TYPE_CHECKING:
    from maild.backups.taking import Taken
    from maild.config import Config


class _Default(click.Group):
    """A group whose first word may also be the target of its commonest command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else "--help"
        if first not in self.commands and first not in ("-h", "--help"):
            args = ["make", *args]
        return super().parse_args(ctx, args)


@click.group("backup", cls=_Default)
def command() -> None:
    """Copy a site while it runs; `maild backup TARGET` is `maild backup make TARGET`."""


@command.command("make")
@click.argument("target", type=click.Path(path_type=Path, file_okay=False))
@click.option("--verify/--no-verify", default=True, help="Open the copy again and prove it (as it is done by itself).")
@click.option(
    "--without-keys", is_flag=True, help="Leave the keys out: keep them elsewhere, or no answer finds its case."
)
@click.option(
    "--keep", type=click.IntRange(1), metavar="N", help="Afterwards take older backups in TARGET away, but for N."
)
@config_option
def make(config: Path, target: Path, *, verify: bool, without_keys: bool, keep: int | None) -> int:
    """Write a backup into the folder TARGET, under the name of this instant.

    Database, keys, maild.yaml, rules, templates and the list of erasures, as of one instant, while the daemon runs.  It is secret:
    whoever has it has the mail, and can write as your handlers.
    """
    from maild import config as plumbing
    from maild.backups import taking
    from maild.backups.manifest import Damaged
    from maild.store.dumping import Unfit

    settings, now = plumbing.load(config), datetime.now(UTC).replace(microsecond=0)
    _need_database(settings)
    taking.be_modest()
    began = time.monotonic()
    try:
        taken = taking.take(settings, target, now, with_keys=not without_keys)
        _say(taken, time.monotonic() - began)
        if verify:
            _prove(taken.folder)
    except (Unfit, Damaged) as error:
        click.echo(f"maild: no backup: {error}", err=True)
        return 1
    _remember(settings, now)
    if without_keys:
        click.echo(
            f"maild: THE KEYS ARE NOT IN IT.  Keep a copy of {settings.keys} elsewhere: without it nothing restored can start.",
            err=True,
        )
    for gone in taking.keep(target, keep) if keep else ():
        click.echo(f"{gone} taken away", err=True)
    return 0


def _need_database(settings: Config) -> None:
    from maild.founding import EX_TEMPFAIL, CannotStart
    from maild.store.database import Database

    database = Database(settings.database)
    if database.sqlite and not Path(database.url).exists():
        raise CannotStart(EX_TEMPFAIL, f"there is no database yet at {database.url}: nothing to copy")


def _say(taken: Taken, seconds: float) -> None:
    rate = taken.octets / 1e6 / max(seconds, 0.001)
    click.echo(taken.folder)
    click.echo(
        f"{taken.octets / 1e6:.1f} MB in {seconds:.1f} s ({rate:.0f} MB/s), {taken.manifest.events} events", err=True
    )


def _prove(folder: Path) -> None:
    from maild.backups.proving import prove

    began = time.monotonic()
    prove(folder)
    click.echo(f"proven in {time.monotonic() - began:.1f} s", err=True)


def _remember(settings: Config, now: datetime) -> None:
    """By the running daemon, or under the lock when it is down.  The backup is good even when nobody could note it."""
    from maild.edges import control
    from maild.founding import CannotStart, take_lock
    from maild.store import restoring
    from maild.store.database import Database

    try:
        answer = control.ask(settings.control, {"order": "backed-up", "at": now.isoformat()})
        if answer is None:
            take_lock(settings.state)
            database = Database(settings.database)
            restoring.note_backup(database.session(), now)
            database.close()
    except (CannotStart, OSError) as error:
        click.echo(f"maild: the backup is good, but the site does not know of it: {error}", err=True)
        return
    if answer is not None and not answer["ok"]:
        click.echo(f"maild: the backup is good, but the site does not know of it: {answer['text']}", err=True)


@command.command("verify")
@click.argument("backup", type=click.Path(path_type=Path, exists=True))
def verify(backup: Path) -> int:
    """Prove a backup: every byte, the database's own check, the chain of events, the rows, the keys.  Needs no site."""
    from maild.backups.manifest import Damaged
    from maild.backups.proving import prove

    try:
        manifest = prove(backup)
    except Damaged as error:
        click.echo(f"maild: {error}", err=True)
        return 1
    cases, mails = manifest.counts["cases"], manifest.counts["incoming"]
    click.echo(
        f"good: {manifest.instant:%Y-%m-%dT%H:%M:%SZ}, {cases} cases, {mails} arrivals, {manifest.events} events"
    )
    if not manifest.keys:
        click.echo("without keys: it needs the key file of its site", err=True)
    return 0
