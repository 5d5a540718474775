"""maild init: a new site in a folder, ready to run.

create(folder, wish) does it for other commands too; click.UsageError when what was asked for makes no site: nothing is left then.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from maild.places import SITE, STATE

if TYPE_CHECKING:
    from maild.cli.site_files import Person, Wish

_PERSON = re.compile(r'\s*(?:"?([^"<>]*?)"?\s*<\s*([^<>\s]+)\s*>|([^<>\s]+))\s*')
_OURS = ("maild.yaml", "rules", "templates")


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--desk",
    "desks",
    metavar="ADDRESS",
    multiple=True,
    required=True,
    help="A support address; the first is the default.",
)
@click.option(
    "--handler",
    "handlers",
    metavar='"NAME <ADDRESS>"',
    multiple=True,
    required=True,
    help="Somebody who answers cases.",
)
@click.option("--smtp", metavar="HOST:PORT", help="Take mail by SMTP here.")
@click.option("--lmtp", metavar="PATH", help="Take mail by LMTP on this UNIX socket.")
@click.option(
    "--relay", metavar="HOST:PORT", default="127.0.0.1:25", show_default=True, help="Letters leave by this mail server."
)
@click.option("--database", metavar="URL", help="postgresql://...; else SQLite in the state folder.")
@click.option("--zone", metavar="ZONE", default="Europe/Oslo", show_default=True, help="Time zone of the desks.")
@click.option(
    "--language", metavar="LANGUAGE", default="nb", show_default=True, help="Language of the desks: nb, nn, sl, en."
)
@click.option("--authserv-id", metavar="NAME", help="Believe Authentication-Results of this mail server.")
@click.option("--admin", metavar="ADDRESS", help="Gets postmaster's mail and alarms.")
def command(
    folder: Path,
    desks: tuple[str, ...],
    handlers: tuple[str, ...],
    smtp: str | None,
    lmtp: str | None,
    relay: str,
    database: str | None,
    zone: str,
    language: str,
    authserv_id: str | None,
    admin: str | None,
) -> None:
    """Write a new site into DIR: maild.yaml, rules/ and templates/, ready to run.  Never overwrites."""
    from maild.cli.site_files import Wish

    people = tuple(_person(handler) for handler in handlers)
    socket = str(Path(lmtp).absolute()) if lmtp else None
    service = folder.absolute() == SITE
    # Written down, so that a command typed later finds the state without systemd's environment.
    state = os.environ.get("STATE_DIRECTORY", "").partition(":")[0] or (str(STATE) if service else "state")
    create(folder, Wish(desks, people, smtp, socket, relay, database, zone, language, authserv_id, admin, state))
    if service:
        click.echo(f"{folder} is ready:  maild check  and then  systemctl enable --now maild.socket maild.service")
        return
    click.echo(
        f"{folder} is ready:  maild check -c {folder / 'maild.yaml'}  and then  maild run -c {folder / 'maild.yaml'}"
    )
    if not smtp and not lmtp:
        click.echo(
            "It opens no door itself: systemd passes the sockets (maild.socket), or write door: into maild.yaml."
        )


def _person(text: str) -> Person:
    from maild.cli.site_files import Person

    match = _PERSON.fullmatch(text)
    if match is None:
        raise click.BadParameter(f'{text!r} is not like "Kari Nordmann <kari@example.org>"', param_hint="--handler")
    address = match[2] or match[3]
    return Person((match[1] or "").strip() or address.partition("@")[0], address)


def create(folder: Path, wish: Wish) -> None:
    """Write the site and try it; what does not hold is told and taken away again."""
    from maild.cli import site_files
    from maild.cli.check import check

    existing = [name for name in _OURS if (folder / name).exists()]
    if existing:
        raise click.ClickException(
            f"{folder} has {' and '.join(existing)} already: nothing was written (choose another folder)"
        )
    made = site_files.files(wish)
    before = folder.exists()
    try:
        site_files.write(folder, made)
    except OSError as error:
        _remove(folder, made, keep=before)
        raise click.ClickException(f"{error.filename or folder} cannot be written: {error.strerror}") from error
    # The admin should not be the first to read it.
    problems = check(folder / "maild.yaml").problems
    if problems:
        _remove(folder, made, keep=before)
        raise click.UsageError("\n".join(map(str, problems)))


def _remove(folder: Path, made: dict[str, str], *, keep: bool) -> None:
    """Only what was made here: the folder may hold other things."""
    for name in made:
        with contextlib.suppress(OSError):
            (folder / name).unlink()
    for name in ("rules/schema", "rules", "templates", *([] if keep else ["."])):
        path = folder / name
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
