"""options: what every command has in common.

@config_option    -c/--config FILE; the command gets `config: Path`, found by maild.config.find (RuleError with the cure if nowhere)
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def _found(context: click.Context, parameter: click.Parameter, value: str | None) -> Path | None:
    if context.resilient_parsing:
        # A shell completes a line: it wants to know which site the line names, and no complaint.
        return Path(value) if value else None
    from maild.config import find

    return find(value, os.environ)


def config_option(command: Command) -> Command:
    """-c FILE, else MAILD_CONFIG, ./maild.yaml, /etc/maild/maild.yaml."""
    return click.option(
        "-c",
        "--config",
        "config",
        metavar="FILE",
        callback=_found,
        help="The configuration (else MAILD_CONFIG, ./maild.yaml, /etc/maild/maild.yaml).",
    )(command)
