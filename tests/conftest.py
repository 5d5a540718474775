"""The fixtures that every room may use.  What they hand out is real; see tests/parts/.

free_port       a TCP port on loopback
sink            an SMTP server that keeps the letters it gets
site            a site made by `maild init` with its daemon running, relaying into `sink`
make_site       the same, not started: make_site(desks=..., handlers=..., options=("--database", url))
far             the same as sink, for all tests of a file;  besieged: a site with its daemon running, which relays there
lmtp_path       where a socket for LMTP may stand
postgres        a PostgreSQL server for the whole run;  postgres_url: a fresh database on it
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from parts import net
from parts.postgres import Postgres, running
from parts.sink import Sink
from parts.site import Site, short_folder

# Lines that commands write are as long wherever the tests run; those that tell of a window's width set it themselves.
os.environ.pop("COLUMNS", None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the tests of a file share (a site that has lived, a mail server) is made by one worker, not by each of them."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None and _shares(item):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def _shares(item: pytest.Item) -> bool:
    fixtures = getattr(item, "_fixtureinfo", None)
    return fixtures is not None and any(
        definition.scope == "module" for found in fixtures.name2fixturedefs.values() for definition in found
    )


@pytest.fixture
def free_port() -> int:
    return net.free_port()


@pytest.fixture
def sink() -> Iterator[Sink]:
    server = Sink()
    yield server
    server.close()


@pytest.fixture(scope="module")
def far() -> Iterator[Sink]:
    server = Sink()
    yield server
    server.close()


@pytest.fixture(scope="module")
def besieged(far: Sink) -> Iterator[Site]:
    """One daemon for a whole file: what a fault or an attack leaves behind would show in the next test."""
    made = Site(short_folder(), far.address).start()
    yield made
    made.close()


@pytest.fixture
def lmtp_path() -> Iterator[Path]:
    # A UNIX socket's path has 107 octets at most.
    with TemporaryDirectory(prefix="lmtp") as folder:
        yield Path(folder) / "lmtp"


@pytest.fixture
def make_site(sink: Sink) -> Iterator[Callable[..., Site]]:
    made: list[Site] = []

    def make(**options: object) -> Site:
        made.append(Site(short_folder(), sink.address, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site().start()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    return postgres.fresh()
