"""maild help: the same as --help, for those who type it first."""

from __future__ import annotations

import click

MAIL = "commands"


def _names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """What may come next, for the shell's completion."""
    here = context.find_root().command
    for word in context.params.get("words") or ():
        here = _below(here, word, context) or here
    top = () if context.params.get("words") else (MAIL,)
    return [name for name in (*_commands(here, context), *top) if name.startswith(incomplete)]


@click.command("help")
@click.argument("words", metavar="[COMMAND]...", nargs=-1, shell_complete=_names)
@click.option(
    "--language", metavar="CODE", help="With `commands`: in this language only (en, nb, nn, sl or one of yours)."
)
@click.pass_context
def command(context: click.Context, words: tuple[str, ...], language: str | None) -> None:
    """Say what maild can do, or how a command is used.

    `maild help commands`: what handlers may write in a mail.  The manual says more: `man maild`, `man maild-case`.
    """
    if words == (MAIL,):
        _mail_commands(language)
        return
    if language:
        raise click.UsageError(f"--language goes with `maild help {MAIL}`")
    here = context.find_root()
    for word in words:
        found = _below(here.command, word, here)
        if found is None:
            known = ", ".join(_commands(here.command, here))
            cure = f"there are {known}" if known else f"see `{here.command_path} --help`"
            raise click.UsageError(f"{here.command_path} has no command {word!r}: {cure}", ctx=here)
        here = click.Context(found, info_name=word, parent=here)
    click.echo(here.get_help())


def _mail_commands(language: str | None) -> None:
    """Every command in every language, from the words that maild was shipped with."""
    from maild.decide.acts import COMMANDS
    from maild.places import shipped
    from maild.policy import texts

    known = texts.load(shipped("no templates of a site"), shipped("templates"))
    if language and language not in known.languages():
        raise click.UsageError(f"there is no language {language!r}: there are {', '.join(known.languages())}")
    for code in (language,) if language else known.languages():
        click.secho(f"{code}:", bold=True)
        told = [known.vocabulary.explained(verb, code, row.act.__doc__ or "") for verb, row in COMMANDS.items()]
        width = max(len(usage) for usage, _ in told)
        for usage, summary in told:
            click.echo(f"  /{usage:<{width}}  {summary}")


def _commands(command: click.Command, context: click.Context) -> list[str]:
    return command.list_commands(context) if isinstance(command, click.Group) else []


def _below(command: click.Command, word: str, context: click.Context) -> click.Command | None:
    return command.get_command(context, word) if isinstance(command, click.Group) else None
