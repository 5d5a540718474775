"""The admin hears of a cause once, not for ever, and of its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from maild.decide.alarms import due
from maild.model.condition import Condition
from maild.model.health import Told

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HELD = Condition("held", False, "1 mail held by a fault", "maild queue list", NOW)
WELL = Condition("held", True, "nothing is held")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def story(*steps: tuple[timedelta, Condition]) -> list[str]:
    """What is told at each step: "ill", "over" or "" for nothing."""
    told: dict[str, Told] = {}
    heard = []
    for after, condition in steps:
        found = due([condition], told, NOW + after)
        told |= {one.condition.part: one.remember for one in found}
        heard.append(" ".join("over" if one.over else "ill" for one in found))
    return heard


def test_an_illness_is_told_at_once_and_its_end_once() -> None:
    assert story((0 * MINUTE, HELD), (MINUTE, HELD), (2 * MINUTE, WELL), (3 * MINUTE, WELL)) == ["ill", "", "over", ""]


def test_what_was_always_well_is_not_told() -> None:
    assert story((0 * MINUTE, WELL), (HOUR, WELL)) == ["", ""]


def test_while_it_lasts_it_is_told_again_after_four_hours_and_then_daily() -> None:
    heard = story(*((quarter * HOUR / 4, HELD) for quarter in range(4 * 24 * 7)))
    assert [index / 4 for index, word in enumerate(heard) if word] == [0, 4, 28, 52, 76, 100, 124, 148]


def test_what_comes_and_goes_is_told_once_an_hour_at_most() -> None:
    steps = [(minute * MINUTE, HELD if minute % 2 == 0 else WELL) for minute in range(181)]
    heard = story(*steps)
    assert [minute for minute, word in enumerate(heard) if word == "ill"] == [0, 60, 120, 180]
    assert [minute for minute, word in enumerate(heard) if word == "over"] == [1, 61, 121]


def test_a_relay_has_some_minutes_to_be_restarted_in() -> None:
    down = Condition("relay", False, "it takes no letters", "", NOW)
    assert story((4 * MINUTE, down), (5 * MINUTE, down)) == ["", "ill"]
    assert story((4 * MINUTE, down), (4.5 * MINUTE, replace(down, well=True)), (9 * MINUTE, down)) == ["", "", "ill"]


def test_each_mailbox_is_a_cause_of_its_own() -> None:
    boxes = [Condition(f"imap:{name}", False, "no login", "", NOW) for name in ("a", "b")]
    found = due(boxes, {}, NOW + HOUR)
    assert [one.remember.part for one in found] == ["imap:a", "imap:b"]
    assert due(boxes, {one.remember.part: one.remember for one in found}, NOW + HOUR) == ()


def test_the_end_says_when_it_began() -> None:
    told = {"held": Told("held", NOW, NOW + MINUTE, 3, "1 mail held")}
    [over] = due([WELL], told, NOW + 9 * HOUR)
    assert (over.over, over.since, over.remember.since, over.remember.times) == (True, NOW, None, 0)


def test_a_part_of_which_nothing_is_said_stays_as_it_was() -> None:
    assert due([], {"imap:a": Told("imap:a", NOW, NOW, 1, "")}, NOW + 9 * HOUR) == ()
