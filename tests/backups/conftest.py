"""Sites on both databases, and a backup of one."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from parts.sink import Sink
from parts.site import Site, short_folder

from maild import cli, config, founding

Maker = Callable[..., Site]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
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


def backed_up(site: Site, *words: str, target: str = "") -> Path:
    """The folder of a new backup."""
    done = site.maild("backup", target or tempfile.mkdtemp(dir=site.folder), *words)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@dataclass
class Said:
    """What a command said: as a process would, without the price of one."""

    returncode: int
    stdout: str
    stderr: str


def asks(site: Site, *words: str) -> Said:
    """A command that only reads (its locks and its niceness would be ours), in this process."""
    out, err = io.StringIO(), io.StringIO()
    kept = os.environ.get("MAILD_CONFIG")
    os.environ["MAILD_CONFIG"] = str(site.config)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as ended:
            cli.main(list(words))
    finally:
        os.environ.pop("MAILD_CONFIG") if kept is None else os.environ.update(MAILD_CONFIG=kept)
    return Said(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def founded(site: Site) -> Site:
    """With its database and keys, as after the first start of the daemon."""
    os.close(founding.found(config.load(site.config)).lock)
    return site
