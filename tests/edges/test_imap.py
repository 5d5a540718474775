"""Mail taken from a real Dovecot by the real daemon, and what may come between."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from edges.imap_site import USER, box, connected, has, said, taking, written
from parts.dovecot import Dovecot, running
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site

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
