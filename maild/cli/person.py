"""maild person show | export | erase

What the law asks of whoever keeps people's mail: to tell a person what there is, to give it to him, to forget him (GDPR articles 15, 20
and 17).  README, "Privacy", says what stays.
"""

from __future__ import annotations

import getpass
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maild.cli.options import config_option
from maild.cli.terminal import harmless, one_line

if TYPE_CHECKING:
    from maild.cli.desk import Open
    from maild.erasing import Report

_SHOWN = 30


@click.group("person")
def command() -> None:
    """Tell, hand out or erase what is known of a person."""


@command.command("show")
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@config_option
def show(config: Path, address: str, *, as_json: bool) -> int:
    """Everything that is known of ADDRESS, and where others name it."""
    from maild.cli.desk import opened, say_json
    from maild.store import people

    with opened(config) as site:
        known = people.known(site.session, address)
        elsewhere = list(_look(site, address, ()).elsewhere)
    if known is None and not elsewhere:
        return _unknown(address)
    if as_json:
        say_json({**(known or {"person": None, "addresses": [address]}), "elsewhere": elsewhere})
        return 0
    for line in _lines(known or {}, address, elsewhere):
        click.echo(harmless(line))
    return 0


def _unknown(address: str) -> int:
    click.echo(f"maild: nothing is known of {one_line(address)}", err=True)
    return 1


def _lines(known: dict[str, Any], address: str, elsewhere: list[str]) -> list[str]:
    if not known:
        lines = [f"{address} is nobody's who wrote to us"]
    else:
        lines = [
            f"addresses  {', '.join(known['addresses'])}",
            f"names      {', '.join(known['names']) or '-'}",
            f"language   {known['language'] or '-'}"
            + ("   (muted: letters to him come back)" if known["muted"] else ""),
            f"since      {known['known_since']}",
            f"mails      {known['mails']['count']}, the last {known['mails']['last'] or '-'}",
            f"letters    {known['letters']['count']}, the last {known['letters']['last'] or '-'}",
        ]
        lines += [
            f"case       {case['number']}  {case['status']}  {case['desk']}  {case['opened_at']}"
            + (f"  {one_line(case['subject'])}" if case["customer"] else "  (another's, he wrote in it)")
            for case in known["cases"]
        ]
    return lines + _elsewhere(elsewhere)


def _elsewhere(places: list[str]) -> list[str]:
    more = [f"           and {len(places) - _SHOWN} more"] if len(places) > _SHOWN else []
    return [f"named in   {place}" for place in places[:_SHOWN]] + more


def _look(site: Open, address: str, also: tuple[str, ...], *, force: bool = True) -> Report:
    """What an erasure would find, and why it may not be."""
    from maild.erasing import Listed, drive, erase
    from maild.tracing import Request

    request = Request(address, "admin", datetime.now(UTC), also, force, trial=True)
    return drive(site.session, erase(request, site.policy, Listed(site.config.erasures, b"")))


# --- handing out ----------------------------------------------------------------------------------------------------------------


@command.command("export")
@click.argument("address")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@config_option
def export(config: Path, address: str, file: Path, *, force: bool) -> int:
    """Write what is his to FILE, a zip: person.json, his mails and the letters to him as they were.

    Mails of other people and notes between handlers are left out, since they are not his; nobody but you can read the new file.
    """
    from maild.cli import keeping, person_export
    from maild.cli.desk import opened

    with opened(config) as site:
        packed = person_export.pack(site.session, address)
    if packed is None:
        return _unknown(address)
    try:
        kept = keeping.keep(packed.octets, file, "person.zip", force=force)
    except keeping.Refused as refused:
        click.echo(f"maild: {refused}", err=True)
        return 1
    click.echo(f"{harmless(str(kept))}: {packed.mails} mails, {packed.letters} letters")
    return 0


# --- erasing --------------------------------------------------------------------------------------------------------------------


@command.command("erase")
@click.argument("address")
@click.option(
    "--also",
    multiple=True,
    metavar="TEXT",
    help="What else is his: a telephone number, a nickname.  As often as needed.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be erased and masked.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Although a case of his is open.")
@click.option("--now", is_flag=True, help="Compact the database at once, however large: mails wait 10 ms a megabyte.")
@config_option
def erase(
    config: Path, address: str, *, also: tuple[str, ...], dry_run: bool, yes: bool, force: bool, now: bool
) -> int:
    """Erase a person: mails, letters, names, address.  It cannot be undone.

    What others wrote stays, with his address and name masked.  Cases stay as numbers with their dates, desk, handler and priority.
    """
    from maild.cli.desk import opened

    with opened(config) as site:
        report = _look(site, address, also, force=force)
        settings = site.config
    if not (report.known or report.altered) and not report.refused:
        return _unknown(address)
    for line in _found(report):
        click.echo(harmless(line))
    if report.refused:
        for sentence in report.refused:
            click.echo(harmless(f"maild: {sentence}"), err=True)
        return 1
    if dry_run:
        return 0
    if not yes and not click.confirm(harmless(f"Erase {address} for good?")):
        return 1
    order = {"order": "erase", "address": address, "also": list(also), "force": force, "now": now}
    done = _by_daemon(settings.control, order)
    return _alone(config, order) if done is None else done


