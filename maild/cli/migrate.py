"""maild migrate: bring the database to this release's schema, with the daemon down."""

from __future__ import annotations

from pathlib import Path

import click

from maild.cli.options import config_option


@click.command("migrate")
@click.option("--status", "only_status", is_flag=True, help="Only say what is pending; exit 1 if anything is.")
@config_option
def command(config: Path, *, only_status: bool) -> int:
    """Apply pending migrations (the daemon does it at start, too)."""
    from maild import config as plumbing
    from maild.founding import apply_migrations, pending_migrations, refuse_lost, take_lock
    from maild.store.database import Database

    settings = plumbing.load(config)
    database = Database(settings.database)
    if only_status:
        pending = pending_migrations(database)
        click.echo("\n".join(pending) or "up to date")
        return 1 if pending else 0
    take_lock(settings.state)
    refuse_lost(database, settings.keys)
    click.echo("\n".join(apply_migrations(database)) or "up to date")
    return 0
