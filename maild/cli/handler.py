"""maild handler list | address"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maild.cli.options import config_option

if TYPE_CHECKING:
    from maild.model.people import Handler
    from maild.model.policy import Policy


@click.group("handler")
def command() -> None:
    """Who may do what, and the handlers' standing addresses."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@config_option
def list_(config: Path, *, as_json: bool) -> None:
    """List the handlers with their role at each desk."""
    from maild import config as plumbing
    from maild.cli.desk import say_json, table
    from maild.founding import load_policy

    policy = load_policy(plumbing.load(config))
    rows = [_row(handler, policy) for handler in policy.handlers.values()]
    if as_json:
        for row in rows:
            say_json(row)
        return
    told = [{**row, "roles": [f"{desk}: {role}" for desk, role in row["roles"].items()] or "retired"} for row in rows]
    table("handlers", {"login": "handler", "name": "name", "address": "address", "may": "roles"}, told)


def _row(handler: Handler, policy: Policy) -> dict[str, Any]:
    desks = () if handler.retired else (desk for desk in policy.desks if handler.works_for(desk))
    roles = {desk: str(handler.role_at(desk)) for desk in desks}
    return {"handler": handler.key, "name": handler.name, "address": handler.address, "roles": roles}


@command.command("address")
@click.argument("handler")
@click.option("--desk", default="", help="Key of the desk; left out: the handler's first.")
@config_option
def address(config: Path, handler: str, desk: str) -> int:
    """Print HANDLER's standing address: for his new mail, such as a phone case, without any letter to answer.

    It is his alone, and worth nothing from any other address.  `retired: true` in people.yaml ends it, and so does a key that leaked.
    """
    from maild import config as plumbing
    from maild.founding import load_keys, load_policy
    from maild.mail import token

    site = plumbing.load(config)
    policy = load_policy(site)
    who = policy.handlers.get(handler)
    if who is None or who.retired:
        return _no("nobody is called" if who is None else "nobody works here any more as", handler)
    his = [key for key, its in policy.desks.items() if who.works_for(key) and not its.retired]
    if desk and desk not in his:
        return _no(f"{handler} does not work for the desk", desk)
    click.echo(token.standing_address(policy.desks[desk or his[0]], who.key, load_keys(site.keys)))
    return 0


def _no(why: str, what: str) -> int:
    from maild.cli.terminal import one_line

    click.echo(f"maild: {why} {one_line(what)} (maild handler list)", err=True)
    return 1
