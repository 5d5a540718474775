"""record: the writing of a finished plan.  Computes nothing: decide/ has done that.

record(session, plan, at, policy) appends the events to the log and its hash chain, and writes case rows, messages, contents,
references and counters; its letters go by store/outbox.py, its words by store/search.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from maild.model.asking_events import Cleared
from maild.model.case import QUARANTINE, SPAM, Case
from maild.model.content import Content
from maild.model.deed_events import Followed
from maild.model.known import Person
from maild.model.plan import Happened, MessageRow, Plan
from maild.model.recorded import dump
from maild.model.related_events import Copied, Uncopied
from maild.store import absence, around, drafts, page_calls, slips, swaps
from maild.store.case_state import dump_case
from maild.store.database import Session, stamp
from maild.store.dues import dump_dues
from maild.store.outbox import attachment_row
from maild.store.text import dumps

NO_CHAIN = "0" * 64


def record(session: Session, plan: Plan, at: datetime, policy: str) -> None:
    """Write all of a plan but its letters and its words."""
    _add_persons(session, plan.persons, at)
    session.insert("address(address, person)", plan.addresses)
    for person in plan.changed:
        session.execute(
            "UPDATE person SET language=?, muted=?, spam=? WHERE id=?",
            (person.language, int(person.muted), int(person.spam), person.id),
        )
    _add_contents(session, [*plan.contents, *(m.content for m in plan.messages)])
    session.insert("phrase(commitment, case_id)", plan.phrases, "ON CONFLICT DO NOTHING")
    _append(session, plan.events)
    for case in plan.cases:
        _write_case(session, case, policy, plan)
        session.insert("label(label, case_id)", [(label, case.id) for label in case.labels], "ON CONFLICT DO NOTHING")
    cleared = [happened.case for happened in plan.events if isinstance(happened.record.event, Cleared)]
    session.executemany(
        "DELETE FROM label WHERE case_id=? AND label IN (?, ?)", [(case, SPAM, QUARANTINE) for case in cleared]
    )
    watched = {h.case for h in plan.events if isinstance(h.record.event, Copied | Uncopied | Followed)}
    around.watch(session, [case for case in plan.cases if case.id in watched])
    _add_messages(session, plan.messages, at)
    session.executemany(
        "UPDATE message SET standing=?, internal=? WHERE id=?",
        [(standing, int(internal), row) for row, (standing, internal) in plan.restated.items()],
    )
    drafts.keep(session, plan)
    session.insert("reference(message_id, case_id, message, own)", plan.references, "ON CONFLICT DO NOTHING")
    session.insert("proof(mark, at)", [(mark, stamp(at)) for mark in plan.marks], "ON CONFLICT DO NOTHING")
    absence.keep(session, plan.absences)
    swaps.keep(session, plan.swaps)
    page_calls.keep(session, plan, at)
    slips.keep(session, plan.slips, at)
    _spend(session, plan)


def _add_persons(session: Session, persons: Sequence[Person], at: datetime) -> None:
    rows = [(person.id, person.name, person.language, stamp(at)) for person in persons]
    session.insert("person(id, name, language, created_at)", rows)
    session.insert("address(address, person)", [(person.address, person.id) for person in persons])


def _add_contents(session: Session, contents: Sequence[Content]) -> None:
    rows = [(content.commitment, content.salt, content.text) for content in contents]
    session.insert("content(commitment, salt, text)", rows, "ON CONFLICT DO NOTHING")


def _append(session: Session, events: Sequence[Happened]) -> None:
    """The log: append-only, one hash chain over all cases, so that a changed or missing event shows."""
    last = session.one("SELECT id, chain FROM event WHERE id=(SELECT max(id) FROM event)") or (0, NO_CHAIN)
    number, chain = int(last[0]), str(last[1])
    rows = []
    for happened in events:
        record = happened.record
        number += 1
        fact = (
            number,
            happened.case,
            record.seq,
            record.event.kind,
            record.event.version,
            stamp(record.at),
            record.actor,
            record.cause,
            dumps(dump(record.event)),
        )
        chain = link(chain, fact)
        rows.append((*fact, chain))
    session.insert("event(id, case_id, seq, kind, version, at, actor, cause, data, chain)", rows)


def link(chain: str, fact: Sequence[object]) -> str:
    """The chain's next value: SHA-256 over the one before and the row's fields."""
    return hashlib.sha256((chain + dumps(fact)).encode()).hexdigest()


_COLUMNS = (
    *("id", "number", "desk", "handler", "priority", "status", "customer", "language", "subject"),
    *("opened_at", "updated_at", "wake_at", "due", "seq", "state", "policy", "waits_for"),
)


def _upsert(*kept: str) -> str:
    """kept: what stays as it is in a row that exists."""
    names, values = ", ".join(_COLUMNS), ", ".join("?" * len(_COLUMNS))
    changed = (f"{name}=excluded.{name}" for name in _COLUMNS if name not in ("id", "number", "opened_at", *kept))
    return f"INSERT INTO cases({names}) VALUES ({values}) ON CONFLICT(id) DO UPDATE SET {', '.join(changed)}"


_UPSERT = {
    (wakes, dues): _upsert(*(() if wakes else ("wake_at",)), *(() if dues else ("due",)))
    for wakes in (True, False)
    for dues in (True, False)
}


def _write_case(session: Session, case: Case, policy: str, plan: Plan) -> None:
    wake = plan.wakes.get(case.id)
    session.execute(
        _UPSERT[case.id in plan.wakes, case.id in plan.dues],
        (
            case.id,
            case.number,
            case.desk,
            case.handler,
            str(case.priority),
            str(case.status),
            case.customer,
            case.language,
            case.subject,
            stamp(case.opened_at),
            stamp(case.updated_at),
            stamp(wake) if wake else None,
            dump_dues(plan.dues.get(case.id, {})),
            case.seq,
            dump_case(case),
            policy,
            case.waits_for,
        ),
    )


_MESSAGE = (
    "message(id, case_id, direction, author, kind, content, message_id, incoming, internal, standing, at, attachments)"
)


def _add_messages(session: Session, messages: Sequence[MessageRow], at: datetime) -> None:
    session.insert(_MESSAGE, [_message(message, at) for message in messages])


def _message(m: MessageRow, at: datetime) -> tuple[object, ...]:
    files = dumps([attachment_row(a) for a in m.attachments]) if m.attachments else "[]"
    who = (m.id, m.case, m.direction, m.author, m.kind, m.content.commitment, m.message_id, m.incoming or None)
    return (*who, int(m.internal), m.standing, stamp(at), files)


def _spend(session: Session, plan: Plan) -> None:
    session.insert(
        "counter(key, value)",
        [(key, by) for key, by in plan.counters.items() if by],
        "ON CONFLICT(key) DO UPDATE SET value=counter.value+excluded.value",
    )
    session.insert(
        "budget(key, bucket, spent)",
        [(key, bucket, by) for (key, bucket), by in plan.budgets.items()],
        "ON CONFLICT(key, bucket) DO UPDATE SET spent=budget.spent+excluded.spent",
    )
