"""report_table: a report on a terminal.  Not a command itself.

lines(report, tongue, columns, bars) -> line after line; columns: how wide, None for as wide as it must be (a pipe).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from maild.cli.report_sheets import Mark, Sheet, Tongue, sheets, title
from maild.cli.terminal import bar, one_line, wrapped
from maild.model.report import Report

_GAP, _LEAST = 2, 12
_HEIGHTS = "▁▂▃▄▅▆▇█"
_BAR = 24


def lines(report: Report, tongue: Tongue, columns: int | None, *, bars: bool = False) -> Iterator[str]:
    """Its tables; with bars, a bar beside each line of those that have some, and the days as a line."""
    yield click.style(one_line(title(report, tongue)), bold=True)
    if not report.complete:
        yield from wrapped(tongue("running"), columns, "")
    if report.empty:
        yield from wrapped(tongue("empty"), columns, "")
        if not report.totals.open_at_end:
            return
    for sheet in sheets(report, tongue):
        if sheet.key == "days" and not bars:
            continue
        yield ""
        yield click.style(sheet.title, bold=True)
        yield from [_sparks(sheet.marks)] if sheet.key == "days" else _table(sheet, columns, bars)
        if sheet.note:
            yield from wrapped(sheet.note, columns, "")


def _table(sheet: Sheet, columns: int | None, bars: bool) -> Iterator[str]:
    rows = [sheet.heads, *(tuple(map(one_line, row)) for row in sheet.rows)]
    wide = [max(_cells(row[at]) for row in rows) for at in range(len(sheet.heads))]
    if columns and sum(wide) + _GAP * (len(wide) - 1) > columns:
        yield from _narrow(sheet, columns)
        return
    room = (columns or 200) - sum(wide) - _GAP * len(wide)
    drawn = (
        [""] + [_bar(mark, sheet.marks, min(_BAR, room)) for mark in sheet.marks]
        if bars and sheet.chart == "bars"
        else []
    )
    for at, row in enumerate(rows):
        cells = [_set(cell, wide[n], left=_left(sheet, n)) for n, cell in enumerate(row)]
        yield (" " * _GAP).join([*cells, *drawn[at : at + 1]]).rstrip()


def _narrow(sheet: Sheet, columns: int) -> Iterator[str]:
    """A window too narrow for the table: a line for each figure, under the words of its row."""
    for row in sheet.rows:
        name = ", ".join(one_line(cell) for cell in row[: sheet.texts])
        yield from wrapped(name, columns, "")
        for head, cell in zip(sheet.heads[sheet.texts :], row[sheet.texts :], strict=True):
            if cell:
                yield from wrapped(f"{head}: {one_line(cell)}", columns, "  ", "    ")


def _left(sheet: Sheet, column: int) -> bool:
    return column < sheet.texts or (sheet.last and column == len(sheet.heads) - 1)


def _set(cell: str, wide: int, *, left: bool) -> str:
    blank = " " * (wide - _cells(cell))
    return cell + blank if left else blank + cell


def _bar(mark: Mark, marks: Sequence[Mark], room: int) -> str:
    most = max(one.first for one in marks)
    if room < _LEAST // 2 or most <= 0 or mark.first <= 0:
        return ""
    return bar(mark.first / most, room)


def _sparks(marks: Sequence[Mark]) -> str:
    """The days beside each other, with the first, the last and the most."""
    most = max(mark.first for mark in marks)
    drawn = "".join(_HEIGHTS[round(mark.first / most * 7)] if mark.first else " " for mark in marks)
    return f"{marks[0].label} {drawn} {marks[-1].label}  (max {int(most)})"


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)
