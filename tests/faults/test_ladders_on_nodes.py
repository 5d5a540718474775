"""Two daemons on one database: each step of a ladder is taken once, and told once."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable

import pytest
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site, planted

from maild.store.database import Database

KARI, OLA = "kari@staff.example", "ola@staff.example"
CASES = 6
# Both look all the time; a step of one percent comes after three seconds.
BUSY = "from maild.edges import ticker\nticker.EVERY = 0.05"
SLA = """
ladders:
  usual:
    steps:
      - {at: 1%, tell: kari}
      - {at: 2%, tell: ola}
targets:
  everybody:
    ladder: usual
    calendar: always
    medium: {first_response: 5m}
"""
EVENTS = "SELECT case_id, data FROM event WHERE kind='warned'"


@pytest.fixture
def nodes(make_site: Callable[..., Site], postgres_url: str) -> tuple[Site, Site]:
    one, other = (make_site(options=("--database", postgres_url)) for _ in range(2))
    for site in (one, other):
        (site.config.parent / "rules" / "sla.yaml").write_text(SLA)
        site.program = planted(BUSY)
    one.start()
    (other.config.parent / "state").mkdir(exist_ok=True)
    shutil.copy(one.config.parent / "state" / "keys", other.config.parent / "state" / "keys")
    other.start()
    return one, other


def test_two_daemons_take_each_step_once_and_tell_it_once(nodes: tuple[Site, Site], sink: Sink, postgres_url: str):
    for n in range(CASES):
        nodes[n % 2].send(mail(f"Ann Berg <ann{n}@kunde.example>", f"Sak {n}", "Den står."))
    assert len(sink.wait("warning", count=2 * CASES, seconds=30)) == 2 * CASES
    database = Database(postgres_url)
    session = database.session()
    assert wait_until(lambda: not session.all("SELECT 1 FROM slip UNION SELECT 1 FROM incoming WHERE state <> 'done'"))
    assert Counter(session.all(EVENTS)) == Counter({*session.all(EVENTS)})
    assert len(session.all(EVENTS)) == 2 * CASES
    database.close()
    told = Counter((letter.case, letter.recipients) for letter in sink.of("warning"))
    assert set(told.values()) == {1}
    assert Counter(who for _, who in told) == {(KARI,): CASES, (OLA,): CASES}
    assert [site.stop() for site in nodes] == [0, 0]
