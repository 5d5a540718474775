"""The queue of arrivals, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from making_rows import NOW, taken

from maild.errors import Conflict
from maild.store import incoming
from maild.store.database import Session


def count(session: Session, table: str) -> int:
    row = session.one(f"SELECT count(*) FROM {table}")
    assert row is not None
    return int(row[0])


def test_a_mail_is_stored_and_comes_back_byte_for_byte(session: Session):
    incoming.accept(session, taken(raw=b"\0\xff\r\nx"))
    (arrival,) = incoming.claim(session, NOW, 10)
    assert incoming.raw(session, arrival.raw_id) == b"\0\xff\r\nx"
    assert (arrival.sender, arrival.recipients, arrival.attempts) == ("ann@kunde.example", ("support@desk.example",), 1)


def test_numbers_of_raw_mails_differ_even_in_one_millisecond_and_fit_a_column_for_decades():
    then = int(NOW.timestamp()) * 10**9
    made = [incoming.new_raw_id(then + microsecond * 1000) for microsecond in range(20_000)]
    assert made == sorted(set(made))
    assert incoming.new_raw_id(4_480_000_000 * 10**9) < 2**63, "in the year 2111"


def test_the_same_delivery_twice_is_one_arrival(session: Session):
    first, new = incoming.accept(session, taken())
    again, new_again = incoming.accept(session, taken())
    assert (first, new, new_again) == (again, True, False)
    assert (count(session, "incoming"), count(session, "delivery"), count(session, "chunk")) == (1, 1, 1)


def test_the_same_mail_to_another_desk_is_one_arrival_with_two_deliveries(session: Session):
    incoming.accept(session, taken("d1", "support@desk.example"))
    incoming.accept(session, taken("d1", "drift@desk.example"))
    (arrival,) = incoming.claim(session, NOW, 10)
    assert set(arrival.recipients) == {"support@desk.example", "drift@desk.example"}


def test_a_mail_without_date_is_the_same_for_five_days_only(session: Session):
    incoming.accept(session, taken(weak=True))
    assert not incoming.accept(session, taken(weak=True, at=NOW + timedelta(days=4)))[1]
    assert incoming.accept(session, taken(weak=True, at=NOW + timedelta(days=6)))[1]


def test_a_claimed_arrival_is_nobody_elses(session: Session):
    incoming.accept(session, taken())
    assert len(incoming.claim(session, NOW, 10)) == 1
    assert incoming.claim(session, NOW, 10) == []


def test_a_kept_arrival_is_leased_to_the_one_who_took_it(session: Session):
    incoming.accept(session, taken(kept=True))
    assert incoming.claim(session, NOW, 10) == []


def test_a_lease_that_ran_out_is_claimed_again(session: Session):
    incoming.accept(session, taken())
    incoming.claim(session, NOW, 10)
    (again,) = incoming.claim(session, NOW + incoming.LEASE, 10)
    assert again.attempts == 2


def test_finishing_what_is_not_leased_is_a_conflict(session: Session):
    row, _ = incoming.accept(session, taken())
    with pytest.raises(Conflict):
        incoming.finish(session, row, None, None, "", {})


def test_a_held_arrival_waits_until_it_is_retried(session: Session):
    row, _ = incoming.accept(session, taken(kept=True))
    incoming.hold(session, row, "Traceback ...")
    assert incoming.claim(session, NOW + timedelta(days=1), 10) == []
    assert incoming.retry(session, row, NOW)
    assert [arrival.id for arrival in incoming.claim(session, NOW, 10)] == [row]


def test_a_bug_that_quotes_what_no_database_takes_is_held_too(session: Session):
    row, _ = incoming.accept(session, taken())
    incoming.claim(session, NOW, 1)
    incoming.hold(session, row, "x" * 9000 + "\nValueError: \udcff\0")
    found = session.one("SELECT state, error FROM incoming WHERE id=?", (row,))
    assert found is not None
    assert found[0] == "held"
    assert found[1].endswith("\nValueError: \\udcff\\x00")


def test_a_dropped_arrival_is_done_and_cannot_be_retried(session: Session):
    row, _ = incoming.accept(session, taken())
    assert incoming.drop(session, row)
    assert not incoming.retry(session, row, NOW)


def test_a_deferred_arrival_waits_for_its_time(session: Session):
    row, _ = incoming.accept(session, taken(kept=True))
    incoming.defer(session, row, NOW + timedelta(minutes=5), "dns")
    assert incoming.claim(session, NOW, 10) == []
    assert len(incoming.claim(session, NOW + timedelta(minutes=5), 10)) == 1


def test_a_large_mail_goes_in_piece_by_piece(session: Session):
    mail = taken(raw=b"x" * (incoming.CHUNK + 7))
    for n, start in enumerate(range(0, len(mail.raw), incoming.CHUNK)):
        incoming.stage(session, mail.raw_id, n, mail.raw[start : start + incoming.CHUNK], NOW)
    incoming.accept(session, mail)
    assert incoming.raw(session, mail.raw_id) == mail.raw
    assert count(session, "staging") == 0


def test_a_large_mail_that_came_twice_leaves_no_second_copy(session: Session):
    for mail in (taken(raw=b"x" * (incoming.CHUNK + 7)), taken(raw=b"x" * (incoming.CHUNK + 7))):
        incoming.stage(session, mail.raw_id, 0, mail.raw, NOW)
        incoming.accept(session, mail)
    assert count(session, "chunk") == 1


def test_recovery_frees_leases_and_sweeps_what_came_half(session: Session):
    incoming.accept(session, taken(kept=True))
    incoming.stage(session, 77, 0, b"half a mail", NOW)
    incoming.recover(session)
    assert len(incoming.claim(session, NOW, 10)) == 1
    assert incoming.raw(session, 77) == b""


def test_one_instant_of_a_case_wakes_once(session: Session):
    incoming.wake(session, 7, NOW)
    incoming.wake(session, 7, NOW)
    (arrival,) = incoming.claim(session, NOW, 10)
    assert incoming.event_of(session, arrival).case == 7  # type: ignore[union-attr]


def test_a_letter_that_failed_becomes_an_arrival(session: Session):
    incoming.undelivered(session, 5, "5.1.1", NOW)
    (arrival,) = incoming.claim(session, NOW, 10)
    event = incoming.event_of(session, arrival)
    assert (event.letter, event.status) == (5, "5.1.1")  # type: ignore[union-attr]


def test_a_delivery_that_is_run_again_finds_its_own_row_and_is_new_still(session: Session):
    mail = taken()
    assert incoming.accept(session, mail) == incoming.accept(session, mail)
    assert incoming.accept(session, mail)[1] is True
    assert (count(session, "incoming"), count(session, "chunk")) == (1, 1)


def test_a_mail_in_doubt_is_given_back_to_whoever_takes_it(session: Session):
    mail = taken(kept=True)
    incoming.accept(session, mail)
    assert incoming.claim(session, NOW, 10) == []
    assert incoming.give_back(session, mail.raw_id) is True
    assert [arrival.raw_id for arrival in incoming.claim(session, NOW, 10)] == [mail.raw_id]
    assert incoming.give_back(session, mail.raw_id + 1) is False


def test_pieces_of_a_dead_daemon_are_swept_after_an_hour_and_never_become_half_a_mail(session: Session):
    mail = taken(raw=b"x" * (incoming.CHUNK + 1))
    for _ in range(2):
        incoming.stage(session, mail.raw_id, 0, mail.raw, NOW)
    incoming.sweep(session, NOW + incoming.ABANDONED)
    assert (count(session, "staging"), count(session, "chunk")) == (1, 1)
    incoming.sweep(session, NOW + incoming.ABANDONED + timedelta(seconds=1))
    assert (count(session, "staging"), count(session, "chunk")) == (0, 0)
    with pytest.raises(Conflict):
        incoming.accept(session, mail)
