"""maild case list | show | search"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from maild.cli.options import config_option

_COMMITMENT = re.compile(r"[0-9a-f]{32}")
_COLUMNS = {
    "number": "number",
    "status": "status",
    "priority": "priority",
    "desk": "desk",
    "handler": "handler",
    "customer": "customer",
    "subject": "subject",
    "updated": "updated_at",
}


@click.group("case")
def command() -> None:
    """Look at cases."""


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
            table("cases", _COLUMNS, list(found))
            return
        for case in found:
            say_json(case)


@command.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@config_option
def search(config: Path, words: tuple[str, ...], *, as_json: bool) -> None:
    """Find cases by words of their mails; accents and case do not matter."""
    from maild.cli.desk import opened, say_json, table
    from maild.store import views

    with opened(config) as site:
        found = views.search(site.session, " ".join(words), site.handlers)
    if not as_json:
        table("cases", _COLUMNS, found)
        return
    for case in found:
        say_json(case)


@command.command("show")
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@config_option
def show(config: Path, number: str, *, as_json: bool) -> int:
    """Show a case: who, what was said, and what happened to it."""
    from maild.cli.desk import opened, say_json
    from maild.store import views

    with opened(config) as site:
        row_id = views.case_id(site.session, number)
        if row_id is None:
            click.echo(f"maild: there is no case {number} (see `maild case list`)", err=True)
            return 1
        case = views.case(site.session, row_id, site.handlers)
    if as_json:
        say_json(case)
    else:
        _print(case)
    return 0


def _print(case: dict[str, Any]) -> None:
    click.secho(f"#{case['number']}  {case['subject']}", bold=True)
    click.echo(
        f"{case['status']}, {case['priority']}, desk {case['desk']}, handler {case['handler'] or 'nobody'}, customer {case['customer']}"
    )
    for message in case["messages"]:
        _print_message(message)
    click.secho("\nevents", bold=True)
    for event in case["events"]:
        facts = ", ".join(f"{key} {value}" for key, value in event["data"].items() if _says_something(value))
        click.echo(f"  {event['seq']:>3}  {event['at']}  {event['kind']:<12}  {event['actor']:<24}  {facts}")


def _says_something(value: Any) -> bool:
    """Neither nothing nor the commitment to a text, which says something to a computer only."""
    return value not in (None, "", False) and not (isinstance(value, str) and _COMMITMENT.fullmatch(value))


def _print_message(message: dict[str, Any]) -> None:
    arrow = "->" if message["direction"] == "out" else "<-"
    mark = "  (internal)" if message["internal"] else ""
    click.secho(
        f"\n{arrow} {message['at']}  {message['from']}  to {', '.join(message['to'])}  {message['kind']}{mark}",
        bold=True,
    )
    for line in message["own_text"].strip().splitlines():
        click.echo(f"   {line}")
    for file in message["attachments"]:
        click.echo(f"   [{file['name']}, {file['type']}, {file['size']} octets]")
