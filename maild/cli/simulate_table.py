"""simulate_table: a simulation's report on a terminal.  Not a command itself.

lines(report, policy, width) -> line after line; every number stands beside its bar.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from maild.cli.terminal import bar
from maild.model.policy import Policy
from maild.simulations.tally import Report

_MOST = 40
_NARROWEST, _WIDEST, _BESIDE = 10, 50, 50


def lines(report: Report, policy: Policy, width: int = 80) -> Iterator[str]:
    """Who would be paged, which promises would break, load per handler, and the days."""
    yield from _head(report)
    yield from _paged(report, policy)
    yield from _promises(report)
    yield from _broken(report)
    room = max(_NARROWEST, min(_WIDEST, width - _BESIDE))
    yield from _loads(report, policy, room)
    yield from _days(report, room)


def _head(report: Report) -> Iterator[str]:
    when = f", {report.days[0].day} to {report.days[-1].day}" if report.days else ""
    yield f"{report.mails} mails made {report.cases} cases{when}."
    for why, count in sorted(report.left.items()):
        yield f"{count} {why} were left out."


def _paged(report: Report, policy: Policy) -> Iterator[str]:
    yield from ("", "Pages")
    if not report.pages:
        yield "  nobody would be paged"
    pages = sorted(report.pages, key=lambda page: (page.handler, page.at))
    for handler, mine in groupby(pages, key=lambda page: page.handler):
        theirs = list(mine)
        yield f"  {_name(handler, policy)}: {len(theirs)}"
        for page in theirs[:_MOST]:
            yield f"    {page.at:%a %Y-%m-%d %H:%M}  #{page.number}"
        yield from _more(len(theirs), "    ")


def _promises(report: Report) -> Iterator[str]:
    yield from ("", "Promises")
    if not report.promises:
        yield "  nothing is promised (sla.yaml)"
        return
    desks = max(len(one.desk) for one in report.promises)
    yield f"  {'':{desks}}  {'':8}  {'':14}  {'kept':>6} {'broken':>6} {'open':>6}"
    for one in report.promises:
        share = "" if one.share is None else f"{one.share:>5} %"
        head = f"  {one.desk:{desks}}  {one.priority:8}  {one.target:14}"
        yield f"{head}  {one.kept:>6} {one.broken:>6} {one.open:>6} {share}".rstrip()


def _broken(report: Report) -> Iterator[str]:
    if report.broken:
        yield from ("", "Promises that would break")
    for one in report.broken[:_MOST]:
        who = f"  {one.handler}" if one.handler else ""
        yield f"  {one.due_at:%a %Y-%m-%d %H:%M}  #{one.number}  {one.priority} {one.target}{who}"
    yield from _more(len(report.broken), "  ")


def _more(count: int, indent: str) -> Iterator[str]:
    if count > _MOST:
        yield f"{indent}and {count - _MOST} more (--json has all)"


def _loads(report: Report, policy: Policy, width: int) -> Iterator[str]:
    yield from ("", "Handlers" + " " * 18 + "cases  most at once  letters  pages")
    most = max((load.cases for load in report.loads), default=0)
    for load in report.loads:
        head = f"  {_name(load.handler, policy)[:22]:22}  {load.cases:>5}  {load.most:>12}  {load.letters:>7}  {load.pages:>5}"
        yield f"{head}  {bar(load.cases / (most or 1), width)}".rstrip()


def _days(report: Report, width: int) -> Iterator[str]:
    yield from ("", "Days" + " " * 14 + "opened   open  broken")
    most = max((day.opened for day in report.days), default=0)
    for day in report.days:
        head = f"  {day.day:%a %Y-%m-%d}  {day.opened:>6} {day.open:>6} {day.broken:>7}"
        yield f"{head}  {bar(day.opened / (most or 1), width)}".rstrip()


def _name(key: str, policy: Policy) -> str:
    handler = policy.handlers.get(key)
    return f"{handler.name} ({key})" if handler and handler.name else key
