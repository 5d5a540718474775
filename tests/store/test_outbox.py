"""The queue of letters, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

from making_rows import NOW, posted

from maild.store import outbox
from maild.store.database import Session


def claimed(session: Session, at: datetime = NOW) -> list[int]:
    return [row.id for row in outbox.claim(session, at, 10)]


def test_a_letter_is_claimed_once_and_comes_as_it_was_written(session: Session):
    outbox.post(session, [posted(1)], NOW, 0)
    (row,) = outbox.claim(session, NOW, 10)
    assert outbox.written(session, row.id) == posted(1).written
    assert claimed(session) == []


def test_letters_of_one_lane_leave_one_after_the_other(session: Session):
    outbox.post(session, [posted(1), posted(2), posted(3, party="person:1")], NOW, 0)
    rows = outbox.claim(session, NOW, 10)
    assert [row.id for row in rows] == [1, 3]
    outbox.sent(session, rows[0].id, NOW)
    assert claimed(session) == [2]


def test_a_held_letter_waits_for_an_admin_and_holds_up_nobody(session: Session):
    outbox.post(session, [posted(1), posted(2)], NOW, 0)
    (row,) = outbox.claim(session, NOW, 10)
    outbox.hold(session, row.id, "a NUL")
    outbox.defer(session, row.id, NOW, "too late")
    assert claimed(session) == [2]
    assert session.one("SELECT state, error FROM outbox WHERE id=1") == ("held", "a NUL")
    assert outbox.retry(session, 1, NOW)
    outbox.sent(session, 2, NOW)
    assert claimed(session) == [1]


def test_a_deferred_letter_holds_its_lane(session: Session):
    outbox.post(session, [posted(1), posted(2)], NOW, 0)
    (row,) = outbox.claim(session, NOW, 10)
    outbox.defer(session, row.id, NOW + timedelta(minutes=5), "450 later")
    assert claimed(session) == []
    assert claimed(session, NOW + timedelta(minutes=5)) == [1]


def test_a_letter_that_waits_for_its_burst_does_not_hold_a_receipt(session: Session):
    outbox.post(session, [posted(1, wait=60), posted(2)], NOW, 0)
    assert claimed(session) == [2]


def test_the_first_letters_of_a_case_may_be_leased_at_once(session: Session):
    kept = outbox.post(session, [posted(1, first=True), posted(2)], NOW, 5)
    assert [row.id for row in kept] == [1]
    assert claimed(session) == []  # letter 2 is of the same lane


def test_a_letter_can_be_taken_back_until_it_was_tried(session: Session):
    outbox.post(session, [posted(1, wait=60), posted(2, case=8)], NOW, 0)
    (row,) = outbox.claim(session, NOW, 10)
    assert not outbox.cancel(session, row.id)
    assert outbox.cancel(session, 1)
    assert claimed(session, NOW + timedelta(hours=1)) == [2]  # the lease of 2 ran out; 1 is gone


def test_after_a_crash_what_was_leased_is_sent_again(session: Session):
    outbox.post(session, [posted(1)], NOW, 0)
    claimed(session)
    outbox.recover(session)
    (row,) = outbox.claim(session, NOW, 10)
    assert (row.id, row.attempts) == (1, 2)


def test_a_failed_letter_can_be_retried_or_dropped(session: Session):
    outbox.post(session, [posted(1), posted(2, case=8)], NOW, 0)
    first, second = outbox.claim(session, NOW, 10)
    assert outbox.fail(session, first.id, "550")
    assert outbox.fail(session, second.id, "550")
    assert outbox.retry(session, first.id, NOW)
    assert outbox.drop(session, second.id)
    assert claimed(session) == [1]
