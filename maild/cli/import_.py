"""maild import mbox | maildir | imap: old mail as history, without a word to anybody."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from maild.cli.options import config_option

if TYPE_CHECKING:
    from maild.config import Config
    from maild.edges.archive import Archive
    from maild.edges.importing import Come, Site, Tally, Wish

Command = TypeVar("Command", bound=Callable[..., Any])
# A quoted list of what could not be taken ends here.
_MOST_BAD = 100


def _options(command: Command) -> Command:
    """What all sources have in common."""
    for option in (
        click.option("--desk", metavar="KEY", help="The desk of mail that names none of ours."),
        click.option("--since", metavar="DATE", help="Only mail of this day or later (2024-05-01)."),
        click.option("--until", metavar="DATE", help="Only mail before this day."),
        click.option(
            "--open-since", metavar="DATE",
            help="A case with mail of this day or later is open, and routed by the rules; all others are closed history.",
        ),
        click.option("--limit", type=click.IntRange(1), metavar="N", help="At most N new mails this time."),
        click.option("--dry-run", "dry", is_flag=True, help="Only say what would happen."),
        config_option,
    ):  # fmt: skip
        command = option(command)
    return command


@click.group("import")
def command() -> None:
    """Import old mail as history: cases with their own dates, and nobody is told.

    The same command goes on where it was interrupted, and again at any time changes nothing: a mail that is here already is passed
    over.  A running daemon goes on working.
    """


@command.command("mbox")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_options
def mbox(config: Path, file: Path, **asked: Any) -> int:
    """Import the mails of an mbox file."""
    from maild.edges.archive import Mbox

    return _archive(config, "mbox", Mbox(file), asked)


@command.command("maildir")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_options
def maildir(config: Path, folder: Path, **asked: Any) -> int:
    """Import the mails of a Maildir: its new and cur, not its subfolders."""
    from maild.edges.archive import Maildir

    if not (folder / "cur").is_dir() or not (folder / "new").is_dir():
        raise click.ClickException(f"{folder} is no Maildir: it has no folders new and cur")
    return _archive(config, "maildir", Maildir(folder), asked)


@command.command("imap")
@click.argument("mailbox")
@click.option("--folder", help="The folder; else the one that the mailbox takes mail from.")
@_options
def imap(config: Path, mailbox: str, folder: str | None, **asked: Any) -> int:
    """Import an IMAP folder of a mailbox that maild.yaml names.  Nothing in it is changed."""
    from maild.cli import import_imap

    with _opened(config) as (settings, site):
        wish, since, until = _wish(site, asked)
        return import_imap.run(settings, site, mailbox, folder, wish, (since, until), _report)


# --- a file or a folder ---------------------------------------------------------------------------------------------------------


def _archive(file: Path, kind: str, archive: Archive, asked: dict[str, Any]) -> int:
    with _opened(file) as (_, site):
        wish, since, until = _wish(site, asked)
        first, end = (int(at.timestamp()) if at else None for at in (since, until))
        click.echo(f"reading the dates of {archive.name} ...", err=True)
        every = list(archive.entries(datetime.now(UTC)))
        entries = sorted(e for e in every if (first is None or e.at >= first) and (end is None or e.at < end))
        mark = _mark(kind, os.path.realpath(archive.name), wish, entries)
        return _report(site, wish, mark, len(entries), lambda after: _coming(site, archive, entries, after))


def _coming(site: Site, archive: Archive, entries: list[Any], after: str) -> Iterator[Come]:
    from maild.edges.importing import Come

    done = int(after or 0)
    for place, entry in enumerate(entries[done:], done + 1):
        octets = archive.octets(entry) if entry.size <= site.largest else None
        yield Come(octets, datetime.fromtimestamp(entry.at, UTC), archive.where(entry), str(place))


def _mark(kind: str, name: str, wish: Wish, entries: list[Any]) -> str:
    """The source as it is now: a cursor into another one would skip the wrong mails."""
    value = hashlib.sha256(f"{kind}\n{name}\n{wish.desk}\n{wish.open_since}\n".encode("utf-8", "surrogateescape"))
    for entry in entries:
        value.update(f"{entry.at} {entry.place} {entry.size}\n".encode())
    return value.hexdigest()[:32]


# --- the site -------------------------------------------------------------------------------------------------------------------


@contextmanager
def _opened(file: Path) -> Iterator[tuple[Config, Site]]:
    from maild import config as plumbing
    from maild import policies
    from maild.edges import control
    from maild.edges.importing import Site
    from maild.founding import EX_TEMPFAIL, CannotStart, found, load_keys, load_policy, refuse_gone
    from maild.store.database import Database

    config = plumbing.load(file)
    policy = load_policy(config)
    try:
        os.close(found(config).lock)  # with the daemon down: its database is made, or brought up to date
    except CannotStart as error:
        if error.code != EX_TEMPFAIL or not config.keys.exists():
            raise
    database, keys = Database(config.database), load_keys(config.keys)
    session = database.session()
    if session.sqlite:
        session.execute("PRAGMA busy_timeout=60000")
    with session.transaction():
        refuse_gone(session, policy)
        policies.keep(session, policy, datetime.now(UTC))
    try:
        yield (
            config,
            Site(database, policy, keys, config.door.message_size * 2, lambda: control.listens(config.control)),
        )
    finally:
        database.close()


def _wish(site: Site, asked: dict[str, Any]) -> tuple[Wish, datetime | None, datetime | None]:
    from maild.edges.importing import Wish

    desk = asked["desk"]
    if desk is not None and desk not in site.policy.desks:
        raise click.BadParameter(f"there is no desk {desk!r} ({', '.join(site.policy.desks)})", param_hint="--desk")
    zone = site.policy.default_desk.zone
    since, until, open_since = (day(asked[name], name, zone) for name in ("since", "until", "open_since"))
    return Wish(desk, open_since, asked["limit"], asked["dry"]), since, until


def day(text: str | None, name: str, zone: str) -> datetime | None:
    """A day begins where the first desk is."""
    from zoneinfo import ZoneInfo

    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        hint = f"--{name.replace('_', '-')}"
        raise click.BadParameter(f"{text!r} is no day: write it like 2024-05-01", param_hint=hint) from error


# --- what is told ---------------------------------------------------------------------------------------------------------------


def _report(site: Site, wish: Wish, mark: str, total: int | None, source: Callable[[str], Iterator[Come]]) -> int:
    """Import, with a bar on a terminal and a line now and then elsewhere; then the sum."""
    from maild.cli.progress import steps
    from maild.edges.importing import Importer
    from maild.store import moving

    after = moving.reached(site.database.session(), mark)
    left = total - int(after or 0) if total is not None else None
    with steps("mails", left) as step:
        importer = Importer(site, wish, lambda tally: step(tally.read, _short(tally)))
        try:
            importer.take(source(after), mark)
        except KeyboardInterrupt:
            click.echo("stopped; the same command goes on from here", err=True)
            raise
        finally:
            importer.close()
    _say(importer.tally, wish, went_on=bool(after))
    return 0


def _short(tally: Tally) -> str:
    return f"{tally.opened} cases, {tally.joined} mails joined"


def _say(tally: Tally, wish: Wish, *, went_on: bool) -> None:
    from maild.cli.terminal import one_line
    from maild.decide.history import HOMELESS

    would = "would be " if wish.dry else ""
    if went_on and not tally.read:
        click.echo("nothing is new: all of it was imported before")
        return
    if went_on:
        click.echo("went on where it was left")
    click.echo(f"{tally.read} mails read: {tally.opened} {would}cases, {tally.joined} {would}joined to them")
    if tally.before:
        click.echo(f"{tally.before} were here before")
    for reason, number in sorted(tally.ignored.items()):
        cure = " (--desk KEY says whose they are)" if reason == HOMELESS else ""
        click.echo(f"{number} skipped: {reason}{cure}")
    if tally.bad:
        click.echo(f"{len(tally.bad)} with something wrong:")
    for line in tally.bad[:_MOST_BAD]:
        click.echo(f"  {one_line(line)}")
    if len(tally.bad) > _MOST_BAD:
        click.echo(f"  and {len(tally.bad) - _MOST_BAD} more")
