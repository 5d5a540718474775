"""page: what the doctor found, for people.  A line for each check that is well; what is not, with its reason and its cure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import click

from maild.cli.doctor.checks import Told
from maild.cli.doctor.finding import Level
from maild.cli.terminal import one_line, width, wrapped

_MARKS: dict[Level, tuple[str, dict[str, object]]] = {
    Level.OK: ("✓", {"fg": "green"}),
    Level.NOTE: ("·", {"fg": "cyan"}),
    Level.WARNING: ("!", {"fg": "yellow", "bold": True}),
    Level.ERROR: ("✗", {"fg": "red", "bold": True}),
}
_NAME = 15
_TEXT, _MORE = " " * (_NAME + 3), " " * (_NAME + 12)


def lines(told: Sequence[Told]) -> Iterator[str]:
    """Everything, and a last line that counts."""
    for one in told:
        if not one.unseen:
            yield from _finding(one)
    yield from _unseen(told)
    yield ""
    yield _verdict(told)


def _finding(told: Told) -> Iterator[str]:
    finding = told.finding
    mark, style = _MARKS[finding.level]
    loud = finding.level in (Level.WARNING, Level.ERROR)
    name = click.style(f"{told.check:<{_NAME}}", bold=loud or None, dim=not loud or None)
    first, *rest = wrapped(one_line(finding.text), width(), _TEXT)
    yield f"{click.style(mark, **style)} {name} {click.style(first.strip(), **style) if loud else first.strip()}"  # type: ignore[arg-type]
    yield from (click.style(line, **style) if loud else line for line in rest)  # type: ignore[arg-type]
    for word, text in (("because", finding.why), ("cure", finding.cure)):
        if text:
            first, *rest = wrapped(one_line(text), width(), _MORE)
            yield f"{_TEXT}{click.style(f'{word:<8}', dim=True)} {first.strip()}"
            yield from rest


def _unseen(told: Sequence[Told]) -> Iterator[str]:
    """What could not be looked at, by reason: without any DNS one line, not seven."""
    reasons: dict[str, list[str]] = {}
    for one in told:
        if one.unseen:
            reasons.setdefault(one.finding.text, []).append(one.check)
    for reason, checks in reasons.items():
        first, *rest = wrapped(f"not looked at: {', '.join(checks)} ({one_line(reason)})", width(), "  ")
        yield f"{click.style('·', fg='cyan')} {first.strip()}"
        yield from rest


def _verdict(told: Sequence[Told]) -> str:
    counts = Counter(one.finding.level for one in told if not one.unseen)
    words = [
        f"{count} {level}{'s' if count > 1 and level is not Level.OK else ''}"
        for level in (Level.ERROR, Level.WARNING, Level.NOTE, Level.OK)
        if (count := counts[level])
    ]
    bad = counts[Level.ERROR] or counts[Level.WARNING]
    text = f"{'Something is to be done' if bad else 'All is well'}: {', '.join(words) or 'nothing was looked at'}."
    return click.style(text, bold=True, fg=None if bad else "green")
