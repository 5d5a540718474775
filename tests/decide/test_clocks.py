"""What a person would say of clocks: when something is due, done, put off, or nobody's hurry any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import making

from maild.decide import clocks
from maild.decide.clocks import Clock
from maild.model.agreement import Agreement
from maild.model.calendar import Calendar
from maild.model.case import Case
from maild.model.clocks import Clocks, Pledge, Stop
from maild.model.events import Priority, Status
from maild.model.people import Line
from maild.model.policy import Policy
from maild.model.sla import Ladder, Sla, Slas, Step, Target, Terms, Within

HOUR = timedelta(hours=1)
OFFICE = Calendar("office", ZoneInfo("Europe/Oslo"), (((480, 960),),) * 5 + ((), ()))
STEPS = (
    Step("50%", 50, timedelta(0), tuple(Target)),
    Step("200%", 200, timedelta(0), tuple(Target)),
    Step("+1h", None, HOUR, tuple(Target)),
)


def at(text: str) -> datetime:
    """In March 2026, on the clock in Oslo: "2 10:00" is a Monday."""
    day, _, clock = text.partition(" ")
    return datetime.fromisoformat(f"2026-03-{int(day):02}T{clock}").replace(tzinfo=OFFICE.zone).astimezone(UTC)


def case(*stops: tuple[Status, str, str], status: Status = Status.OPEN, **more: object) -> Case:
    """Came in on Monday at 09:00.  stops: a status, from, to ("" for still)."""
    found = tuple(Stop(word, at(since), at(until) if until else None) for word, since, until in stops)
    known = replace(Clocks(at("2 09:00"), stops=found), **more)  # type: ignore[arg-type]
    return replace(making.Desk1042().case(), status=status, clocks=known, priority=Priority.HIGH)


def policy(hours: int = 4, *, steps: tuple[Step, ...] = STEPS, **more: object) -> Policy:
    targets = dict.fromkeys((Target.RESPONSE, Target.SOLUTION), Within(hours * HOUR, OFFICE))
    terms = Terms("x", targets, frozenset({Status.WAITING}), Ladder("x", steps))
    entry = replace(Sla("x", {Priority.HIGH: terms}), **more)  # type: ignore[arg-type]
    return replace(making.policy(), slas=Slas((entry,)))


def clock(found: Case, target: Target = Target.SOLUTION, hours: int = 4) -> Clock:
    return next(one for one in clocks.running(found, policy(hours)) if one.target is target)


def solution_steps(found: Case) -> dict[str, datetime]:
    coming = (one for one in clocks.coming(found, policy()) if one.clock.target is Target.SOLUTION)
    return {one.step.name if one.step else "broken": one.at for one in coming}


def pledge(due: str, told: str = "2 09:00") -> Pledge:
    return Pledge(str(Target.SOLUTION), at(due), at(told), 9)


def test_four_hours_from_nine_are_one_o_clock():
    assert clocks.due(clock(case())) == at("2 13:00")
    assert clocks.spent(clock(case()), at("2 10:30")) == 1.5 * HOUR


def test_while_it_waits_for_the_customer_nothing_is_due_and_then_it_is_so_much_later():
    assert clocks.due(clock(case((Status.WAITING, "2 10:00", "")))) is None
    assert clocks.due(clock(case((Status.WAITING, "2 10:00", "2 12:00")))) == at("2 15:00")
    assert clocks.due(clock(case((Status.ON_HOLD, "2 10:00", "2 12:00")))) == at("2 13:00")


def test_what_slipped_before_it_waits_has_slipped():
    assert clocks.due(clock(case((Status.WAITING, "2 14:00", "")))) == at("2 13:00")


# --- what is done -----------------------------------------------------------------------------------------------------------------


def test_what_was_solved_in_time_stays_so_when_it_is_closed_two_weeks_later():
    ended = case((Status.SOLVED, "2 12:00", "16 12:00"), (Status.CLOSED, "16 12:00", ""), status=Status.CLOSED)
    assert (clock(ended).done_at, clocks.due(clock(ended))) == (at("2 12:00"), at("2 13:00"))


def test_opened_again_it_has_as_much_time_as_was_left():
    again = case((Status.SOLVED, "2 12:00", "16 12:00"), (Status.CLOSED, "16 12:00", "17 09:00"))
    assert (clock(again).done_at, clocks.due(clock(again))) == (None, at("17 10:00"))


def test_waiting_after_the_answer_does_not_move_the_time_by_which_it_was_due():
    answered = case((Status.WAITING, "2 11:00", ""), answered_at=at("2 10:30"))
    found = clock(answered, Target.RESPONSE)
    assert (found.done_at, clocks.due(found)) == (at("2 10:30"), at("2 13:00"))


# --- what was told ----------------------------------------------------------------------------------------------------------------


def test_a_date_that_was_told_holds_where_the_policy_would_give_more_time():
    told = case(pledges=(pledge("2 12:00"),))
    assert [clocks.due(clock(told, hours=hours)) for hours in (2, 4, 8)] == [
        at("2 11:00"),
        at("2 12:00"),
        at("2 12:00"),
    ]


def test_a_told_date_is_put_off_by_each_wait_before_it_also_when_the_first_wait_moved_it():
    told = case(
        (Status.WAITING, "2 10:00", "2 11:00"), (Status.WAITING, "2 12:30", "2 13:30"), pledges=(pledge("2 12:00"),)
    )
    assert clocks.due(clock(told, hours=40)) == at("2 14:00")


def test_a_wait_before_it_was_told_does_not_put_it_off():
    told = case((Status.WAITING, "2 10:00", "2 11:00"), pledges=(pledge("2 12:00", told="2 11:00"),))
    assert clocks.due(clock(told, hours=40)) == at("2 12:00")


def test_of_two_told_dates_the_earlier_holds_as_they_were_put_off():
    told = case((Status.WAITING, "2 10:00", "2 14:00"), pledges=(pledge("2 13:00"), pledge("2 15:30", told="2 14:30")))
    assert clocks.due(clock(told, hours=40)) == at("2 15:30")


def test_a_told_date_that_passed_is_broken_although_the_customer_is_asked_now():
    told = case((Status.WAITING, "2 12:30", ""), pledges=(pledge("2 12:00"),))
    assert clocks.due(clock(told, hours=8)) == at("2 12:00")


def test_a_date_that_a_handler_promised_stands_over_all_that():
    found = replace(case((Status.WAITING, "2 10:00", ""), pledges=(pledge("2 12:00"),)), promised_at=at("4 12:00"))
    assert clocks.due(clock(found)) == at("4 12:00")


def test_a_promise_that_was_kept_is_not_broken_by_opening_the_case_again():
    kept = replace(case((Status.SOLVED, "2 12:00", "9 12:00")), promised_at=at("4 12:00"))
    late = replace(case((Status.SOLVED, "5 12:00", "9 12:00")), promised_at=at("4 12:00"))
    assert [clocks.due(clock(one)) for one in (kept, late)] == [at("9 13:00"), at("4 12:00")]


# --- steps ------------------------------------------------------------------------------------------------------------------------


def test_steps_come_at_shares_of_the_time_and_after_it():
    assert solution_steps(case()) == {
        "50%": at("2 11:00"),
        "broken": at("2 13:00"),
        "200%": at("3 09:00"),
        "+1h": at("2 14:00"),
    }


def test_nobody_is_told_of_what_waits_for_the_customer_after_it_slipped_until_it_goes_on():
    assert set(solution_steps(case((Status.WAITING, "2 13:30", "")))) == {"50%", "broken"}
    on = solution_steps(case((Status.WAITING, "2 13:30", "3 08:00")))
    assert (on["+1h"], on["200%"]) == (at("3 08:30"), at("3 11:30"))


def test_a_step_comes_at_the_latest_when_a_told_date_is_due():
    told = solution_steps(case(pledges=(pledge("2 10:00"),)))
    assert (told["50%"], told["broken"], told["+1h"]) == (at("2 10:00"), at("2 10:00"), at("2 11:00"))


def test_what_was_taken_or_broken_once_does_not_come_again_and_nothing_of_an_ended_case_comes():
    known = {"fired": ("resolution:0:50%",), "breached": ("resolution:0",)}
    assert set(solution_steps(case(**known))) == {"200%", "+1h"}
    assert clocks.coming(case((Status.SOLVED, "2 12:00", ""), status=Status.SOLVED), policy()) == ()


def test_by_night_steps_wait_for_the_end_of_the_quiet_hours_over_midnight():
    steps = (Step("50%", 50, timedelta(0), tuple(Target)), Step("+14h", None, 14 * HOUR, tuple(Target)))
    targets = {Target.SOLUTION: Within(4 * HOUR, replace(OFFICE, week=(((0, 1440),),) * 7))}
    terms = Terms("x", targets, frozenset(), Ladder("x", steps, ((0, 420), (1320, 1440))))
    night = replace(making.policy(), slas=Slas((Sla("x", dict.fromkeys(Priority, terms)),)))
    found = case()
    assert [one.at for one in clocks.coming(found, night)] == [at("2 11:00"), at("2 13:00"), at("3 07:00")]
    urgent = replace(found, priority=Priority.CRITICAL)
    assert [one.at for one in clocks.coming(urgent, night)][-1] == at("3 03:00")


# --- for whom ---------------------------------------------------------------------------------------------------------------------


def test_an_agreement_holds_on_the_days_of_the_desks_own_calendar():
    first = Agreement("gold", "Gold", ("clinic",), at("3 12:00").date(), None)
    agreed = replace(policy(agreements=("gold",)), agreements={"gold": first})
    # Half past midnight in Oslo; it is still the second of March in Greenwich.
    found = case(since_at=at("3 00:30"), organisation="clinic")
    assert clocks.terms(found, agreed) is not None
    assert clocks.terms(case(since_at=at("2 23:30"), organisation="clinic"), agreed) is None


def test_a_case_that_was_never_escalated_is_with_its_handlers_line_or_the_first():
    lines = (Line("1", ("kari",)), Line("2", ("ola",)))
    first = replace(policy(lines=("1",)), desks={"support": replace(making.SUPPORT, lines=lines)})
    held = [
        bool(clocks.terms(replace(case(), handler=handler, line=line), first))
        for handler, line in ((None, None), ("kari", None), ("ola", None), ("ola", "1"), ("kari", "2"))
    ]
    assert held == [True, True, False, True, False]


def test_nothing_is_promised_of_a_case_that_goes_on_elsewhere_or_was_imported():
    assert clocks.running(replace(case(), merged_into=9), policy()) == ()
    assert clocks.running(replace(case(), history=True), policy()) == ()
    assert clocks.running(replace(case(), priority=Priority.LOW), policy()) == ()


def test_until_the_first_answer_there_is_no_next_word_and_then_each_has_a_clock_of_its_own():
    targets = dict.fromkeys((Target.RESPONSE, Target.UPDATE), Within(HOUR, OFFICE))
    both = Slas((Sla("x", {Priority.HIGH: Terms("x", targets, frozenset())}),))
    rules = replace(making.policy(), slas=both)
    assert [one.key for one in clocks.running(case(), rules)] == ["first_response:0"]
    spoken = case(answered_at=at("2 10:00"), spoke_at=at("2 11:00"), turn=7)
    assert [(one.key, clocks.due(one)) for one in clocks.running(spoken, rules)] == [
        ("first_response:0", at("2 10:00")),
        ("next_update:7", at("2 12:00")),
    ]
