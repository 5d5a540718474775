"""Privacy is promised on both databases: `house` is one on SQLite, then one on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from parts import pristine
from parts.house import DESKS, House

Maker = Callable[..., House]


@pytest.fixture(params=["sqlite", "postgresql"])
def make_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Maker]:
    made: list[House] = []

    def make(desks: str = DESKS, **more: str) -> House:
        url = "" if request.param == "sqlite" else pristine.postgresql(request.getfixturevalue("postgres"))
        made.append(House(tmp_path, url=url, desks=desks, **more))
        return made[-1]

    yield make
    for house in made:
        house.database.close()


@pytest.fixture
def house(make_house: Maker) -> House:
    return make_house()
