"""report_sheets: a report as tables in a language, for terminals and pages.  Not a command itself.

sheets(report, words, names) -> Sheet after Sheet; names: key of a desk or handler -> how people know it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from maild.decide.report.definitions import FEWEST
from maild.model.report import CONFIDENTIAL, CUTS, NONE, Kept, Load, Report, Times

Words = Mapping[str, str]
DASH = "–"
_TARGETS = ("first_response", "next_update", "resolution")
_MEASURES = {"answer": "first_response", "solution": "resolution"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of a chart.  bars: first is its length; split: first in time, second late; spread: median and p90; line: first."""

    label: str
    first: float
    second: float = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """texts: so many columns, from the left, are words, and the last one where `last`; the others are figures.  chart: bars, split, spread,
    line or "" for none; lines of it: marks."""

    key: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int = 1
    note: str = ""
    chart: str = ""
    marks: tuple[Mark, ...] = field(default=())
    last: bool = False


@dataclass(frozen=True, slots=True)
class Tongue:
    """How things are said: words by key, names of desks and handlers, causes of work."""

    words: Words
    desks: Mapping[str, str] = field(default_factory=dict)
    cause: Callable[[str], str] = str

    def __call__(self, key: str) -> str:
        return self.words.get(f"report.{key}", key)

    def percent(self, share: float | None) -> str:
        return DASH if share is None else self("percent").replace("{value}", str(int(share * 100 + 0.5)))

    def day(self, day: date) -> str:
        return self("day").replace("{day}", str(day.day)).replace("{month}", str(day.month))

    def month(self, month: str) -> str:
        return f"{self(f'month.{int(month[5:])}')} {month[:4]}"

    def key(self, cut: str, key: str) -> str:
        """What is counted, in words."""
        if key in (NONE, CONFIDENTIAL):
            return self({CONFIDENTIAL: "confidential", NONE: {"handler": "nobody"}.get(cut, "none")}[key])
        if cut in ("channel", "all"):
            return self(f"{cut}.{key}" if key else cut)
        if cut == "desk":
            return self.desks.get(key, key)
        return self.words.get(f"{cut}.{key}", key) if cut in ("priority", "type") else key


def duration(seconds: int | None) -> str:
    """Hours and minutes, rounded."""
    return DASH if seconds is None else clock(round(seconds / 60))


def clock(minutes: int) -> str:
    return f"{'-' if minutes < 0 else ''}{abs(minutes) // 60}:{abs(minutes) % 60:02}"


def title(report: Report, tongue: Tongue) -> str:
    """What it is a report of."""
    period = report.period
    when = tongue.month(period.months[0]) if period.whole else f"{period.first} {DASH} {period.last}"
    where = tongue.desks.get(report.desk, report.desk) if report.desk else tongue("all_desks")
    return f"{tongue('title')}: {when}, {where}"


def sheets(report: Report, tongue: Tongue) -> Iterator[Sheet]:
    """Those that have something to say."""
    yield _totals(report, tongue)
    yield from (_volume(cut, report.volume[cut], tongue) for cut in CUTS if report.volume[cut])
    if report.totals.opened:
        if len(report.volume["category"]) > 1:
            yield _cross(report, tongue)
        if len(report.period.months) > 1:
            yield from (_months(report, cut, tongue) for cut in ("channel", "category"))
        yield _days(report, tongue)
    found = (_promises(report, tongue), _times(report, tongue), _accounts(report, tongue), _loads(report, tongue))
    yield from (sheet for sheet in found if sheet.rows)


