"""report_svg: the charts of a report as inline SVG: no script, no style of their own, as wide as the page.  Not a command itself.

chart(sheet) -> "" or <svg>.  Lengths are in percent and texts in pixels, so that a phone shows the same words as a wide window;
colours are classes of the page's style sheet; title and desc say what is drawn to whoever cannot see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from maild.cli.report_sheets import Mark, Sheet
from maild.cli.terminal import harmless

_ROW, _TEXT, _BAR = 38, 14, 12
_HEIGHT, _FOOT = 160, 22


def _text(text: str) -> str:
    return escape(harmless(text))


def chart(sheet: Sheet) -> str:
    draw = {"bars": _bars, "split": _split, "spread": _spread, "line": _line}.get(sheet.chart)
    return draw(sheet) if draw and sheet.marks else ""


def _svg(sheet: Sheet, height: int, drawn: Iterator[str]) -> str:
    said = "; ".join(f"{mark.label}: {mark.text}" for mark in sheet.marks)
    return (
        f'<svg role="img" aria-labelledby="{sheet.key}-t {sheet.key}-d" width="100%" height="{height}">'
        f'<title id="{sheet.key}-t">{_text(sheet.title)}</title><desc id="{sheet.key}-d">{_text(said)}</desc>'
        f"{''.join(drawn)}</svg>"
    )


def _rows(sheet: Sheet) -> Iterator[tuple[int, Mark]]:
    return ((at * _ROW, mark) for at, mark in enumerate(sheet.marks))


def _said(top: int, mark: Mark) -> str:
    """The words above a bar: what it is at the left, how much at the right."""
    return (
        f'<text x="0" y="{top + _TEXT}">{_text(_short(mark.label))}</text>'
        f'<text class="n" x="100%" y="{top + _TEXT}" text-anchor="end">{_text(mark.text)}</text>'
    )


def _short(label: str) -> str:
    return label if len(label) <= 30 else f"{label[:29]}…"


def _rect(kind: str, x: float, top: int, width: float) -> str:
    return f'<rect class="{kind}" x="{x:.2f}%" y="{top + _TEXT + 6}" width="{width:.2f}%" height="{_BAR}"/>'


def _bars(sheet: Sheet) -> str:
    most = max(mark.first for mark in sheet.marks) or 1

    def drawn() -> Iterator[str]:
        for top, mark in _rows(sheet):
            yield (
                _said(top, mark) + _rect("ground", 0, top, 100) + _rect("bar", 0, top, max(0, mark.first) / most * 100)
            )

    return _svg(sheet, _ROW * len(sheet.marks), drawn())


def _split(sheet: Sheet) -> str:
    """In time from the left, late to the right of it, over the whole width."""

    def drawn() -> Iterator[str]:
        for top, mark in _rows(sheet):
            share = mark.first / ((mark.first + mark.second) or 1) * 100
            yield _said(top, mark) + _rect("good", 0, top, share) + _rect("bad", share, top, 100 - share)

    return _svg(sheet, _ROW * len(sheet.marks), drawn())


def _spread(sheet: Sheet) -> str:
    """A box as far as the median, and a line from there to where nine of ten are done."""
    most = max(mark.second for mark in sheet.marks) or 1

    def drawn() -> Iterator[str]:
        for top, mark in _rows(sheet):
            # A stroke at the edge would be cut in half.
            median, p90 = (value / most * 99 for value in (mark.first, mark.second))
            middle = top + _TEXT + 6 + _BAR // 2
            yield _said(top, mark) + _rect("ground", 0, top, 100) + _rect("bar", 0, top, median)
            yield f'<line class="mark" x1="{median:.2f}%" x2="{p90:.2f}%" y1="{middle}" y2="{middle}"/>'
            yield f'<line class="mark" x1="{p90:.2f}%" x2="{p90:.2f}%" y1="{middle - 6}" y2="{middle + 6}"/>'

    return _svg(sheet, _ROW * len(sheet.marks), drawn())


def _line(sheet: Sheet) -> str:
    """Days from left to right; the picture is stretched over the width, its words are not."""
    most = max(mark.first for mark in sheet.marks) or 1
    points = _points([mark.first / most for mark in sheet.marks])

    def drawn() -> Iterator[str]:
        high = _HEIGHT - _FOOT
        yield f'<line class="axis" x1="0" x2="100%" y1="{high}" y2="{high}"/><line class="axis" x1="0" x2="100%" y1="18" y2="18"/>'
        yield f'<text class="n" x="0" y="13">{int(most)}</text>'
        yield f'<svg x="0" y="18" width="100%" height="{high - 18}" viewBox="0 0 100 100" preserveAspectRatio="none">'
        yield f'<polygon class="area" points="0,100 {points} 100,100"/>'
        yield f'<polyline class="line" points="{points}" vector-effect="non-scaling-stroke"/></svg>'
        yield from _days(sheet.marks)

    return _svg(sheet, _HEIGHT, drawn())


def _points(shares: Sequence[float]) -> str:
    step = 100 / max(1, len(shares) - 1)
    return " ".join(f"{at * step:.2f},{100 - share * 100:.2f}" for at, share in enumerate(shares))


def _days(marks: Sequence[Mark]) -> Iterator[str]:
    """The first, the last and one between."""
    for at, anchor in ((0, "start"), ((len(marks) - 1) // 2, "middle"), (len(marks) - 1, "end")):
        x = 0 if len(marks) == 1 else at / (len(marks) - 1) * 100
        yield f'<text class="n" x="{x:.2f}%" y="{_HEIGHT - 6}" text-anchor="{anchor}">{_text(marks[at].label)}</text>'
