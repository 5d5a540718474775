"""Stories are told in a house of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts import duty
from parts.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def rota(tmp_path: Path) -> Iterator[duty.Site]:
    """Makes a house with opening hours and a rota."""
    made: list[House] = []

    def make(language: str = "nb", **files: str) -> House:
        given = {
            "desks": duty.DESKS,
            "people": duty.people(language),
            "calendars": duty.CALENDARS,
            "oncall": duty.ONCALL,
        }
        made.append(House(tmp_path, **{**given, **files}))
        return made[-1]

    yield make
    for house in made:
        house.database.close()
