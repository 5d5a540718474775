"""maild try: what a mail would do now.  Writes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import MAXYEAR, UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maild.cli.options import config_option

if TYPE_CHECKING:
    from maild.cli.desk import Open
    from maild.mail.token import Keys

# The texts are in the mail; these are shown as other lines.
# What is hardly ever so is told when it is.
_RARE = ("muted", "marked_spam", "cases", "same_subject", "files")
_LONG = ("text", "own_text", "headers", "subject", "author", "kind", "automatic")


@click.command("try")
@click.argument("mail", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--at", "at", help="As if it came at this time (ISO 8601), on the desk's clock if no zone stands there.")
@click.option("--to", "recipient", help="As if it was delivered to this address; else the desk that To names.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@config_option
def command(config: Path, mail: Path, at: str | None, recipient: str | None, *, as_json: bool) -> None:
    """Judge MAIL as the daemon would: facts, each rule, decisions, who was considered, clocks, promises, and the letters in full.

    By the rules as the files have them now, and by what the database knows.  Nothing is written.
    """
    from maild.cli.desk import opened, say_json
    from maild.edges.believing import believer_of
    from maild.founding import load_keys
    from maild.rehearse import recipient_of, rehearse, view, zone_of_recipient

    raw, time = mail.read_bytes(), _instant(at)
    with opened(config) as site:
        keys, policy = load_keys(site.config.keys), site.policy
        to = recipient or recipient_of(raw, policy)
        now = time if time.tzinfo else time.replace(tzinfo=zone_of_recipient(to, policy))
        done = rehearse(
            site.session,
            raw,
            to,
            lambda message: asyncio.run(believer_of(site.config).sure(message, raw, "", now)),
            policy,
            keys,
            now,
        )
        shown = view(done, policy, keys, now) | {"duplicate": _duplicate(site, raw, keys)}
    if as_json:
        say_json(shown)
    else:
        _print(shown)


def _instant(text: str | None) -> datetime:
    """Without a zone where none stands there."""
    if text is None:
        return datetime.now(UTC)
    try:
        value = datetime.fromisoformat(text)
        # Within what every zone's calendar can tell.
        if not 1 < value.year < MAXYEAR:
            raise ValueError("out of range")
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is no time: write it like 2026-11-25T09:30:00+01:00", param_hint="--at"
        ) from error
    return value


def _duplicate(site: Open, raw: bytes, keys: Keys) -> str:
    """Whether the daemon would take it for one that it has."""
    from maild.mail.digest import digest
    from maild.store.views import arrival_of

    row = arrival_of(site.session, digest(raw, next(iter(keys.secrets.values())))[0])
    return f"it is here already ({row}): the daemon would not take it a second time" if row else "none like it is here"


def _print(shown: dict[str, Any]) -> None:
    from maild.cli.explain import explain
    from maild.cli.terminal import harmless, one_line

    facts = shown["facts"]
    click.secho(one_line(f"{facts['author']} -> {facts['desk']}: {facts['subject']}"), bold=True)
    for line in _facts(facts):
        click.echo(line)
    explain({**shown, "kind": facts["kind"], "automatic": facts["automatic"]})
    click.echo(f"  {'events':<13}{', '.join(shown['events'])}")
    for letter in shown["letters"]:
        head = f"-> {letter['to']}  {letter['kind']}  {letter['subject']}  (leaves {letter['due_at']})"
        click.echo()
        click.secho(one_line(head), bold=True)
        for line in letter["text"].splitlines():
            click.echo(f"   {harmless(line)}")


def _facts(facts: dict[str, Any]) -> Iterator[str]:
    """What rules may look at, but for the long ones; what is not there is not told."""
    from maild.cli.explain import counted
    from maild.cli.terminal import one_line, width, wrapped

    for name, value in facts.items():
        if name in _LONG or value in ("", None, [], (), {}) or (name in _RARE and not value):
            continue
        told = counted(value) if name == "counts" else value
        text = ", ".join(map(str, told)) if isinstance(told, list | tuple) else str(told)
        yield from wrapped(one_line(text), width(), f"  {'fact':<6}{name + ' ':<14}", " " * 22)
