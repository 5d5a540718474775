"""Sites on both databases, and a backup of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from parts.sink import Sink
from parts.site import Site, short_folder

Maker = Callable[..., Site]


@pytest.fixture(params=["sqlite", "postgresql"])
def another(request: pytest.FixtureRequest) -> Iterator[Maker]:
    """another(sink) -> a site of the same desk with an empty database of its own, of this kind."""
    made: list[Site] = []

    def make(sink: Sink) -> Site:
        options: tuple[str, ...] = ()
        if request.param == "postgresql":
            options = ("--database", request.getfixturevalue("postgres").fresh())
        made.append(Site(short_folder(), sink.address, options=options))
        return made[-1]

    yield make
    for site in made:
        site.close()


@pytest.fixture
def place(another: Maker, sink: Sink) -> Site:
    return another(sink)


def backed_up(site: Site, *words: str) -> Path:
    """The folder of a new backup."""
    done = site.maild("backup", str(site.folder / "backups"), *words)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())
