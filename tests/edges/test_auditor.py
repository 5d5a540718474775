"""The hourly look at the record: beside the daemon's work, only at what is new, and a fault stays told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from parts.house import House

from maild.edges.auditor import Auditor
from maild.model.condition import Condition
from maild.store.reader import Reader


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.mail("Ann Berg <ann@kunde.example>", "Skriver virker ikke", "Den står.")
    yield made
    made.database.close()


def auditor(house: House) -> Auditor:
    return Auditor(Reader(house.database), lambda: house.now)


def record(auditor: Auditor) -> Condition:
    (condition,) = auditor.conditions()
    return condition


async def test_a_whole_record_is_said_to_be_whole(house: House):
    here = auditor(house)
    await here.look()
    assert record(here).well
    row = house.session.one("SELECT id, chain FROM event ORDER BY id DESC LIMIT 1")
    assert row is not None
    assert (record(here).facts["events"], record(here).facts["head"]) == row


async def test_what_was_changed_since_the_last_look_is_found(house: House):
    here = auditor(house)
    await here.look()
    house.mail("Eva <eva@kunde.example>", "Ny sak", "Hei")
    house.session.execute("UPDATE event SET actor='x' WHERE id=(SELECT max(id) FROM event)")
    await here.look()
    assert not record(here).well
    assert "is not what was written" in record(here).text
    assert record(here).since == house.now


async def test_a_fault_stays_told(house: House):
    here = auditor(house)
    house.session.execute("DELETE FROM outbox")
    await here.look()
    since: datetime | None = record(here).since
    house.wait(hours=1)
    await here.look()
    assert not record(here).well
    assert record(here).since == since


async def test_an_arrival_that_waited_is_looked_at_when_it_is_done(house: House):
    here = auditor(house)
    house.session.execute("UPDATE incoming SET state='held'")
    await here.look()
    house.session.execute("UPDATE incoming SET state='done'")
    house.session.execute("UPDATE event SET cause='incoming:99' WHERE cause='incoming:1'")
    await here.look()
    assert "nothing says what became of it" in record(here).text
