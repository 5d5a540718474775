"""Attacks are played in a house of their own, and those on sockets and files against a daemon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.house import House
from parts.sink import Sink
from parts.site import Site, short_folder


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def far() -> Iterator[Sink]:
    server = Sink()
    yield server
    server.close()


@pytest.fixture(scope="module")
def besieged(far: Sink) -> Iterator[Site]:
    """One daemon for all attacks of a file."""
    made = Site(short_folder(), far.address).start()
    yield made
    made.close()
