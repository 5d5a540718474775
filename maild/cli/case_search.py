"""maild case search WORDS"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maild.cli.options import config_option
from maild.cli.terminal import harmless, one_line, width

if TYPE_CHECKING:
    from maild.cli.desk import Open
    from maild.store.filters import Filters

STATUSES = ("new", "open", "waiting", "on_hold", "solved", "closed")
OPEN = STATUSES[:4]
_SHIELD = "\0"
_WIDEST, _NARROWEST = 30, 40
_INDENT = "    "
_DAYS = re.compile(r"(\d{1,4})d")


class Words(click.Command):
    """A command to which -word is no option but a word that must not stand there."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, [*map(_shielded, args[:end]), *args[end:]])


def _shielded(word: str) -> str:
    # Nothing that a shell hands over can have a NUL in it.
    return _SHIELD + word if word[:1] == "-" and word[:2] != "--" and word not in ("-", "-c", "-h") else word


@click.command("search", cls=Words)
@click.argument("words", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: the fields of list, and hits.")
@click.option("--open", "only_open", is_flag=True, help="Only cases that are not solved or closed.")
@click.option("--status", "statuses", multiple=True, type=click.Choice(STATUSES), help="Only cases in this status.")
@click.option("--desk", metavar="DESK", help="Only cases of this desk (key or address).")
@click.option("--handler", metavar="WHO", help="Only cases of this handler (login, name, address; none: nobody's).")
@click.option("--customer", metavar="ADDRESS", help="Only cases of this customer; @acme.example: of all of a domain.")
@click.option("--label", metavar="LABEL", help="Only cases that bear this label.")
@click.option(
    "--since", metavar="DAY", help="Only what came on this day or later: 2026-03-31, or 30d for 30 days back."
)
@click.option("--until", metavar="DAY", help="Only what came on this day or earlier.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="At most so many cases.")
@click.option("--best", is_flag=True, help="The best first: by how much of a message the words are; else the newest.")
@config_option
def search(config: Path, words: tuple[str, ...], *, as_json: bool, **asked: Any) -> int:
    """Find cases by the words of their mails, answers and notes; the newest first.

    A case is found when one of its messages has all the words: in its subject, text, file names, sender, recipients, or the case's
    number.  Accents and case do not matter.  skriv* finds what begins so, -toner leaves out what has it, and words in quotes that
    the shell leaves stand side by side: '"paper jam"'.
    """
    from maild.cli.desk import opened, say_json
    from maild.model.search import asked as understood
    from maild.store import found

    columns = width()
    text = " ".join(words).replace(_SHIELD, "")
    if not understood(text).wanted:
        click.echo("maild: there is no word to look for in that (a word of letters or digits, without -)", err=True)
    with opened(config) as site:
        filters = _filters(site, **asked)
        room = {} if as_json or not columns else {"width": max(_NARROWEST, columns - len(_INDENT) - _WIDEST - 4)}
        views = found.search(site.session, text, site.handlers, filters, asked["limit"], best=asked["best"], **room)
    if not as_json:
        _print(views, columns)
        return 0
    for view in views:
        say_json(view)
    return 0


# --- filters --------------------------------------------------------------------------------------------------------------------


def _filters(site: Open, **asked: Any) -> Filters:
    from maild.store.filters import Filters

    zone = _zone(site) if asked["since"] or asked["until"] else None
    since, until = (_day(asked[name], zone) if asked[name] else None for name in ("since", "until"))
    return Filters(
        statuses=asked["statuses"] or (OPEN if asked["only_open"] else ()),
        desk=_desk(site, asked["desk"]) if asked["desk"] else None,
        handler=_handler(site, asked["handler"]) if asked["handler"] else None,
        customer=asked["customer"],
        label=asked["label"],
        since=since,
        until=until + timedelta(days=1) if until else None,
    )


def _zone(site: Open) -> Any:
    """Of the first desk: a day is what it is for those who work here."""
    from zoneinfo import ZoneInfo

    from maild.errors import RuleError

    try:
        return ZoneInfo(site.policy.default_desk.zone)
    except RuleError:
        return UTC


def _day(text: str, zone: Any) -> datetime:
    """The beginning of that day."""
    back = _DAYS.fullmatch(text)
    if back:
        day = datetime.now(zone) - timedelta(days=int(back[1]))
        return day.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=zone)
    except ValueError as error:
        raise click.UsageError(f"{one_line(text)!r} is no day (write 2026-03-31, or 30d for 30 days back)") from error


def _desk(site: Open, who: str) -> str:
    from maild.model.plain import plain

    desks = site.policy.desks.values()
    key = next((d.key for d in desks if plain(who) in (plain(d.key), plain(d.name), *d.addresses)), None)
    return key or _former(site, "desk", who, [d.key for d in desks])


def _handler(site: Open, who: str) -> str:
    """A key; of a name any part that only one of them has.  "" is nobody."""
    from maild.model.plain import plain

    folded = plain(who)
    if folded in ("none", "nobody"):
        return ""
    handlers = site.policy.handlers.values()
    exact = [h.key for h in handlers if folded in (plain(h.key), plain(h.name), *h.addresses)]
    found = exact or [h.key for h in handlers if folded in plain(h.name).split()]
    return found[0] if len(found) == 1 else _former(site, "handler", who, found or [h.key for h in handlers])


def _former(site: Open, what: str, key: str, known: Sequence[str]) -> str:
    """Somebody who is in no rules any more, but in cases; else a sentence with those who are meant, perhaps."""
    if site.session.one(f"SELECT 1 FROM cases WHERE {what}=? LIMIT 1", (key,)):  # noqa: S608 - one of two words of ours
        return key
    raise click.UsageError(f"there is no {what} {one_line(key)!r} (there is {', '.join(sorted(known))})")


# --- for people -----------------------------------------------------------------------------------------------------------------


def _print(views: Sequence[dict[str, Any]], columns: int | None) -> None:
    # https://no-color.org: None lets click see for itself whether this is a terminal.
    color = False if os.environ.get("NO_COLOR") else None
    for line in page(views, columns):
        click.echo(line, color=color)


def page(views: Sequence[dict[str, Any]], columns: int | None) -> Iterator[str]:
    """A line a case, and below it the line of a message in which the words stand, bold."""
    if not views:
        yield "no cases"
        return
    heads = ("number", "status", "handler", "customer", "date")
    rows = [(*(_short(view[head]) for head in heads[:4]), view["hits"][0]["at"][:10]) for view in views]
    wide = [max(map(_cells, column)) for column in zip(heads, *rows, strict=True)]
    yield click.style(_row(heads, wide, "subject", columns), bold=True)
    for view, row in zip(views, rows, strict=True):
        yield _row(row, wide, one_line(view["subject"]) or "(no subject)", columns)
        yield _hit(view["hits"][0])


def _short(value: str | None) -> str:
    text = one_line(value or "")
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def _row(cells: Sequence[str], wide: Sequence[int], subject: str, columns: int | None) -> str:
    start = "".join(cell + " " * (room - _cells(cell) + 2) for cell, room in zip(cells, wide, strict=True))
    room = max(20, columns - _cells(start)) if columns else len(subject)
    return start + (subject if _cells(subject) <= room else subject[: room - 1] + "…")


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _hit(hit: dict[str, Any]) -> str:
    text, at, shown = hit["snippet"], 0, ""
    for start, end in hit["marks"]:
        shown += harmless(text[at:start]) + click.style(harmless(text[start:end]), bold=True)
        at = end
    return f"{_INDENT}{_short(hit['from'])}: {shown}{harmless(text[at:])}"
