"""maild try: what a mail would do now.  Writes nothing."""

from __future__ import annotations

import asyncio
from datetime import MAXYEAR, UTC, datetime
from pathlib import Path
from typing import Any

import click

from maild.cli.options import config_option


@click.command("try")
@click.argument("mail", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--at", "at", help="As if it came at this time (ISO 8601).")
@click.option("--to", "recipient", help="As if it was delivered to this address; else the desk that To names.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@config_option
def command(config: Path, mail: Path, at: str | None, recipient: str | None, *, as_json: bool) -> None:
    """Judge MAIL as the daemon would: facts, each rule, decisions, letters."""
    from maild.cli.desk import opened, say_json
    from maild.edges.believing import believer_of
    from maild.founding import load_keys
    from maild.rehearse import recipient_of, rehearse, view

    now = _instant(at)
    raw = mail.read_bytes()
    with opened(config) as site:
        keys, policy = load_keys(site.config.keys), site.policy
        to = recipient or recipient_of(raw, policy)
        done = rehearse(
            site.session,
            raw,
            to,
            lambda message: asyncio.run(believer_of(site.config).sure(message, raw, "", now)),
            policy,
            keys,
            now,
        )
        shown = view(done, policy, keys, now)
    if as_json:
        say_json(shown)
    else:
        _print(shown)


def _instant(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        value = datetime.fromisoformat(text)
        value = value if value.tzinfo else value.replace(tzinfo=UTC)
        # Within what every zone's calendar can tell.
        if not 1 < value.year < MAXYEAR:
            raise ValueError("out of range")
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is no time: write it like 2026-11-25T09:30:00+01:00", param_hint="--at"
        ) from error
    return value


def _print(shown: dict[str, Any]) -> None:
    from maild.cli.explain import explain

    facts = shown["facts"]
    click.secho(f"{facts['author']} -> {facts['desk']}: {facts['subject']}", bold=True)
    explain({**shown, "kind": facts["kind"], "automatic": facts["automatic"]})
    click.echo(f"  events      {', '.join(shown['events'])}")
    for letter in shown["letters"]:
        click.secho(f"\n-> {letter['to']}  {letter['kind']}  {letter['subject']}", bold=True)
        for line in letter["text"].splitlines():
            click.echo(f"   {line}")
