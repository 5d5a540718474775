"""maild recurring list: which cases will open by themselves, and when."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from maild.cli.options import config_option

if TYPE_CHECKING:
    from maild.model.policy import Policy
    from maild.model.recurring import Recurring


@click.group("recurring")
def command() -> None:
    """Ask for the cases that open by themselves (rules/recurring.yaml)."""


@command.command("list")
@click.argument("entry", required=False)
@click.option(
    "--next", "count", type=click.IntRange(1, 100), default=3, show_default=True, help="How many days of each entry."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@config_option
def list_(config: Path, entry: str | None, count: int, *, as_json: bool) -> None:
    """Show the next days of ENTRY or of all, the earliest first, and when their cases open."""
    from maild import config as plumbing
    from maild.cli.desk import say_json, table
    from maild.founding import load_policy

    policy, now = load_policy(plumbing.load(config)), datetime.now(UTC)
    days = [(each, day) for each in _named(policy, entry) for day in islice(each.coming(now), count)]
    rows = [_row(each, day) for each, day in sorted(days, key=lambda one: (one[0].opens(one[1]), one[0].key))]
    if as_json:
        for row in rows:
            say_json({name: value for name, value in row.items() if name != "wall"})
        return
    if not rows:
        click.echo("no day comes any more")
        return
    columns = {"opens": "wall", "day": "day", "entry": "entry", "desk": "desk", "title": "title"}
    table("cases", columns, rows)


def _named(policy: Policy, key: str | None) -> list[Recurring]:
    if not policy.recurring:
        raise click.ClickException("no case opens by itself: there is no entry in rules/recurring.yaml")
    if key is not None and key not in policy.recurring:
        raise click.ClickException(f"there is no entry {key} (there is {', '.join(policy.recurring)})")
    return [policy.recurring[key]] if key is not None else list(policy.recurring.values())


def _row(entry: Recurring, day: date) -> dict[str, Any]:
    opens = entry.opens(day).astimezone(ZoneInfo(entry.zone))
    told = {"entry": entry.key, "desk": entry.desk, "title": entry.title, "day": day.isoformat()}
    return {**told, "opens": opens.isoformat(), "wall": opens.strftime("%Y-%m-%d %H:%M")}
