"""maild export: cases as JSON Lines, or their mails as mbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from maild.cli.options import config_option

if TYPE_CHECKING:
    from maild.cli.desk import Open
    from maild.model.policy import Policy
    from maild.store.moving import Choice

_STATUSES = ("new", "open", "waiting", "on_hold", "solved", "closed")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which cases, and of which site; handlers: key -> address; written: the numbers of those that are done.

    policy: None while it cannot be read.
    """

    site: Open
    choice: Choice
    handlers: dict[str, str]
    policy: Policy | None
    total: int
    written: list[str]


@click.command("export")
@click.option(
    "--jsonl",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help='JSON Lines, each as `case show --json`; "-" is standard output.',
)
@click.option(
    "--mbox",
    type=click.Path(path_type=Path),
    metavar="FILE|DIR",
    help="The mails, in and out; in a folder that is there, a file for each case.",
)
@click.option("--desk", metavar="KEY", help="Only cases of this desk.")
@click.option(
    "--status", type=click.Choice(_STATUSES), multiple=True, help="Only cases that stand so; may be repeated."
)
@click.option("--since", metavar="DATE", help="Only cases that changed on this day or later (2024-05-01).")
@click.option("--until", metavar="DATE", help="Only cases that did not change on this day or later.")
@click.option("--case", "numbers", metavar="NUMBER", multiple=True, help="Only this case; may be repeated.")
@click.option("--force", is_flag=True, help="Overwrite files.")
@click.option("--archived", is_flag=True, help="Afterwards mark the cases as taken into the archive (archive_first).")
@config_option
def command(
    config: Path,
    jsonl: Path | None,
    mbox: Path | None,
    numbers: tuple[str, ...],
    *,
    force: bool,
    archived: bool,
    **asked: Any,
) -> int:
    """Write cases out: one JSON object a line, or their mails as mbox.

    Files are readable by nobody but you, and nothing is overwritten without --force.  An mbox made so is taken by `maild import mbox`,
    here or at another site, with its conversations as they were.
    """
    from maild.cli.archiving import mark

    if (jsonl is None) == (mbox is None):
        raise click.UsageError("say either --jsonl FILE or --mbox FILE|DIR")
    began, written = datetime.now(UTC), list[str]()
    code = _write(config, jsonl, mbox, numbers, asked, written, force=force)
    # As of the beginning: what was said since may not be in the copy.
    return mark(config, written, began) if archived and not code else code


def _write(
    config: Path,
    jsonl: Path | None,
    mbox: Path | None,
    numbers: tuple[str, ...],
    asked: dict[str, Any],
    written: list[str],
    *,
    force: bool,
) -> int:
    """written: gets the numbers of the cases that are in the copy."""
    from maild.cli import keeping
    from maild.cli.desk import opened

    with opened(config) as site:
        chosen = _chosen(site, asked, numbers, written)
        if chosen is None:
            return 1
        try:
            if jsonl is not None:
                return _jsonl(chosen, jsonl, force=force)
            assert mbox is not None
            return _mbox(chosen, mbox, force=force)
        except keeping.Refused as refused:
            click.echo(f"maild: {refused}", err=True)
            return 1


def _chosen(site: Open, asked: dict[str, Any], numbers: tuple[str, ...], written: list[str]) -> Chosen | None:
    from maild.cli.terminal import one_line
    from maild.store import moving, views

    ids = []
    for number in numbers:
        row = views.case_id(site.session, number)
        if row is None:
            click.echo(f"maild: there is no case {one_line(number)} (see `maild case list`)", err=True)
            return None
        ids.append(row)
    since, until = (_day(site, asked[name], name) for name in ("since", "until"))
    choice = moving.Choice(asked["desk"], asked["status"], since, until, tuple(ids))
    return Chosen(site, choice, site.handlers, site.readable_policy, moving.count(site.session, choice), written)


def _day(site: Open, text: str | None, name: str) -> datetime | None:
    from maild.cli.import_ import day
    from maild.errors import RuleError

    try:
        return day(text, name, site.policy.default_desk.zone if text else "UTC")
    except RuleError:  # the rules being broken is no reason not to get one's cases out
        return day(text, name, "UTC")


def _cases(chosen: Chosen, each: Callable[[dict[str, Any]], None]) -> int:
    """Every case whole, one at a time; how many there were."""
    from maild.cli.desk import agreed
    from maild.cli.progress import steps
    from maild.store import moving, views

    done = 0
    with steps("cases", chosen.total) as step:
        for row in moving.case_ids(chosen.site.session, chosen.choice):
            case = views.case(chosen.site.session, row, chosen.handlers)
            case["response"] = agreed(chosen.policy, case)
            each(case)
            chosen.written.append(case["number"])
            done += 1
            step(done, "")
    return done


# --- JSON Lines -------------------------------------------------------------------------------------------------------------------


def _jsonl(chosen: Chosen, file: Path, *, force: bool) -> int:
    from maild.cli import keeping
    from maild.cli.desk import say_json
    from maild.cli.terminal import harmless

    if str(file) == "-":
        _cases(chosen, say_json)
        return 0
    with keeping.growing(file, force=force) as out:
        done = _cases(chosen, lambda case: _line(out, case))
    click.echo(f"{harmless(str(file))}: {done} cases")
    return 0


def _line(out: BinaryIO, case: dict[str, Any]) -> None:
    # A lone surrogate has no UTF-8; escaped it means the same.
    text = json.dumps(case, ensure_ascii=False)
    out.write((text if text.isprintable() else json.dumps(case)).encode() + b"\n")


# --- mbox -------------------------------------------------------------------------------------------------------------------------


def _mbox(chosen: Chosen, target: Path, *, force: bool) -> int:
    from maild.cli import keeping
    from maild.cli.terminal import harmless
    from maild.founding import load_keys
    from maild.mail import token

    fingerprint = token.fingerprint(load_keys(chosen.site.config.keys))
    mails, missing = 0, 0
    with ExitStack() as stack:
        whole = None if target.is_dir() else stack.enter_context(keeping.growing(target, force=force))

        def each(case: dict[str, Any]) -> None:
            nonlocal mails, missing
            out = whole or stack.enter_context(keeping.growing(target / f"{case['number']}.mbox", force=force))
            for octets in _letters(chosen.site, case, fingerprint):
                mails, missing = mails + bool(octets), missing + (not octets)
                out.write(octets)
            if whole is None:
                stack.pop_all().close()

        done = _cases(chosen, each)
    click.echo(f"{harmless(str(target))}: {mails} mails of {done} cases")
    if missing:
        click.echo(f"{missing} mails are not stored any more")
    return 0


def _letters(site: Open, case: dict[str, Any], fingerprint: str) -> Iterator[bytes]:
    """Each mail of a case as it stands in an mbox, b"" for one that is erased."""
    from maild.edges.letterbox import assemble
    from maild.mail import mailbox
    from maild.store import incoming

    for message in case["messages"]:
        letter = message.get("letter")
        raw = assemble(site.session, letter) if letter else incoming.raw_of(site.session, message["incoming"] or 0)
        if not raw.strip():
            yield b""
            continue
        way = message["direction"]
        label = mailbox.Label(case["number"], fingerprint, way, bool(message["internal"]))
        at = datetime.fromisoformat(message["at"])
        body = mailbox.quoted(mailbox.labelled(raw, label).replace(b"\r\n", b"\n"))
        yield mailbox.separator(message["from"], at) + body + (b"\n" if body.endswith(b"\n") else b"\n\n")
