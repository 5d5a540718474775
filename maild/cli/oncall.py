"""maild oncall show | ics: who has duty when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maild.cli.options import config_option

if TYPE_CHECKING:
    from maild.mail.ics import Entry
    from maild.model.policy import Policy
    from maild.model.rota import Book, Rota, Shift

_WEEKS = click.IntRange(1, 104)


@click.group("oncall")
def command() -> None:
    """Who has duty when (rules/oncall.yaml), with what was swapped by mail and who is away."""


@command.command("show")
@click.argument("rota", required=False)
@click.option(
    "--at", metavar="TIME", default="", help="From when on, on the rota's clock: 2026-12-24 or 2026-12-24T18:00."
)
@click.option("--weeks", type=_WEEKS, default=4, show_default=True, help="How far.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@config_option
def show(config: Path, rota: str | None, at: str, weeks: int, *, as_json: bool) -> None:
    """Say who has duty, and whose the next turns are, of ROTA or of all."""
    from maild.cli.desk import say_json, table
    from maild.model.rota import on_duty, shifts

    policy, book = _site(config)
    rows = []
    for each in _named(policy, rota):
        since = _instant(at, each)
        names = [_name(policy, key) for key in on_duty(each, since, book)]
        if not as_json:
            click.echo(
                f"{each.key}: {', '.join(names) or 'nobody'} has duty ({_wall(since, each)}, {each.calendar.zone})"
            )
        rows += [_row(policy, each, shift) for shift in shifts(each, since, since + timedelta(weeks=weeks), book)]
    if as_json:
        for row in rows:
            say_json({name: value for name, value in row.items() if name != "wall"})
        return
    click.echo()
    columns = {name: name for name in ("from", "to", "rota", "layer", "login", "name")}
    table("turns", {**columns, "why": "why"}, [{**row, **row["wall"]} for row in rows])


@command.command("ics")
@click.argument("rota", required=False)
@click.option("--handler", metavar="KEY", default="", help="Only what this handler has.")
@click.option("--weeks", type=_WEEKS, default=26, show_default=True, help="How far.")
@config_option
def ics(config: Path, rota: str | None, handler: str, weeks: int) -> None:
    """Print the duty in ROTA or in all as a calendar file (RFC 5545), for phones and calendar programs.

    Put it where they fetch it, and make it anew now and then: an entry stays the same one, so that a swap changes it.
    """
    from maild.mail import ics as calendar

    policy, book = _site(config)
    now, rotas = datetime.now(UTC), _named(policy, rota)
    if handler and handler not in policy.handlers:
        raise click.ClickException(f"nobody is called {handler} (maild handler list)")
    entries = [entry for each in rotas for entry in _entries(policy, each, book, now, weeks, handler)]
    click.echo(calendar.write(entries, ", ".join(each.name for each in rotas), now), nl=False)


# --- what is there ----------------------------------------------------------------------------------------------------------------


def _site(file: Path) -> tuple[Policy, Book]:
    """The rules, and what stands over them; before the daemon's first start nothing does."""
    from maild import config as plumbing
    from maild.cli.desk import opened
    from maild.founding import load_policy
    from maild.model.rota import Book
    from maild.store.absence import absent
    from maild.store.database import Database
    from maild.store.swaps import swaps

    site = plumbing.load(file)
    policy = load_policy(site)
    database = Database(site.database)
    if database.sqlite and not Path(database.url).exists():
        return policy, Book()
    with opened(file) as there:
        since = datetime.now(UTC) - timedelta(weeks=104)
        return policy, Book.of(swaps(there.session, since), absent(there.session), policy.handlers)


def _named(policy: Policy, key: str | None) -> list[Rota]:
    if not policy.rotas:
        raise click.ClickException("nobody has duty here: there is no rota in rules/oncall.yaml")
    if key is not None and key not in policy.rotas:
        raise click.ClickException(f"there is no rota {key} (there is {', '.join(policy.rotas)})")
    return [policy.rotas[key]] if key is not None else list(policy.rotas.values())


def _instant(words: str, rota: Rota) -> datetime:
    if not words:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        raise click.UsageError(f"--at: {words} is no time; write it like 2026-12-24T18:00") from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=rota.calendar.zone).astimezone(UTC)


# --- how it is said ---------------------------------------------------------------------------------------------------------------


def _wall(at: datetime, rota: Rota) -> str:
    return at.astimezone(rota.calendar.zone).strftime("%Y-%m-%d %H:%M")


def _name(policy: Policy, key: str) -> str:
    handler = policy.handlers.get(key)
    return handler.name if handler else key


def _row(policy: Policy, rota: Rota, shift: Shift) -> dict[str, Any]:
    return {
        "rota": rota.key,
        "layer": shift.layer + 1,
        "from": shift.since.astimezone(rota.calendar.zone).isoformat(),
        "to": shift.until.astimezone(rota.calendar.zone).isoformat(),
        "login": shift.handler,
        "name": _name(policy, shift.handler),
        "why": _why(policy, shift),
        "wall": {"from": _wall(shift.since, rota), "to": _wall(shift.until, rota)},
    }


def _why(policy: Policy, shift: Shift) -> str:
    """Why it is not whose turn it is by the rota."""
    from maild.model.rota import AWAY

    if not shift.held.was:
        return ""
    was = _name(policy, shift.held.was)
    return f"{was} is away and has not swapped" if shift.held.why == AWAY else f"swapped with {was}"


def _entries(policy: Policy, rota: Rota, book: Book, now: datetime, weeks: int, handler: str) -> Iterator[Entry]:
    from maild.mail.ics import Entry
    from maild.model.rota import duties

    domain = policy.default_desk.address.rpartition("@")[2]
    # What runs now began before; its start is its identity.
    for shift in duties(rota, now - timedelta(weeks=1), now + timedelta(weeks=weeks), book):
        if shift.until > now and handler in ("", shift.handler):
            uid = f"{rota.key}-{shift.layer + 1}-{shift.since:%Y%m%dT%H%M%SZ}@{domain}"
            summary = f"{rota.name}: {_name(policy, shift.handler)}" + (f" ({shift.layer + 1})" if shift.layer else "")
            yield Entry(uid, shift.since, shift.until, summary, _why(policy, shift))
