"""What was promised of a case, as `maild explain` tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import making
import pytest

from maild.cli.explain import _promises
from maild.decide.clock_trace import promises, span
from maild.model.calendar import Calendar
from maild.model.case import Case
from maild.model.clocks import Clocks, Pledge, Stop
from maild.model.events import Priority, Status
from maild.model.sla import Sla, Slas, Target, Terms, Within

HOUR = timedelta(hours=1)
OFFICE = Calendar("office", ZoneInfo("Europe/Oslo"), (((480, 960),),) * 5 + ((), ()))
TERMS = Terms("gold", {Target.SOLUTION: Within(4 * HOUR, OFFICE)}, frozenset({Status.WAITING}))
POLICY = replace(making.policy(), slas=Slas((Sla("gold", dict.fromkeys(Priority, TERMS)),)))
# On the clock in Oslo: 10:00.
NINE = making.MONDAY
COUNTED = "4h of office since 2026-03-02T10:00+01:00, by gold"


def case(**more: object) -> Case:
    return replace(making.Desk1042().case(), **more)  # type: ignore[arg-type]


def said(*cases: Case) -> Iterator[str]:
    for label, text in _promises({"promises": promises(cases, POLICY)}):
        assert label == "promise"
        yield text


def waits(**more: object) -> Clocks:
    return Clocks(since_at=NINE, stops=(Stop(Status.WAITING, NINE + HOUR),), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (case(), "due 2026-03-02T14:00+01:00"),
        (case(clocks=waits(), status=Status.WAITING), "stands still"),
        (case(promised_at=NINE + 24 * HOUR), "due 2026-03-03T10:00+01:00, as a handler promised"),
        (
            case(clocks=Clocks(since_at=NINE, stops=(Stop(Status.SOLVED, NINE + HOUR),)), status=Status.SOLVED),
            "done 2026-03-02T11:00+01:00, was due 2026-03-02T14:00+01:00",
        ),
    ],
)
def test_each_promise_is_told_with_its_date_or_why_it_has_none(found: Case, words: str):
    assert list(said(found)) == [f"resolution: {words}  ({COUNTED})"]


def test_a_date_that_was_told_stands_beside_it():
    told = Clocks(since_at=NINE, pledges=(Pledge("resolution", NINE + 2 * HOUR, NINE, 9),))
    assert list(said(case(clocks=told))) == [
        f"resolution: due 2026-03-02T12:00+01:00  ({COUNTED}, told 2026-03-02T12:00+01:00)"
    ]


def test_of_several_cases_each_has_its_number_and_of_many_only_some_are_told():
    assert [line.partition(" ")[0] for line in said(case(), case(id=8, number="1043"))] == ["#1042", "#1043"]
    assert len(list(said(*(case(id=number) for number in range(50))))) == 5


def test_nothing_is_told_where_nothing_is_promised():
    assert promises([case()], making.policy()) == []


@pytest.mark.parametrize(("minutes", "words"), [(15, "15m"), (60, "1h"), (450, "7h30m"), (4800, "80h"), (0, "0m")])
def test_amounts_are_told_in_hours_and_minutes(minutes: int, words: str):
    assert span(timedelta(minutes=minutes)) == words
