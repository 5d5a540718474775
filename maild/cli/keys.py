"""maild keys list | rotate | revoke"""

from __future__ import annotations

import getpass
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from maild.cli.options import config_option


@click.group("keys")
def command() -> None:
    """The keys behind the signed addresses of letters."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@config_option
def list_(config: Path, *, as_json: bool) -> None:
    """List the keys, oldest first: what each is worth, and what it has signed.

    current signs; good still proves who answers; identify only finds the case; revoked is worth nothing.
    """
    from maild import keyring
    from maild.cli.desk import opened, say_json, table
    from maild.founding import load_keys

    with opened(config) as site:
        rows = keyring.listing(site.session, load_keys(site.config.keys))
    if as_json:
        for row in rows:
            say_json(row)
        return
    headings = {"key": "id", "role": "role", "made": "made", "letters": "letters", "last signed": "last_signed"}
    table("keys", headings, rows)


@command.command("rotate")
@click.option("--leaked", is_flag=True, help="Somebody else has the keys: older addresses prove nothing any more.")
@config_option
def rotate(config: Path, *, leaked: bool) -> int:
    """Make a new key, which signs from now on.

    Addresses signed before stay good, so that nobody's answer is lost; with --leaked they still find their case, and prove nothing.
    """
    return _change(config, "leaked" if leaked else "rotate", "")


@command.command("revoke")
@click.argument("key")
@config_option
def revoke(config: Path, key: str) -> int:
    """Make a key worth nothing, at once.  Whoever answers a letter that it signed writes to the plain address."""
    return _change(config, "revoke", key)


def _change(file: Path, verb: str, key: str) -> int:
    """By the running daemon, or under the lock when it is down."""
    from maild import config as plumbing
    from maild import keyring
    from maild.edges import control

    config = plumbing.load(file)
    answer = control.ask(config.control, {"order": "keys", "verb": verb, "key": key}) or _alone(file, verb, key)
    click.echo(answer["text"], err=not answer["ok"])
    if answer["ok"]:
        click.echo(keyring.REMINDER, err=True)
    return 0 if answer["ok"] else 1


def _alone(file: Path, verb: str, key: str) -> dict[str, Any]:
    from maild import keyring
    from maild.cli.desk import opened
    from maild.founding import load_keys, take_lock

    wanted = keyring.Wanted(verb, secrets.token_bytes(32), key)
    with opened(file) as site:
        take_lock(site.config.state)
        load_keys(site.config.keys)
        with site.session.transaction():
            actor, now = f"admin:{getpass.getuser()}", datetime.now(UTC)
            done = keyring.change(site.session, site.config.keys, wanted, actor, now)
    return {"ok": done.ok, "text": done.text}
