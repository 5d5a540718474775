"""The schema: both databases get it, and no question that a mail asks reads a whole table."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from making import ANN, MONDAY, mail, policy
from making_rows import posted, taken

from maild.decide.facts import lookup
from maild.decide.judge import judge
from maild.model.case import fold
from maild.model.known import Known, Lookup
from maild.model.recorded import Recorded, load
from maild.model.seen import Counting
from maild.store import cases, found, incoming, migrate, outbox, search, views
from maild.store.database import Database, NotDurable, Session, moment
from maild.store.filters import Filters
from maild.store.record import link, record

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def test_migrating_twice_changes_nothing(database: Database):
    assert migrate.up(database, MIGRATIONS) == ()
    assert migrate.pending(database, MIGRATIONS) == ()


def test_a_database_of_a_newer_release_is_refused(database: Database):
    database.session().execute("INSERT INTO schema_migration(name, applied) VALUES ('9999_future', '2030-01-01')")
    with pytest.raises(migrate.Newer, match="newer maild"):
        migrate.up(database, MIGRATIONS)


def test_migrations_go_down_and_up_again(database: Database):
    from playhouse.migrations import Runner

    database.session()
    runner = Runner(database.peewee, str(MIGRATIONS), table_name=migrate.TABLE)
    names = tuple(m.name for m in runner.status())
    runner.down(names[0])
    assert migrate.up(database, MIGRATIONS) == names


def test_a_forgetful_postgresql_is_refused(postgres_url: str):
    database = Database(postgres_url)
    name = postgres_url.split("?")[0].rpartition("/")[2]
    database.session().execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    database.close()
    with pytest.raises(NotDurable, match="synchronous_commit"):
        database.session()


def test_sqlite_is_set_to_remember(tmp_path: Path):
    session = Database(str(tmp_path / "maild.db")).session()
    assert session.one("PRAGMA journal_mode") == ("wal",)
    assert session.one("PRAGMA synchronous") == (2,)


class Watched(Session):
    """A session that keeps every statement that mail makes."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.statements: dict[str, tuple[Any, ...]] = {}

    def execute(self, sql: str, values: Any = ()) -> Any:
        self.statements.setdefault(sql, tuple(values))
        return super().execute(sql, values)


def test_no_question_on_the_way_of_a_mail_scans_a_table(tmp_path: Path):
    database = Database(str(tmp_path / "maild.db"))
    migrate.up(database, MIGRATIONS)
    database.session()
    session = Watched(database)
    settle_one(session)
    plans = {
        sql: session.all(f"EXPLAIN QUERY PLAN {sql}", values)
        for sql, values in list(session.statements.items())
        if "EXPLAIN" not in sql
    }
    scans = {
        sql: row[3]
        for sql, rows in plans.items()
        for row in rows
        if re.match(r"SCAN (?!(\d+ )?CONSTANT|\d+-ROW VALUES)", row[3])
    }
    assert scans == {}


def test_what_is_open_is_found_without_looking_at_years_of_closed_cases(tmp_path: Path):
    database = Database(str(tmp_path / "maild.db"))
    migrate.up(database, MIGRATIONS)
    database.session()
    session = Watched(database)
    settle_one(session)
    cases.look(session, Lookup(mine="kari"))
    asked = [sql for sql in session.statements if re.search(r"customer IN.*status IN|status IN.* handler=", sql)]
    plans = [session.all(f"EXPLAIN QUERY PLAN {sql}", session.statements[sql])[0][3] for sql in asked]
    assert len(plans) == 2
    assert all("cases_open_" in plan for plan in plans), plans


def test_a_large_customers_cases_are_counted_by_indexes(tmp_path: Path):
    database = Database(str(tmp_path / "maild.db"))
    migrate.up(database, MIGRATIONS)
    database.session()
    session = Watched(database)
    settle_one(session)
    cases.look(session, Lookup(counting=everybody(MONDAY)))
    asked = [sql for sql in session.statements if "'person:' || a.person" in sql]
    plans = [row[3] for sql in asked for row in session.all(f"EXPLAIN QUERY PLAN {sql}", session.statements[sql])]
    assert len(asked) == 3
    assert sum("address_domain" in plan for plan in plans) == 1
    assert sum("cases_customer_opened (customer=? AND opened_at>?)" in plan for plan in plans) == 2
    assert not [plan for plan in plans if re.match(r"SCAN (a|c)\b", plan)]


