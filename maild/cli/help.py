"""maild help: the same as --help, for those who type it first."""

from __future__ import annotations

import click


def _names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """What may come next, for the shell's completion."""
    here = context.find_root().command
    for word in context.params.get("words") or ():
        here = _below(here, word, context) or here
    return [name for name in _commands(here, context) if name.startswith(incomplete)]


@click.command("help")
@click.argument("words", metavar="[COMMAND]...", nargs=-1, shell_complete=_names)
@click.pass_context
def command(context: click.Context, words: tuple[str, ...]) -> None:
    """Say what maild can do, or how a command is used.

    The manual says more: `man maild`, `man maild-case`.
    """
    here = context.find_root()
    for word in words:
        found = _below(here.command, word, here)
        if found is None:
            known = ", ".join(_commands(here.command, here))
            cure = f"there are {known}" if known else f"see `{here.command_path} --help`"
            raise click.UsageError(f"{here.command_path} has no command {word!r}: {cure}", ctx=here)
        here = click.Context(found, info_name=word, parent=here)
    click.echo(here.get_help())


def _commands(command: click.Command, context: click.Context) -> list[str]:
    return command.list_commands(context) if isinstance(command, click.Group) else []


def _below(command: click.Command, word: str, context: click.Context) -> click.Command | None:
    return command.get_command(context, word) if isinstance(command, click.Group) else None