def _found(report: Report) -> list[str]:
    lines = [
        f"his own    {report.mails} mails, {report.messages} messages, {report.letters} letters"
        + (f", cases {', '.join(report.numbers[:_SHOWN])}" if report.numbers else "")
    ]
    lines += _elsewhere(list(report.elsewhere))
    if report.single:
        lines.append(f"not sought {', '.join(report.single)}: one word may be somebody else's (--also TEXT seeks it)")
    lines += [f"not opened {file}: look into it yourself" for file in report.closed[:_SHOWN]]
    return lines


def _by_daemon(control_socket: Path, order: dict[str, Any]) -> int | None:
    """None when no daemon runs."""
    answer = _follow(control_socket, order)
    if answer is None:
        return None
    if not answer["ok"]:
        click.echo(f"maild: {answer['text']}", err=True)
        return int(answer.get("exit", 1))
    return _say(answer["report"], compacted=bool(answer["compacted"]))


def _follow(control_socket: Path, order: dict[str, Any]) -> dict[str, Any] | None:
    """The daemon's last word on an order that it carries out beside its work; None when no daemon runs."""
    from maild.edges import control

    answer = control.ask(control_socket, order)
    if answer is None or not answer["ok"]:
        return answer
    try:
        while answer is not None and answer.get("state", "running") == "running":
            time.sleep(0.2)
            answer = control.ask(control_socket, {"order": "erasure"})
            # An answer without a state is not the daemon's: it has ended.
            answer = answer if answer and "state" in answer else None
    except ConnectionError:
        answer = None
    return answer or {"ok": False, "text": "the daemon ended; it goes on when it starts again", "exit": 75}


def _alone(file: Path, order: dict[str, Any]) -> int:
    """The daemon is down: under its lock."""
    from maild.cli.desk import opened
    from maild.edges.retention import has_room
    from maild.erasing import Listed, drive
    from maild.erasing import erase as steps
    from maild.founding import load_keys, take_lock
    from maild.store import compact
    from maild.tracing import Request

    with opened(file) as site:
        take_lock(site.config.state)
        key = next(iter(load_keys(site.config.keys).secrets.values()))
        who = f"admin:{getpass.getuser()}"
        request = Request(order["address"].lower(), who, datetime.now(UTC), tuple(order["also"]), order["force"])
        report = drive(site.session, steps(request, site.policy, Listed(site.config.erasures, key)))
        room = has_room(site.config.erasures, compact.size(site.session))
        compacted = room and compact.compact(site.session)
    told = {"refused": report.refused, "altered": report.altered, "mails": report.mails, "letters": report.letters}
    return _say(told, compacted=compacted)


def _say(report: dict[str, Any], *, compacted: bool) -> int:
    if report["refused"]:
        for sentence in report["refused"]:
            click.echo(harmless(f"maild: {sentence}"), err=True)
        return 1
    click.echo(f"erased: {report['mails']} mails, {report['letters']} letters; masked in {report['altered']} places")
    if compacted:
        click.echo("the database is compacted: nothing of it is left in its files")
    else:
        click.echo(
            "free space in the database may still hold pieces until it is compacted tonight (at once: maild person compact)"
        )
    click.echo(
        "backups made before hold it still; a restore erases again by the list in the state folder",
        err=not sys.stdout.isatty(),
    )
    return 0


@command.command("compact")
@config_option
def compact_(config: Path) -> int:
    """Write the database anew, without what was deleted from it.  Mails wait meanwhile, 10 ms a megabyte."""
    from maild import config as plumbing
    from maild.cli.desk import opened
    from maild.edges.retention import has_room
    from maild.founding import take_lock
    from maild.store import compact

    settings = plumbing.load(config)
    answer = _follow(settings.control, {"order": "compact"})
    if answer is None:
        with opened(config) as site:
            take_lock(settings.state)
            room = has_room(settings.erasures, compact.size(site.session))
            answer = {"ok": True, "compacted": room and compact.compact(site.session)}
    if not answer["ok"]:
        click.echo(f"maild: {answer['text']}", err=True)
        return int(answer.get("exit", 1))
    if not answer["compacted"]:
        click.echo(
            "maild: not compacted: it needs free disk of twice the database, and nobody else who reads it long",
            err=True,
        )
        return 1
    click.echo("compacted")
    return 0
