"""What is measured, judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from maild.decide import health
from maild.model.condition import Condition
from maild.model.health import Canary, Depth, Disk, Snapshot, Wishes

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ROOM = Disk(50_000_000_000, 100_000_000_000, 100_000_000)
HOURLY = Wishes(HOUR, 10 * MINUTE)


def judged(
    snapshot: Snapshot, part: str, disk: Disk = ROOM, wishes: Wishes = HOURLY, listening: datetime = NOW - DAY
) -> Condition:
    [found] = [c for c in health.judge(snapshot, disk, wishes, UTC, listening) if c.part == part]
    return found


def test_a_quiet_new_site_is_well() -> None:
    assert [c.part for c in health.judge(Snapshot(NOW), ROOM, Wishes(), UTC, NOW) if not c.well] == []


def test_what_is_held_needs_somebody() -> None:
    held = Snapshot(NOW, {"held": Depth(2, NOW - HOUR)}, {"held": Depth(1, NOW - DAY)})
    found = judged(held, "held")
    assert (found.well, found.text, found.since) == (False, "2 mails held and 1 letter held by a fault", NOW - DAY)
    assert "maild queue" in found.cure


@pytest.mark.parametrize(
    ("queue", "state", "age", "well"),
    [
        ("incoming", "ready", 9 * MINUTE, True),
        ("incoming", "ready", 10 * MINUTE, False),
        ("incoming", "leased", 10 * MINUTE, False),
        # A handler's mail waits for a name server; an hour of that is its right.
        ("incoming", "deferred", 50 * MINUTE, True),
        ("outbox", "deferred", 1.9 * HOUR, True),
        ("outbox", "deferred", 2 * HOUR, False),
    ],
)
def test_a_queue_that_does_not_move_is_ill(queue: str, state: str, age: timedelta, well: bool) -> None:
    assert judged(replace(Snapshot(NOW), **{queue: {state: Depth(3, NOW - age)}}), queue).well is well


def test_a_few_dead_addresses_are_daily_life_and_many_refusals_are_not() -> None:
    day = {int(NOW.timestamp()) // 3600 - hour: 50 for hour in range(1, 20)}
    assert judged(Snapshot(NOW, failed=9), "failed").well
    assert judged(Snapshot(NOW, failed=60, traffic=day), "failed").well
    assert not judged(Snapshot(NOW, failed=10), "failed").well
    assert not judged(Snapshot(NOW, failed=200, traffic=day), "failed").well


def test_a_disk_is_low_before_mail_is_refused() -> None:
    assert judged(Snapshot(NOW), "disk", replace(ROOM, free=500_000_000)).well
    low = judged(Snapshot(NOW), "disk", replace(ROOM, free=499_000_000))
    assert (low.well, low.text) == (False, "499 MB free of 100000 MB; below 100 MB no mail is taken")
    assert "no mail is taken any more" in judged(Snapshot(NOW), "disk", replace(ROOM, free=99_000_000)).text


CANARIES = [
    ((), True),
    ((Canary(NOW - 9 * MINUTE, None),), True),
    ((Canary(NOW - 10 * MINUTE, None),), False),
    ((Canary(NOW - 50 * MINUTE, NOW - 49 * MINUTE),), True),
    # The next one is young, and the last one is not back.
    ((Canary(NOW - MINUTE, None), Canary(NOW - 61 * MINUTE, None)), False),
    ((Canary(NOW - MINUTE, None), Canary(NOW - 61 * MINUTE, NOW - 60 * MINUTE)), True),
    ((Canary(NOW - 61 * MINUTE, None), Canary(NOW - 121 * MINUTE, NOW - 120 * MINUTE)), False),
]


@pytest.mark.parametrize(("canaries", "well"), CANARIES)
def test_a_mail_to_ourselves_must_be_back_in_time(canaries: tuple[Canary, ...], well: bool) -> None:
    assert judged(Snapshot(NOW, canaries=canaries), "canary").well is well


def test_while_we_were_down_no_mail_could_come_back() -> None:
    sent = Snapshot(NOW, canaries=(Canary(NOW - DAY, None),))
    assert judged(sent, "canary", listening=NOW - 5 * MINUTE).well
    assert not judged(sent, "canary", listening=NOW - 10 * MINUTE).well


def test_without_a_wish_there_is_no_canary() -> None:
    assert "canary" not in [c.part for c in health.judge(Snapshot(NOW), ROOM, Wishes(), UTC, NOW)]


def test_an_unusual_silence_says_what_is_usual() -> None:
    traffic = {int(NOW.timestamp()) // 3600 - hour: 6 for hour in range(9 * 7 * 24)}
    silent = Snapshot(NOW, last_mail=NOW - 4 * HOUR, traffic=traffic)
    found = judged(silent, "traffic")
    assert not found.well
    assert found.text == "the last mail came 4 hours ago; in other weeks about 24 came in such a time"
    assert judged(silent, "traffic", listening=NOW - MINUTE).well


@pytest.mark.parametrize(
    ("ends", "loaded", "well", "says"),
    [
        (NOW + 90 * DAY, NOW + 90 * DAY, True, "good for 90 days"),
        (NOW + 13 * DAY, NOW + 13 * DAY, False, "ends in 13 days"),
        (NOW + 90 * DAY, NOW + 13 * DAY, False, "the new one is on the disk"),
        (None, NOW + DAY, False, "has ended"),
    ],
)
def test_a_certificate_is_told_of_two_weeks_before(
    ends: datetime | None, loaded: datetime, well: bool, says: str
) -> None:
    found = health.certificate(ends, loaded, NOW)
    assert found.well is well
    assert says in found.text


def test_a_writer_is_well_when_it_answers() -> None:
    assert health.writer(None, "", None).well
    assert "for 7 seconds" in health.writer(7.2, "", NOW).text
    assert "SQLITE_FULL" in health.writer(None, "SQLITE_FULL", NOW).text


def test_a_failed_reload_counts_its_problems_and_quotes_none() -> None:
    assert health.policy("abc", 0, None).well
    assert (
        health.policy("abcdefabcdefabcdef", 2, NOW).text
        == "the last reload failed (2 problems); rules abcdefabcdef stay in force"
    )


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=89), "89 seconds"),
        (90 * MINUTE, "1 hour"),
        (47 * HOUR, "47 hours"),
        (48 * HOUR, "2 days"),
        (-HOUR, "0 seconds"),
    ],
)
def test_a_span_is_said_as_people_say_it(time: timedelta, said: str) -> None:
    assert health.span(time) == said