def test_cases_are_counted_alike_by_both_databases(session: Session):
    settle_one(session)
    just_before = cases.look(session, Lookup(counting=everybody(MONDAY - timedelta(seconds=1)))).counted
    assert just_before.cases == 1
    assert just_before.counts == (("person", 60, 1), ("domain", 60, 1), ("organisation", 60, 1))
    later = cases.look(session, Lookup(counting=everybody(MONDAY + timedelta(seconds=1)))).counted
    assert [number for _, _, number in later.counts] == [0, 0, 0]


def everybody(since: datetime) -> Counting:
    """Ann, her domain, and her organisation, of which she is a contact too."""
    domain = (ANN.address.partition("@")[2],)
    counts = (("person", 60), ("domain", 60), ("organisation", 60))
    people = {"person": (ANN.address,), "organisation": (ANN.address,)}
    return Counting(ANN.address, {"domain": domain, "organisation": domain}, people, counts, (since,) * 3, cases=True)


def settle_one(session: Session) -> None:
    """A mail in, its questions, its rows, its end, and what asks for work."""
    row, _ = incoming.accept(session, taken(kept=True))
    prepared = mail(id=row)
    plan = judge(prepared, cases.look(session, lookup(prepared, policy(), MONDAY)), policy(), MONDAY)
    record(session, plan, MONDAY, "hash")
    search.add(session, plan.words)
    outbox.post(session, [posted(99)], MONDAY, 0)
    incoming.finish(session, row, 1, "<1@kunde.example>", "", {})
    everything = Lookup(
        (99,), ("<1@kunde.example>",), ("1001",), "ann@kunde.example", (1,), ("open:kari",), (("a", 1),)
    )
    cases.look(session, everything)
    incoming.claim(session, MONDAY, 10)
    outbox.claim(session, MONDAY, 10)
    outbox.hasten(session, MONDAY, timedelta(days=1))
    incoming.hasten(session, MONDAY, timedelta(days=1))
    session.all("SELECT id, wake_at FROM cases WHERE wake_at <= ? ORDER BY wake_at LIMIT ?", (1, 10))


def test_a_case_row_is_the_fold_of_its_events(session: Session):
    settle_one(session)
    shown = views.case(session, 1, {"kari": "kari@staff.example"})
    assert [event["kind"] for event in shown["events"]] == ["opened", "assigned", "acknowledged", "told"]
    assert (shown["number"], shown["customer"], shown["handler"]) == ("1001", ANN.address, "kari@staff.example")
    stored = cases.load_cases(session, [1])[1]
    rows = session.all("SELECT seq, at, actor, cause, kind, version, data FROM event WHERE case_id=1 ORDER BY seq")
    assert stored == fold(
        1, [Recorded(r[0], moment(r[1]), r[2], r[3], load(r[4], r[5], json.loads(r[6]))) for r in rows]
    )


def test_the_chain_shows_a_changed_event(session: Session):
    settle_one(session)
    rows = session.all("SELECT id, case_id, seq, kind, version, at, actor, cause, data, chain FROM event ORDER BY id")
    chain = "0" * 64
    for row in rows:
        chain = link(chain, row[:-1])
        assert chain == row[-1]
    assert link("0" * 64, (*rows[0][:-2], "{}")) != rows[0][-1]


def test_words_are_found_without_case_and_accents(session: Session):
    settle_one(session)
    shown = found.search(session, "STÅR skriver", {}, Filters(), 20)
    assert [view["number"] for view in shown] == ["1001"]
    assert found.search(session, "stop", {}, Filters(), 20) == []
    assert found.search(session, '"; DROP', {}, Filters(), 20) == []


def test_a_known_customer_is_one_person(session: Session):
    settle_one(session)
    again = mail(id=2, message_id="<2@kunde.example>")
    known = cases.look(session, lookup(again, policy(), MONDAY))
    plan = judge(again, known, policy(), MONDAY)
    assert plan.persons == ()
    assert plan.cases[0].number == "1002"
    assert plan.cases[0].handler == "ola"


def test_nothing_asked_is_nothing_known(session: Session):
    assert cases.look(session, Lookup()) == Known()
