"""Which cases a report reads, and what it is told of them, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from parts import pristine
from parts.house import House
from stories.test_history import bring, conversation

from maild.decide.report.month import Wanted, figures
from maild.decide.report.tale import KINDS
from maild.model.report import Period, Report, Story
from maild.store import report

FORMS = frozenset({"skjema@kommune.example"})
ANN = "Ann Berg <ann@kunde.example>"
RULES = "- name: form\n  when: {from: skjema@kommune.example}\n  set: {customer: {field: E-post}}\n"
CUSTOMERS = "kommune: {name: Kommunen, forms: [skjema@kommune.example]}\n"


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    url = pristine.postgresql(request.getfixturevalue("postgres")) if request.param == "postgresql" else ""
    made = House(tmp_path, routing=RULES, customers=CUSTOMERS, url=url)
    yield made
    made.database.close()


def read(house: House, since: datetime, until: datetime, **more: bool) -> list[Story]:
    return list(report.stories(house.session, since, until, KINDS, FORMS, **more))


def around(house: House) -> tuple[datetime, datetime]:
    return house.now - timedelta(days=1), house.now + timedelta(days=1)


def test_a_story_is_a_case_with_the_door_by_which_it_came(house: House) -> None:
    house.mail(ANN, "Skriver", "Den står.")
    house.mail("Skjema <skjema@kommune.example>", "Skjema", "E-post: ann@kunde.example")
    house.mail("Skjema <skjema@kommune.example>", "Skjema", "Ingen adresse.")
    found = [(story.source, story.form, story.address) for story in read(house, *around(house))]
    assert found == [("smtp", False, ""), ("smtp", True, ""), ("smtp", True, "")]


def test_addresses_are_read_only_where_somebody_asks(house: House) -> None:
    house.mail(ANN, "Skriver", "Den står.")
    assert [story.address for story in read(house, *around(house), addresses=True)] == ["ann@kunde.example"]


def test_it_reads_the_events_that_count_and_no_others(house: House) -> None:
    house.mail(ANN, "Skriver", "Den står.")
    kinds = {record.event.kind for story in read(house, *around(house)) for record in story.events}
    assert "opened" in kinds
    assert kinds <= set(KINDS)
    assert not kinds & {"told", "received", "acknowledged"}


def test_a_case_that_was_over_before_is_not_read_one_that_is_open_is(house: House) -> None:
    house.mail(ANN, "Ferdig", "Den går.")
    house.mail(ANN, "Skriver", "Den står.")
    house.reply(house.newest("1001", "handler:%"), "/lukk stille")
    house.wait(days=20)
    house.wait(days=40)
    assert [story.case for story in read(house, *around(house))] == [2]
    early = datetime(2026, 3, 1, tzinfo=UTC)
    assert [story.case for story in read(house, early, house.now)] == [1, 2]
    assert read(house, early - timedelta(days=30), early) == []


def test_a_letter_that_was_given_up_is_known(house: House) -> None:
    house.mail(ANN, "Skriver", "Den står.")
    row = house.session.one("SELECT id FROM outbox WHERE party='person:1'")
    assert row is not None
    house.session.execute("UPDATE outbox SET state='cancelled' WHERE id=?", row)
    assert [story.unsent for story in read(house, *around(house))] == [frozenset(row)]


def test_what_was_imported_is_told_apart(house: House, tmp_path: Path) -> None:
    bring(house, tmp_path, *conversation())
    made: Report = figures(
        read(house, datetime(2024, 1, 1, tzinfo=UTC), house.now),
        Wanted(Period(datetime(2024, 3, 1).date(), datetime(2024, 4, 1).date()), house.now),
        house.policy,
    )
    assert (made.totals.imported, made.totals.opened, made.totals.replies, made.totals.open_at_end) == (1, 0, 0, 0)
    assert made.loads == ()


def test_cases_and_events_are_found_by_an_index(tmp_path: Path) -> None:
    """No scan of a table that grows with the years."""
    house = House(tmp_path)
    seen: list[str] = []
    execute: Callable[..., object] = house.session.execute

    def noted(sql: str, values: object = ()) -> object:
        plan = house.session._connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
        seen.extend(row[3] for row in plan)
        return execute(sql, values)

    house.mail(ANN, "Skriver", "Den står.")
    house.session.execute = noted  # type: ignore[method-assign, assignment]
    read(house, *around(house), addresses=True)
    assert [step for step in seen if step.startswith("SCAN")] == []
    assert any("cases_status" in step for step in seen)
    assert any("event_case" in step for step in seen)
    house.database.close()
