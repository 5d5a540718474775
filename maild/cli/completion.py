"""maild completion: the shell's own completion, by click.

script(shell) -> what a shell must read once; complete_case, complete_row: what stands in the database, for arguments
that name a case or a row of a queue.  A completion says nothing and never fails: a shell is in the middle of a line.

LIMITS  SQLite and PostgreSQL, the newest 50; a PostgreSQL server that is away is waited for two seconds.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import click
from click.shell_completion import CompletionItem

SHELLS = ("bash", "zsh", "fish")
_MOST = 50
_ROWS = (
    "SELECT 'in-' || id, state FROM incoming WHERE state <> 'done' ORDER BY id DESC LIMIT ?",
    "SELECT 'out-' || id, state FROM outbox WHERE state NOT IN ('done', 'cancelled') ORDER BY id DESC LIMIT ?",
)


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print what SHELL must read to complete maild's commands, options, case numbers and rows of queues.

    For you alone: `source <(maild completion bash)` in ~/.bashrc; for zsh and fish likewise.  `maild setup` installs it for
    everybody on this machine.
    """
    click.echo(script(shell), nl=False)


def script(shell: str) -> str:
    """The script that click makes for this shell."""
    from click.shell_completion import get_completion_class

    from maild.cli import root

    kind = get_completion_class(shell)
    assert kind is not None, shell
    made = kind(root, {}, "maild", "_MAILD_COMPLETE")
    # Not source(): click would start the shell to ask for its version, and it may not be here.
    return (made.source_template % made.source_vars()).rstrip("\n") + "\n"


def complete_case(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Numbers of cases that start so, newest first; the subject beside it, where the shell shows it."""
    sql = "SELECT number, subject FROM cases WHERE number LIKE ? ESCAPE '!' ORDER BY id DESC LIMIT ?"
    return list(_found(context, sql, (f"{_escaped(incomplete)}%", _MOST)))


def complete_row(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Rows that wait, as `maild queue list` names them."""
    found = [item for sql in _ROWS for item in _found(context, sql, (_MOST,))]
    return [item for item in found if item.value.startswith(incomplete)]


def _escaped(text: str) -> str:
    return "".join(f"!{char}" if char in "!%_" else char for char in text)


def _found(context: click.Context, sql: str, values: tuple[Any, ...]) -> Iterator[CompletionItem]:
    from maild.cli.terminal import one_line

    # No site, no rights, no database: then nothing is offered.
    with contextlib.suppress(Exception):
        for value, words in _rows(context, sql, values):
            yield CompletionItem(str(value), help=one_line(words or "")[:60] or None)


def _rows(context: click.Context, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    from maild.cli.desk import opened
    from maild.config import find

    named = context.params.get("config")
    # libpq would wait for minutes for a server that is away.
    os.environ.setdefault("PGCONNECT_TIMEOUT", "2")
    with opened(find(str(named) if named else None, os.environ)) as site:
        return site.session.all(sql, values)
