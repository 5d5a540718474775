"""Two daemons on one database: what belongs together comes together, a row is one daemon's, and who died or slept is replaced."""

from __future__ import annotations

import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from making_rows import NOW, posted, taken
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site, planted

from maild.store import incoming, migrate, outbox
from maild.store.database import Database

ANN = "Ann Berg <ann@kunde.example>"
MIGRATIONS = Path(__file__).parents[2] / "migrations"
SHORT = """
import asyncio
from datetime import timedelta
from maild.edges import letterbox, worker
from maild.store import incoming, outbox
incoming.LEASE = outbox.LEASE = timedelta(seconds=3)
letterbox.OLD = 1.0
"""
# It sleeps for longer than it takes to stop it, before it settles or before it sends.
SLOW_TO_SETTLE = f"""{SHORT}
settle = worker.Worker._settle
async def slowly(self, batch):
    await asyncio.sleep(1.5)
    return await settle(self, batch)
worker.Worker._settle = slowly
"""
SLOW_TO_SEND = f"""{SHORT}
load = letterbox.Letterbox.load
async def slowly(self, item):
    await asyncio.sleep(3.0)
    return await load(self, item)
letterbox.Letterbox.load = slowly
"""


@pytest.fixture
def make_nodes(make_site: Callable[..., Site], postgres_url: str) -> Callable[..., tuple[Site, Site]]:
    """Two daemons with one database and the same keys; the first with a bug, if any."""

    def make(bug: str = SHORT) -> tuple[Site, Site]:
        one, other = (make_site(options=("--database", postgres_url)) for _ in range(2))
        one.program, other.program = planted(bug), planted(SHORT)
        one.start()
        (other.config.parent / "state").mkdir(exist_ok=True)
        shutil.copy(one.config.parent / "state" / "keys", other.config.parent / "state" / "keys")
        other.start()
        return one, other

    return make


def at_once(*jobs: Callable[[], None]) -> None:
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], None]) -> None:
        start.wait(10)
        job()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def copies(sink: Sink) -> Counter[str]:
    return Counter(letter.message_id for letter in sink.of("ack"))


def test_a_mail_and_its_reply_on_two_nodes_at_the_same_instant_are_one_case(
    make_nodes: Callable[..., tuple[Site, Site]], sink: Sink, postgres_url: str
) -> None:
    one, other = make_nodes()
    for n in range(5):
        first = mail(ANN, f"Sak {n}", "Den står.", Message_ID=f"<first.{n}@kunde.example>")
        second = mail(ANN, f"Re: Sak {n}", "Nå går den.", Message_ID=f"<second.{n}@kunde.example>")
        second["In-Reply-To"] = second["References"] = f"<first.{n}@kunde.example>"
        at_once(partial(one.send, first), partial(other.send, second))
    assert len(sink.wait("ack", count=5)) == 5
    database = Database(postgres_url)
    question = (
        "SELECT string_agg(message_id, ' ' ORDER BY message_id) FROM message WHERE direction='in' GROUP BY case_id"
    )
    together = [(f"<first.{n}@kunde.example> <second.{n}@kunde.example>",) for n in range(5)]
    assert wait_until(lambda: sorted(database.session().all(question)) == together), database.session().all(question)
    database.close()


def test_a_row_is_claimed_by_one_of_two(postgres_url: str) -> None:
    database = Database(postgres_url)
    migrate.up(database, MIGRATIONS)
    session = database.session()
    for n in range(40):
        incoming.accept(session, taken(f"d{n}"))
        outbox.post(session, [posted(n + 1, case=n + 1)], NOW, 0)
    database.close()
    claimed: list[tuple[str, int]] = []
    now = NOW + timedelta(days=1)

    def claim() -> None:
        mine = database.session()
        while rows := [("in", r.id) for r in incoming.claim(mine, now, 3)]:
            claimed.extend(rows)
        while rows := [("out", r.id) for r in outbox.claim(mine, now, 3)]:
            claimed.extend(rows)
        database.close()

    at_once(claim, claim)
    assert len(claimed) == len(set(claimed)) == 80


def test_what_a_node_had_in_hand_that_slept_or_died_is_settled_by_the_other_and_once(
    make_nodes: Callable[..., tuple[Site, Site]], sink: Sink
) -> None:
    one, other = make_nodes(SLOW_TO_SETTLE)
    one.send(mail(ANN, "Skriver", "Den står."))
    one.process.send_signal(signal.SIGSTOP)  # type: ignore[union-attr]
    sink.wait("ack")
    one.process.send_signal(signal.SIGCONT)  # type: ignore[union-attr]
    assert wait_until(lambda: '"fate": "taken"' in one.log_text()), one.log_text()[-2000:]
    one.send(mail("Bo <bo@kunde.example>", "Noe annet", "Hei."))
    one.kill()
    sink.wait("ack", to="bo@kunde.example")
    assert sorted(case["subject"] for case in other.cases()) == ["Noe annet", "Skriver"]
    assert set(copies(sink).values()) == {1}


def test_a_node_that_slept_over_its_lease_sends_nothing_a_second_time(
    make_nodes: Callable[..., tuple[Site, Site]], sink: Sink
) -> None:
    one, _ = make_nodes(SLOW_TO_SEND)
    one.send(mail(ANN, "Skriver", "Den står."))
    assert wait_until(lambda: '"fate": "settled"' in one.log_text())
    one.process.send_signal(signal.SIGSTOP)  # type: ignore[union-attr]
    sink.wait("ack")
    sink.wait("notice")
    one.process.send_signal(signal.SIGCONT)  # type: ignore[union-attr]
    # Its letters come back from their sleep, and the next mail's go out as ever.
    one.send(mail("Bo <bo@kunde.example>", "Noe annet", "Hei."))
    sink.wait("ack", to="bo@kunde.example")
    assert set(copies(sink).values()) == {1}


def test_a_second_daemon_on_one_sqlite_ends_with_a_sentence(site: Site, sink: Sink) -> None:
    second = site.maild("run")
    assert second.returncode == 75
    assert "another maild works on" in second.stderr
    site.send(mail(ANN, "Skriver", "Den står."))
    assert sink.wait("ack")
