"""A crash at a system call, an error instead of one: the story goes on as if nothing had been.

Here a few of the points; `python -m storm.points` goes through all of them, `--mode errors` through all errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.sink import Sink
from parts.site import Site, planted, short_folder
from parts.strace import injected
from storm import points
from storm.points import DISK, WIRE, Ending, Story

WHOLE = Ending(
    "solved",
    ("Den er tom.", "/take\nFyll på papir.", "Takk, nå går det.", "/close\nFint."),
    (
        "ack to ann@kunde.example",
        "closing to ann@kunde.example",
        "notice to kari@staff.example",
        "receipt to kari@staff.example",
        "receipt to kari@staff.example",
        "update to ann@kunde.example",
        "update to kari@staff.example",
    ),
)
FORGETFUL = """
from maild.store import outbox
outbox.recover = lambda session: session.execute("UPDATE outbox SET state='done' WHERE state='leased'")
"""
POINTS = [
    (DISK, "signal=KILL", 60),
    (DISK, "signal=KILL", 190),
    (WIRE, "signal=KILL", 25),
    (WIRE, "signal=KILL", 50),
    ("pwrite64", "error=ENOSPC", 120),
    ("fdatasync,fsync", "error=EIO", 8),
    ("accept4", "error=EMFILE", 1),
]


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    sink = Sink()
    site = Site(short_folder(), sink.address)
    try:
        yield Story(site, sink)
    finally:
        site.close()
        sink.close()


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("calls", "fault", "point"), POINTS, ids=lambda value: str(value)[:20])
def test_the_story_ends_as_ever(story: Story, calls: str, fault: str, point: int) -> None:
    command = injected(story.site.program, Path("/dev/null"), calls, f"{fault}:when={point}")
    assert story.tell(command)[0] == WHOLE


@pytest.mark.timeout(180)
def test_a_daemon_that_takes_letters_on_their_way_for_sent_is_found_out(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story.site, "program", planted(FORGETFUL))
    monkeypatch.setattr(points, "PATIENCE", 8.0)
    # The first letter's way over the wire: somewhere on it the kill falls between its lease and its mark.
    told = (bad for _, bad in points.sweep(story, WIRE, "signal=KILL", every=3, first=14))
    assert next(bad for bad in told if bad)
