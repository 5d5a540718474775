"""cases: one question, one answer.  look(session, lookup) -> Known: everything judgement needs, and nothing more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from maild.model.absence import Absence
from maild.model.case import Case
from maild.model.draft import Draft
from maild.model.events import Priority, Status
from maild.model.known import Known, LetterRow, Lookup, Other, Pending, Person, Shown, Standing, Whose
from maild.model.message import named
from maild.model.people import handler_of, person_of, person_party
from maild.model.recorded import Recorded, load
from maild.model.work_events import Titled
from maild.store import absence, agenda, drafts, errands, standing
from maild.store.database import Session, moment, stamp
from maild.store.outbox import attachment
from maild.store.text import dumps

_THREAD = 20
_TALK = 3
_OTHERS = 20


# --- the question ---------------------------------------------------------------------------------------------------------------


def look(session: Session, lookup: Lookup) -> Known:
    """Answer the question.  Cheap when little is asked: a new mail of a stranger costs four indexed reads."""
    letters, kept = _letters_and_drafts(session, lookup.letters)
    by_message_id = _cases_of_ids(session, lookup.message_ids)
    by_number = _cases_of_numbers(session, lookup.numbers)
    wanted = {*lookup.cases, *by_message_id.values(), *by_number.values()}
    wanted |= {row.case for row in letters.values() if row.case}
    waiting = _waiting(session, sorted(wanted))
    cases = load_cases(session, sorted(wanted.union(*waiting.values())))
    pending = _pending(session, sorted(cases)) if cases else ()
    author = _author(session, lookup.address)
    asked = _standing(session, lookup.whose) if lookup.whose else ()
    if len(asked) == 1:
        # The answer belongs to the one case there is.
        cases[asked[0].case.id] = asked[0].case
    absent, told = absence.absent(session), _for_handlers(letters, by_number if lookup.parks else {})
    log = _log(session, sorted(cases)) if lookup.logs else {}
    return replace(
        _next(session),
        letters=letters,
        cases=cases,
        by_message_id=by_message_id,
        obeyed=_filed_as(session, list(by_message_id), "handler", "declined"),
        inside=_filed_as(session, list(by_message_id), "supplier", "approver"),
        by_number=by_number,
        author=author,
        persons=_persons(session, _parties(cases, asked)),
        counters=_counters(session, lookup.counters),
        budgets=_budgets(session, lookup.budgets),
        pending=pending,
        shown=_shown(session, [m for p in pending for m in p.messages]),
        thread=_thread(session, sorted(cases)),
        talk=_talk(session, sorted(told | _of_absent(cases, absent))),
        absent=absent,
        agenda=agenda.agenda(session, lookup.agenda, load_case),
        waiting=waiting,
        others=_others(session, cases, author),
        heard=_talk(session, sorted(told), _HEARD, 1) if lookup.parks else {},
        drafts=kept,
        next_draft=drafts.next_id(session) if lookup.parks else 1,
        by_address=_by_address(session, lookup.people),
        standing=asked,
        log=log,
        subjects=_texts(session, [*_said_of(cases), *_titles(log)]),
    )


def _said_of(cases: Mapping[int, Case]) -> list[str]:
    """Commitments of what the cases are called, and of the words of their errands."""
    return [text for c in cases.values() for text in (c.subject, c.title, *c.errands.phrases()) if text]


def _parties(cases: Mapping[int, Case], asked: Iterable[Standing]) -> set[str]:
    """Everybody whose address a letter may need."""
    found = {p for c in cases.values() for p in (c.customer, *c.participants, *c.strangers, *c.errands.parties())}
    return found | {one.case.customer for one in asked}


def _for_handlers(letters: dict[int, LetterRow], named: dict[str, int]) -> set[int]:
    """The cases of which a handler who is new to them may be told: his letters lead there, or he names them."""
    return {row.case for row in letters.values() if row.case and handler_of(row.party)} | set(named.values())


def _marks(values: Sequence[object]) -> str:
    return "(" + ",".join("?" * len(values)) + ")"


def _letters(session: Session, ids: Sequence[int]) -> dict[int, LetterRow]:
    if not ids:
        return {}
    rows = session.all(
        "SELECT l.id, l.case_id, l.party, l.kind, l.seq, l.revoked, o.recipient, l.created_at, l.messages"
        " FROM letter l LEFT JOIN outbox o ON o.id=l.id"
        f" WHERE l.id IN {_marks(ids)}",
        ids,
    )
    return {
        r[0]: LetterRow(r[0], r[1], r[2], r[3], r[4], bool(r[5]), r[6] or "", moment(r[7]), r[8] != "[]") for r in rows
    }


def _letters_and_drafts(
    session: Session, ids: Sequence[int]
) -> tuple[dict[int, LetterRow], dict[int, tuple[Draft, ...]]]:
    """These letters, the drafts of which they told, and the letters that the drafts' writers had read."""
    letters = _letters(session, ids)
    kept = drafts.by_letters(session, [row.id for row in letters.values() if handler_of(row.party)])
    read = sorted({d.answers for some in kept.values() for d in some if d.answers} - set(letters))
    return letters | _letters(session, read), kept


