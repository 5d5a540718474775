"""maild pipe: take a mail from an MTA that delivers to a program.

What is wrong is told as MTAs want to read it: an enhanced status and a sentence on standard error, and an exit code of sysexits.h:
0 taken, 65 never, 75 later, 78 configuration.  The status of 78 is 4.3.5: Postfix believes it more than the code, and keeps the mail
until the mistake is mended, where by the code alone it would send it back.
"""

from __future__ import annotations

import os
import sys
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from maild.config import Config
    from maild.model.policy import Policy

EX_DATAERR, EX_TEMPFAIL, EX_CONFIG = 65, 75, 78
# Seconds to wait for another writer of SQLite; after that the MTA comes again.
BUSY = 30.0


class Patient(click.Command):
    """A command whose wrong options must not make an MTA send mail back."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            _say(f"4.3.5 maild pipe: {error.format_message()}")
            raise click.exceptions.Exit(EX_CONFIG) from error


@click.command("pipe", cls=Patient)
@click.option("--from", "sender", metavar="SENDER", help="The envelope sender; empty for a bounce.")
@click.option("--to", "recipients", metavar="RECIPIENT", multiple=True, help="An envelope recipient; may be repeated.")
@click.argument("more", metavar="[RECIPIENT]...", nargs=-1)
@click.option("-c", "--config", "file", metavar="FILE", help="The configuration.")
def command(file: str | None, sender: str | None, recipients: tuple[str, ...], more: tuple[str, ...]) -> int:
    """Take a mail on standard input, for MTAs that deliver to a program.

    Without --from and --to the envelope is what the MTA says in the environment (SENDER, RECIPIENT, ORIGINAL_RECIPIENT, EXTENSION) or
    in a "From " line on top.  Run it as the daemon's user.  Exit codes: 0 stored, 65 never, 75 try again later, 78 configuration.
    """
    from maild.edges.pipe import Said

    try:
        _take(file, Said(sender, (*recipients, *more)))
    except Exception as error:
        code, sentence = _why(error)
        _say(sentence)
        if sentence.startswith("4.3.0 a bug"):
            traceback.print_exception(error)
        return code
    return 0


def _take(file: str | None, said: Any) -> None:
    from maild import config as plumbing
    from maild.edges import pipe
    from maild.founding import EX_CONFIG, CannotStart, load_policy

    config = plumbing.load(plumbing.find(file, os.environ))
    policy = load_policy(config)
    raw = pipe.read(sys.stdin.buffer, config.door.message_size)
    come = pipe.envelope(said, os.environ, raw, policy, config.door.hostname)
    if not come.recipients:
        raise CannotStart(EX_CONFIG, "nobody said for whom this mail is: add --to ADDRESS to the command")
    _store(config, policy, come)
    _tell_daemon(config)


def _store(config: Config, policy: Policy, come: Any) -> None:
    from maild.edges import pipe
    from maild.founding import CannotStart, load_keys, refuse_lost
    from maild.store.database import Database

    if not config.keys.exists():
        _found(config)
    database = Database(config.database)
    try:
        refuse_lost(database, config.keys)
    except CannotStart as error:
        # For the daemon it is the end; this mail can wait until the database is back.
        raise CannotStart(EX_TEMPFAIL, str(error)) from error
    key = next(iter(load_keys(config.keys).secrets.values()))
    try:
        session = database.session()
        if session.sqlite:
            session.execute(f"PRAGMA busy_timeout={int(BUSY * 1000)}")
        pipe.Door(config, policy, database, key).take(come, _now())
    finally:
        database.close()


def _found(config: Config) -> None:
    """A site that has never run: its database and its key are made now, by one of those who come at once."""
    import time

    from maild.founding import CannotStart, found

    end = time.monotonic() + BUSY
    while not config.keys.exists():
        try:
            site = found(config)
        except CannotStart as error:
            if error.code != EX_TEMPFAIL or time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            os.close(site.lock)


def _now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _tell_daemon(config: Config) -> None:
    """A hint only: the daemon looks by itself every few seconds, and at its start."""
    from contextlib import suppress

    from maild.edges import control

    with suppress(OSError, ValueError):
        control.ask(config.control, {"order": "look"}, patience=2.0)


def _say(sentence: str) -> None:
    """On one line, whatever a stranger wrote."""
    from maild.cli.terminal import one_line

    click.echo(one_line(sentence), err=True)


def _why(error: Exception) -> tuple[int, str]:
    """The exit code and the sentence."""
    from maild.errors import Refused, RuleError, SmtpError
    from maild.founding import CannotStart
    from maild.store.database import is_database_error

    if isinstance(error, SmtpError):
        return (EX_DATAERR if isinstance(error, Refused) else EX_TEMPFAIL), f"{error.status} {error.text}"
    if isinstance(error, RuleError):
        return EX_CONFIG, f"4.3.5 {error.problems[0]}"
    if isinstance(error, CannotStart):
        return error.code, f"4.3.5 {error}" if error.code == EX_CONFIG else f"4.3.0 {error}"
    if isinstance(error, PermissionError):
        who = "let the MTA run this as the daemon's own user"
        return EX_CONFIG, f"4.3.5 {error.filename}: {error.strerror} ({who})"
    if isinstance(error, OSError):
        return EX_TEMPFAIL, f"4.3.0 {f'{error.filename}: ' if error.filename else ''}{error.strerror or error}"
    if is_database_error(error) or type(error).__module__.startswith("peewee"):
        return EX_TEMPFAIL, f"4.3.0 the database cannot be used now: {str(error).strip()}"
    return EX_TEMPFAIL, f"4.3.0 a bug of maild ({type(error).__name__}); the mail was not taken"
