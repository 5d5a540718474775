"""maild queue list | show | retry | drop"""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path

import click

from maild.cli.completion import complete_row
from maild.cli.options import config_option
from maild.cli.terminal import harmless


@click.group("queue")
def command() -> None:
    """Look at the queues, and try again or drop what waits."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--all", "everything", is_flag=True, help="What is done, too.")
@config_option
def list_(config: Path, *, as_json: bool, everything: bool) -> None:
    """List what waits: mails not yet settled, letters not yet sent, cases that will wake."""
    from maild.cli.desk import opened, say_json, table
    from maild.store import views

    with opened(config) as site:
        rows = list(views.queue(site.session, everything=everything))
    if as_json:
        for row in rows:
            say_json(row)
        return
    for row in rows:
        row["error"] = (row["error"] or "").strip().rpartition("\n")[2]
    table(
        "rows",
        {"id": "id", "queue": "queue", "state": "state", "attempts": "attempts", "due": "due_at", "error": "error"},
        rows,
    )


@command.command("show")
@click.argument("row", shell_complete=complete_row)
@config_option
def show(config: Path, row: str) -> int:
    """Show one row with its whole error."""
    from maild.cli.desk import opened
    from maild.store import views

    with opened(config) as site:
        found = views.queue_row(site.session, row)
    if found is None:
        click.echo(f"maild: there is no row {row} (see `maild queue list --all`)", err=True)
        return 1
    for key, value in found.items():
        click.echo(f"{key + ':':<12} {harmless(str(value)) if value is not None else ''}")
    return 0


restored_option = click.option("--restored", is_flag=True, help="All letters that a restore holds, instead of a row.")


@command.command("retry")
@click.argument("row", required=False, shell_complete=complete_row)
@restored_option
@config_option
def retry(config: Path, row: str | None, *, restored: bool) -> int:
    """Try a held, deferred or failed row again now."""
    return _order(config, "retry", _which(row, restored))


@command.command("drop")
@click.argument("row", required=False, shell_complete=complete_row)
@restored_option
@config_option
def drop(config: Path, row: str | None, *, restored: bool) -> int:
    """Give a row up.  A dropped mail stays stored, and who dropped it is on record."""
    return _order(config, "drop", _which(row, restored))


def _which(row: str | None, restored: bool) -> str:
    if (row is not None) == restored:
        raise click.UsageError("name one row (such as out-5), or say --restored")
    return row or "restored"


def _order(file: Path, verb: str, row: str) -> int:
    """By the running daemon, or under the lock when it is down."""
    from maild import config as plumbing
    from maild.edges import control

    config = plumbing.load(file)
    answer = control.ask(config.control, {"order": verb, "id": row}) or _alone(file, verb, row)
    click.echo(answer["text"], err=not answer["ok"])
    return 0 if answer["ok"] else 1


def _alone(file: Path, verb: str, row: str) -> dict[str, object]:
    from maild import orders
    from maild.cli.desk import opened
    from maild.founding import take_lock
    from maild.store import incoming, outbox

    with opened(file) as site:
        take_lock(site.config.state)
        with site.session.transaction():
            if site.session.sqlite:
                # What the last daemon had in hand waits, as at its next start; several daemons' leases run out by themselves.
                incoming.recover(site.session)
                outbox.recover(site.session)
            answer = orders.carry_out(site.session, verb, row, f"admin:{getpass.getuser()}", datetime.now(UTC))
    return {"ok": answer.ok, "text": answer.text}
