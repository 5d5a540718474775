"""maild mailbox list | accept | skip | seen"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maild.cli.options import config_option

if TYPE_CHECKING:
    from maild.config import Mailbox
    from maild.store.database import Session


@click.group("mailbox")
def command() -> None:
    """Look at the mailboxes that mail is taken from, and say what becomes of one that stopped."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@config_option
def list_(config: Path, *, as_json: bool) -> None:
    """List the mailboxes: where we are in each, when mail came last, what lies aside."""
    from maild.cli.desk import opened, say_json, table

    with opened(config) as site:
        rows = [_row(site.session, box) for box in site.config.mailboxes]
    if as_json:
        for row in rows:
            say_json(row)
        return
    shown = [
        {**row, "aside": len(row["aside"]), "why": row["aside"][0]["error"] if row["aside"] else None} for row in rows
    ]
    columns = {"name": "name", "state": "state", "uid": "uid", "last mail": "last_mail_at", "from": "horizon"}
    table("mailboxes", {**columns, "aside": "aside", "why": "why"}, shown)


def _row(session: Session, box: Mailbox) -> dict[str, Any]:
    from maild.store import mailboxes
    from maild.store.database import iso

    cursor = mailboxes.cursor(session, box.name)
    return {
        "name": box.name,
        "host": f"{box.host}:{box.port}",
        "folder": box.folder,
        "state": cursor.state if cursor else "not read yet",
        "uidvalidity": cursor.uidvalidity if cursor else None,
        "uid": cursor.uid if cursor else None,
        "horizon": iso(cursor.horizon) if cursor else None,
        "last_mail_at": iso(cursor.mail_at) if cursor else None,
        "looked_at": iso(cursor.looked_at) if cursor else None,
        "aside": [
            {"uid": uid, "state": fate, "since": iso(at), "error": why}
            for uid, fate, at, why in mailboxes.laid_aside(session, box.name)
        ],
    }


@command.command("accept")
@click.argument("name")
@config_option
def accept(config: Path, name: str) -> int:
    """Take the new mail of a mailbox that stopped.  Mail older than a day gets no acknowledgement."""
    return _order(config, "accept", name)


@command.command("skip")
@click.argument("name")
@config_option
def skip(config: Path, name: str) -> int:
    """Leave the new mail of a mailbox that stopped where it is; what comes from now on is taken."""
    return _order(config, "skip", name)


@command.command("seen")
@click.argument("name")
@config_option
def seen(config: Path, name: str) -> int:
    """What lies aside is dealt with: nobody need hear of it any more."""
    return _order(config, "seen", name)


def _order(file: Path, verb: str, name: str) -> int:
    """By the running daemon, or under the lock when it is down."""
    from maild import config as plumbing
    from maild.edges import control

    config = plumbing.load(file)
    asked = {"order": "mailbox", "verb": verb, "name": name}
    answer = control.ask(config.control, asked) or _alone(file, verb, name)
    click.echo(answer["text"], err=not answer["ok"])
    return 0 if answer["ok"] else 1


def _alone(file: Path, verb: str, name: str) -> dict[str, object]:
    from maild import orders
    from maild.cli.desk import opened
    from maild.founding import take_lock

    with opened(file) as site:
        take_lock(site.config.state)
        with site.session.transaction():
            answer = orders.of_mailbox(site.session, verb, name)
    return {"ok": answer.ok, "text": answer.text}
