"""maild reload: let the running daemon take the rules and templates as they are now."""

from __future__ import annotations

from pathlib import Path

import click

from maild.cli.options import config_option


@click.command("reload")
@config_option
def command(config: Path) -> int:
    """Reload rules and templates, whole or not at all; says what is wrong with them."""
    from maild import config as plumbing
    from maild.edges import control
    from maild.founding import EX_TEMPFAIL

    answer = control.ask(plumbing.load(config).control, {"order": "reload"})
    if answer is None:
        click.echo("maild: no daemon runs here", err=True)
        return EX_TEMPFAIL
    click.echo(answer["text"], err=not answer["ok"])
    return 0 if answer["ok"] else 1
