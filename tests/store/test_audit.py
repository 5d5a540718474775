"""maild audit: whoever changes the record is found out; a record that nobody touched is whole."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from making import MONDAY, mail, policy
from making_rows import taken

from maild.decide.facts import lookup
from maild.decide.judge import judge
from maild.decide.ledger import Ledger
from maild.model.events import Waiting
from maild.model.known import Lookup
from maild.store import audit, cases, incoming
from maild.store.database import Session, stamp
from maild.store.record import link, record


@pytest.fixture
def kept(session: Session) -> Session:
    """Three cases of three mails, as settling leaves them, with their letters."""
    for serial in range(1, 4):
        now = MONDAY + timedelta(hours=serial)
        row, _ = incoming.accept(session, taken(f"digest {serial}"))
        arrival = mail(f"Ny sak {serial}", "Hei", id=row, at=now, message_id=f"<{serial}@kunde.example>")
        plan = judge(arrival, cases.look(session, lookup(arrival, policy(), now)), policy(), now)
        record(session, plan, now, "hash")
        for x in plan.letters:
            session.execute(
                "INSERT INTO letter(id, case_id, party, kind, seq, created_at, messages) VALUES (?,?,?,?,?,?,'[]')",
                (x.id, x.case, x.party, x.kind, x.seq, stamp(now)),
            )
            session.execute(
                "INSERT INTO outbox(id, party, kind, message_id, sender, recipient, state, created_at, due_at, parts, head, text)"
                " VALUES (?,?,?,'<x@y>','','','done',0,0,'[]',?,?)",
                (x.id, x.party, x.kind, b"", b""),
            )
        session.execute("UPDATE incoming SET state='done' WHERE id=?", (row,))
    return session


def test_a_record_that_nobody_touched_is_whole(kept: Session):
    report = audit.verify(kept)
    assert report.faults == ()
    assert (report.cases, report.arrivals) == (3, 3)
    assert report.events >= report.letters >= 6
    assert report.at == MONDAY + timedelta(hours=3)


def test_a_row_of_a_release_before_there_were_clocks_is_whole(kept: Session):
    now = MONDAY + timedelta(hours=5)
    ledger = Ledger("incoming:1", cases.look(kept, Lookup(cases=(1,))), policy(), now)
    ledger.happen(1, "handler:kari", Waiting("handler:kari", "customer"))
    record(kept, ledger.plan(), now, "hash")
    state = json.loads(str((kept.one("SELECT state FROM cases WHERE id=1") or [""])[0]))
    assert state.pop("clocks"), "it has something to forget"
    kept.execute("UPDATE cases SET state=? WHERE id=1", (json.dumps(state),))
    assert audit.verify(kept).faults == ()
    kept.execute("UPDATE cases SET state=? WHERE id=1", (json.dumps(state | {"clocks": {"turn": 7}}),))
    assert re.search("case .* is not the fold of its events .clocks", " ".join(audit.verify(kept).faults))


def test_an_empty_record_is_whole(session: Session):
    assert audit.verify(session).faults == ()


TAMPERING: dict[str, tuple[str, str]] = {
    "an event's words": ("UPDATE event SET data='{}' WHERE id=2", "event 2 .* is not what was written"),
    "an event's instant": ("UPDATE event SET at=at+1 WHERE id=3", "event 3 .* is not what was written"),
    "who did it": ("UPDATE event SET actor='admin:eve' WHERE id=2", "event 2 .* is not what was written"),
    "an event taken out": ("DELETE FROM event WHERE id=2", "event 2 is missing"),
    "the last event taken out of a case": ("DELETE FROM event WHERE id=(SELECT max(id) FROM event)", "case .*"),
    "a case row": (
        "UPDATE cases SET state=replace(state, '\"new\"', '\"solved\"') WHERE id=1",
        r"case 1001: .*\(status",
    ),
    "a state that there is not": ("UPDATE incoming SET state='lost' WHERE id=1", "in-1 is in no state"),
    "a mail done and forgotten": (
        "INSERT INTO incoming(digest, raw, source, sender, client, protocol, size, received_at, state, due_at)"
        " VALUES ('x',0,'smtp','','','',0,0,'done',0)",
        "nothing says what became of it",
    ),
    "a letter that is gone": (
        "DELETE FROM outbox WHERE id=1",
        "letter 1 was promised by event [0-9]+ and does not exist",
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_what_was_tampered_with_is_named(kept: Session, what: str):
    statement, told = TAMPERING[what]
    kept.execute(statement)
    faults = audit.verify(kept).faults
    assert any(re.search(told, fault) for fault in faults), faults


def forge(session: Session) -> None:
    """As somebody would who knows how the chain is made: one event changed, and all links after it made anew."""
    session.execute("UPDATE event SET actor='admin:eve' WHERE id=1")
    value = "0" * 64
    for row in session.all("SELECT id, case_id, seq, kind, version, at, actor, cause, data FROM event ORDER BY id"):
        value = link(value, row)
        session.execute("UPDATE event SET chain=? WHERE id=?", (value, row[0]))


def test_a_forged_chain_does_not_meet_a_head_that_was_written_down(kept: Session):
    head = audit.verify(kept).head
    assert audit.verify(kept, head).faults == ()
    forge(kept)
    assert audit.verify(kept).faults == ()
    assert "is not met" in audit.verify(kept, head).faults[0]


def test_an_older_head_is_met_on_the_way(kept: Session):
    older = kept.one("SELECT chain FROM event WHERE id=2")
    assert older is not None
    assert audit.verify(kept, older[0]).faults == ()


def test_slices_say_the_same_as_one_walk(kept: Session, monkeypatch: pytest.MonkeyPatch):
    kept.execute("UPDATE event SET actor='eve' WHERE id IN (2, 7)")
    whole = audit.verify(kept)
    monkeypatch.setattr(audit, "SLICE", 10)
    assert audit.verify(kept) == whole
    assert len([fault for fault in whole.faults if fault.startswith("event")]) == 2
