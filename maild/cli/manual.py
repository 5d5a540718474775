"""manual: the man pages, made of what the commands say of themselves.

pages() -> {"man1/maild.1": roff, "man1/maild-case.1": ..., "man5/maild.yaml.5": ...}.  They stand in man/, and `make man`
writes them again; a test says when one is stale.  Names, options and texts are click's; only what is the same for all
commands is written here.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from maild import __version__
from maild.cli import COMMANDS, root, sections
from maild.cli.manual_config import configuration
from maild.cli.roff import Page, bold, italic, usage

SOURCE = f"maild {__version__}"
EXIT_STATUS = (
    ("0", "Good."),
    ("1", "Something was found (`maild check`), or what was asked for does not exist."),
    ("64", "The command was typed wrongly."),
    ("70", "A fault of maild itself; it shows where."),
    ("75", "Try again later: another daemon works on the site, or the database is away."),
    ("78", "A mistake in the configuration, or a file that may not be read."),
)
ENVIRONMENT = (
    ("MAILD_CONFIG", "The configuration, where -c does not name one."),
    ("STATE_DIRECTORY", "The state folder, as systemd names it; it wins over the configuration."),
    ("CREDENTIALS_DIRECTORY", "Where systemd puts passwords, such as relay-password."),
    ("NO_COLOR", "Set to anything: no colours."),
)
FILES = (
    ("/etc/maild/maild.yaml", "The configuration, where neither -c nor MAILD_CONFIG names one and there is no ./maild.yaml."),
    ("/etc/maild/rules/, /etc/maild/templates/", "Desks, people, routing; the site's own texts."),
    ("/var/lib/maild/", "The state folder: database, keys, lock and control socket."),
    ("/etc/credstore/maild.relay-password", "The password for the relay, handed to the service by systemd."),
)  # fmt: skip


def pages() -> dict[str, str]:
    """File name -> roff."""
    context = click.Context(root, info_name="maild", **root.context_settings)
    made = {"man1/maild.1": _first(context), "man5/maild.yaml.5": configuration(SOURCE)}
    for name in COMMANDS:
        command = root.get_command(context, name)
        assert command is not None, name
        made[f"man1/maild-{name}.1"] = _one(click.Context(command, info_name=name, parent=context))
    return made


def _first(context: click.Context) -> str:
    page = Page("maild", 1, SOURCE, "maild").name("maild", _what(context.command))
    page.heading("SYNOPSIS").synopsis(f"{bold('maild')} {usage('[--version] [--help]')} {italic('COMMAND')} ...")
    page.heading("DESCRIPTION").text(_help(context.command))
    for title, names in sections():
        page.part(title)
        for name in names:
            command = root.get_command(context, name)
            assert command is not None, name
            page.item(f"{bold(f'maild-{name}')}(1)", command.get_short_help_str(200))
    page.heading("OPTIONS")
    _options(page, context)
    return _ending(page, ["maild.yaml.5", *(f"maild-{name}.1" for name in sorted(COMMANDS)), "systemctl.1"])


def _one(context: click.Context) -> str:
    """One command; what a group holds stands on the group's page."""
    name = context.command_path.replace(" ", "-")
    page = Page(name, 1, SOURCE, "maild").name(name, _what(context.command))
    below = list(_below(context))
    page.heading("SYNOPSIS")
    for leaf in below or [context]:
        page.synopsis(_line(leaf))
    page.heading("DESCRIPTION").text(_help(context.command))
    for leaf in below:
        page.part(leaf.command_path).text(_help(leaf.command))
        _options(page, leaf)
    if not below:
        page.heading("OPTIONS")
        _options(page, context)
    return _ending(page, ["maild.1", "maild.yaml.5"])


def _below(context: click.Context) -> Iterator[click.Context]:
    """The commands of a group, those of its groups, too."""
    if not isinstance(context.command, click.Group):
        return
    for name in context.command.list_commands(context):
        command = context.command.get_command(context, name)
        if command is None or command.hidden:
            continue
        leaf = click.Context(command, info_name=name, parent=context)
        yield from list(_below(leaf)) or [leaf]


def _what(command: click.Command) -> str:
    """As apropos(1) shows it: the first sentence, without its full stop, begun small."""
    text = command.get_short_help_str(200).rstrip(".")
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _help(command: click.Command) -> str:
    return (command.help or "").partition("\f")[0]


def _line(context: click.Context) -> str:
    """maild case list [--json] [--open] [-c FILE]"""
    shown = [bold(context.command_path)]
    for parameter in context.command.get_params(context):
        if isinstance(parameter, click.Option) and not parameter.hidden and "--help" not in parameter.opts:
            shown.append(usage(_option(parameter, context)))
        if isinstance(parameter, click.Argument):
            shown.append(usage(parameter.make_metavar(context)))
    return " ".join(shown)


def _option(option: click.Option, context: click.Context) -> str:
    words = option.opts[0] + ("" if option.is_flag else f" {option.make_metavar(context)}")
    return (words if option.required else f"[{words}]") + ("..." if option.multiple else "")


def _options(page: Page, context: click.Context) -> None:
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and isinstance(parameter, click.Option):
            page.item(usage(record[0]), record[1] or "")


def _ending(page: Page, also: list[str]) -> str:
    """What is the same for all commands."""
    for title, entries in (("EXIT STATUS", EXIT_STATUS), ("ENVIRONMENT", ENVIRONMENT), ("FILES", FILES)):
        page.heading(title)
        for term, text in entries:
            page.item(bold(term), text)
    return page.also(also).source()
