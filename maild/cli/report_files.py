"""report_files: a report as CSV (RFC 4180) and as JSON, for programs.  Not a command itself.

figures(report) -> (section, key, measure, value) after each other: the lines of the CSV; JSON has the same as section -> key ->
measure -> value, beside `maild_report` (1: the form) and `period`.  Keys are in no language and do not change.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from maild.cli.desk import unobeyed
from maild.cli.terminal import harmless
from maild.model.report import Report

Figure = tuple[str, str, str, int | float | str]
FORM = 1
# What a spreadsheet would take for a formula.
_OBEYED = ("=", "+", "-", "@", "\t", "\r")


def figures(report: Report) -> Iterator[Figure]:
    """All of them; what is not known (a share of nothing, a time of too few cases) is left out."""
    totals = report.totals
    yield from (("totals", "all", name, value) for name, value in asdict(totals).items())
    if totals.reopened_share is not None:
        yield "totals", "all", "reopened_share", totals.reopened_share
    for cut, counts in report.volume.items():
        yield from ((f"volume.{cut}", key, "cases", count) for key, count in counts.items())
    for month, cuts in report.months.items():
        for cut, counts in cuts.items():
            yield from ((f"month.{cut}", f"{month}/{key}", "cases", count) for key, count in counts.items())
    for category, counts in report.cross.items():
        yield from (("category.channel", f"{category}/{key}", "cases", count) for key, count in counts.items())
    yield from (("days", day.isoformat(), "cases", count) for day, count in report.days.items())
    yield from _judged(report)
    yield from _worked(report)


def _judged(report: Report) -> Iterator[Figure]:
    for target, groups in report.promises.items():
        for group, kept in groups.items():
            yield from ((f"promises.{target}", _path(group), word, count) for word, count in asdict(kept).items())
            if kept.share is not None:
                yield f"promises.{target}", _path(group), "share", kept.share
    for measure, found in report.times.items():
        for group, times in found.items():
            yield f"times.{measure}", _path(group), "cases", times.cases
            told = {f"{name}_seconds": value for name, value in asdict(times).items() if name != "cases"}
            yield from (
                (f"times.{measure}", _path(group), name, value) for name, value in told.items() if value is not None
            )


def _path(group: tuple[str, str]) -> str:
    return "/".join(filter(None, group))


def _worked(report: Report) -> Iterator[Figure]:
    for account in report.accounts:
        if account.name:
            yield "agreements", account.key, "name", account.name
        minutes = {"all": account.minutes, "covered": account.covered, "unsaid": account.unsaid}
        for word, count in (*minutes.items(), ("charged", account.charged), ("billed", account.billed)):
            yield "agreements", account.key, f"{word}_minutes", count
        yield from (("agreements", account.key, f"cause_{cause}_minutes", n) for cause, n in account.causes.items())
    for load in report.loads:
        if load.name:
            yield "handlers", load.key, "name", load.name
        yield from (("handlers", load.key, name, n) for name, n in asdict(load).items() if name not in ("key", "name"))


def as_csv(report: Report) -> str:
    """One long sheet.  A word that a spreadsheet would take for a formula has an apostrophe before it."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(("section", "key", "measure", "value"))
    writer.writerow(("period", "all", "from", report.period.first.isoformat()))
    writer.writerow(("period", "all", "to", report.period.last.isoformat()))
    writer.writerows([tuple(map(_cell, figure)) for figure in figures(report)])
    return sheet.getvalue()


def _cell(value: int | float | str) -> str:
    text = harmless(value) if isinstance(value, str) else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_OBEYED) else text


def as_json(report: Report) -> str:
    period = report.period
    told: dict[str, Any] = {
        "maild_report": FORM,
        "period": {
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
            "desk": report.desk,
            "complete": report.complete,
        },
    }
    for section, key, measure, value in figures(report):
        told.setdefault(section, {}).setdefault(key, {})[measure] = value
    return unobeyed(json.dumps(told, ensure_ascii=False, indent=2)) + "\n"
