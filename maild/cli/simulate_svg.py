"""simulate_svg: a simulation's report as one drawing: the days, the promises, what each handler had to do.  Not a command itself.

drawn(report, policy) -> SVG 1.1, self-contained: no script, no font, no picture of others; each shape says in words what it is.
It has light and dark colours of its own (prefers-color-scheme).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from maild.model.policy import Policy
from maild.simulations.tally import Day, Promise, Report

WIDTH, MARGIN, LABEL, ROW, CHART, LOW = 960, 24, 230, 26, 180, 90
LEFT = MARGIN + 44
_STYLE = """
svg{background:#fff;color:#1b1f24;font:14px system-ui,sans-serif}
text{fill:currentColor}.t{font-size:17px;font-weight:600}.s{font-size:12px;opacity:.75}
.a{fill:#2f6fb3}.k{fill:#3b8f57}.b{fill:#c2410c}.o{fill:#9aa4b2}.v{fill:none;stroke:#7a4fb5;stroke-width:2}.g{stroke:#9aa4b2;stroke-opacity:.4}
@media (prefers-color-scheme:dark){svg{background:#14181d;color:#e8ebef}
.a{fill:#6aa7e8}.k{fill:#64bd84}.b{fill:#f08a4b}.v{stroke:#b695ea}}
"""


def drawn(report: Report, policy: Policy) -> str:
    """The whole drawing."""
    parts: list[str] = []
    top = MARGIN + 20
    head = (
        f"{report.mails} mails, {report.cases} cases, {len(report.pages)} pages, {len(report.broken)} broken promises"
    )
    parts.append(_text(MARGIN, top, head, "t"))
    top += 24
    parts += _days(report, top)
    top += CHART + LOW + 170
    parts += _promises(report.promises, top)
    top += ROW * max(1, len(report.promises)) + 70
    parts += _handlers(report, policy, top)
    height = top + ROW * max(1, len(report.loads)) + 60
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">'
        f"<title>{escape(head)}</title><style>{_STYLE}</style>{''.join(parts)}</svg>\n"
    )


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{style}>{escape(words)}</text>'


def _rect(x: float, y: float, width: float, height: float, kind: str, says: str) -> str:
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{max(0.0, width):.1f}" height="{max(0.0, height):.1f}">'
        f"<title>{escape(says)}</title></rect>"
    )


def _legend(x: float, y: float, entries: Sequence[tuple[str, str]]) -> Iterator[str]:
    for kind, words in entries:
        yield _rect(x, y - 10, 12, 12, kind, words)
        yield _text(x + 17, y, words, "s")
        x += 30 + 7 * len(words)


# --- the days -------------------------------------------------------------------------------------------------------------------


def _days(report: Report, top: float) -> Iterator[str]:
    """A bar of what was opened each day, with what broke on it; below, on a scale of its own, what was open at its end."""
    yield _text(MARGIN, top + 20, "Cases a day", "t")
    yield from _legend(MARGIN + 140, top + 19, (("a", "opened"), ("b", "promises broken")))
    yield from _bars(report.days, top + 40 + CHART)
    top += CHART + 70
    yield _text(MARGIN, top + 20, "Open at the end of the day", "t")
    yield from _line(report.days, top + 40 + LOW)
    floor, step = top + 40 + LOW, _step(report.days)
    for place in range(0, len(report.days), max(1, len(report.days) // 7)):
        if LEFT + place * step < WIDTH - 100:
            yield _text(LEFT + place * step, floor + 18, f"{report.days[place].day}", "s")


def _step(days: Sequence[Day]) -> float:
    return (WIDTH - MARGIN - LEFT) / max(1, len(days))


def _grid(most: int, floor: float, height: float) -> Iterator[str]:
    for share in (0.0, 0.5, 1.0):
        y = floor - share * height
        yield f'<line class="g" x1="{LEFT}" x2="{WIDTH - MARGIN}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(LEFT - 6, y + 4, f"{most * share:g}", "s", "end")


def _bars(days: Sequence[Day], floor: float) -> Iterator[str]:
    most, step = _even(max((max(day.opened, day.broken) for day in days), default=0)), _step(days)
    yield from _grid(most, floor, CHART)
    if not days:
        yield _text(LEFT + 10, floor - 10, "no mail")
    for place, day in enumerate(days):
        x, width, up = LEFT + place * step, max(1.0, step * 0.7), day.opened / most * CHART
        yield _rect(x, floor - up, width, up, "a", f"{day.day}: {day.opened} opened, {day.open} open at its end")
        if day.broken:
            up = day.broken / most * CHART
            yield _rect(x + width / 4, floor - up, width / 2, up, "b", f"{day.day}: {day.broken} promises broken")


def _line(days: Sequence[Day], floor: float) -> Iterator[str]:
    most, step = _even(max((day.open for day in days), default=0)), _step(days)
    yield from _grid(most, floor, LOW)
    points = (
        f"{LEFT + (place + 0.35) * step:.1f},{floor - day.open / most * LOW:.1f}" for place, day in enumerate(days)
    )
    yield f'<polyline class="v" points="{" ".join(points)}"><title>open at the end of each day</title></polyline>'


def _even(most: int) -> int:
    """The top of a scale, of which there is a half."""
    return max(2, most + most % 2)


# --- promises, handlers -----------------------------------------------------------------------------------------------------------


def _promises(promises: Sequence[Promise], top: float) -> Iterator[str]:
    """A bar each of kept, broken and open, all of one length."""
    yield _text(MARGIN, top, "Promises", "t")
    yield from _legend(MARGIN + 140, top - 1, (("k", "kept"), ("b", "broken"), ("o", "not decided")))
    if not promises:
        yield _text(MARGIN, top + ROW, "nothing is promised (sla.yaml)")
    room = WIDTH - 2 * MARGIN - LABEL - 150
    for place, one in enumerate(promises):
        y, x = top + ROW * place + 14, float(MARGIN + LABEL)
        name = f"{one.desk}, {one.priority}: {one.target.replace('_', ' ')}"
        yield _text(MARGIN, y + 13, name, "s")
        for kind, count in (("k", one.kept), ("b", one.broken), ("o", one.open)):
            width = room * count / max(1, one.kept + one.broken + one.open)
            if count:
                yield _rect(x, y, width, ROW - 8, kind, f"{name}: {count}")
            x += width
        share = "" if one.share is None else f"{one.share} % kept"
        yield _text(x + 8, y + 13, f"{share} ({one.kept} / {one.broken} / {one.open})".strip(), "s")


def _handlers(report: Report, policy: Policy, top: float) -> Iterator[str]:
    yield _text(MARGIN, top, "Cases of each handler", "t")
    most = max((load.cases for load in report.loads), default=0) or 1
    room = WIDTH - 2 * MARGIN - LABEL - 340
    for place, load in enumerate(report.loads):
        y = top + ROW * place + 14
        handler = policy.handlers.get(load.handler)
        name = handler.name if handler and handler.name else load.handler
        width = room * load.cases / most
        yield _text(MARGIN, y + 13, name, "s")
        yield _rect(MARGIN + LABEL, y, width, ROW - 8, "a", f"{name}: {load.cases} cases")
        said = f"{load.cases}, at most {load.most} at once, {load.letters} letters, {load.pages} pages"
        yield _text(MARGIN + LABEL + width + 8, y + 13, said, "s")
