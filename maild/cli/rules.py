"""maild rules stats: which rules are used."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maild.cli.options import config_option
from maild.cli.span import ago

if TYPE_CHECKING:
    from maild.model.policy import Rule
    from maild.store.hits import Hits


@click.group("rules")
def command() -> None:
    """Ask how the rules of routing.yaml are used."""


@command.command("stats")
@click.option("--since", metavar="TIME", callback=ago, help="Only from then on: 30d, 12w, 1y or a day (2026-03-01).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@config_option
def stats(config: Path, since: datetime | None, *, as_json: bool) -> None:
    """Count the mails that each rule matched, those of them of which it decided anything, and when it last did.

    A rule that never matched, or that others always leave nothing to decide, is named so.  Of a rule in the shadow the second count is
    of mails that would have been judged otherwise.  Counted are mails that opened a case or were discarded, as they were settled.
    """
    from maild.cli.desk import opened, say_json, table
    from maild.store import hits
    from maild.store.database import EPOCH, iso

    with opened(config) as site:
        rules = [rule for rule in site.policy.rules if rule.where != "built in"]
        counted = hits.hits(site.session, since or EPOCH)
        began = hits.counted_since(site.session)
    rows = [_row(rule, counted.get(rule.name)) for rule in rules]
    if as_json:
        for row in rows:
            say_json(row)
        return
    if began is None:
        click.echo("no rule has matched a mail yet")
    elif since is None or began > since:
        click.echo(f"counted since {(iso(began) or '')[:10]}")
    columns = {"rule": "rule", "where": "where", "mails": "hits", "decided": "decided", "last": "last", "": "note"}
    table("rules", columns, rows)


def _row(rule: Rule, hits: Hits | None) -> dict[str, Any]:
    from maild.store.database import iso

    matched, decided = (hits.matched, hits.decided) if hits else (0, 0)
    told = {"rule": rule.name, "where": rule.where, "hits": matched, "decided": decided}
    return {**told, "last": iso(hits.last_at) if hits else None, "shadow": rule.shadow, "note": _note(rule, hits)}


def _note(rule: Rule, hits: Hits | None) -> str:
    """What is to be thought about."""
    if rule.shadow:
        return f"in the shadow: would change {hits.decided if hits else 0}"
    if hits is None:
        return "never hit"
    return "" if hits.decided else "always shadowed: others decide before it"
