"""Reminders that stand in the queue: nobody's case is closed before he has had his time to answer."""

from __future__ import annotations

import re

from parts.house import Got, House
from stories.test_reminders import Site, asked, at, oslo, site

from maild.store import outbox

__all__ = ["site"]


def stuck(house: House, when: str) -> None:
    """Time passes, and nothing leaves."""
    while house.now < oslo(when):
        house.wait(minutes=60)


def ends(letter: Got) -> str:
    found = re.search(r"innen (\S+ \d+\. mars 2026)", " ".join(letter.text.split()))
    return found[1] if found else ""


def test_a_case_is_not_closed_whose_reminders_never_left(site: Site) -> None:
    house = site()
    asked(house)
    stuck(house, "2026-03-17T12:00")
    assert house.case("1001")["status"] == "waiting"
    (late,) = house.letters()
    assert (late.kind, ends(late)) == ("reminder", "mandag 23. mars 2026")
    assert at(house, "2026-03-23T09:45") == []
    assert [one.kind for one in at(house, "2026-03-24T15:00")] == ["unanswered", "news"]


def test_nor_where_the_relay_was_asked_already(site: Site) -> None:
    """Its bytes are fixed then: another letter tells the new date."""
    house = site()
    asked(house)
    at(house, "2026-03-09T09:45")
    stuck(house, "2026-03-09T10:30")
    with house.session.transaction():
        (row,) = outbox.claim(house.session, house.now, 10)
        outbox.defer(house.session, row.id, oslo("2026-03-17T11:00"), "the relay is down")
    stuck(house, "2026-03-17T12:00")
    assert [(one.kind, ends(one)) for one in house.letters()] == [
        ("reminder", "mandag 16. mars 2026"),
        ("reminder", "mandag 23. mars 2026"),
    ]
    assert house.case("1001")["status"] == "waiting"


def test_a_last_reminder_that_left_days_late_gives_all_the_time_that_it_would_have_given(site: Site) -> None:
    house = site()
    asked(house)
    at(house, "2026-03-09T09:45")
    stuck(house, "2026-03-13T12:00")
    assert [one.kind for one in house.letters()] == ["reminder"]
    assert at(house, "2026-03-20T11:45") == []
    assert house.case("1001")["status"] == "waiting"
    assert [one.kind for one in at(house, "2026-03-20T13:15")] == ["unanswered", "news"]
