"""maild status: whether all is well, for people and for monitors.

Exit status 0: well; 1: something is not, or no daemon runs.  The first line says it all.  The running daemon is asked; without one
the same is found in the database and the files.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from maild.cli.options import config_option


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@config_option
def command(config: Path, *, as_json: bool) -> int:
    """Say whether all is well: 0 if it is, 1 if something needs you; the first line is enough for a monitor."""
    from maild.cli.desk import say_json

    told = _ask(config)
    if as_json:
        say_json(told)
    else:
        for line in page(told, datetime.now(UTC)):
            click.echo(line)
    return 0 if told["well"] else 1


def _ask(file: Path) -> dict[str, Any]:
    from maild import config as plumbing
    from maild.edges import control

    answer = control.ask(plumbing.load(file).control, {"order": "status"})
    if answer is None:
        return {"running": False, **_alone(file)}
    if not answer.get("ok"):
        raise click.ClickException(str(answer.get("text")))
    return {"running": True, **answer}


def _alone(file: Path) -> dict[str, Any]:
    """From the database and the files, beside no daemon."""
    import os

    from maild.cli.desk import opened
    from maild.decide import health
    from maild.edges.watch import report
    from maild.founding import CannotStart
    from maild.model.condition import Condition
    from maild.model.health import Disk, Snapshot, Wishes
    from maild.store import health as store

    now = datetime.now(UTC)
    down = Condition("daemon", False, "the daemon is down", "maild run, or: systemctl start maild")
    try:
        with opened(file) as site:
            snapshot = store.snapshot(site.session, now)
            policy = _policy(site)
    except CannotStart as error:
        away = Condition("database", False, str(error).partition(" (")[0])
        return {**report(Snapshot(now), (down, away), now), "since": None}
    disk = os.statvfs(site.config.state)
    room = Disk(disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize, site.config.door.min_free)
    # Whoever is down hears no mail: of the silence, and of the mail to ourselves, nothing can be said.
    found = health.judge(snapshot, room, Wishes(), UTC, now)
    return {**report(snapshot, (down, *policy, *found), now), "since": None}


def _policy(site: Any) -> tuple[Any, ...]:
    from maild.decide import health
    from maild.errors import RuleError

    try:
        return (health.policy(site.policy.hash, 0, None),)
    except RuleError as error:
        return (health.policy("", len(error.problems), None),)


# --- for people -----------------------------------------------------------------------------------------------------------------


def page(told: dict[str, Any], now: datetime) -> list[str]:
    """The lines of it."""
    from maild.cli.terminal import one_line

    ill = [c for c in told["conditions"] if not c["well"]]
    lines = [_first(told, ill, now), ""]
    for condition in sorted(told["conditions"], key=lambda c: c["well"]):
        mark = "ok " if condition["well"] else "NOT"
        since = f" (since {_ago(condition['since'], now)})" if condition["since"] and not condition["well"] else ""
        lines.append(one_line(f"{mark} {condition['part']:<12} {condition['text']}{since}"))
        if condition["cure"]:
            lines.append(f"    {'':<12} -> {one_line(condition['cure'])}")
    if told.get("reload_error"):
        lines += [f"    {'':<12}    {one_line(line)}" for line in str(told["reload_error"]).splitlines()[:5]]
    return [*lines, "", *_facts(told, now)]


def _first(told: dict[str, Any], ill: list[dict[str, Any]], now: datetime) -> str:
    from maild.cli.terminal import one_line

    if ill:
        return one_line("maild NOT WELL - " + "; ".join(c["text"] for c in ill))
    waiting = sum(state["count"] for queue in told["queues"].values() for state in queue.values())
    cases = "1 open case" if told["open_cases"] == 1 else f"{told['open_cases']} open cases"
    return f"maild OK - last mail {_ago(told['last_mail'], now)}, {waiting} in the queues, {cases}"


def _facts(told: dict[str, Any], now: datetime) -> list[str]:
    from maild.cli.terminal import one_line, size

    versions, database = told["versions"], told["database"]
    rows = {
        "daemon": f"up since {_ago(told['since'], now)}" if told["running"] else "down",
        "mail": f"last {_ago(told['last_mail'], now)}",
        "letters": f"last {_ago(told['last_letter'], now)}",
        "incoming": _queue(told["queues"]["incoming"], now),
        "outbox": _queue(told["queues"]["outbox"], now),
        "database": f"{database['is']}, {size(database['size'])}, schema {database['schema']}",
        "versions": f"maild {versions['maild']}, Python {versions['python']}",
    }
    if moved := told.get("promises"):
        rows["promises"] = f"{'being looked at anew: ' if moved['moving'] else ''}{one_line(moved['text'])}"
    if told.get("away"):
        rows["away"] = one_line(", ".join(map(_away, told["away"])))
    return [f"{name:<9} {value}" for name, value in rows.items()]


def _away(absent: dict[str, Any]) -> str:
    """A handler, and until when."""
    return f"{absent['handler']} until {absent['until']}" if absent["until"] else absent["handler"]


def _queue(states: dict[str, Any], now: datetime) -> str:
    told = [f"{s['count']} {name} (oldest {_ago(s['oldest'], now)})" for name, s in states.items()]
    return ", ".join(told) or "empty"


def _ago(instant: str | None, now: datetime) -> str:
    from maild.decide.health import span

    return f"{span(now - datetime.fromisoformat(instant))} ago" if instant else "never"
