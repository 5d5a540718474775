"""A bad day, told short: kill -9 at any instant, and whatever else a nemesis has.  Nothing is lost, nothing doubled, every letter
sent under one name, and what more storm/verdict.py asks.  The long form is `make storm`.
"""

from __future__ import annotations

import pytest
from parts.postgres import running
from storm import post, verdict
from storm.nemesis import BESIDE, ON_POSTGRES, ON_SQLITE, schedule
from storm.storm import Weather, blown

# Each with a fifth of its kills before the daemon is ready: sixty in all.
SEEDS, KILLS, LONGEST = (7, 8, 9), 17, 1.3
POSTGRES = ("kill", "server", "wire", "door", "relay")


def weather(seed: int, kills: int, **more: object) -> Weather:
    return Weather(seed, kills, pause=0.03, longest=LONGEST, tell=print, **more)  # type: ignore[arg-type]


def told(report: verdict.Report) -> None:
    print(report.figures())
    assert report.mails > report.kills, "mail came in between the kills"
    assert report.letters > report.mails, "letters were sent"
    assert report.unanswered > 0, "some attempts were broken off"
    assert not report.faults, report.figures()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", SEEDS)
def test_twenty_kills_on_a_bad_day_lose_nothing_and_double_nothing(seed: int) -> None:
    report = blown(weather(seed, KILLS))
    assert report.cuts > 0, "not only kills fell"
    told(report)


@pytest.mark.timeout(240)
def test_a_bad_day_of_postgresql_loses_nothing_and_doubles_nothing() -> None:
    with running() as server:
        told(blown(weather(7, 7, only=POSTGRES), server))


def test_a_short_storm_leaves_out_no_kind_of_event() -> None:
    for seed in SEEDS:
        assert {event.kind for event in schedule(seed, KILLS, ())} == {"kill", *BESIDE, *ON_SQLITE}
    assert {event.kind for event in schedule(7, 7, POSTGRES, postgres=True)} == set(POSTGRES)


def test_the_same_seed_is_the_same_storm() -> None:
    assert schedule(7, 200, ()) == schedule(7, 200, ())
    assert schedule(7, 200, ()) != schedule(8, 200, ())
    kinds = {event.kind for event in schedule(7, 200, (), postgres=True)}
    assert kinds == {"kill", *BESIDE, *ON_POSTGRES}
    assert {event.kind for event in schedule(7, 20, ("hup", "term"))} == {"hup", "term"}
    assert sum(post.MIX.values()) == 100
