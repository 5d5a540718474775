"""maild case list | show | attachment | archived; search stands in case_search.py"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maild.cli.case_search import search
from maild.cli.completion import complete_case
from maild.cli.options import config_option
from maild.cli.terminal import harmless, size

if TYPE_CHECKING:
    from maild.cli.case_page import Look
    from maild.cli.desk import Open

_COLUMNS = {
    "number": "number",
    "status": "status",
    "priority": "priority",
    "desk": "desk",
    "handler": "handler",
    "customer": "customer",
    "subject": "subject",
    "due": "due_at",
    "updated": "updated_at",
}


@click.group("case")
def command() -> None:
    """Look at cases."""


command.add_command(search)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--open", "only_open", is_flag=True, help="Only cases that are not solved or closed.")
@config_option
def list_(config: Path, *, as_json: bool, only_open: bool) -> None:
    """List cases, newest first."""
    from maild.cli.desk import opened, say_json, table
    from maild.store import views

    with opened(config) as site:
        found = views.open_cases(site.session, site.handlers) if only_open else views.cases(site.session, site.handlers)
        if not as_json:
            table(
                "cases",
                _COLUMNS,
                [{**case, "due_at": min(filter(None, case["due"].values()), default=None)} for case in found],
            )
            return
        for case in found:
            say_json(case)


@command.command("show")
@click.argument("number", shell_complete=complete_case)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--quotes", is_flag=True, help="What mails quote, too; else it is folded to a line.")
@click.option("--letters", is_flag=True, help="maild's own letters in full; else each is a line.")
@click.option("--events", is_flag=True, help="Every event with its number; else only what changed something.")
@click.option(
    "--raw", is_flag=False, flag_value=1, type=click.IntRange(1), metavar="[N]",
    help="Only the N-th mail (as numbered by show; else the first), byte for byte, to standard output.",
)  # fmt: skip
@config_option
def show(
    config: Path, number: str, *, as_json: bool, quotes: bool, letters: bool, events: bool, raw: int | None
) -> int:
    """Show a case: who, what was said, and what happened to it."""
    from maild.cli.desk import agreed, opened, say_json
    from maild.store import views

    with opened(config) as site:
        row_id = _row(site, number)
        if row_id is None:
            return 1
        case = views.case(site.session, row_id, site.handlers)
        if raw is not None:
            return _say_raw(site, case, raw)
        case["response"] = agreed(site.readable_policy, case)
        if as_json:
            say_json(case)
            return 0
        _print(case, _look(site, case["desk"], quotes=quotes, letters=letters, events=events))
    return 0


def _row(site: Open, number: str) -> int | None:
    from maild.cli.terminal import one_line
    from maild.store import views

    row_id = views.case_id(site.session, number)
    if row_id is None:
        click.echo(f"maild: there is no case {one_line(number)} (see `maild case list`)", err=True)
    return row_id


def _look(site: Open, desk: str, *, quotes: bool, letters: bool, events: bool) -> Look:
    """In the desk's zone and with the handlers' names; in UTC and without while the rules are broken."""
    from zoneinfo import ZoneInfo

    from maild.cli.case_page import Look
    from maild.cli.terminal import width
    from maild.errors import RuleError

    try:
        policy = site.policy
        zone = policy.desks[desk].zone if desk in policy.desks else "UTC"
        names = {address: handler.name for handler in policy.handlers.values() for address in handler.addresses}
    except RuleError:
        zone, names = "UTC", {}
    return Look(ZoneInfo(zone), zone, width(), quotes, events, letters, names)


def _print(case: dict[str, Any], look: Look) -> None:
    from maild.cli.case_page import page

    # https://no-color.org: None lets click see for itself whether this is a terminal.
    color = False if os.environ.get("NO_COLOR") else None
    for line in page(case, look):
        click.secho(line.text, bold=line.style == "bold" or None, dim=line.style == "dim" or None, color=color)


def _say_raw(site: Open, case: dict[str, Any], number: int) -> int:
    from maild.edges.letterbox import assemble
    from maild.store import incoming

    message = next((m for m in case["messages"] if m["seq"] == number), None)
    if message is None:
        click.echo(f"maild: case {case['number']} has no mail {number} (1 to {len(case['messages'])})", err=True)
        return 1
    letter = message.get("letter")
    octets = assemble(site.session, letter) if letter else incoming.raw_of(site.session, message["incoming"] or 0)
    if not octets:
        click.echo(f"maild: mail {number} is not stored any more", err=True)
        return 1
    return _pour(octets)


def _pour(octets: bytes) -> int:
    """A stranger's octets to standard output, if that is no terminal, which would obey them."""
    if sys.stdout.isatty():
        click.echo("maild: this could steer your terminal: send it to a file or a pipe (> FILE, | less)", err=True)
        return 1
    sys.stdout.buffer.write(octets)
    sys.stdout.buffer.flush()
    return 0


@command.command("attachment")
@click.argument("number", shell_complete=complete_case)
@click.argument("file_number", metavar="N", type=click.IntRange(1))
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@config_option
def attachment(config: Path, number: str, file_number: int, file: Path, *, force: bool) -> int:
    """Write file N of a case (as numbered by show) to FILE.

    FILE may be a folder: then the file gets the name it came with, cleaned.  "-" is standard output.  What is there already is not
    overwritten, and nobody but you can read the new file.  It came from a stranger: maild has not looked into it.
    """
    from maild.cli import keeping
    from maild.cli.desk import opened
    from maild.mail.payload import payload
    from maild.store import incoming, talk

    with opened(config) as site:
        row_id = _row(site, number)
        if row_id is None:
            return 1
        found = talk.file(site.session, row_id, file_number)
        if found is None:
            click.echo(f"maild: case {number} has no file {file_number} (see `maild case show {number}`)", err=True)
            return 1
        octets = payload(incoming.raw_of(site.session, found.incoming), found.attachment)
    if str(file) == "-":
        return _pour(octets)
    try:
        kept = keeping.keep(octets, file, keeping.file_name(found.attachment.name, file_number), force=force)
    except keeping.Refused as refused:
        click.echo(f"maild: {refused}", err=True)
        return 1
    click.echo(f"{harmless(str(kept))}: {size(len(octets))}")
    return 0


@command.command("archived")
@click.argument("numbers", nargs=-1, required=True)
@config_option
def archived(config: Path, numbers: tuple[str, ...]) -> int:
    """Mark cases as taken into the archive, as they are now.

    Desks with `archive_first` delete nothing of a case before; what is said in it later asks for the archive again.
    """
    from maild.cli.archiving import mark

    return mark(config, list(numbers))
