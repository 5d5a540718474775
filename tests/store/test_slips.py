"""What is to be told becomes arrivals: one for each case, or one for many; once, whoever asks."""

from __future__ import annotations

from datetime import timedelta

from making import MONDAY

from maild.model.slip import MOST_LETTERS, Slip, Warnings
from maild.store import incoming, slips
from maild.store.database import Session


def keep(session: Session, handler: str, cases: range, step: str = "50%") -> None:
    made = [Slip(handler, case, "first_response", step, MONDAY, "handler") for case in cases]
    with session.transaction():
        slips.keep(session, made, MONDAY)


def arrivals(session: Session) -> list[tuple[str, int]]:
    """Flushed twice, as two daemons would: for whom, and of how many cases."""
    with session.transaction():
        slips.flush(session, MONDAY)
        assert slips.flush(session, MONDAY) == 0
        claimed = incoming.claim(session, MONDAY + timedelta(minutes=1), 2000)
        found = [incoming.event_of(session, arrival) for arrival in claimed]
    assert all(isinstance(one, Warnings) for one in found)
    return sorted((one.handler, len(one.cases)) for one in found if isinstance(one, Warnings))


def test_each_case_of_a_few_is_an_arrival_with_all_its_steps(session: Session):
    keep(session, "kari", range(1, 4))
    keep(session, "kari", range(1, 2), "100%")
    keep(session, "ola", range(1, 2))
    assert arrivals(session) == [("kari", 1), ("kari", 1), ("kari", 1), ("ola", 1)]


def test_many_cases_are_one_arrival(session: Session):
    keep(session, "kari", range(MOST_LETTERS + 1))
    keep(session, "ola", range(MOST_LETTERS))
    assert arrivals(session) == [("kari", MOST_LETTERS + 1), *[("ola", 1)] * MOST_LETTERS]


def test_very_many_are_as_few_as_can_be_settled_at_one_go(session: Session):
    keep(session, "kari", range(slips.MOST_CASES + 20))
    assert arrivals(session) == [("kari", 20), ("kari", slips.MOST_CASES)]


def test_what_is_kept_comes_back_as_it_was(session: Session):
    slip = Slip("kari", 7, "resolution", "+2h", MONDAY - timedelta(hours=2), "lead", 12)
    with session.transaction():
        slips.keep(session, [slip], MONDAY)
        slips.flush(session, MONDAY)
        (arrival,) = incoming.claim(session, MONDAY, 10)
        event = incoming.event_of(session, arrival)
    assert event == Warnings(arrival.id, "kari", (slip,), MONDAY)
