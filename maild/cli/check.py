"""maild check: everything that is wrong with a site, before the daemon meets it.

Reads maild.yaml, rules/ and the templates, tries every text, runs the tests beside the rules, and asks the database, where there
is one, what open cases use.  Every problem is a line, file:line:column: problem (cure).  Exit 0; 1 if there are errors, with --strict
warnings too; 78 if there is no site.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from maild.config import Config
    from maild.errors import Problem
    from maild.model.policy import Policy


@dataclass(slots=True)
class Found:
    """What a check found.  policy is None when it could not be built."""

    problems: list[Problem] = field(default_factory=list)
    policy: Policy | None = None

    def wrong(self, *, strict: bool = False) -> bool:
        """Whether anything must be mended.  strict: warnings too."""
        return any(strict or not problem.warning for problem in self.problems)


@click.command("check")
@click.argument(
    "folder", metavar="[DIR]", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("-c", "--config", "config", metavar="FILE", help="The configuration (else as for other commands).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--strict", is_flag=True, help="Warnings are errors.")
def command(folder: Path | None, config: str | None, *, as_json: bool, strict: bool) -> int:
    """Say everything that is wrong with the site in DIR: configuration, rules, texts, and the tests beside the rules.

    Exit status: 0 all is well, perhaps with warnings; 1 something must be mended; 78 there is no site.
    """
    from maild.config import find

    found = check(find(config or (str(folder) if folder else None), os.environ))
    if as_json:
        click.echo(json.dumps(_plain(found, strict=strict), ensure_ascii=False))
    else:
        for problem in found.problems:
            click.echo(problem)
        if not found.wrong(strict=strict) and found.policy:
            click.echo(f"ok: {', '.join(f'{count} {word}{_s(count)}' for word, count in _counts(found.policy))}")
    return int(found.wrong(strict=strict))


def check(file: Path) -> Found:
    """All problems of a site, sorted by file and line."""
    from maild import config
    from maild.errors import RuleError
    from maild.founding import desks_of_mailboxes, unasked_door
    from maild.places import shipped
    from maild.policy import build, texts
    from maild.rule_tests import failures

    found = Found()
    # What stands beside a broken maild.yaml is read all the same: all problems at once.
    rules, overlay = file.parent / "rules", file.parent / "templates"
    try:
        settings = config.load(file)
        rules, overlay = settings.rules, settings.templates
    except RuleError as error:
        found.problems += error.problems
        settings = None
    loaded: list[Any] = []

    def load() -> Any:
        loaded.append(texts.load(overlay, shipped("templates")))
        return loaded[0]

    try:
        found.policy = build.load(rules, load)
        found.problems += [*build.warnings(found.policy), *failures(found.policy, rules)]
        if settings:
            found.problems += desks_of_mailboxes(settings, found.policy)
            found.problems += [*unasked_door(settings, found.policy), *_no_filter(settings, found.policy)]
            found.problems += _in_use(settings, found.policy)
    except RuleError as error:
        found.problems += error.problems
    if loaded:
        found.problems += texts.check(loaded[0])
    found.problems.sort()
    return found


def _in_use(settings: Config, policy: Policy) -> list[Problem]:
    """What open cases use and the policy no longer has.  Nothing where no database can be read: rules are checked elsewhere too."""
    from maild.store import used
    from maild.store.database import Database, Session, is_database_error

    database = Database(settings.database)
    if database.sqlite and not Path(database.url).exists():
        return []
    try:
        database.peewee.connect()
        return used.gone(Session(database), policy)
    except Exception as error:
        if is_database_error(error) or type(error).__module__.startswith(("peewee", "psycopg")):
            return []
        raise
    finally:
        with contextlib.suppress(Exception):
            database.close()


def _no_filter(settings: Config, policy: Policy) -> list[Problem]:
    """Rules that wait for a verdict which nobody gives."""
    from maild.errors import WARNING, Problem

    if settings.spam is not None or not policy.asks.spam:
        return []
    cure = "write  spam: {server: mx.example.org, header: X-Spam-Flag}"
    return [Problem(settings.file.name, 0, 0, "a rule asks for  spam, but no filter is named here", cure, WARNING)]


def _counts(policy: Policy) -> tuple[tuple[str, int], ...]:
    from maild.policy.routing import BUILT_IN

    rules = sum(rule.where != BUILT_IN for rule in policy.rules)
    languages = len(policy.texts.languages())
    return ("desk", len(policy.desks)), ("handler", len(policy.handlers)), ("rule", rules), ("language", languages)


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _plain(found: Found, *, strict: bool) -> dict[str, Any]:
    counts = {f"{word}s": count for word, count in _counts(found.policy)} if found.policy else {}
    return {
        "ok": not found.wrong(strict=strict),
        "problems": [_told(problem) for problem in found.problems],
        **counts,
    }


def _told(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "severity": problem.severity,
        "problem": problem.what,
        "cure": problem.cure,
    }