def _cases_of_numbers(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    if not numbers:
        return {}
    return dict(session.all(f"SELECT number, id FROM cases WHERE number IN {_marks(numbers)}", numbers))


def _cases_of_ids(session: Session, ids: Sequence[str]) -> dict[str, int]:
    if not ids:
        return {}
    # Later rows win: the mail that bears the id outweighs one that only names it, the newer case the older.
    rows = session.all(
        f"SELECT message_id, case_id FROM reference WHERE message_id IN {_marks(ids)} ORDER BY own, case_id", ids
    )
    return dict(rows)


def _filed_as(session: Session, ids: Sequence[str], *standings: str) -> frozenset[str]:
    """Those of the ids that are of mails with one of these standings."""
    if not ids:
        return frozenset()
    rows = session.all(
        f"SELECT r.message_id FROM reference r JOIN message m ON m.id=r.message WHERE r.message_id IN {_marks(ids)} AND r.own=1"
        f" AND m.standing IN {_marks(standings)}",
        (*ids, *standings),
    )
    return frozenset(row[0] for row in rows)


def load_cases(session: Session, ids: Sequence[int]) -> dict[int, Case]:
    if not ids:
        return {}
    rows = session.all(f"SELECT id, state FROM cases WHERE id IN {_marks(ids)}", ids)
    return {row[0]: load_case(row[0], row[1]) for row in rows}


def _log(session: Session, cases: Sequence[int]) -> dict[int, tuple[Recorded, ...]]:
    """All that happened in these cases."""
    found: dict[int, list[Recorded]] = {}
    rows = (
        session.all(
            "SELECT case_id, seq, at, actor, cause, kind, version, data FROM event"
            f" WHERE case_id IN {_marks(cases)} ORDER BY case_id, seq",
            cases,
        )
        if cases
        else []
    )
    for case, seq, at, actor, cause, kind, version, facts in rows:
        event = load(kind, version, json.loads(facts))
        found.setdefault(case, []).append(Recorded(seq, moment(at), actor, cause, event))
    return {case: tuple(records) for case, records in found.items()}


def _titles(log: dict[int, tuple[Recorded, ...]]) -> list[str]:
    """The commitments of the titles that they had before."""
    events = (record.event for records in log.values() for record in records)
    return [event.title for event in events if isinstance(event, Titled) and event.title]


def _waiting(session: Session, cases: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """The cases that rest until one of these is solved."""
    if not cases:
        return {}
    found: dict[int, tuple[int, ...]] = {}
    for case, other in session.all(
        f"SELECT id, waits_for FROM cases WHERE waits_for IN {_marks(cases)} ORDER BY id", cases
    ):
        found[other] = (*found.get(other, ()), case)
    return found


def _others(session: Session, cases: Mapping[int, Case], author: Person | None) -> dict[str, tuple[Other, ...]]:
    """The open cases of these cases' customers and of the author, the newest of each."""
    customers = {c.customer for c in cases.values()} | ({person_party(author.id)} if author else set())
    known = sorted(party for party in customers if person_of(party) is not None)
    if not known:
        return {}
    rows = session.all(
        "SELECT c.customer, c.id, c.number, c.desk, t.text FROM cases c LEFT JOIN content t ON t.commitment=c.subject"
        f" WHERE c.customer IN {_marks(known)} AND c.status IN ('new', 'open', 'waiting', 'on_hold')"
        " ORDER BY c.id DESC LIMIT ?",
        (*known, _OTHERS * len(known)),
    )
    found: dict[str, tuple[Other, ...]] = {}
    for customer, *row in rows:
        found[customer] = (*found.get(customer, ()), Other(row[0], row[1], row[2], row[3] or ""))
    return found


def _author(session: Session, address: str) -> Person | None:
    return _by_address(session, (address,)).get(address) if address else None


def _by_address(session: Session, addresses: Sequence[str]) -> dict[str, Person]:
    """The persons with these addresses, by address."""
    if not addresses:
        return {}
    rows = session.all(f"{_PERSON} WHERE a.address IN {_marks(addresses)}", addresses)
    return {row[2]: _person(row) for row in rows}


_PERSON = "SELECT p.id, p.name, a.address, p.language, p.muted, p.spam FROM address a JOIN person p ON p.id=a.person"


def _person(row: Sequence[Any]) -> Person:
    return Person(row[0], row[1], row[2], row[3], bool(row[4]), bool(row[5]))


def _standing(session: Session, whose: Whose) -> tuple[Standing, ...]:
    ids = standing.open_cases(session, whose)
    found, last = load_cases(session, ids), standing.last_said(session, ids)
    subjects = _texts(session, [case.subject for case in found.values()])
    return tuple(
        Standing(found[case], subjects.get(found[case].subject, ""), *last.get(case, ("", None))) for case in ids
    )


def _persons(session: Session, parties: Iterable[str]) -> dict[str, Person]:
    ids = sorted({n for party in parties if (n := person_of(party)) is not None})
    if not ids:
        return {}
    rows = session.all(f"{_PERSON} WHERE p.id IN {_marks(ids)}", ids)
    return {person_party(r[0]): _person(r) for r in rows}


def _counters(session: Session, keys: Sequence[str]) -> dict[str, int]:
    if not keys:
        return {}
    return dict(session.all(f"SELECT key, value FROM counter WHERE key IN {_marks(keys)}", keys))


def _budgets(session: Session, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], int]:
    if not keys:
        return {}
    pairs = ",".join(["(?,?)"] * len(keys))
    values = [value for key in keys for value in key]
    rows = session.all(f"SELECT key, bucket, spent FROM budget WHERE (key, bucket) IN (VALUES {pairs})", values)
    return {(key, bucket): spent for key, bucket, spent in rows}


def _pending(session: Session, cases: Sequence[int]) -> tuple[Pending, ...]:
    rows = session.all(
        "SELECT o.id, o.id, o.case_id, o.party, o.kind, o.due_at, l.messages FROM outbox o JOIN letter l ON l.id=o.id"
        f" WHERE o.case_id IN {_marks(cases)} AND o.state='ready' AND o.attempts=0 ORDER BY o.id",
        cases,
    )
    return tuple(Pending(r[0], r[1], r[2], r[3], r[4], moment(r[5]), tuple(json.loads(r[6]))) for r in rows)


def _shown(session: Session, messages: Sequence[int]) -> dict[int, Shown]:
    if not messages:
        return {}
    rows = session.all(
        "SELECT m.id, m.at, m.incoming, m.attachments, c.text FROM message m JOIN content c ON c.commitment=m.content"
        f" WHERE m.id IN {_marks(messages)}",
        messages,
    )
    return {r[0]: _show(r) for r in rows}


def _of_absent(cases: Mapping[int, Case], absent: Mapping[str, Absence]) -> set[int]:
    """The cases of handlers who are away: who stands in reads of them, and is new to them."""
    return {case.id for case in cases.values() if case.handler in absent}


_SAID, _HEARD = "internal=0", "standing IN ('customer', 'participant', 'thread')"


def _talk(
    session: Session, cases: Sequence[int], which: str = _SAID, most: int = _TALK
) -> dict[int, tuple[Shown, ...]]:
    """What the customer and the handlers said last, for somebody who has not read it yet."""
    latest: dict[int, list[int]] = {}
    for case in cases:
        rows = session.all(f"SELECT id FROM message WHERE case_id=? AND {which} ORDER BY id DESC LIMIT ?", (case, most))
        latest[case] = sorted(row[0] for row in rows)
    found = _shown(session, [message for messages in latest.values() for message in messages])
    return {case: tuple(found[m] for m in messages if m in found) for case, messages in latest.items()}


def _show(row: Sequence[Any]) -> Shown:
    body = json.loads(row[4])
    files = tuple(attachment(a) for a in json.loads(row[3]))
    people = (*body.get("to", ())[:50], *body.get("cc", ())[:50])
    return Shown(
        row[0], moment(row[1]), named(body["from_name"], body["from"]), body["own_text"], row[2] or 0, files, people
    )


def _thread(session: Session, cases: Sequence[int]) -> dict[tuple[int, str], tuple[str, ...]]:
    """Ids that each party has seen or written, the last of them, oldest first."""
    found: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for case in cases:
        letters = session.all(
            "SELECT party, created_at, message_id FROM outbox WHERE case_id=? AND state<>'cancelled' ORDER BY id DESC LIMIT ?",
            (case, 3 * _THREAD),
        )
        mails = session.all(
            "SELECT author, at, message_id FROM message WHERE case_id=? AND message_id IS NOT NULL ORDER BY id DESC LIMIT ?",
            (case, _THREAD),
        )
        for party, at, message_id in letters + mails:
            found.setdefault((case, party), []).append((at, message_id))
    return {key: tuple(i for _, i in sorted(ids)[-_THREAD:]) for key, ids in found.items()}


def _texts(session: Session, commitments: Sequence[str]) -> dict[str, str]:
    if not commitments:
        return {}
    return dict(
        session.all(f"SELECT commitment, text FROM content WHERE commitment IN {_marks(commitments)}", commitments)
    )


def _next(session: Session) -> Known:
    """The rows that come next, and nothing else."""
    row = session.one(
        "SELECT (SELECT coalesce(max(id), 0) + 1 FROM cases), (SELECT coalesce(max(id), 0) + 1 FROM person),"
        " (SELECT coalesce(max(id), 0) + 1 FROM message), (SELECT coalesce(max(id), 0) + 1 FROM letter)"
    )
    assert row is not None
    return Known(next_case=row[0], next_person=row[1], next_message=row[2], next_letter=row[3])


def next_letter(session: Session) -> int:
    """For a letter of no case; only for whoever is the settler now."""
    return _next(session).next_letter


# --- the row's state ------------------------------------------------------------------------------------------------------------

_TIMES = ("opened_at", "updated_at", "closes_at", "until_at", "promised_at")
_LISTS = ("labels", "participants", "watching", "strangers")


def dump_case(case: Case) -> str:
    state: dict[str, Any] = {name: getattr(case, name) for name in Case.__match_args__}
    for name in _TIMES:
        state[name] = None if state[name] is None else stamp(state[name])
    state["errands"] = errands.dump(case.errands)
    return dumps(state)


def load_case(case_id: int, text: str) -> Case:
    state = json.loads(text)
    for name in _TIMES:
        state[name] = None if state.get(name) is None else moment(state[name])
    for name in _LISTS:
        state[name] = tuple(state.get(name, ()))
    state["errands"] = errands.load(state.get("errands", {}))
    state.update(id=case_id, status=Status(state["status"]), priority=Priority(state["priority"]))
    return Case(**state)
