"""maild check: everything that is wrong with a site, before the daemon meets it.

Reads maild.yaml, rules/ and the templates, tries every text, and runs the tests beside the rules.  Exit 0, or 1 with every problem as
file:line:column: problem (cure).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from maild.errors import Problem
    from maild.model.policy import Policy


@dataclass(slots=True)
class Found:
    """What a check found.  policy is None when it could not be built."""

    problems: list[Problem] = field(default_factory=list)
    policy: Policy | None = None


@click.command("check")
@click.argument(
    "folder", metavar="[DIR]", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("-c", "--config", "config", metavar="FILE", help="The configuration (else as for other commands).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(folder: Path | None, config: str | None, *, as_json: bool) -> int:
    """Say everything that is wrong with the site in DIR: configuration, rules, texts, and the tests beside the rules."""
    from maild.config import find

    found = check(find(config or (str(folder) if folder else None), os.environ))
    if as_json:
        click.echo(json.dumps(_plain(found), ensure_ascii=False))
    else:
        for problem in found.problems:
            click.echo(problem)
        if not found.problems and found.policy:
            click.echo(f"ok: {', '.join(f'{count} {word}{_s(count)}' for word, count in _counts(found.policy))}")
    return 1 if found.problems else 0


def check(file: Path) -> Found:
    """All problems of a site, sorted by file and line."""
    from maild import config
    from maild.errors import RuleError
    from maild.founding import desks_of_mailboxes
    from maild.places import shipped
    from maild.policy import build, texts

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
        found.problems += _failures(found.policy)
        found.problems += desks_of_mailboxes(settings, found.policy) if settings else []
    except RuleError as error:
        found.problems += error.problems
    if loaded:
        found.problems += texts.check(loaded[0])
    found.problems.sort()
    return found


def _counts(policy: Policy) -> tuple[tuple[str, int], ...]:
    from maild.policy.routing import BUILT_IN

    rules = sum(rule.where != BUILT_IN for rule in policy.rules)
    languages = len(policy.texts.languages())
    return ("desk", len(policy.desks)), ("handler", len(policy.handlers)), ("rule", rules), ("language", languages)


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _plain(found: Found) -> dict[str, Any]:
    counts = {f"{word}s": count for word, count in _counts(found.policy)} if found.policy else {}
    return {"ok": not found.problems, "problems": [asdict(problem) for problem in found.problems], **counts}


# --- tests beside rules -----------------------------------------------------------------------------------------------------------


def _failures(policy: Policy) -> Iterator[Problem]:
    from dataclasses import replace

    from maild.decide.route import route
    from maild.errors import Problem
    from maild.policy.actions import otherwise, said, yaml_name
    from maild.policy.build import tests

    for test in tests(policy):
        # A rule in the shadow is tested as what it shall become.
        rules = [replace(rule, shadow=False) if rule.name == test.rule else rule for rule in policy.rules]
        verdict = route(test.facts, rules)
        for name, wanted in test.expect.items():
            decided = verdict.decisions.get(name)
            came = said(name, decided.value) if decided else otherwise(name, test.facts.desk)
            if not _holds(wanted, came):
                what = (
                    f"a test of the rule {test.rule!r} fails: {yaml_name(name)} is {_word(came)}, not {_word(wanted)}"
                )
                cure = f"{decided.rule if decided else 'no rule'} decided it: mend the rules, or what the test expects"
                yield Problem(test.file, test.line, test.column, what, cure)


def _holds(wanted: object, came: object) -> bool:
    if isinstance(wanted, tuple) and isinstance(came, tuple):
        return set(wanted) <= set(came)
    return wanted == came


def _word(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
