"""Mail taken from a real Dovecot by the real daemon, and what may come between."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from edges.imap_site import USER, box, change, connected, has, said, taking, written
from parts.dovecot import Dovecot, running
from parts.net import wait_until
from parts.sink import Sink
from parts.site import MAILD, Site, planted
from storm.imap_storm import Storm, faults

Maker = Callable[..., Site]


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    with running() as server:
        yield server


def test_mail_in_a_mailbox_becomes_a_case_and_old_mail_does_not(make_site: Maker, dovecot: Dovecot, sink: Sink) -> None:
    dovecot.deliver(USER, written("from before"))
    site = taking(make_site().impatient(), dovecot.port).start()
    connected(site)
    dovecot.deliver(USER, written("new"))
    has(site, "new")
    sink.wait("ack", to="ann@kunde.example")
    assert len(dovecot.texts(USER)) == 2, "after: leave"
    assert r"\Seen" not in str(dovecot.flags(USER))


def test_what_was_taken_is_marked_or_moved(make_site: Maker, dovecot: Dovecot) -> None:
    client = dovecot.client("moving")
    client.create('"Ferdig &- arkivert"')
    site = taking(make_site(), dovecot.port, after="mark")
    site = taking(site, dovecot.port, "moving", "moving", after={"move": "Ferdig & arkivert"}).start()
    connected(site)
    connected(site, "moving")
    dovecot.deliver(USER, written("marked"))
    dovecot.deliver("moving", written("moved"))
    has(site, "marked", "moved")
    assert wait_until(lambda: r"\Seen" in str(dovecot.flags(USER)))
    assert wait_until(lambda: dovecot.texts("moving") == [])
    assert len(dovecot.texts("moving", "Ferdig &- arkivert")) == 1


def test_a_restart_goes_on_where_it_was(make_site: Maker, dovecot: Dovecot) -> None:
    site = taking(make_site(), dovecot.port).start()
    connected(site)
    dovecot.deliver(USER, written("one"))
    has(site, "one")
    assert site.stop() == 0
    dovecot.deliver(USER, written("two"))
    site.start()
    has(site, "one", "two")


def test_a_kick_and_a_server_that_is_killed_lose_nothing(make_site: Maker, dovecot: Dovecot) -> None:
    site = taking(make_site(), dovecot.port).start()
    connected(site)
    dovecot.kick(USER)
    dovecot.deliver(USER, written("after the kick"))
    has(site, "after the kick")
    dovecot.kill()
    dovecot.start()
    dovecot.deliver(USER, written("after the kill"))
    has(site, "after the kick", "after the kill")


def test_a_mailbox_made_anew_is_read_from_the_horizon_on_and_nothing_is_taken_twice(
    make_site: Maker, dovecot: Dovecot
) -> None:
    site = taking(make_site(), dovecot.port).start()
    connected(site)
    dovecot.deliver(USER, written("one"))
    has(site, "one")
    before = box(site)["uidvalidity"]
    dovecot.forget(USER)
    dovecot.deliver(USER, written("two"))
    has(site, "one", "two")
    assert box(site)["uidvalidity"] != before
    assert said(site, "mailbox compared")
    assert len(site.queue("--all")) >= 2
    assert len([r for r in site.queue("--all") if r["queue"] == "incoming"]) == 2


# Dies where a mail is stored and nothing more is done with it.
FALLS = """
import os
from maild.edges.imap_session import Taking
async def fall(self):
    os.kill(os.getpid(), 9)
Taking._left = fall
"""


def test_a_crash_between_store_and_move_is_made_good(make_site: Maker, dovecot: Dovecot) -> None:
    dovecot.append(USER, written("before"), folder="Done")
    site = taking(make_site(), dovecot.port, after={"move": "Done"}).start()
    connected(site)
    site.kill()
    dovecot.deliver(USER, written("new"))
    site.program = planted(FALLS)
    site.launch()
    assert wait_until(lambda: not site.running)
    assert len(dovecot.texts(USER)) == 1
    site.program = MAILD
    site.start()
    assert wait_until(lambda: dovecot.texts(USER) == [])
    has(site, "new")
    assert len(dovecot.texts(USER, "Done")) == 2


def test_the_admin_says_what_becomes_of_a_mailbox_that_stopped(make_site: Maker, dovecot: Dovecot) -> None:
    site = taking(make_site(), dovecot.port).start()
    connected(site)
    unknown = site.maild("mailbox", "accept", "nobody")
    assert unknown.returncode == 1
    assert "there are: support" in unknown.stderr
    assert site.stop() == 0
    change(site, "UPDATE mailbox SET state='stopped'")
    dovecot.deliver(USER, written("waits"))
    site.start()
    assert box(site)["state"] == "stopped"
    assert site.maild("mailbox", "accept", USER).returncode == 0
    has(site, "waits")
    again = site.maild("mailbox", "skip", USER)
    assert again.returncode == 1
    assert "has not stopped" in again.stderr


def test_a_mailbox_of_a_desk_that_does_not_exist_is_a_problem(make_site: Maker) -> None:
    site = taking(make_site(), 143, desk="suport")
    found = site.maild("check").stdout
    assert "the mailbox 'support' belongs to 'suport', which is no desk in use (did you mean support?)" in found


@pytest.mark.timeout(240)
def test_a_few_kills_of_the_server_lose_nothing_and_double_nothing(make_site: Maker, dovecot: Dovecot) -> None:
    report = Storm(taking(make_site(), dovecot.port), dovecot, seed=3, longest=1.0).blow(4, 1)
    assert faults(report) == [], report
