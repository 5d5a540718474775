"""maild simulate: a mailbox played through the rules, clocks and rota, with a clock that runs as fast as one likes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maild.cli.options import config_option
from maild.cli.span import ago

if TYPE_CHECKING:
    from maild.model.plan import Plan
    from maild.model.policy import Policy
    from maild.policy.amounts import Amount
    from maild.simulations.tally import Report

_FILE = click.Path(dir_okay=False, path_type=Path)


def _amount(context: click.Context, parameter: click.Parameter, value: str | None) -> Amount | None:
    """A callback of click's: as sla.yaml writes it."""
    from pydantic_core import PydanticCustomError

    from maild.policy.amounts import amount

    if value is None or context.resilient_parsing:
        return None
    try:
        return amount(value.strip().lower())
    except PydanticCustomError as error:
        raise click.BadParameter(f"{error.message()}: {(error.context or {})['cure']}") from error


def _speed(context: click.Context, parameter: click.Parameter, value: str) -> float | None:
    """A callback of click's: None is as fast as it goes."""
    if context.resilient_parsing or value == "max":
        return None
    try:
        speed = float(value)
    except ValueError:
        speed = 0.0
    if not 0 < speed < 1e9:
        raise click.BadParameter(f"{value!r} is no speed: write max, or how many seconds pass in one, such as 3600")
    return speed


@click.command("simulate")
@click.argument("mailbox", metavar="MBOX|DIR", type=click.Path(exists=True, path_type=Path))
@click.option("--from", "since", metavar="DATE", callback=ago, help="Only mail from then on: 2026-03-01, 90d, 12w.")
@click.option("--until", metavar="DATE", callback=ago, help="Only mail before then.")
@click.option(
    "--speed",
    metavar="max|N",
    default="max",
    show_default=True,
    callback=_speed,
    help="N seconds of then pass in one of now, and what happens is told as it does; max: as fast as it goes.",
)
@click.option(
    "--answer",
    metavar="TIME",
    callback=_amount,
    help="Each case is answered after so much of its desk's opening time (45m, 4h); else when the mailbox says.",
)
@click.option("--solve", metavar="TIME", callback=_amount, help="Each case is solved after so much of it.")
@click.option(
    "--after",
    metavar="TIME",
    callback=_amount,
    default="14d",
    show_default=True,
    help="How long the clock goes on when the last mail has come.",
)
@click.option(
    "--rules",
    metavar="NEWDIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="By the rules in this folder, or its rules/ and templates/, in place of the site's.",
)
@click.option("--svg", metavar="FILE", type=_FILE, help="Draw it into FILE as well.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@config_option
def command(config: Path, mailbox: Path, *, svg: Path | None, as_json: bool, **asked: Any) -> None:
    """Play the mail of an mbox file, a Maildir or a folder of .eml files through rules, clocks and rota.

    Tells who would be paged, which promises would be broken, how much each handler would have to do, and how the days would look.
    Mails that handlers wrote are their answers.  Nothing is written, nobody is told, and no database is needed.
    """  # fmt: skip
    from maild.cli.desk import say_json
    from maild.cli.simulate_svg import drawn
    from maild.cli.simulate_table import lines
    from maild.cli.terminal import harmless, width

    report, policy = _played(config, mailbox, **asked)
    if svg:
        svg.write_text(drawn(report, policy), "utf-8")
    if as_json:
        say_json(view(report))
        return
    for line in lines(report, policy, width() or 100):
        click.echo(harmless(line))


def _played(
    config: Path,
    mailbox: Path,
    *,
    since: datetime | None,
    until: datetime | None,
    speed: float | None,
    answer: Amount | None,
    solve: Amount | None,
    after: Amount,
    rules: Path | None,
) -> tuple[Report, Policy]:
    from maild.cli.other_rules import with_rules
    from maild.cli.progress import steps
    from maild.config import load
    from maild.founding import load_policy
    from maild.simulations.play import Play, Wish

    site = load(config)
    policy = load_policy(with_rules(site, rules) if rules else site)
    wish = Wish(since, until, answer, solve, after)
    if speed is None:
        play = Play(site, policy, mailbox, wish)
        with steps("mails", play.total) as step:
            return play.run(step), policy
    play = Play(site, policy, mailbox, wish, _teller())
    return play.run(lambda done, told: None, _pacer(speed)), policy


def _pacer(speed: float) -> Callable[[datetime], None]:
    """Sleeps until the time of then has come, at that speed."""
    began: tuple[datetime, float] | None = None

    def pace(at: datetime) -> None:
        nonlocal began
        began = began or (at, time.monotonic())
        time.sleep(max(0.0, began[1] + (at - began[0]).total_seconds() / speed - time.monotonic()))

    return pace


def _teller() -> Callable[[Plan, datetime], None]:
    """A line for what happens in a case, as `maild case show` says it."""
    from maild.cli.terminal import one_line

    def tell(plan: Plan, at: datetime) -> None:
        numbers = {case.id: case.number for case in plan.cases}
        for happened in plan.events:
            if happened.case is not None:
                event = happened.record.event
                click.echo(
                    one_line(f"{at.astimezone():%Y-%m-%d %H:%M}  #{numbers[happened.case]}  {' '.join(_words(event))}")
                )

    return tell


def _words(event: Any) -> Iterator[str]:
    """The kind, and what of it is short."""
    yield event.kind.replace("_", " ")
    for name in ("desk", "handler", "priority", "target", "step"):
        if getattr(event, name, None):
            yield str(getattr(event, name))


def view(report: Report) -> dict[str, Any]:
    """As JSON: mails, cases, pages, broken, promises, handlers, days, left; times as ISO 8601 with the desk's offset."""
    return {
        "mails": report.mails,
        "cases": report.cases,
        "pages": [{"at": page.at.isoformat(), "handler": page.handler, "case": page.number} for page in report.pages],
        "broken": [
            {
                "due_at": one.due_at.isoformat(),
                "case": one.number,
                "desk": one.desk,
                "priority": one.priority,
                "target": one.target,
                "handler": one.handler or None,
            }
            for one in report.broken
        ],
        "promises": [
            {**{name: getattr(one, name) for name in one.__match_args__}, "share": one.share} for one in report.promises
        ],
        "handlers": [{name: getattr(load, name) for name in load.__match_args__} for load in report.loads],
        "days": [
            {"day": day.day.isoformat(), "opened": day.opened, "open": day.open, "broken": day.broken}
            for day in report.days
        ],
        "left": report.left,
    }
