"""What the figures of a report mean: each definition by a case that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from making import KARI, OLA, SUPPORT, policy

from maild.decide.report import definitions
from maild.decide.report.month import Wanted, figures
from maild.model.calendar import ALWAYS, Calendar
from maild.model.clock_events import Breached, Clocked, Pledged
from maild.model.customer_events import Reported
from maild.model.events import (
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
from maild.model.policy import Policy
from maild.model.recorded import Recorded
from maild.model.related_events import Merged, Separated, Unmerged
from maild.model.report import Kept, Period, Report, Story
from maild.model.rule_events import Alarmed
from maild.model.sla import Sla, Slas, Target, Terms, Within
from maild.model.undo_events import Reissued, Retracted, TakenBack, Undone
from maild.model.waiting_events import Scheduled
from maild.model.work_events import Promised

FIRST = datetime(2026, 10, 5, 6, 0, tzinfo=UTC)  # a Monday, 08:00 in Oslo
OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))
OFFICE = Calendar("office", ZoneInfo("Europe/Oslo"), (((480, 960),),) * 5 + ((), ()))
SITE = replace(policy(), desks={"support": replace(SUPPORT, calendar="office")}, calendars={"office": OFFICE})
K, OTHER, ANN = f"handler:{KARI.key}", f"handler:{OLA.key}", "person:1"
Step = tuple[float, Event] | tuple[float, Event, str]


def opened(desk: str = "support") -> Opened:
    return Opened("1042", desk, "s" * 32, ANN, "nb", 1)


def solved(by: str = K, *, quiet: bool = False) -> Solved:
    return Solved(by, quiet, FIRST + timedelta(days=60))


def case(*steps: Step, id: int = 7, actor: str = ANN, **more: Any) -> Story:
    """Steps: hours after the opening, what happened, and the mail that did it, if that matters."""
    given = ((*step, f"incoming:{n}")[:3] for n, step in enumerate(steps, 2))
    told = [(0.0, opened(), "incoming:1"), *given]
    records = [
        Recorded(seq, FIRST + timedelta(hours=after), actor if seq == 1 else "maild", str(cause), event)
        for seq, (after, event, cause) in enumerate(told, 1)
    ]
    return Story(id, records, **more)


def report(*stories: Story, site: Policy = SITE, period: Period = OCTOBER, now: datetime | None = None) -> Report:
    return figures(stories, Wanted(period, now or datetime(2026, 12, 1, tzinfo=UTC)), site)


def kept(found: Report, target: str = "first_response") -> Kept | None:
    return found.promises[target].get(("all", ""))


def due(hours: float) -> datetime:
    return FIRST + timedelta(hours=hours)


def seconds(hours: float) -> int:
    return int(hours * 3600)


# --- volume -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "channel"),
    [
        (case(source="smtp"), "mail"),
        (case(source="lmtp"), "mail"),
        (case(source="imap"), "imap"),
        (case(source="late"), "imap"),
        (case(source="smtp", form=True), "form"),
        (case((0, Reported()), actor=K, source="smtp"), "phone"),
        (case((0, Alarmed("down")), source="smtp"), "monitoring"),
        (case(source="smtp", actor=K), "handler"),
        (case(), "other"),
    ],
)
def test_how_a_case_came(story: Story, channel: str) -> None:
    assert report(story).volume["channel"] == {channel: 1}


def test_a_case_counts_at_the_desk_and_under_the_priority_that_it_has_at_the_end() -> None:
    other = replace(SUPPORT, key="drift")
    site = replace(SITE, desks={**SITE.desks, "drift": other})
    found = report(case((1, Moved("drift")), (2, Prioritised(Priority.LOW, "x"))), site=site)
    assert (found.volume["desk"], found.volume["priority"]) == ({"drift": 1}, {"low": 1})


def test_what_happens_after_the_period_changes_nothing() -> None:
    late = case(
        (1, Replied(2, K)), (24 * 40, Prioritised(Priority.LOW, "x")), (24 * 40, solved()), (24 * 41, Reopened(ANN))
    )
    found = report(late)
    assert (found.volume["priority"], found.totals.solved, found.totals.reopened) == ({"medium": 1}, 0, 0)
    assert found.totals.open_at_end == 1


@pytest.mark.parametrize(
    ("at", "month"),
    [
        (datetime(2026, 9, 30, 21, 59, tzinfo=UTC), "september"),
        (datetime(2026, 9, 30, 22, 0, tzinfo=UTC), "october"),
        (datetime(2026, 10, 31, 22, 59, tzinfo=UTC), "october"),
        (datetime(2026, 10, 31, 23, 0, tzinfo=UTC), "november"),
    ],
)
def test_a_month_begins_and_ends_at_midnight_of_the_desks_zone(at: datetime, month: str) -> None:
    """Oslo is two hours from UTC at the start of October 2026, and one at its end."""
    found = report(Story(7, [Recorded(1, at, ANN, "incoming:1", opened())]))
    assert found.totals.opened == (month == "october")
    assert sum(found.days.values()) == found.totals.opened


def test_each_desk_has_its_own_midnight() -> None:
    far = replace(SUPPORT, key="far", zone="Pacific/Auckland")
    site = replace(SITE, desks={**SITE.desks, "far": far})
    at = datetime(2026, 9, 30, 12, 0, tzinfo=UTC)  # the first of October there already
    stories = [
        Story(n, [Recorded(1, at, ANN, "incoming:1", opened(desk))]) for n, desk in enumerate(("support", "far"))
    ]
    assert report(*stories, site=site).volume["desk"] == {"far": 1}


def test_an_imported_case_is_told_apart_until_it_lives_again() -> None:
    past = case((1, Replied(2, K)), (2, Imported()))
    found = report(past)
    assert (found.totals.opened, found.totals.imported, found.totals.replies) == (0, 1, 0)
    again = report(case((1, Replied(2, K)), (2, Imported()), (5, Reopened(ANN)), (6, Replied(3, K))))
    assert (again.totals.opened, again.totals.replies, again.totals.answered) == (0, 1, 0)


def test_a_merged_case_came_in_and_is_open_no_more_until_it_stands_alone_again() -> None:
    merged = report(case((1, Merged(9, K, 3))))
    assert (merged.totals.opened, merged.totals.merged, merged.totals.open_at_end) == (1, 1, 0)
    apart = report(case((1, Merged(9, K, 3)), (2, Unmerged(9, K))))
    assert (apart.totals.merged, apart.totals.open_at_end) == (0, 1)


# --- answers, solutions, times ----------------------------------------------------------------------------------------------------


def test_an_answer_is_timed_in_opening_hours_and_by_the_clock() -> None:
    times = report(case((26, Replied(2, K)))).times["answer"]["all", ""]
    # From Monday 08:00 to Tuesday 10:00: eight hours and two.
    assert (times.open_median, times.wall_median) == (seconds(10), seconds(26))


def test_the_clock_starts_at_the_first_mail_not_at_its_reading() -> None:
    times = report(case((1, Clocked(FIRST - timedelta(hours=24))), (2, Replied(2, K)))).times["answer"]["all", ""]
    assert times.wall_median == seconds(26)


def test_the_time_that_it_waited_for_the_customer_is_not_ours() -> None:
    steps = ((1, Replied(2, K)), (1, Waiting(K, "customer")), (4, Woken("customer")), (6, solved()))
    times = report(case(*steps)).times["solution"]["all", ""]
    assert (times.open_median, times.wall_median) == (seconds(3), seconds(6))


def test_the_time_that_it_rested_for_another_reason_is_ours() -> None:
    steps = ((1, Waiting(K, "time", due(5))), (5, Woken("time")), (6, solved()))
    assert report(case(*steps)).times["solution"]["all", ""].open_median == seconds(6)


def test_an_answer_that_was_taken_back_is_none_until_it_leaves_after_all() -> None:
    back = ((1, Replied(2, K)), (2, Retracted(2, K)), (5, Replied(3, K)))
    assert report(case(*back)).times["answer"]["all", ""].wall_median == seconds(5)
    again = (*back[:2], (3, Reissued(2, K)), back[2])
    assert report(case(*again)).times["answer"]["all", ""].wall_median == seconds(1)


def test_a_solution_of_which_the_customer_was_told_is_an_answer_too_a_quiet_one_is_not() -> None:
    assert report(case((2, solved()))).totals.answered == 1
    assert report(case((2, solved(quiet=True)))).totals.answered == 0


def test_a_call_and_an_alarm_have_no_time_of_an_answer() -> None:
    assert report(case((0, Reported()), (2, Replied(2, K)), actor=K)).totals.answered == 0
    assert report(case((0, Alarmed("down")), (2, Replied(2, K)))).totals.answered == 0


def test_a_case_that_was_reopened_is_solved_once() -> None:
    found = report(case((2, solved()), (5, Reopened(ANN)), (8, solved(OTHER))))
    assert (found.totals.solved, found.totals.reopened, found.totals.reopened_share) == (1, 1, 1.0)
    assert found.times["solution"]["all", ""].wall_median == seconds(2)
    assert [(load.key, load.solved) for load in found.loads] == [(KARI.key, 1)]


def test_what_was_undone_was_not_done() -> None:
    wrong = (2, solved(), "incoming:5")
    undone = ((3, Reopened(K), "incoming:6"), (3, Undone(K, "incoming:5", Status.NEW), "incoming:6"))
    found = report(case(wrong, *undone))
    assert (found.totals.solved, found.totals.reopened, found.totals.open_at_end) == (0, 0, 1)
    right = report(case(wrong, *undone, (6, solved(), "incoming:7")))
    assert right.times["solution"]["all", ""].wall_median == seconds(6)


def test_a_reopening_that_was_undone_was_none() -> None:
    steps = ((2, solved()), (5, Reopened(ANN), "incoming:8"), (6, solved(quiet=True), "incoming:9"))
    found = report(case(*steps, (6, Undone(K, "incoming:8", Status.SOLVED), "incoming:9")))
    assert (found.totals.solved, found.totals.reopened, found.totals.open_at_end) == (1, 0, 0)


def test_a_quantile_is_a_time_that_a_case_took() -> None:
    assert [definitions.quantile(list(range(1, n + 1)), 50) for n in (1, 2, 3, 4)] == [1, 1, 2, 2]
    assert [definitions.quantile(list(range(1, n + 1)), 90) for n in (1, 9, 10, 11, 20)] == [1, 9, 9, 10, 18]


def test_of_two_cases_no_handlers_times_are_told_of_three_they_are() -> None:
    stories = [case((n, Replied(2, K)), id=n) for n in (1, 2, 3)]
    assert report(*stories[:2]).times["answer"]["handler", KARI.key].open_median is None
    assert report(*stories).times["answer"]["handler", KARI.key].open_median == seconds(2)


# --- promises ---------------------------------------------------------------------------------------------------------------------


def told(hours: float, target: str = "first_response", letter: int = 5, turn: int = 0) -> Event:
    return Pledged(target, due(hours), letter, turn)


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        (((0, told(4)), (4, Replied(2, K))), Kept(kept=1)),
        (((0, told(4)), (4.1, Replied(2, K))), Kept(broken=1)),
        (((0, told(4)),), Kept(broken=1)),
        (((0, told(4)), (1, told(9, letter=6)), (8, Replied(2, K))), Kept(broken=1)),
        (((0, told(4)), (1, TakenBack(ANN, "ack", 5)), (2, told(9, letter=6)), (8, Replied(2, K))), Kept(kept=1)),
        (((0, told(9)), (1, told(4, letter=6)), (8, Replied(2, K))), Kept(broken=1)),
        (((0, told(4)), (1, Scheduled(due(20))), (1, told(24, letter=6)), (23, Replied(2, K))), Kept(kept=1)),
        (((0, told(9)), (4, Breached("first_response", due(4))), (8, Replied(2, K))), Kept(kept=1)),
        (((4, Breached("first_response", due(4))), (5, Replied(2, K))), Kept(broken=1)),
        (((5, Replied(2, K)),), Kept(unpromised=1)),
        (((0, told(24 * 60)),), None),
        ((), None),
    ],
    ids=(
        "in time",
        "late",
        "never",
        "told again",
        "never left",
        "told tighter",
        "put off on her own wish",
        "told first",
        "breach",
        "unpromised",
        "running",
        "new",
    ),
)
def test_a_promise_is_judged_by_the_tightest_date_that_was_told(steps: Sequence[Step], verdict: Kept | None) -> None:
    assert kept(report(case(*steps))) == verdict


CAME = Pledged("first_response", due(6), 9, 3, of=8)


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        (((3, CAME), (5, Replied(3, K))), Kept(kept=2)),
        (((3, CAME), (7, Replied(3, K))), Kept(kept=1, broken=1)),
        (((3, CAME), (4, Separated(8, K))), Kept(kept=1)),
    ],
    ids=("in time", "late", "separated"),
)
def test_what_came_with_a_merged_case_is_judged_beside_that(steps: Sequence[Step], verdict: Kept) -> None:
    assert kept(report(case((0, told(4)), (1, Replied(2, K)), *steps))) == verdict


def test_a_letter_that_was_given_up_has_told_nothing() -> None:
    story = case((0, told(4)), (5, Replied(2, K)), unsent=frozenset({5}))
    assert kept(report(story)) == Kept(unpromised=1)


def test_a_date_is_put_off_while_the_case_waits_for_the_customer() -> None:
    """Told by 12:00; he is asked at 09:00 and answers the next day at 10:00: three hours are left then."""
    asked = ((0, told(4, "resolution")), (1, Replied(2, K)), (1, Waiting(K, "customer")), (26, Woken("customer")))
    assert kept(report(case(*asked, (29, solved()))), "resolution") == Kept(kept=1)
    assert kept(report(case(*asked, (29.1, solved()))), "resolution") == Kept(broken=1)
    assert kept(report(case(*asked)), "resolution") == Kept(broken=1)
    assert kept(report(case(*asked[:3])), "resolution") is None


def test_a_date_that_a_handler_promised_is_one_that_was_told() -> None:
    assert kept(report(case((0, Promised(K, due(4))), (3, solved()))), "resolution") == Kept(kept=1)
    waits = ((0, Promised(K, due(4))), (1, Waiting(K, "customer")), (6, Woken("customer")), (7, solved()))
    assert kept(report(case(*waits)), "resolution") == Kept(broken=1)
    moved = ((0, Promised(K, due(4))), (1, Promised(K, due(9))), (8, solved()))
    assert kept(report(case(*moved)), "resolution") == Kept(kept=1)
    undone = (
        (0, Promised(K, due(4)), "incoming:5"),
        (1, Promised(K, None), "incoming:6"),
        (1, Undone(K, "incoming:5"), "incoming:6"),
    )
    assert kept(report(case(*undone, (9, solved()))), "resolution") == Kept(unpromised=1)


def test_kept_and_broken_once_it_was_reopened_counts_once_and_is_told_apart() -> None:
    steps = ((0, told(8, "resolution")), (2, solved()), (30, Reopened(ANN)), (80, Breached("resolution", due(80))))
    assert kept(report(case(*steps)), "resolution") == Kept(kept=1, slipped=1)


def test_a_promise_counts_in_the_month_in_which_it_was_decided() -> None:
    """Broken on the fourth day of October, done in November: October's."""
    story = case((0, told(72)), (24 * 30, Replied(2, K)))
    november = Period(date(2026, 11, 1), date(2026, 12, 1))
    assert (kept(report(story)), kept(report(story, period=november))) == (Kept(broken=1), None)