def _totals(report: Report, tongue: Tongue) -> Sheet:
    totals, shown = report.totals, list[tuple[str, str]]()
    names = ("opened", "merged", "confidential", "answered", "solved", "reopened", "open_at_end", "replies")
    for name in names:
        word = {"confidential": "confidential_cases"}.get(name, name)
        if getattr(totals, name) or name not in ("merged", "confidential"):
            shown.append((tongue(word), str(getattr(totals, name))))
    shown.insert(-2, (tongue("reopened_share"), tongue.percent(totals.reopened_share)))
    shown.append((tongue("minutes"), clock(totals.minutes)))
    shown += [(tongue(name), str(getattr(totals, name))) for name in ("imported", "spam") if getattr(totals, name)]
    return Sheet("totals", tongue("totals"), (tongue("what"), tongue("count")), tuple(shown))


# --- volume -----------------------------------------------------------------------------------------------------------------------


def _volume(cut: str, counts: Mapping[str, int], tongue: Tongue) -> Sheet:
    whole = sum(counts.values())
    rows = tuple((tongue.key(cut, key), str(n), tongue.percent(n / whole)) for key, n in counts.items())
    marks = tuple(Mark(label, int(n), text=f"{n} ({share})") for label, n, share in rows)
    heads = (tongue(f"one.{cut}"), tongue("cases"), tongue("share"))
    note = tongue("note.volume") if cut == CUTS[0] else ""
    return Sheet(cut, tongue(f"cut.{cut}"), heads, rows, note=note, chart="bars", marks=marks)


def _matrix(key: str, heads: tuple[str, str], found: Mapping[str, Mapping[str, int]], tongue: Tongue) -> Sheet:
    """found: row -> key of the cut -> cases; heads: the sheet's title and that of its first column."""
    cut = "channel" if key == "cross" else key.partition(".")[2]
    columns = tuple(dict.fromkeys(name for counts in found.values() for name in counts))
    columns = tuple(
        sorted(columns, key=lambda name: (name.startswith("("), -sum(c.get(name, 0) for c in found.values())))
    )
    rows = tuple(
        (row, *(str(counts.get(name, 0)) for name in columns), str(sum(counts.values())))
        for row, counts in found.items()
    )
    shown = (heads[1], *(tongue.key(cut, name) for name in columns), tongue("cases"))
    return Sheet(key, heads[0], shown, rows)


def _cross(report: Report, tongue: Tongue) -> Sheet:
    found = {tongue.key("category", key): counts for key, counts in report.cross.items()}
    return _matrix("cross", (tongue("cross"), tongue("one.category")), found, tongue)


def _months(report: Report, cut: str, tongue: Tongue) -> Sheet:
    found = {tongue.month(month): counts[cut] for month, counts in report.months.items()}
    return _matrix(f"months.{cut}", (tongue(f"months.{cut}"), tongue("one.month")), found, tongue)


def _days(report: Report, tongue: Tongue) -> Sheet:
    rows = tuple((tongue.day(day), str(count)) for day, count in report.days.items())
    marks = tuple(Mark(label, int(count), text=count) for label, count in rows)
    return Sheet("days", tongue("days"), (tongue("one.day"), tongue("cases")), rows, chart="line", marks=marks)


# --- promises, times, work --------------------------------------------------------------------------------------------------------


def _group(first: str, cut: str, key: str, tongue: Tongue) -> str:
    return first if cut == "all" else f"{first}, {tongue.key(cut, key)}"


def _promises(report: Report, tongue: Tongue) -> Sheet:
    rows, marks = list[tuple[str, ...]](), list[Mark]()
    words = ("kept", "broken", "unpromised", "slipped")
    for target in _TARGETS:
        for (cut, key), kept in _told(report.promises[target]):
            name = tongue(f"target.{target}")
            share = tongue.percent(kept.share)
            rows.append((name, tongue.key(cut, key), share, *(str(getattr(kept, word)) for word in words)))
            if kept.share is not None:
                text = f"{share} ({kept.kept}/{kept.kept + kept.broken})"
                marks.append(Mark(_group(name, cut, key, tongue), kept.kept, kept.broken, text))
    heads = (tongue("one.target"), tongue("one.group"), tongue("in_time"), *map(tongue, words))
    return Sheet(
        "promises",
        tongue("promises"),
        heads,
        tuple(rows),
        2,
        tongue("note.promises"),
        "split" if marks else "",
        tuple(marks),
    )


