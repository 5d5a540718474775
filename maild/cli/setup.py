"""maild setup: make this machine ready for maild as a service, undo it, or say what would be done.

The units, the user, the folders, the manual, the shells' completion and a link in the PATH.  A second run changes nothing; what an
admin changed stays; configuration and mail are never touched.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from maild.cli.setup_steps import Step

NEXT = """
Next:
    maild init /etc/maild --desk support@example.org \\
        --handler "Kari Nordmann <kari@example.org>" --relay 127.0.0.1:25 \\
        --authserv-id mx.example.org --admin postmaster@example.org
    maild check
    systemctl enable --now maild.socket maild.service"""
AGAIN = """
Next:
    maild check
    systemctl enable --now maild.socket maild.service    (after an upgrade: systemctl restart maild)"""
NO_POSTFIX = """
There is no group postfix here, to which maild.socket gives the door. Install Postfix first (apt-get install postfix), or
`systemctl edit maild.socket` and write under [Socket] another SocketGroup= (and ListenStream=)."""


@click.command("setup")
@click.option("--systemd", is_flag=True, help="As a service of systemd: user, folders, units, manual, completion.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--remove", is_flag=True, help="Take away what setup wrote; configuration, mail and the user stay.")
@click.option(
    "--root",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write into this tree instead of the machine (for packages and images).",
)
@click.option("--program", metavar="PATH", help="The maild that the service runs; else this one.")
def command(*, systemd: bool, dry_run: bool, remove: bool, root: Path | None, program: str | None) -> int:
    """Make this machine ready for maild as a service.

    As root: makes the user and the group maild, /etc/maild and /var/lib/maild, writes the units, the manual and the completion of bash,
    zsh and fish, and says what is to be done next.  It starts nothing.  What was changed by hand stays as it is, and a second run
    changes nothing; after an upgrade of maild a run brings the units up to date.
    """
    from maild.cli import setup_plan as plan

    if not systemd:
        raise click.UsageError("set up for what? There is --systemd")
    if root is None and os.geteuid() != 0 and not dry_run:
        raise click.ClickException(
            "setup changes the machine: run it as root, or with --dry-run to see what it would do"
        )
    tree = Path("/") if root is None else root.absolute()
    # Whatever root's own umask is: units, manual and completion are for everybody.
    os.umask(0o022)
    runs = program or plan.own_program()
    problem = None if root is not None or remove else plan.unreachable(Path(runs))
    if problem:
        raise click.ClickException(problem)
    steps = plan.steps(tree, runs)
    if remove:
        return _remove(steps, tree, dry_run=dry_run)
    changed = _make(steps, dry_run=dry_run)
    plan.settle_in(tree, changed=changed, dry_run=dry_run)
    _say_next(tree, changed=changed, dry_run=dry_run)
    return 0


def _make(steps: Sequence[Step], *, dry_run: bool) -> bool:
    """Whether anything was to be done."""
    from maild.cli.setup_steps import Look

    changed = False
    for step in steps:
        found = step.look()
        if found is Look.THEIRS:
            click.echo(f"kept       {step.where}: not maild's, or changed by hand (move it away to get maild's own)")
        if found in (Look.MISSING, Look.OURS):
            changed = True
            word = "made" if found is Look.MISSING else "updated"
            click.echo(f"{f'would be {word}' if dry_run else word:<10} {step.where}")
            if not dry_run:
                step.make()
    if not changed:
        click.echo("Everything is there already: nothing was changed.")
    return changed


def _remove(steps: Sequence[Step], root: Path, *, dry_run: bool) -> int:
    from maild.cli import setup_plan as plan
    from maild.cli.setup_steps import Look

    plan.stop(root, dry_run=dry_run)
    gone = False
    for step in reversed([step for step in steps if plan.is_removable(step)]):
        found = step.look()
        if found is Look.THEIRS:
            click.echo(f"kept       {step.where}: not maild's, or changed by hand (remove it yourself)")
        if found in (Look.THERE, Look.OURS):
            gone = True
            click.echo(f"{'would be removed' if dry_run else 'removed':<10} {step.where}")
            if not dry_run:
                step.unmake()
    plan.settle_in(root, changed=gone, dry_run=dry_run)
    click.echo(
        "/etc/maild, /var/lib/maild and the user maild stay." if gone else "There is nothing of maild setup here."
    )
    return 0


def _say_next(root: Path, *, changed: bool, dry_run: bool) -> None:
    from maild.cli import setup_plan as plan

    if dry_run or root != Path("/"):
        return
    if not plan.has_group("postfix"):
        click.echo(NO_POSTFIX)
    site = plan.has_site(root)
    if changed or not site:
        click.echo(AGAIN if site else NEXT)
    sys.stdout.flush()
