"""maild doctor: a look at the whole site from outside and inside: each finding with its reason and its cure.

Exit 0 when there is neither warning nor error, else 1.  It changes nothing and sends no mail, but for the one of --forge.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from maild.cli.options import config_option

if TYPE_CHECKING:
    from maild.cli.doctor.checks import Told
    from maild.cli.doctor.ground import Ground

_SELECTOR = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,200}[A-Za-z0-9])?")


def _address(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    try:
        return str(ip_address(value)) if value else None
    except ValueError:
        raise click.BadParameter(f"{value!r} is no address like 192.0.2.1 or 2001:db8::1") from None


def _server(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, int] | None:
    if not value:
        return None
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::(\d{1,5}))?", value)
    try:
        address = str(ip_address(match[1] or match[2])) if match else ""
    except ValueError:
        address = ""
    if match is None or not address or int(match[3] or 53) > 65_535:
        raise click.BadParameter(f"{value!r} is no name server like 192.0.2.53:53 or [2001:db8::53]:53")
    return address, int(match[3] or 53)


def _selectors(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    for selector in value:
        if not _SELECTOR.fullmatch(selector):
            raise click.BadParameter(f"{selector!r} is no selector of DKIM")
    return value


def _list(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    """Before a configuration is looked for: there need be none."""
    if not wanted or context.resilient_parsing:
        return
    from maild.cli.doctor.checks import CHECKS, help_text

    for name in CHECKS:
        click.echo(f"{name:<15} {help_text(name)}")
    context.exit()


@click.command("doctor")
@click.option("--only", multiple=True, metavar="NAME", help="Only this check; may stand several times.")
@click.option("--skip", multiple=True, metavar="NAME", help="All but this check; may stand several times.")
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list,
    help="The checks, and what each looks at.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a finding and line.")
@click.option(
    "--address", metavar="IP", callback=_address, help="The address that letters leave from, as the world sees it."
)
@click.option(
    "--selector", "selectors", multiple=True, metavar="NAME", callback=_selectors, help="The relay's DKIM selector."
)
@click.option("--resolver", metavar="HOST:PORT", callback=_server, help="The name server to ask (else this machine's).")
@click.option(
    "--forge", is_flag=True, help="Send one forged mail to the first desk, to see whether the mail server strips it."
)
@config_option
def command(
    config: Path,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    address: str | None,
    selectors: tuple[str, ...],
    resolver: tuple[str, int] | None,
    *,
    as_json: bool,
    forge: bool,
) -> int:
    """Look the site over, and say what is wrong, why it matters, and what to do.

    Nothing is changed, and no mail is sent without --forge.
    """
    names = _names(only, skip)
    ground = replace(_ground(config, address, selectors, resolver), forge=forge)
    told = _examine(ground, names, quiet=as_json)
    _say(told, as_json=as_json)
    bad = any(one.finding.level in ("warning", "error") for one in told)
    return _leave(int(bad))


def _names(only: tuple[str, ...], skip: tuple[str, ...]) -> list[str]:
    from maild.cli.doctor.checks import CHECKS

    unknown = [name for name in (*only, *skip) if name not in CHECKS]
    if unknown:
        raise click.UsageError(f"there is no check {unknown[0]!r}; there are {', '.join(CHECKS)}")
    return [name for name in CHECKS if (not only or name in only) and name not in skip]


def _ground(file: Path, address: str | None, selectors: tuple[str, ...], resolver: tuple[str, int] | None) -> Ground:
    from maild import config as plumbing
    from maild.cli.check import check
    from maild.cli.doctor.ground import Ground
    from maild.edges.resolver import Names
    from maild.errors import RuleError

    # libpq would wait for minutes.
    os.environ.setdefault("PGCONNECT_TIMEOUT", "8")
    try:
        settings = plumbing.load(file)
    except RuleError:
        settings = None
    return Ground(file, settings, check(file), datetime.now(UTC), Names(resolver), address, selectors)


def _examine(ground: Ground, names: Sequence[str], *, quiet: bool) -> list[Told]:
    from rich.console import Console

    from maild.cli.doctor.checks import examine

    # Not asyncio.run: it would wait for threads of a resolver that never answers.
    loop = asyncio.new_event_loop()
    if quiet or not sys.stderr.isatty():
        return loop.run_until_complete(examine(ground, names))
    with Console(stderr=True).status("looking ...", spinner="dots"):
        return loop.run_until_complete(examine(ground, names))


def _say(told: Sequence[Told], *, as_json: bool) -> None:
    from maild.cli.desk import say_json

    if not as_json:
        from maild.cli.doctor.page import lines

        for line in lines(told):
            click.echo(line)
        return
    for one in told:
        found = one.finding
        say_json(
            {
                "check": one.check,
                "level": str(found.level),
                "text": found.text,
                "why": found.why,
                "cure": found.cure,
                "facts": dict(found.facts) | ({"unseen": True} if one.unseen else {}),
            }
        )


def _leave(code: int) -> int:
    """Return, or end at once when a library's thread still waits for somebody who never answers."""
    waiting = [t for t in threading.enumerate() if t is not threading.main_thread() and not t.daemon and t.is_alive()]
    if waiting:
        _end(code)
    return code


def _end(code: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
