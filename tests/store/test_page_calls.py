"""The pages of critical cases, on both kinds of database: leased, rung, given up, counted."""

from __future__ import annotations

from datetime import timedelta

from making import MONDAY

from maild.model.health import Paged
from maild.store import health, page_calls
from maild.store.database import Session, stamp

LEASE = timedelta(minutes=2)


def written(session: Session, letter: int, state: str = "ready", merged: int = 0) -> None:
    session.insert(
        "page_call(letter, handler, rota, merged, state, attempts, made_at, due_at, error)",
        [(letter, "kari", "vakt", merged, state, 0, stamp(MONDAY), stamp(MONDAY), "")],
    )
    session.insert("page_case(letter, case_id)", [(letter, letter), (letter, letter + 100)])


def claimed(session: Session, after: timedelta = timedelta()) -> list[tuple[int, int]]:
    with session.transaction():
        return [(one.letter, one.attempts) for one in page_calls.claim(session, MONDAY + after, LEASE, 10)]


def test_each_is_leased_once(session: Session) -> None:
    written(session, 1)
    written(session, 2)
    assert claimed(session) == [(1, 1), (2, 1)]
    assert claimed(session) == []
    with session.transaction():
        page_calls.done(session, 1, 1)
        page_calls.again(session, 2, 1, MONDAY + timedelta(minutes=5), "exit 1")
    assert claimed(session, timedelta(minutes=4)) == []
    assert claimed(session, timedelta(minutes=5)) == [(2, 2)]


def test_the_start_of_the_only_daemon_frees_what_was_leased(session: Session) -> None:
    written(session, 1)
    assert claimed(session) == [(1, 1)]
    with session.transaction():
        page_calls.recover(session)
    assert claimed(session) == [(1, 2)]


def test_a_letter_that_is_held_rings_for_nobody(session: Session) -> None:
    written(session, 1)
    columns = "id, party, kind, message_id, sender, recipient, head, text, parts, state, attempts, created_at, due_at"
    values = (1, "handler:kari", "page", "<a@b>", "a@b", "c@d", b"", b"", "[]", "held", 0, stamp(MONDAY), stamp(MONDAY))
    session.insert(f"outbox({columns})", [values])
    assert claimed(session) == []


def test_the_watch_sees_what_goes_wrong(session: Session) -> None:
    assert health.snapshot(session, MONDAY).pages == Paged()
    written(session, 1)
    written(session, 2, "failed")
    written(session, 3, merged=1)
    assert health.snapshot(session, MONDAY).pages == Paged(day=3, failed=1, merged=2)
    assert health.snapshot(session, MONDAY + timedelta(days=2)).pages == Paged()
