"""What the database says of itself, on both kinds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from making import MONDAY
from making_rows import posted, taken

from maild.model.health import Canary, Told
from maild.store import health, incoming, outbox
from maild.store.database import Session, stamp

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FIRST = stamp(MONDAY) // health.HOUR


def come(
    session: Session, number: int, source: str = "smtp", after: timedelta = timedelta(), message_id: str = ""
) -> int:
    mail = replace(taken(kept=True), digest=f"d{number}", raw_id=number, source=source, received_at=MONDAY + after)
    row, _ = incoming.accept(session, mail)
    if message_id:
        incoming.finish(session, row, None, message_id, "", {})
    return row


def test_a_new_database_has_nothing_to_say(session: Session) -> None:
    found = health.snapshot(session, MONDAY)
    assert (found.incoming, found.outbox, found.last_mail, found.last_letter, found.open_cases) == (
        {},
        {},
        None,
        None,
        0,
    )
    assert found.size > 0
    assert found.database.startswith(("SQLite 3", "PostgreSQL 1"))
    assert found.schema >= "0006"


def test_queues_are_counted_by_state_with_their_oldest_row(session: Session) -> None:
    for number in range(3):
        come(session, number, after=number * MINUTE)
    incoming.hold(session, come(session, 9), "a bug")
    outbox.post(session, [posted(99)], MONDAY, 0)
    found = health.snapshot(session, MONDAY + HOUR)
    assert {state: (depth.count, depth.oldest) for state, depth in found.incoming.items()} == {
        "leased": (3, MONDAY),
        "held": (1, MONDAY),
    }
    assert found.outbox["ready"].count == 1
    assert found.last_mail == MONDAY
    assert found.last_letter is None


def test_a_letter_given_up_counts_for_a_day(session: Session) -> None:
    outbox.post(session, [posted(99, first=True)], MONDAY, 1)
    outbox.fail(session, 99, "550 no")
    assert health.snapshot(session, MONDAY + HOUR).failed == 1
    assert health.snapshot(session, MONDAY + 25 * HOUR).failed == 0


def test_mails_are_counted_by_the_hour_each_once(session: Session) -> None:
    for number, after in enumerate((0, 1, 59, 60, 200)):
        come(session, number, after=after * MINUTE)
    first = health.count(session)
    health.keep(session, first)
    health.keep(session, first)
    assert health.snapshot(session, MONDAY + HOUR).traffic == {FIRST: 3, FIRST + 1: 1, FIRST + 3: 1}
    come(session, 7, after=62 * MINUTE)
    health.keep(session, health.count(session))
    assert health.snapshot(session, MONDAY + HOUR).traffic == {FIRST: 3, FIRST + 1: 2, FIRST + 3: 1}


def test_what_the_world_did_not_send_is_no_traffic(session: Session) -> None:
    """Wakes, history, mails to ourselves."""
    health.canary_out(session, "<bird@desk.example>", MONDAY)
    come(session, 1)
    come(session, 2, source="import", after=HOUR)
    come(session, 3, after=HOUR, message_id="<bird@desk.example>")
    incoming.wake(session, 1, MONDAY + HOUR)
    health.keep(session, health.count(session))
    found = health.snapshot(session, MONDAY + 2 * HOUR)
    assert found.traffic == {FIRST: 1}
    assert found.last_mail == MONDAY


def test_an_alarm_is_remembered(session: Session) -> None:
    ill = Told("imap:a", MONDAY, MONDAY + MINUTE, 2, "no login")
    well = Told("imap:a", None, MONDAY + MINUTE, 0, "it can be read")
    for known in (ill, well):
        health.tell(session, known)
        assert health.told(session) == {"imap:a": known}


def test_a_mail_to_ourselves_is_back_when_its_own_id_has_come_in(session: Session) -> None:
    health.canary_out(session, "<bird@desk.example>", MONDAY)
    come(session, 1, after=MINUTE, message_id="<other@desk.example>")
    health.canaries_back(session)
    assert health.snapshot(session, MONDAY).canaries == (Canary(MONDAY, None),)
    come(session, 2, after=2 * MINUTE, message_id="<bird@desk.example>")
    health.canaries_back(session)
    assert health.snapshot(session, MONDAY).canaries == (Canary(MONDAY, MONDAY + 2 * MINUTE),)


def test_a_claimed_letter_knows_its_kind_and_its_case(session: Session) -> None:
    """For the log's line of a letter that was not in memory."""
    outbox.post(session, [posted(99)], MONDAY, 0)
    [claimed] = outbox.claim(session, MONDAY + HOUR, 10)
    assert (claimed.kind, claimed.number) == (posted(99).letter.kind, "")
