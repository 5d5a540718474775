"""Whatever happens to a case, in whatever order: its row is the fold of its events, and the counters agree with the rows."""

from __future__ import annotations

import json
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from making import KARI, MONDAY, OLA, mail, policy
from parts import pristine

from maild.decide.facts import lookup
from maild.decide.judge import judge
from maild.model.case import Case, fold
from maild.model.message import Kind
from maild.model.plan import Incoming, Token, Wake
from maild.model.recorded import Recorded, load
from maild.store import cases
from maild.store.database import Database, Session, moment, stamp
from maild.store.record import record

TEXTS = (
    "Hei",
    "/close",
    "/close quiet\nFerdig",
    "/take",
    "/assign ola",
    "/assign none",
    "/reopen",
    "/priority low",
    "/nonsense",
    "/note x",
    "/merge #1001 anyway",
    "/merge #1002 anyway",
    "/split Another matter",
    "/link #1002",
    "/cc bo@elsewhere.example",
    "/uncc bo@elsewhere.example",
    "/incident The network is down",
    "/notice It is mended",
    "/close all",
)
STEP = st.tuples(st.sampled_from(("ann", "kari", "ola", "eve", "robot", "wake", "new")), st.sampled_from(TEXTS))


def arrival(session: Session, who: str, text: str, serial: int) -> Incoming:
    at = MONDAY + timedelta(hours=serial)
    if who == "wake":
        return Wake(serial, 1, at + timedelta(days=30))
    if who == "new":
        return mail(f"Ny sak {serial}", text, id=serial, at=at, message_id=f"<{serial}@kunde.example>")
    sender = {"kari": KARI.address, "ola": OLA.address, "eve": "eve@evil.example"}.get(who, "ann@kunde.example")
    party = {"kari": "handler:kari", "ola": "handler:ola"}.get(who, "person:1")
    letter = session.one("SELECT max(id) FROM letter WHERE party=?", (party,))
    tokens = (Token("r", letter[0], "aa"),) if letter and letter[0] else ()
    robot = who == "robot"
    kind = Kind.AUTOMATIC if robot else Kind.PERSON
    return mail(
        "Sv: x",
        text,
        sender,
        tokens=tokens,
        id=serial,
        at=at,
        automatic=robot,
        kind=kind,
        message_id=f"<{serial}@x.example>",
    )


def settle(session: Session, incoming: Incoming, serial: int) -> None:
    now = MONDAY + timedelta(hours=serial) if not isinstance(incoming, Wake) else incoming.due_at
    plan = judge(incoming, cases.look(session, lookup(incoming, policy(), now)), policy(), now)
    record(session, plan, now, "hash")
    session.executemany(
        "INSERT INTO letter(id, case_id, party, kind, seq, created_at, messages) VALUES (?,?,?,?,?,?,'[]')",
        [(x.id, x.case, x.party, x.kind, x.seq, stamp(now)) for x in plan.letters],
    )


def folded(session: Session, case_id: int) -> Case | None:
    rows = session.all(
        "SELECT seq, at, actor, cause, kind, version, data FROM event WHERE case_id=? ORDER BY seq", (case_id,)
    )
    return fold(case_id, [Recorded(r[0], moment(r[1]), r[2], r[3], load(r[4], r[5], json.loads(r[6]))) for r in rows])


@settings(max_examples=40, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=12))
def test_rows_are_folds_and_counters_are_counts(steps: list[tuple[str, str]]):
    with tempfile.TemporaryDirectory() as folder:
        database = Database(str(pristine.sqlite(Path(folder) / "maild.db")))
        session = database.session()
        session.execute("PRAGMA synchronous=off")
        settle(session, mail(id=1), 1)
        for serial, (who, text) in enumerate(steps, 2):
            settle(session, arrival(session, who, text, serial), serial)
        stored = cases.load_cases(session, [row[0] for row in session.all("SELECT id FROM cases")])
        assert stored == {case_id: folded(session, case_id) for case_id in stored}
        assert_counts(session, stored)
        database.close()


def assert_counts(session: Session, stored: dict[int, Case]) -> None:
    for key in ("kari", "ola"):
        row = session.one("SELECT value FROM counter WHERE key=?", (f"open:{key}",))
        assert (row[0] if row else 0) == sum(case.handler == key and not case.ended for case in stored.values())
