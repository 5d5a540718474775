"""cli: one file per noun, loaded only when asked for, so that `maild --help` and READY are quick.

Exit codes: 0, 1 findings, 64 usage, 70 a bug, 75 try later, 78 configuration.  Never a traceback for a person's mistake.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from typing import Any

import click

EX_USAGE, EX_SOFTWARE, EX_CONFIG = 64, 70, 78
COMMANDS = {
    "init": "init",
    "run": "run",
    "check": "check",
    "status": "status",
    "case": "case",
    "queue": "queue",
    "person": "person",
    "handler": "handler",
    "oncall": "oncall",
    "recurring": "recurring",
    "mailbox": "mailbox",
    "doctor": "doctor",
    "inspect": "inspect",
    "try": "try_",
    "replay": "replay",
    "simulate": "simulate",
    "policy": "policy",
    "rules": "rules",
    "explain": "explain",
    "audit": "audit",
    "report": "report",
    "trace": "trace",
    "reload": "reload",
    "pipe": "pipe",
    "import": "import_",
    "export": "export",
    "migrate": "migrate",
    "backup": "backup",
    "restore": "restore",
    "keys": "keys",
    "demo": "demo",
    "setup": "setup",
    "completion": "completion",
    "help": "help",
}
# How `maild --help` and maild(1) put them together; a command that has no place yet comes last.
SECTIONS = {
    "The site": ("init", "check", "rules", "policy", "doctor", "setup", "demo"),
    "The daemon": ("run", "reload", "status", "migrate", "backup", "restore", "keys"),
    "Cases and people": ("case", "person", "handler", "oncall", "recurring", "report", "import", "export", "audit"),
    "Mail": ("queue", "trace", "mailbox", "pipe", "try", "replay", "simulate", "explain", "inspect"),
    "Help": ("help", "completion"),
}


class Commands(click.Group):
    """A group whose commands stand in modules of their own, imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: Any = importlib.import_module(f"maild.cli.{COMMANDS[cmd_name]}").command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        widest = max(map(len, COMMANDS))
        for title, names in sections():
            rows = [(name, self._short(ctx, name, formatter.width - widest - 6)) for name in names]
            with formatter.section(title):
                formatter.write_dl([(name.ljust(widest), text) for name, text in rows])

    def _short(self, ctx: click.Context, name: str, room: int) -> str:
        command = self.get_command(ctx, name)
        return command.get_short_help_str(room) if command else ""


def sections() -> list[tuple[str, list[str]]]:
    """Every command once, under the heading it belongs to."""
    placed = [(title, [name for name in names if name in COMMANDS]) for title, names in SECTIONS.items()]
    others = [name for name in COMMANDS if not any(name in names for _, names in placed)]
    return [(title, names) for title, names in [*placed, ("More", others)] if names]


def _version(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if not value or context.resilient_parsing:
        return
    from maild.cli.versions import versions

    click.echo("\n".join(versions()))
    context.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Say which maild this is."
)
def root() -> None:
    """The help desk that lives in the mail system.

    Each mail to a desk becomes a case with a number and a handler, who works by replying.  `maild help COMMAND` and `man maild-COMMAND`
    say more; everything that can be set stands in maild.yaml(5).
    """


def main(arguments: list[str] | None = None) -> None:
    """The entry point: every foreseeable mistake ends with a sentence and its exit code."""
    try:
        code = root.main(arguments, prog_name="maild", standalone_mode=False)
    except click.ClickException as error:
        _show(error)
        sys.exit(EX_USAGE if isinstance(error, click.UsageError) else 1)
    except click.Abort:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        sys.exit(_explain(error))
    sys.exit(code if isinstance(code, int) else 0)


def _show(error: click.ClickException) -> None:
    error.show()


def _explain(error: Exception) -> int:
    from maild.errors import RuleError

    if isinstance(error, RuleError):
        for problem in error.problems:
            click.echo(problem, err=True)
        return EX_CONFIG
    from maild.founding import CannotStart

    if isinstance(error, CannotStart):
        click.echo(f"maild: {error}", err=True)
        return error.code
    return _of_the_world(error)


def _of_the_world(error: Exception) -> int:
    """Files, sockets and databases that are not as they should be are no bugs; what is one shows where."""
    from maild.founding import EX_TEMPFAIL
    from maild.store.database import is_database_error

    if isinstance(error, UnicodeEncodeError) and error.encoding == "utf-8":
        click.echo("maild: an argument is not written in UTF-8", err=True)
        return EX_USAGE
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"maild: {where}{error.strerror or error}", err=True)
        return EX_CONFIG if isinstance(error, PermissionError) else EX_TEMPFAIL
    if is_database_error(error) or type(error).__module__.startswith("peewee"):
        click.echo(f"maild: the database cannot be used: {str(error).strip()}", err=True)
        return EX_TEMPFAIL
    traceback.print_exception(error)
    return EX_SOFTWARE
