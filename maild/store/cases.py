"""cases: one question, one answer.  look(session, lookup) -> Known: everything judgement needs, and nothing more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from maild.model.case import Case
from maild.model.draft import Draft
from maild.model.events import Priority, Status
from maild.model.message import named
from maild.model.people import handler_of, person_of, person_party
from maild.model.plan import Known, LetterRow, Lookup, Pending, Person, Shown
from maild.model.recorded import Recorded, load
from maild.model.work_events import Titled
from maild.store import around, drafts
from maild.store.database import Session, moment, stamp
from maild.store.outbox import attachment
from maild.store.text import dumps

_THREAD = 20
_TALK = 3


# --- the question ---------------------------------------------------------------------------------------------------------------


def look(session: Session, lookup: Lookup) -> Known:
    """Answer the question.  Cheap when little is asked: a new mail of a stranger costs four indexed reads."""
    letters, kept = _letters_and_drafts(session, lookup.letters)
    by_message_id = _cases_of_ids(session, lookup.message_ids)
    by_number = _cases_of_numbers(session, lookup.numbers)
    wanted = {*lookup.cases, *by_message_id.values(), *by_number.values()} | {
        row.case for row in letters.values() if row.case
    }
    cases = _reach(session, load_cases(session, sorted(wanted)), acting=lookup.parks, tied=lookup.logs)
    near = frozenset(cases)
    waiting = _waiting(session, sorted(cases))
    cases |= load_cases(session, sorted({case for rests in waiting.values() for case in rests} - near))
    pending = _pending(session, sorted(cases)) if cases else ()
    author = _author(session, lookup.address)
    parties = {party for c in cases.values() for party in (c.customer, *c.participants, *c.watchers)}
    log = _log(session, sorted(cases)) if lookup.logs else {}
    known_by = sorted(_followed(_for_handlers(letters, by_number if lookup.parks else {}), cases))
    next_case, next_person, next_message, next_letter = _next(session)
    return Known(
        letters=letters,
        cases=cases,
        by_message_id=by_message_id,
        obeyed=_obeyed(session, list(by_message_id)),
        by_number=by_number,
        author=author,
        persons=_persons(session, parties),
        counters=_counters(session, lookup.counters),
        budgets=_budgets(session, lookup.budgets),
        pending=pending,
        shown=_shown(session, [m for p in pending for m in p.messages]),
        thread=_thread(session, cases),
        talk=_talk(session, known_by),
        heard=_talk(session, known_by, _HEARD, 1) if lookup.parks else {},
        waiting=waiting,
        log=log,
        drafts=kept,
        next_draft=drafts.next_id(session) if lookup.parks else 1,
        subjects=_texts(session, [*_named_by(cases), *_titles(log)]),
        by_address=_by_address(session, lookup.addresses),
        told=around.told(session, [r for r in letters.values() if handler_of(r.party)]) if lookup.parks else {},
        numbers=around.numbers(session, cases),
        next_case=next_case,
        next_person=next_person,
        next_message=next_message,
        next_letter=next_letter,
    )


def _for_handlers(letters: dict[int, LetterRow], named: dict[str, int]) -> set[int]:
    """The cases of which a handler who is new to them may be told: his letters lead there, or he names them."""
    return {row.case for row in letters.values() if row.case and handler_of(row.party)} | set(named.values())


def _marks(values: Sequence[object]) -> str:
    return "(" + ",".join("?" * len(values)) + ")"


def _letters(session: Session, ids: Sequence[int]) -> dict[int, LetterRow]:
    if not ids:
        return {}
    rows = session.all(
        "SELECT l.id, l.case_id, l.party, l.kind, l.seq, l.revoked, o.recipient FROM letter l LEFT JOIN outbox o ON o.id=l.id"
        f" WHERE l.id IN {_marks(ids)}",
        ids,
    )
    return {r[0]: LetterRow(r[0], r[1], r[2], r[3], r[4], bool(r[5]), r[6] or "") for r in rows}


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


def _obeyed(session: Session, ids: Sequence[str]) -> frozenset[str]:
    if not ids:
        return frozenset()
    rows = session.all(
        f"SELECT r.message_id FROM reference r JOIN message m ON m.id=r.message WHERE r.message_id IN {_marks(ids)} AND r.own=1"
        " AND m.standing IN ('handler', 'declined')",
        ids,
    )
    return frozenset(row[0] for row in rows)


def load_cases(session: Session, ids: Sequence[int]) -> dict[int, Case]:
    if not ids:
        return {}
    rows = session.all(f"SELECT id, state FROM cases WHERE id IN {_marks(ids)}", ids)
    return {row[0]: load_case(row[0], row[1]) for row in rows}


_FOLLOWED = 20


def _reach(session: Session, cases: dict[int, Case], *, acting: bool, tied: bool) -> dict[int, Case]:
    """With the cases in which merged ones go on; for a handler's commands also an incident's cases, and the incident of a case; tied:
    and those that were merged into them or are linked."""
    if acting:
        more = {case for c in cases.values() for case in (*c.children, *((c.parent,) if c.parent else ()))}
        more |= {case for c in cases.values() for case in (*c.links, *c.absorbed)} if tied else set()
        cases = cases | load_cases(session, sorted(more - cases.keys()))
    for _ in range(_FOLLOWED):
        following = {c.merged_into for c in cases.values() if c.merged_into is not None} - cases.keys()
        if not following:
            break
        cases = cases | load_cases(session, sorted(following))
    return cases


def _followed(ids: Iterable[int], cases: Mapping[int, Case]) -> set[int]:
    """These cases, and those in which they go on."""
    found = set(ids)
    for _ in range(_FOLLOWED):
        more = {into for i in found if i in cases and (into := cases[i].merged_into) is not None} - found
        if not more:
            break
        found |= more
    return found


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


def _author(session: Session, address: str) -> Person | None:
    if not address:
        return None
    row = session.one(
        "SELECT p.id, p.name, a.address, p.language, p.muted FROM address a JOIN person p ON p.id=a.person WHERE a.address=?",
        (address,),
    )
    return Person(row[0], row[1], row[2], row[3], bool(row[4])) if row else None


def _named_by(cases: Mapping[int, Case]) -> list[str]:
    """What the cases are called, as commitments."""
    return [text for c in cases.values() for text in (c.subject, c.title, c.incident) if text]


def _by_address(session: Session, addresses: Sequence[str]) -> dict[str, Person]:
    found = ((address, _author(session, address)) for address in addresses)
    return {address: person for address, person in found if person}


def _persons(session: Session, parties: Iterable[str]) -> dict[str, Person]:
    ids = sorted({n for party in parties if (n := person_of(party)) is not None})
    if not ids:
        return {}
    rows = session.all(
        f"SELECT p.id, p.name, a.address, p.language, p.muted FROM person p JOIN address a ON a.person=p.id WHERE p.id IN {_marks(ids)}",
        ids,
    )
    return {person_party(r[0]): Person(r[0], r[1], r[2], r[3], bool(r[4])) for r in rows}


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
    return Shown(row[0], moment(row[1]), named(body["from_name"], body["from"]), body["own_text"], row[2] or 0, files)


def _thread(session: Session, cases: Mapping[int, Case]) -> dict[tuple[int, str], tuple[str, ...]]:
    """Ids that each party has seen or written, the last of them, oldest first; of merged cases too, which go on in this one."""
    found: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for into, case in sorted((c.id, one) for c in cases.values() for one in (c.id, *c.absorbed)):
        letters = session.all(
            "SELECT party, created_at, message_id FROM outbox WHERE case_id=? AND state<>'cancelled' ORDER BY id DESC LIMIT ?",
            (case, 3 * _THREAD),
        )
        mails = session.all(
            "SELECT author, at, message_id FROM message WHERE case_id=? AND message_id IS NOT NULL ORDER BY id DESC LIMIT ?",
            (case, _THREAD),
        )
        for party, at, message_id in letters + mails:
            found.setdefault((into, party), []).append((at, message_id))
    return {key: tuple(i for _, i in sorted(ids)[-_THREAD:]) for key, ids in found.items()}


def _texts(session: Session, commitments: Sequence[str]) -> dict[str, str]:
    if not commitments:
        return {}
    return dict(
        session.all(f"SELECT commitment, text FROM content WHERE commitment IN {_marks(commitments)}", commitments)
    )


def _next(session: Session) -> tuple[int, int, int, int]:
    row = session.one(
        "SELECT (SELECT coalesce(max(id), 0) + 1 FROM cases), (SELECT coalesce(max(id), 0) + 1 FROM person),"
        " (SELECT coalesce(max(id), 0) + 1 FROM message), (SELECT coalesce(max(id), 0) + 1 FROM letter)"
    )
    assert row is not None
    return row[0], row[1], row[2], row[3]


def next_letter(session: Session) -> int:
    """For a letter of no case; only for whoever is the settler now."""
    return _next(session)[3]


# --- the row's state ------------------------------------------------------------------------------------------------------------

_TIMES = ("opened_at", "updated_at", "closes_at", "until_at", "promised_at")
_LISTS = ("labels", "participants", "watching", "absorbed", "links", "watchers", "children", "announced")
# Few cases have these: they stand in the row only where there is something to say, as in rows of older releases.
_SELDOM = (
    *(
        "merged_into",
        "merged_seq",
        "before_merge",
        "absorbed",
        "links",
        "watchers",
        "incident",
        "children",
        "announced",
    ),
    *("parent", "worked", "title", "promised_at"),
)


def dump_case(case: Case) -> str:
    state: dict[str, Any] = {name: getattr(case, name) for name in Case.__match_args__}
    for name in _TIMES:
        state[name] = None if state[name] is None else stamp(state[name])
    return dumps({name: value for name, value in state.items() if value or name not in _SELDOM})


def load_case(case_id: int, text: str) -> Case:
    state = json.loads(text)
    for name in _TIMES:
        state[name] = None if state.get(name) is None else moment(state[name])
    for name in _LISTS:
        state[name] = tuple(state.get(name, ()))
    state.update(id=case_id, status=Status(state["status"]), priority=Priority(state["priority"]))
    return Case(**state)
