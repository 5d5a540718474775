"""maild report: the figures of a month."""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from maild.cli.options import config_option

if TYPE_CHECKING:
    from maild.cli.desk import Open
    from maild.cli.report_sheets import Tongue
    from maild.model.policy import Policy
    from maild.model.report import Period, Report

FORMATS = ("table", "csv", "json", "html")
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_DAY = timedelta(days=1)
_LONGEST = 3660


@click.command("report")
@click.option("--month", metavar="MONTH", help="As 2026-10; left out, the last month that is over.")
@click.option("--from", "first", metavar="DAY", help="In place of a month: from this day on (2026-10-05) ...")
@click.option("--to", "last", metavar="DAY", help="... and up to this one, which belongs to it.")
@click.option("--desk", metavar="DESK", help="Only this desk's cases (key or address).")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Left out: what FILE ends with, else a table.")
@click.option(
    "-o", "--output", "file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write it there."
)
@click.option("--language", metavar="LANGUAGE", help="Of table and page: en, nb, nn, sl; left out, the desk's.")
@click.option("--bars", is_flag=True, help="In a table: bars beside the figures.")
@config_option
def command(
    config: Path,
    month: str | None,
    first: str | None,
    last: str | None,
    desk: str | None,
    form: str | None,
    file: Path | None,
    language: str | None,
    *,
    bars: bool,
) -> None:
    """Say what a month was like: cases by channel, category and desk, promises kept, times, work by agreement and handler.

    Days and months are those of each desk's zone.  What each figure means stands in the README (Reports).  A report names handlers and
    organisations' agreements, and no customer; confidential cases are counted without a handler's name.  The page (--format html) is
    one file with its charts, to be sent on or printed.
    """
    from maild.cli.desk import opened
    from maild.model.report import Period

    if month and (first or last):
        raise click.UsageError("either --month, or --from and --to")
    with opened(config) as site:
        policy = site.policy
        key = _desk(site, policy, desk) if desk else None
        home = policy.desks.get(key or "", policy.default_desk)
        today = datetime.now(ZoneInfo(home.zone)).date()
        period = Period(*(_days(first, last, today) if first or last else _month(month, today)))
        spoken = _language(policy, language, home.language)
        report = _made(site, policy, period, key)
    _write(_told(report, policy, spoken, _form(form, file), file is None, bars), file)


# --- what is asked ----------------------------------------------------------------------------------------------------------------


def _month(word: str | None, today: date) -> tuple[date, date]:
    """Its first day, and the next one's."""
    if word is None:
        end = today.replace(day=1)
        return (end - _DAY).replace(day=1), end
    found = _MONTH.fullmatch(word.strip())
    try:
        first = date(int(found[1]), int(found[2]), 1) if found else None
        if first is not None and first.year > 1:
            return first, (first + 31 * _DAY).replace(day=1)
    except (ValueError, OverflowError):
        pass
    raise click.UsageError(f"--month: {word!r} is no month; write it like 2026-10")


def _days(first: str | None, last: str | None, today: date) -> tuple[date, date]:
    since = _day("--from", first) if first else _day("--to", str(last)).replace(day=1)
    until = (_day("--to", last) if last else max(since, today)) + _DAY
    if until <= since:
        raise click.UsageError(f"--to: {last} lies before {since}")
    if (until - since).days > _LONGEST:
        raise click.UsageError("--from: a report is of ten years at most")
    return since, until


def _day(option: str, word: str) -> date:
    try:
        found = date.fromisoformat(word)
    except ValueError:
        found = date.min
    if not 1 < found.year < 9999:
        raise click.UsageError(f"{option}: {word!r} is no day; write it like 2026-10-05")
    return found


def _desk(site: Open, policy: Policy, who: str) -> str:
    """Its key; of one that is in no rules any more, as long as it has cases."""
    from maild.cli.terminal import one_line
    from maild.model.plain import plain

    found = next(
        (d.key for d in policy.desks.values() if plain(who) in (plain(d.key), plain(d.name), *d.addresses)), None
    )
    if found is None and site.session.one("SELECT 1 FROM cases WHERE desk=? LIMIT 1", (who,)):
        return who
    if found is None:
        raise click.UsageError(f"there is no desk {one_line(who)!r} (there is {', '.join(policy.desks)})")
    return found


def _language(policy: Policy, asked: str | None, home: str) -> str:
    """What was asked for; a desk's own that has no words is English."""
    known = policy.texts.languages()
    if asked is None:
        return home if home in known else "en"
    if asked not in known:
        raise click.UsageError(f"--language: there are no words in {asked!r} (there is {', '.join(known)})")
    return asked


def _form(form: str | None, file: Path | None) -> str:
    suffix = file.suffix.lower().removeprefix(".") if file else ""
    return form or (suffix if suffix in FORMATS else {"htm": "html"}.get(suffix, "table"))


# --- what is told -----------------------------------------------------------------------------------------------------------------


def _made(site: Open, policy: Policy, period: Period, desk: str | None) -> Report:
    from maild.decide.report.month import Wanted, figures
    from maild.decide.report.tale import KINDS
    from maild.store import report

    utc = ZoneInfo("UTC")
    since, until = period.bounds(utc)
    stories = report.stories(
        site.session, since - _DAY, until + _DAY, KINDS, policy.directory.forms, addresses=bool(policy.agreements)
    )
    return figures(stories, Wanted(period, datetime.now(UTC), desk), policy)


def _told(report: Report, policy: Policy, language: str, form: str, screen: bool, bars: bool) -> str:
    from maild.cli.report_files import as_csv, as_json
    from maild.cli.report_page import page
    from maild.cli.report_table import lines
    from maild.cli.terminal import width

    tongue = _tongue(policy, language)
    if form == "csv":
        return as_csv(report)
    if form == "json":
        return as_json(report)
    if form == "html":
        return page(report, tongue, language)
    told = "\n".join(lines(report, tongue, width() if screen else None, bars=bars)) + "\n"
    # https://no-color.org
    return told if screen and not os.environ.get("NO_COLOR") else click.unstyle(told)


def _tongue(policy: Policy, language: str) -> Tongue:
    from maild.cli.report_sheets import Tongue

    def cause(word: str) -> str:
        return policy.texts.vocabulary.said(word, language)

    return Tongue(policy.texts.words(language), {key: desk.name for key, desk in policy.desks.items()}, cause)


def _write(text: str, file: Path | None) -> None:
    """Line ends as they are; a file is whole or as it was."""
    if file is None:
        click.echo(text, nl=False)
        return
    new = file.with_name(f".{file.name}.new")
    try:
        new.write_text(text, "utf-8", newline="")
        new.replace(file)
    except OSError as error:
        raise click.ClickException(f"cannot write {file}: {error.strerror}") from error
    finally:
        new.unlink(missing_ok=True)
    click.echo(f"written: {file}", err=True)
