"""page: what the doctor found, for people.  A line for each check that is well; what is not, with its reason and its cure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from maild.cli.doctor.checks import Told
from maild.cli.doctor.finding import Level
from maild.cli.terminal import one_line

_MARKS = {
    Level.OK: ("✓", "green"),
    Level.NOTE: ("·", "cyan"),
    Level.WARNING: ("!", "bold yellow"),
    Level.ERROR: ("✗", "bold red"),
}
_WIDE = 15


def show(told: Sequence[Told], console: Console) -> None:
    """Everything, and a last line that counts."""
    for one in told:
        if not one.unseen:
            _row(one, console)
    _unseen(told, console)
    console.print()
    console.print(verdict(told), highlight=False)


def _row(told: Told, console: Console) -> None:
    finding = told.finding
    mark, style = _MARKS[finding.level]
    loud = finding.level in (Level.WARNING, Level.ERROR)
    row = Table.grid(padding=(0, 1))
    row.add_column(width=1)
    row.add_column(width=_WIDE, no_wrap=True)
    row.add_column(ratio=1, overflow="fold")
    row.add_row(
        Text(mark, style),
        Text(told.check, "bold" if loud else "dim"),
        Text(one_line(finding.text), style if loud else ""),
    )
    console.print(row, highlight=False)
    for word, text in (("because", finding.why), ("cure", finding.cure)):
        if text:
            more = Table.grid(padding=(0, 1))
            more.add_column(width=7, no_wrap=True)
            more.add_column(ratio=1, overflow="fold")
            more.add_row(Text(word, "dim"), Text(one_line(text), "dim" if word == "because" else ""))
            console.print(Padding(more, (0, 0, 0, _WIDE + 3)), highlight=False)


def _unseen(told: Sequence[Told], console: Console) -> None:
    """What could not be looked at, by reason: without any DNS one line, not seven."""
    reasons: dict[str, list[str]] = {}
    for one in told:
        if one.unseen:
            reasons.setdefault(one.finding.text, []).append(one.check)
    for reason, checks in reasons.items():
        line = Text("· ", "cyan") + Text(f"not looked at: {', '.join(checks)}", "dim") + Text(f" ({one_line(reason)})")
        console.print(line, highlight=False)


def verdict(told: Sequence[Told]) -> Text:
    """The last line."""
    counts = Counter(one.finding.level for one in told if not one.unseen)
    words = [
        f"{count} {level}{'s' if count > 1 and level is not Level.OK else ''}"
        for level in (Level.ERROR, Level.WARNING, Level.NOTE, Level.OK)
        if (count := counts[level])
    ]
    good = not counts[Level.ERROR] and not counts[Level.WARNING]
    start = "All is well" if good else "Something is to be done"
    return Text(f"{start}: {', '.join(words) or 'nothing was looked at'}.", "green" if good else "bold")
