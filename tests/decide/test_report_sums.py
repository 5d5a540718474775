"""Whatever happens in whatever order: every cut of the volume adds up to the whole, and months add up to their quarter."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from decide.test_report import ANN, KARI, OLA, SITE, SUPPORT
from decide.test_report_work import AGREED
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.decide.report.month import Wanted, figures
from maild.model.asking_events import Cleared, Spammed
from maild.model.clock_events import Breached, Clocked, Pledged
from maild.model.customer_events import Reported
from maild.model.deed_events import CaseType, Categorised, Typed
from maild.model.events import (
    Assigned,
    Event,
    Imported,
    Moved,
    Opened,
    Prioritised,
    Priority,
    Reopened,
    Replied,
    Solved,
    Status,
    Waiting,
    Woken,
)
from maild.model.recorded import Recorded
from maild.model.related_events import Merged, Unmerged
from maild.model.report import CUTS, Kept, Period, Report, Story
from maild.model.rule_events import Alarmed
from maild.model.trust_events import Restricted
from maild.model.undo_events import Retracted, Undone
from maild.model.work_events import Promised, Worked

START = datetime(2026, 8, 25, tzinfo=UTC)
MONTHS = tuple(Period(date(2026, m, 1), date(2026, m + 1, 1)) for m in (9, 10, 11))
QUARTER = Period(date(2026, 9, 1), date(2026, 12, 1))
ZONES = {"support": "Europe/Oslo", "far": "Pacific/Auckland", "west": "America/St_Johns"}
WORLD = replace(
    SITE,
    desks={key: replace(SUPPORT, key=key, zone=zone, confidential=key == "west") for key, zone in ZONES.items()},
    agreements=AGREED,
)
BY = (f"handler:{KARI.key}", f"handler:{OLA.key}")
WHEN = st.integers(0, 24 * 60 * 110)


def instant(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


@st.composite
def happening(draw: st.DrawFn) -> Event:
    by, number = draw(st.sampled_from(BY)), draw(st.integers(1, 4))
    until = instant(draw(WHEN))
    target = draw(st.sampled_from(("first_response", "next_update", "resolution")))
    some: tuple[Event, ...] = (
        Replied(number, by),
        Retracted(number, by),
        Solved(by, number > 2, until),
        Solved(ANN, False, until),
        Reopened(ANN),
        Undone(by, f"incoming:{number}", draw(st.sampled_from((None, Status.OPEN, Status.SOLVED)))),
        Waiting(by, draw(st.sampled_from(("customer", "time")))),
        Woken("x"),
        Assigned(draw(st.sampled_from((KARI.key, OLA.key, None))), "x"),
        Moved(draw(st.sampled_from(tuple(ZONES)))),
        Prioritised(draw(st.sampled_from(Priority)), "x"),
        Typed(draw(st.sampled_from(CaseType)), "x"),
        Categorised(draw(st.sampled_from(("printers", "access"))), "x"),
        Worked(by, draw(st.integers(-30, 90)), draw(st.sampled_from(("", "machine", "user")))),
        Clocked(until, draw(st.sampled_from(("", "kunde", "annen")))),
        Pledged(target, until, number),
        Breached(target, until),
        Promised(by, until),
        Merged(9, by, 1),
        Unmerged(9, by),
        draw(st.sampled_from((Spammed(ANN), Cleared(ANN), Imported(), Restricted("x"), Reported(), Alarmed("down")))),
    )
    return draw(st.sampled_from(some))


@st.composite
def stories(draw: st.DrawFn) -> list[Story]:
    found = []
    for number in range(draw(st.integers(1, 4))):
        times = sorted(draw(st.lists(WHEN, min_size=1, max_size=12)))
        first: Event = Opened(str(number), draw(st.sampled_from(tuple(ZONES))), "s" * 32, ANN, "nb", 1)
        events = [first, *(draw(happening()) for _ in times[1:])]
        records = [
            Recorded(seq, instant(at), BY[0] if seq % 5 == 4 else ANN, f"incoming:{seq % 5}", event)
            for seq, (at, event) in enumerate(zip(times, events, strict=True), 1)
        ]
        found.append(Story(number, records, draw(st.sampled_from(("smtp", "imap", ""))), draw(st.booleans())))
    return found


def report(told: list[Story], period: Period) -> Report:
    return figures(told, Wanted(period, datetime(2026, 12, 9, tzinfo=UTC)), WORLD)


@settings(max_examples=400, deadline=None)
@given(stories())
def test_every_cut_adds_up_to_the_whole(told: list[Story]) -> None:
    for period in (*MONTHS, QUARTER):
        found = report(told, period)
        whole = found.totals.opened
        assert {cut: sum(found.volume[cut].values()) for cut in CUTS} == dict.fromkeys(CUTS, whole)
        assert sum(found.days.values()) == whole
        assert sum(sum(counts.values()) for counts in found.cross.values()) == whole
        for cut in ("channel", "category"):
            assert sum(sum(cuts[cut].values()) for cuts in found.months.values()) == whole
        work(found)
        groups(found)


def work(found: Report) -> None:
    totals, loads = found.totals, found.loads
    assert sum(account.minutes for account in found.accounts) == sum(load.minutes for load in loads) == totals.minutes
    assert all(sum(account.causes.values()) == account.minutes for account in found.accounts)
    assert sum(load.replies for load in loads) == totals.replies
    assert sum(load.solved for load in loads) == totals.solved
    assert sum(load.open_at_end for load in loads) == totals.open_at_end


def groups(found: Report) -> None:
    for measure, whole in (("answer", found.totals.answered), ("solution", found.totals.solved)):
        for cut in ("all", "desk", "priority", "handler"):
            assert sum(times.cases for (at, _), times in found.times[measure].items() if at == cut) == whole
    for kept in found.promises.values():
        sums = [summed([one for (at, _), one in kept.items() if at == cut]) for cut in ("all", "desk", "priority")]
        assert sums[0] == sums[1] == sums[2]


def summed(some: list[Kept]) -> Kept:
    words = Kept.__match_args__
    return Kept(*(sum(getattr(one, word) for one in some) for word in words))


@settings(max_examples=200, deadline=None)
@given(stories())
def test_what_a_case_was_counted_for_once_no_other_month_counts_again(told: list[Story]) -> None:
    """A case that stays at its desk: three months are what their quarter is."""
    still = [
        replace(s, events=[r for r in s.events if not isinstance(r.event, Moved | Undone | Retracted)]) for s in told
    ]
    found, quarter = [report(still, month) for month in MONTHS], report(still, QUARTER)
    for name in ("minutes", "replies"):
        assert sum(getattr(one.totals, name) for one in found) == getattr(quarter.totals, name)
    days: Counter[date] = Counter()
    for one in found:
        days.update(one.days)
    live = [s for s in still if not any(isinstance(r.event, Spammed | Cleared | Imported) for r in s.events)]
    if len(live) == len(still):
        assert days == Counter(quarter.days)
        assert sum(one.totals.solved for one in found) == quarter.totals.solved
