"""The clock on the wall jumps by years, forward and back: mail goes on, nothing closes or is deleted by it, and the admin hears.

libfaketime moves the daemon's clock while it runs; the monotonic one is left alone, as the kernel leaves it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site, planted

from maild.edges.steady import Steady

ANN, KARI = "Ann Berg <ann@kunde.example>", "Kari Nordmann <kari@staff.example>"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
YEAR = 365
BUSY = "from maild.edges import ticker, watch\nticker.EVERY, watch.LOOK = 0.1, 1.0"


class Moved:
    """A site whose clock stands `days` beside the true one."""

    def __init__(self, site: Site) -> None:
        found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        assert found, "libfaketime is missing: apt-get install faketime"
        self.site, self.file = site, site.folder / "clock"
        self.set(0)
        site.program = planted(BUSY)
        site.extra |= {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, days: int) -> None:
        self.file.write_text(f"{days:+d}d\n" if days else "+0\n")


@pytest.fixture
def moved(make_site: Callable[..., Site], sink: Sink) -> Moved:
    """It runs, and has a case that closes by itself some days after it was solved."""
    made = Moved(make_site(options=("--admin", "sys@desk.example")).impatient())
    made.site.start()
    made.site.send(mail(ANN, "Skriver", "Den står."))
    [notice] = sink.wait("notice")
    answer = mail(KARI, "Re: Skriver", "/close", notice.reply_to, In_Reply_To=notice.message_id)
    made.site.send(answer, to=notice.reply_to)
    assert wait_until(lambda: made.site.case("1001")["status"] == "solved")
    return made


@pytest.mark.timeout(120)
def test_a_jump_of_years_closes_nothing_and_is_told_until_an_admin_has_looked(moved: Moved, sink: Sink) -> None:
    site = moved.site
    moved.set(5 * YEAR)
    # A mailbox that is silent for years is an alarm as well.
    assert wait_until(lambda: any("the clock jumped forward by 18" in a.text for a in sink.of("alarm")), 40)
    site.send(mail("Bo <bo@kunde.example>", "Om fem år", "Hei."))
    sink.wait("ack", to="bo@kunde.example")
    # The ticker has asked many times since.
    assert site.case("1001")["status"] == "solved"
    # And back, to a year before all that has happened.
    moved.set(-6 * YEAR)
    site.send(mail("Per <per@kunde.example>", "For seks år siden", "Hei."))
    sink.wait("ack", to="per@kunde.example")
    assert "the clock jumped back by 21" in site.maild("status").stdout
    moved.set(0)
    assert wait_until(lambda: "the clock jumped" not in site.maild("status").stdout)
    assert site.case("1001")["status"] == "solved"
    assert site.running
    assert site.stop() == 0


@pytest.mark.timeout(120)
def test_what_waited_while_the_clock_was_years_ahead_leaves_when_it_is_set_right(
    make_site: Callable[..., Site], sink: Sink
) -> None:
    moved = Moved(make_site().impatient())
    site = moved.site
    sink.answers["RCPT"] = b"451 4.2.0 later"
    moved.set(5 * YEAR)
    site.start()
    site.send(mail(ANN, "Om fem år", "Hei."))
    assert wait_until(lambda: {row["state"] for row in site.queue() if row["queue"] == "outbox"} == {"deferred"})
    del sink.answers["RCPT"]
    moved.set(0)
    assert sink.wait("ack", seconds=40)
    assert site.maild("reload").returncode == 0
    assert "the clock jumped" not in site.maild("status").stdout


class Clocks:
    """The one on the wall, and the one that nobody can set."""

    def __init__(self) -> None:
        self.wall, self.ran = NOW, 0.0

    def pass_by(self, seconds: float, jump: timedelta = timedelta()) -> None:
        self.wall += timedelta(seconds=seconds) + jump
        self.ran += seconds

    @property
    def steady(self) -> Steady:
        return Steady(lambda: self.wall, lambda: self.ran)


@pytest.mark.parametrize(
    ("jump", "doubted"),
    [
        (timedelta(minutes=9), 0),
        (timedelta(hours=8), 300),
        (-timedelta(hours=8), 300),
        (timedelta(days=5 * YEAR), 86_400),
        (-timedelta(days=6 * YEAR), 86_400),
    ],
)
def test_a_jump_is_doubted_for_minutes_or_a_day(jump: timedelta, doubted: int) -> None:
    clocks = Clocks()
    steady = clocks.steady
    clocks.pass_by(60, jump)
    assert steady.sound == (not doubted)
    clocks.pass_by(max(0, doubted - 1))
    assert steady.sound == (not doubted)
    clocks.pass_by(1)
    assert steady.sound


def test_a_clock_that_is_put_right_by_little_and_little_is_never_doubted() -> None:
    clocks = Clocks()
    steady = clocks.steady
    for _ in range(100):
        clocks.pass_by(60, timedelta(seconds=30))
        assert steady.sound


@pytest.mark.parametrize("newest", [NOW + timedelta(days=1), NOW - timedelta(days=400)], ids=["later", "long ago"])
def test_at_the_start_a_clock_is_compared_with_what_has_happened(newest: datetime) -> None:
    steady = Clocks().steady
    steady.remember(newest)
    assert not steady.sound
    assert steady.behind == (newest > NOW)
    steady.accept()
    assert steady.sound
