"""progress: how far a long command is.

with steps("mails", total) as step:  step(done, "what so far")      a bar on a terminal, else a line every few seconds, on standard error
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

EVERY = 5.0
Step = Callable[[int, str], None]


@contextmanager
def steps(what: str, total: int | None) -> Iterator[Step]:
    """total None: nobody knows how many there are."""
    if not sys.stderr.isatty():
        yield _lines(what, total)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TextColumn("{task.completed} of {task.total} {task.description}"), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.fields[told]}"), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total, told="")
        yield lambda done, told: bar.update(task, completed=done, told=told)


def _lines(what: str, total: int | None) -> Step:
    said = time.monotonic()

    def step(done: int, told: str) -> None:
        nonlocal said
        if time.monotonic() - said >= EVERY:
            said = time.monotonic()
            of = f" of {total}" if total is not None else ""
            click.echo(f"{done}{of} {what}: {told}", err=True)

    return step
