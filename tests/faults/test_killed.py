"""kill -9 at any instant: no mail lost, none doubled, every letter sent under one name.  The long form is `make storm`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from parts.sink import Sink
from parts.site import Site, planted
from storm.storm import Storm

KILLS = 20
# What a kill would show of a daemon that answers before it has stored, or takes letters on their way for sent.
HASTY = """
import asyncio
from maild.edges.mailroom import Mailroom
accept, tasks = Mailroom.accept, []
async def later(self, delivery):
    await asyncio.sleep(0.3)
    return await accept(self, delivery)
async def at_once(self, delivery):
    tasks.append(asyncio.ensure_future(later(self, delivery)))
    return 1
Mailroom.accept = at_once
"""
FORGETFUL = """
from maild.store import outbox
outbox.recover = lambda session: session.execute("UPDATE outbox SET state='done' WHERE state='leased'")
"""


@pytest.mark.timeout(240)
def test_twenty_kills_lose_nothing_and_double_nothing(make_site: Callable[..., Site], sink: Sink) -> None:
    report = Storm(make_site(), sink, seed=7).blow(KILLS)
    assert report.mails > KILLS, "mail came in between the kills"
    assert report.replies > 0, "letters were answered"
    assert not report.faults, report


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("bug", "fault"), [(HASTY, "lost"), (FORGETFUL, "missing")], ids=["answer-first", "forget"])
def test_a_few_kills_tell_of_a_daemon_that_breaks_its_word(
    make_site: Callable[..., Site], sink: Sink, bug: str, fault: str
) -> None:
    site = make_site()
    site.program = planted(bug)
    assert fault in Storm(site, sink, seed=7, pause=0.01).blow(6).faults
