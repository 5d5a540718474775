"""maild audit verify: is the record whole?"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import click

from maild.cli.options import config_option


@click.group("audit")
def command() -> None:
    """Ask whether the record is whole."""


def _head(context: click.Context, parameter: click.Parameter, value: str | None) -> str:
    if value is not None and not re.fullmatch(r"[0-9a-f]{64}", value):
        raise click.BadParameter("a head is 64 hexadecimal digits, as `maild audit verify` and the daemon's log say it")
    return value or ""


@command.command("verify")
@click.option(
    "--head",
    metavar="HASH",
    callback=_head,
    help="A value written down earlier: the record up to it must be as it was then.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@config_option
def verify(config: Path, *, head: str, as_json: bool) -> int:
    """Recompute the hash chain over all events, fold all cases, and ask every arrival and letter for its fate.

    Exit 0 when all is whole, 1 with each fault.  Write the head down elsewhere: who changes one event must change all that follow, and
    then no head written down is met any more.
    """
    from maild.cli.desk import opened, say_json
    from maild.store import audit
    from maild.store.database import iso

    with opened(config) as site:
        report = audit.verify(site.session, head)
    if as_json:
        say_json({**dataclasses.asdict(report), "at": iso(report.at), "whole": not report.faults})
        return 1 if report.faults else 0
    for fault in report.faults:
        click.echo(fault)
    counted = f"{report.events} events, {report.cases} cases, {report.arrivals} arrivals, {report.letters} letters"
    click.echo(f"{'NOT whole' if report.faults else 'whole'}: {counted}")
    click.echo(f"head {report.head} at {iso(report.at) or 'the beginning'}")
    return 1 if report.faults else 0