def slas(*targets: Target) -> Policy:
    held = Terms("all", {target: Within(timedelta(hours=4), ALWAYS) for target in targets}, frozenset({Status.WAITING}))
    return replace(SITE, slas=Slas((Sla("all", dict.fromkeys(Priority, held)),)))


def test_what_was_promised_and_never_missed_is_kept_though_nobody_was_told() -> None:
    assert kept(report(case((1, Replied(2, K))), site=slas(Target.RESPONSE))) == Kept(kept=1)


def test_the_next_word_is_owed_anew_after_each_answer() -> None:
    site = slas(Target.RESPONSE, Target.UPDATE)
    words = (
        (1, Replied(2, K)),
        (3, Replied(3, K)),
        (9, Breached("next_update", due(7), 3)),
        (10, Replied(4, K)),
        (11, solved()),
    )
    assert kept(report(case(*words), site=site), "next_update") == Kept(kept=2, broken=1)


def test_no_word_is_owed_after_an_answer_that_was_taken_back() -> None:
    site = slas(Target.RESPONSE, Target.UPDATE)
    words = ((1, Replied(2, K)), (1.1, Retracted(2, K)), (2, Replied(3, K)), (3, Replied(4, K)))
    assert kept(report(case(*words), site=site), "next_update") == Kept(kept=1)


def test_where_no_answer_is_promised_the_first_word_is_owed_from_the_start() -> None:
    assert kept(report(case((1, Replied(2, K))), site=slas(Target.UPDATE)), "next_update") == Kept(kept=1)


def test_where_nobody_asked_for_anything_nothing_was_promised() -> None:
    filed = ((0, Clocked(FIRST, runs=False)), (1, Replied(2, K)))
    assert kept(report(case(*filed), site=slas(Target.RESPONSE))) == Kept(unpromised=1)