def _told(found: Mapping[tuple[str, str], Kept]) -> Iterator[tuple[tuple[str, str], Kept]]:
    """Of one desk only there is no more to say than of all, and little of what nobody was promised."""
    lone = len([group for group in found if group[0] == "desk"]) < 2
    for (cut, key), kept in found.items():
        if cut == "all" or (kept.share is not None and not (lone and cut == "desk")):
            yield (cut, key), kept


def _times(report: Report, tongue: Tongue) -> Sheet:
    rows, marks = list[tuple[str, ...]](), list[Mark]()
    fields = ("open_median", "open_p90", "wall_median", "wall_p90")
    for measure in _MEASURES:
        found = {group: times for group, times in report.times[measure].items() if group[0] != "handler"}
        lone = len([group for group in found if group[0] == "desk"]) < 2
        for (cut, key), times in found.items():
            if lone and cut == "desk":
                continue
            name = tongue(f"target.{_MEASURES[measure]}")
            rows.append((name, tongue.key(cut, key), str(times.cases), *(duration(getattr(times, f)) for f in fields)))
            marks.append(_spread(_group(name, cut, key, tongue), times))
    heads = (tongue("what"), tongue("one.group"), tongue("cases"), *map(tongue, fields))
    return Sheet("times", tongue("times"), heads, tuple(rows), 2, tongue("note.times"), "spread", tuple(marks))


def _spread(label: str, times: Times) -> Mark:
    median, p90 = times.open_median or 0, times.open_p90 or 0
    return Mark(label, median, p90, f"{duration(times.open_median)} {DASH} {duration(times.open_p90)}")


def _accounts(report: Report, tongue: Tongue) -> Sheet:
    """Of nobody's work there is no account."""
    rows = []
    for one in report.accounts:
        name = {NONE: tongue("no_agreement"), CONFIDENTIAL: tongue("confidential")}.get(one.key, one.name or one.key)
        times = (one.minutes, one.covered, one.unsaid, one.charged, one.billed)
        causes = ", ".join(
            f"{tongue('none') if cause == NONE else tongue.cause(cause)} {clock(minutes)}"
            for cause, minutes in one.causes.items()
        )
        rows.append((name, *map(clock, times), causes))
    words = ("time", "covered", "unsaid", "charged", "billed", "causes")
    heads = (tongue("one.account"), *map(tongue, words))
    marks = tuple(Mark(row[0], one.minutes, text=row[1]) for row, one in zip(rows, report.accounts, strict=True))
    return Sheet(
        "accounts", tongue("accounts"), heads, tuple(rows), 1, tongue("note.accounts"), "bars", marks, last=True
    )


def _loads(report: Report, tongue: Tongue) -> Sheet:
    fields = ("taken", "solved", "open_at_end", "replies")
    rows = tuple(_load(one, report, tongue, fields) for one in report.loads)
    heads = (tongue("one.handler"), *(tongue(f"load.{name}") for name in fields), tongue("time"))
    heads = (*heads, *(tongue(f"load.{measure}") for measure in _MEASURES))
    note = tongue("note.loads").replace("{value}", str(FEWEST))
    marks = tuple(Mark(row[0], one.solved, text=row[2]) for row, one in zip(rows, report.loads, strict=True))
    return Sheet("loads", tongue("loads"), heads, rows, 1, note, "", marks)


def _load(one: Load, report: Report, tongue: Tongue, fields: tuple[str, ...]) -> tuple[str, ...]:
    times = (report.times[measure].get(("handler", one.key)) for measure in _MEASURES)
    medians = (duration(found.open_median if found else None) for found in times)
    name = tongue.key("handler", one.key) if one.key in (NONE, CONFIDENTIAL) else one.name or one.key
    return (name, *(str(getattr(one, word)) for word in fields), clock(one.minutes), *medians)
