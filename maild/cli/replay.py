"""maild replay: what other rules would have made of the mail that came."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maild.cli.options import config_option
from maild.cli.span import ago

if TYPE_CHECKING:
    from maild.cli.desk import Open
    from maild.replays.run import Differs, Report, Wish


@click.command("replay")
@click.option(
    "--since", metavar="TIME", callback=ago, help="Only mail from then on: 90d, 12w, 1y or a day (2026-03-01)."
)
@click.option(
    "--rules",
    "rules",
    metavar="NEWDIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Through the rules in this folder, or its rules/ and templates/, compared with the site's files.",
)
@click.option(
    "--from",
    "files",
    metavar="MBOX|DIR",
    type=click.Path(exists=True, path_type=Path),
    help="Other mail: an mbox file, a Maildir, or a folder of .eml files.",
)
@click.option("--verbose", "-v", is_flag=True, help="Say of each mail what differs.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; with --verbose each mail in it.")
@config_option
def command(
    config: Path, since: datetime | None, rules: Path | None, files: Path | None, *, verbose: bool, as_json: bool
) -> int:
    """Judge stored mail once more, one after the other, and tell what comes out otherwise.

    Alone: by the rules as the files have them now, compared with what was answered then.  With NEWDIR: by those rules, compared with the
    files of the site, so that only the change between both is told.  Turns, loads, threads and what handlers wrote are as they were.
    Nothing is written and nobody is told; a running daemon goes on.  Exit 1 if anything differs.
    """  # fmt: skip
    from maild.cli.desk import opened, say_json
    from maild.cli.progress import steps
    from maild.founding import load_keys
    from maild.replays.run import Replay

    with opened(config) as site:
        wish = _wish(site, since, rules, files)
        replay = Replay(site.config, load_keys(site.config.keys), site.session, wish)
        with steps("mails", replay.total) as step:
            report = replay.run(step)
    if as_json:
        say_json(_view(report, wish, verbose=verbose))
    else:
        _say(report, verbose=verbose)
    return 1 if report.count.differ else 0


def _wish(site: Open, since: datetime | None, rules: Path | None, files: Path | None) -> Wish:
    from maild.cli.other_rules import with_rules
    from maild.founding import load_policy
    from maild.replays.run import Wish

    now = site.policy
    if rules is None:
        return Wish(now, now if files else None, since, files)
    return Wish(load_policy(with_rules(site.config, rules)), now, since, files)


def _say(report: Report, *, verbose: bool) -> None:
    from maild.cli.terminal import one_line, width, wrapped

    for differs in report.differs if verbose else ():
        mail = differs.mail
        head = f"{mail.received_at:%Y-%m-%d %H:%M}  {mail.where}"
        click.secho(one_line(head), bold=True)
        for name, (before, after) in differs.fields.items():
            for line in wrapped(f"{name}: {one_line(before)} -> {one_line(after)}", width(), "  ", "    "):
                click.echo(line)
    click.echo(report.count.sentence())
    for reason, count in sorted(report.count.left.items()):
        click.echo(f"{count} more {reason}, and cannot be replayed")


def _view(report: Report, wish: Wish, *, verbose: bool) -> dict[str, Any]:
    count = report.count
    told = {
        "mails": count.mails,
        "differ": count.differ,
        "changes": dict(count.fields),
        "left": dict(count.left),
        "policy": wish.policy.hash,
        "against": wish.against.hash if wish.against else None,
    }
    return {**told, "differences": [_one(differs) for differs in report.differs]} if verbose else told


def _one(differs: Differs) -> dict[str, Any]:
    from maild.store.database import iso

    mail = differs.mail
    fields = {name: {"before": before, "after": after} for name, (before, after) in differs.fields.items()}
    return {"mail": mail.where, "at": iso(mail.received_at), "differs": fields}
