"""report_page: a report as one HTML page that holds all it needs: style, charts, tables; no script, nothing fetched.  Not a command itself.

page(report, tongue, language) -> the page.  Its own Content-Security-Policy allows this style sheet by its hash and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape

from maild.cli.report_sheets import Sheet, Tongue, sheets, title
from maild.cli.report_svg import chart
from maild.cli.terminal import harmless
from maild.model.report import Report

STYLE = """
:root{color-scheme:light dark;--ink:#1c2330;--soft:#5b6475;--paper:#fff;--edge:#d9dee7;
--ground:#edf0f5;--bar:#2563a8;--good:#2f8552;--bad:#c8442b}
@media(prefers-color-scheme:dark){:root{--ink:#e7eaf0;--soft:#a4adbd;--paper:#14181f;--edge:#333b49;
--ground:#252c38;--bar:#6ea8e8;--good:#5fbf8a;--bad:#f0836c}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:62rem;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}
h2{font-size:1.125rem;margin:0 0 .75rem}
p{margin:.5rem 0;max-width:44rem}
.note,footer{color:var(--soft);font-size:.875rem}
.told{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.75rem;margin:0 0 1rem;padding:0}
.told div{border:1px solid var(--edge);border-radius:.5rem;padding:.6rem .75rem}
.told dt{color:var(--soft);font-size:.8125rem;line-height:1.3}
.told dd{margin:0;font-size:1.5rem;font-variant-numeric:tabular-nums}
.all{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem}
section{border:1px solid var(--edge);border-radius:.5rem;padding:1rem;min-width:0;break-inside:avoid}
.wide{grid-column:1/-1}
svg{display:block;overflow:visible;max-width:100%}
text{fill:var(--ink);font:14px system-ui,sans-serif}
.n{fill:var(--soft);font-variant-numeric:tabular-nums}
.ground{fill:var(--ground)}.bar{fill:var(--bar)}.good{fill:var(--good)}.bad{fill:var(--bad)}
.mark{stroke:var(--ink);stroke-width:2}.axis{stroke:var(--edge)}
.line{fill:none;stroke:var(--bar);stroke-width:2}.area{fill:var(--bar);opacity:.15}
.key span{display:inline-block;width:.75rem;height:.75rem;margin:0 .35rem 0 0;vertical-align:-.05rem}
.key .g{background:var(--good)}.key .b{background:var(--bad);margin-left:1rem}
.hold{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:.3rem .5rem;border-bottom:1px solid var(--edge);vertical-align:top}
th{font-weight:600}tbody th{font-weight:400}
.w{text-align:left}
summary{cursor:pointer;color:var(--soft);font-size:.875rem;padding:.5rem 0}
@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--paper:#fff;--edge:#bbb;
--ground:#eee;--bar:#2563a8;--good:#2f8552;--bad:#c8442b}
body{max-width:none;padding:0;font-size:11pt}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}.hold{overflow:visible}
summary{display:none}details::details-content{content-visibility:visible;height:auto;display:block}}
""".strip()
# What has a chart of bars stands beside others; these want the whole width.
_WIDE = ("days", "cross", "months.channel", "months.category", "promises", "times", "accounts", "loads")


def page(report: Report, tongue: Tongue, language: str) -> str:
    """From <!DOCTYPE> to </html>."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    head = _text(title(report, tongue))
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{head}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{head}</h1>\n"
        f"{''.join(_body(report, tongue))}</main>\n<footer><p>{_text(tongue('footer'))}</p></footer>\n</body>\n</html>\n"
    )


def _text(text: str) -> str:
    return escape(harmless(text))


def _body(report: Report, tongue: Tongue) -> Iterator[str]:
    if not report.complete:
        yield f"<p><strong>{_text(tongue('running'))}</strong></p>\n"
    if report.empty:
        yield f"<p>{_text(tongue('empty'))}</p>\n"
        if not report.totals.open_at_end:
            return
    first, *others = sheets(report, tongue)
    yield f'<dl class="told">\n{"".join(_told(*row) for row in first.rows)}</dl>\n<div class="all">\n'
    for sheet in others:
        yield _section(sheet, tongue)
    yield "</div>\n"


def _told(name: str, value: str) -> str:
    return f"<div><dt>{_text(name)}</dt><dd>{_text(value)}</dd></div>\n"


def _section(sheet: Sheet, tongue: Tongue) -> str:
    """A chart with its figures beside it, as a table that can be opened; a table alone stands open."""
    drawn, table = chart(sheet), _table(sheet)
    if drawn:
        table = f"<details><summary>{_text(tongue('table'))}</summary>{table}</details>"
    wide = ' class="wide"' if sheet.key in _WIDE else ""
    note = f'<p class="note">{_text(sheet.note)}</p>' if sheet.note else ""
    return f"<section{wide}>\n<h2>{_text(sheet.title)}</h2>\n{_key(sheet, tongue)}{drawn}{table}{note}\n</section>\n"


def _key(sheet: Sheet, tongue: Tongue) -> str:
    if sheet.chart != "split":
        return ""
    return f'<p class="key"><span class="g"></span>{_text(tongue("kept"))}<span class="b"></span>{_text(tongue("broken"))}</p>\n'


def _table(sheet: Sheet) -> str:
    last = len(sheet.heads) - 1 if sheet.last else -1
    heads = "".join(
        f'<th scope="col"{_words(at < sheet.texts or at == last)}>{_text(head)}</th>'
        for at, head in enumerate(sheet.heads)
    )
    rows = "".join(
        f"<tr>{''.join(_cell(sheet, at, cell, last) for at, cell in enumerate(row))}</tr>\n" for row in sheet.rows
    )
    return (
        f'<div class="hold" tabindex="0" role="region" aria-label="{_text(sheet.title)}"><table>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>"
    )


def _cell(sheet: Sheet, at: int, cell: str, last: int) -> str:
    words = _words(at < sheet.texts or at == last)
    return f'<th scope="row"{words}>{_text(cell)}</th>' if at < sheet.texts else f"<td{words}>{_text(cell)}</td>"


def _words(words: bool) -> str:
    return ' class="w"' if words else ""
