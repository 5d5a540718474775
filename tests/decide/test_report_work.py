"""What a report says of work: which agreement it is for, what is billed, who had how much to do, and of whom nothing is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from decide.test_report import FIRST, KARI, OLA, OTHER, SITE, K, Step, case, report, solved

from maild.decide.report import definitions
from maild.model.agreement import Agreement
from maild.model.clock_events import Clocked
from maild.model.events import Assigned, Closed, Replied
from maild.model.report import CONFIDENTIAL, NONE
from maild.model.trust_events import Restricted
from maild.model.work_events import Worked

AGREED = {
    "old": Agreement("old", "Old", ("kunde",), ends=date(2026, 10, 5), covers=("user",)),
    "new": Agreement("new", "New", ("kunde",), begins=date(2026, 10, 6), covers=("machine",)),
    "open": Agreement("open", "Open", ("annen",)),
}


@pytest.mark.parametrize(
    ("organisation", "day", "cause", "found"),
    [
        ("kunde", 5, "user", ("old", "covered")),
        ("kunde", 6, "user", ("new", "charged")),
        ("kunde", 6, "machine", ("new", "covered")),
        ("kunde", 6, "", ("new", "unsaid")),
        ("annen", 6, "user", ("open", "covered")),
        ("annen", 6, "", ("open", "covered")),
        ("", 6, "machine", (NONE, "charged")),
    ],
)
def test_which_agreement_work_is_for_and_whether_it_is_covered(
    organisation: str, day: int, cause: str, found: tuple[str, str]
) -> None:
    assert definitions.account_of(AGREED, organisation, date(2026, 10, day), cause) == found


@pytest.mark.parametrize(("minutes", "steps"), [(0, 0), (1, 15), (15, 15), (16, 30), (-10, 0), (-15, -15)])
def test_what_is_not_covered_is_billed_in_steps_that_were_begun(minutes: int, steps: int) -> None:
    assert definitions.billed(minutes) == steps


def test_steps_are_of_a_case_and_a_day() -> None:
    site = replace(SITE, agreements=AGREED)
    work = (
        (1, Worked(K, 10, "user")),
        (2, Worked(OTHER, 10, "user")),
        (3, Worked(K, 10, "user")),
        (3.1, Worked(K, -10, "user")),
        (25, Worked(K, 5, "user")),
    )
    account = report(case(*work), site=site).accounts[0]
    assert (account.key, account.minutes, account.charged, account.billed) == (NONE, 25, 25, 45)


def test_handlers_cases_answers_and_minutes() -> None:
    steps = (
        (0, Assigned(KARI.key, "x")),
        (1, Replied(2, K)),
        (2, Assigned(OLA.key, "x")),
        (3, Worked(OTHER, 25)),
        (4, Replied(3, OTHER)),
    )
    found = {load.key: load for load in report(case(*steps)).loads}
    assert (found[KARI.key].taken, found[KARI.key].replies, found[KARI.key].open_at_end) == (1, 1, 0)
    assert (found[OLA.key].taken, found[OLA.key].minutes, found[OLA.key].open_at_end) == (1, 25, 1)


@pytest.mark.parametrize("whole_desk", [False, True])
def test_a_confidential_case_is_counted_and_names_nobody(whole_desk: bool) -> None:
    desk = replace(SITE.desks["support"], confidential=whole_desk)
    site = replace(SITE, desks={"support": desk}, agreements=AGREED)
    steps: list[Step] = [(0, Clocked(FIRST, "kunde")), (0, Assigned(KARI.key, "x")), (1, Worked(K, 20)), (2, solved())]
    found = report(case(*([] if whole_desk else [(0, Restricted("x"))]), *steps), site=site)
    assert (found.totals.opened, found.totals.confidential, found.totals.solved) == (1, 1, 1)
    assert [load.key for load in found.loads] == [CONFIDENTIAL]
    assert [account.key for account in found.accounts] == [CONFIDENTIAL]
    assert found.volume["category"] == {CONFIDENTIAL: 1}
    assert ("handler", KARI.key) not in found.times["solution"]


def test_a_closed_case_is_as_much_over_as_a_solved_one() -> None:
    assert report(case((1, solved()), (2, Closed()))).totals.open_at_end == 0
