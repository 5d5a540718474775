"""desk: how a command opens a site to look at it, and how it prints.  Not a command itself."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from maild.cli.terminal import one_line
from maild.config import Config
from maild.model.policy import Policy
from maild.store.database import Database, Session

_LONG = ("handler", "customer", "subject", "error")
_WIDE = 400
_OBEYED = re.compile("[\x7f-\x9f\ud800-\udfff]")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True, slots=True)
class Open:
    """A site opened for reading, beside a running daemon or without one."""

    config: Config
    session: Session

    @property
    def policy(self) -> Policy:
        """Read now, since not all need it: the queues can be looked at while somebody is at the rules."""
        from maild.founding import load_policy

        return load_policy(self.config)

    @property
    def readable_policy(self) -> Policy | None:
        """None while the rules are broken."""
        from maild.errors import RuleError

        try:
            return self.policy
        except RuleError:
            return None

    @property
    def handlers(self) -> dict[str, str]:
        """key -> registered address; nothing while the rules are broken, which is no reason not to look at cases."""
        from maild.errors import RuleError

        try:
            return {handler.key: handler.address for handler in self.policy.handlers.values()}
        except RuleError:
            click.echo(
                "maild: handlers are shown by their login: the rules cannot be read (see `maild check`)", err=True
            )
            return {}


@contextlib.contextmanager
def opened(file: Path) -> Iterator[Open]:
    """The site of this configuration; a sentence when it has no database yet."""
    from maild import config as plumbing
    from maild.founding import EX_TEMPFAIL, CannotStart, cannot_use

    config = plumbing.load(file)
    database = Database(config.database)
    if database.sqlite and not Path(database.url).exists():
        raise CannotStart(
            EX_TEMPFAIL,
            f"there is no database yet at {database.url} (start the daemon once: maild run, or: maild migrate)",
        )
    try:
        yield Open(config, database.session())
    except Exception as error:
        told = cannot_use(error)
        if told is None:
            raise
        raise told from error
    finally:
        database.close()


def ordered(file: Path, order: dict[str, Any], alone: Callable[[Session, dict[str, Any], str, datetime], Any]) -> int:
    """An order carried out by the running daemon, or by us under the lock when it is down; what came of it is said."""
    import getpass

    from maild import config as plumbing
    from maild.edges import control
    from maild.founding import take_lock

    config = plumbing.load(file)
    answer = control.ask(config.control, order)
    if answer is None:
        with opened(file) as site:
            take_lock(site.config.state)
            with site.session.transaction():
                done = alone(site.session, order, f"admin:{getpass.getuser()}", datetime.now(UTC))
            answer = {"ok": done.ok, "text": done.text}
    click.echo(answer["text"], err=not answer["ok"])
    return 0 if answer["ok"] else 1


def agreed(policy: Policy | None, case: dict[str, Any]) -> str:
    """What was agreed with the organisation of a case's customer, in words; case: a view of it."""
    from maild.decide import pledges

    if policy is None or not policy.agreements:
        return ""
    return pledges.response(policy, case["desk"], case["customer"] or "", datetime.fromisoformat(case["opened_at"]))


def say_json(value: Any) -> None:
    """One object a line."""
    click.echo(unobeyed(json.dumps(value, ensure_ascii=False)))


def unobeyed(text: str) -> str:
    """JSON in which what json leaves as it is and a terminal obeys (DEL, C1, lone surrogates) is escaped, which means the same."""
    return text if text.isprintable() else _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def table(title: str, columns: dict[str, str], rows: list[dict[str, Any]]) -> None:
    """A table for people: columns maps a heading to a key.  One line a row where nobody's window is too narrow for it."""
    import os
    import sys

    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    if not rows:
        click.echo(f"no {title}")
        return
    shown = Table(title=None, box=None, pad_edge=False, header_style="bold")
    for heading in columns:
        shown.add_column(heading, overflow="fold", no_wrap=heading not in _LONG, min_width=len(heading))
    for row in rows:
        shown.add_row(*(escape(_word(row.get(key))) for key in columns.values()))
    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    Console(highlight=False, width=_WIDE if piped else None).print(shown)


def _word(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        # The seconds and the zone (UTC, as everywhere) are there in --json.
        return value[:16].replace("T", " ")
    return one_line(", ".join(map(str, value)) if isinstance(value, list) else value)
