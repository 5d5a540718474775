"""Both databases find the same, and what a plain loop over all messages finds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from parts import pristine
from parts.postgres import Postgres
from searching import DAY, DESKS, STATUSES, Desk, question

from maild.model.search import asked
from maild.store import finding, found, search
from maild.store.database import Database, Session, moment
from maild.store.filters import Filters
from maild.store.finding import find


@pytest.fixture
def both(tmp_path: Path, postgres: Postgres) -> Iterator[tuple[Session, Session]]:
    """SQLite's and PostgreSQL's, to be filled alike."""
    made = [Database(str(pristine.sqlite(tmp_path / "both.db"))), Database(pristine.postgresql(postgres))]
    yield made[0].session(), made[1].session()
    for database in made:
        database.close()


def filters(chance: random.Random) -> Filters:
    """None in half of all cases; else one to three."""
    if chance.random() < 0.5:
        return Filters()
    days = sorted(moment(chance.randint(0, 80) * DAY) for _ in range(2))
    every = {
        "statuses": tuple(chance.sample(STATUSES, chance.randint(1, 3))),
        "desk": chance.choice(DESKS),
        "handler": chance.choice(("kari", "ola", "", "nils")),
        "customer": chance.choice(("p3@firma0.example", "@firma1.example", "@irma1.example", "@firma_.example", "x")),
        "label": chance.choice(("vip", "automatic", "none")),
        "since": days[0],
        "until": days[1] + timedelta(hours=1),
    }
    return Filters(**{name: every[name] for name in chance.sample(list(every), chance.randint(1, 3))})


@pytest.mark.parametrize("few", [0, finding._FEW], ids=["walking", "looking"])
def test_both_databases_find_what_a_loop_finds(
    both: tuple[Session, Session], monkeypatch: pytest.MonkeyPatch, few: int
):
    # With so small bounds the 300 messages are walked as a million would be: in windows, in portions, and from a filter's side.
    small = {
        "_FEW": few,
        "_PATIENCE": 12,
        "_NONE": 3,
        "_MANY": 120,
        "_WINDOW": 20,
        "_FARTHEST": 60,
        "_ENOUGH": 3,
        "PORTION": 16,
    }
    for name, value in small.items():
        monkeypatch.setattr(finding, name, value)
    chance = random.Random(7)
    desks = [Desk(session, random.Random(3)) for session in both]
    assert desks[0].rows == desks[1].rows
    hits = 0
    for _ in range(250):
        text, only = question(chance), filters(chance)
        expected = desks[0].expected(text, only)
        limit = chance.choice((1, 5, 1000))
        here, there = ([one.case for one in find(session, asked(text), only, limit)] for session in both)
        assert here == there, (text, only)
        if only.until is None:
            assert here == expected[:limit], (text, only)
        assert sorted(one.case for one in find(both[0], asked(text), only, 1000)) == sorted(expected), (text, only)
        hits += len(expected)
    assert hits > 2000, "these questions find something"


def test_the_best_are_the_same_on_both(both: tuple[Session, Session]):
    chance = random.Random(8)
    for session in both:
        Desk(session, random.Random(3))
    for _ in range(60):
        text = question(chance)
        here, there = (find(session, asked(text), Filters(), 10, best=True) for session in both)
        assert here == there, text


def test_a_subject_weighs_more_than_a_word_in_passing(session: Session):
    Desk(session, random.Random(3), 40)
    search.forget(session, [38, 39, 40])
    search.add(session, {38: "1001 kaffemaskin\nden drypper", 39: "1002 annet\n" + "ord " * 60 + "kaffemaskin"})
    search.add(session, {40: "1003 annet\nom kaffemaskin"})
    best = [one.messages for one in find(session, asked("kaffemaskin"), Filters(), 10, best=True)]
    newest = [one.messages for one in find(session, asked("kaffemaskin"), Filters(), 10)]
    messages = [m for some in best for m in some]
    assert messages[0] == 38
    assert sorted(messages) == [38, 39, 40]
    assert max(m for some in newest[:1] for m in some) == 40


def test_a_case_is_shown_with_its_newest_hits_as_they_were_written(session: Session):
    desk = Desk(session, random.Random(3))
    shown = found.search(session, "sta* KJE", {"kari": "kari@staff.example"}, Filters(), 1000)
    assert [int(view["number"]) - 1000 for view in shown] == desk.expected("sta* kje", Filters())
    for view in shown:
        assert {"number", "status", "handler", "customer", "subject", "hits"} <= view.keys()
        assert 1 <= len(view["hits"]) <= finding.HITS
        for hit in view["hits"]:
            bold = {hit["snippet"][a:b] for a, b in hit["marks"]}
            assert bold <= {"står", "STÅR", "kje"}
            assert hit["at"].endswith("Z")


@pytest.mark.parametrize(
    "hostile",
    [
        '"',
        "'; DROP TABLE message; --",
        "a\x00b \ud800",
        " ".join(f"ord{n}" for n in range(10_000)),
        "-" * 10_000,
        "*" * 1000,
        '" "' * 1000,
        "x" * 1_000_000,
        "NEAR(og i, 2) {og} : og^2 og + i",
        "og <-> i & !det | er:* \\",
        "-og",
        "head:og text:og rowid:1",
    ],
)
def test_nothing_that_one_can_type_is_an_error(session: Session, hostile: str):
    Desk(session, random.Random(3), 40)
    for customer in (hostile, f"@{hostile}"):
        found.search(session, "og", {}, Filters((hostile,), hostile, hostile, customer, hostile), 20)
    found.search(session, hostile, {}, Filters(), 20, best=True)
    assert find(session, asked("skriver"), Filters(), 1000), "and the index still stands"
