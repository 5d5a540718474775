"""known_rows: the parts of what judgement needs to know (model/known), each read from its table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from maild.model.case import Case
from maild.model.draft import Draft
from maild.model.known import LetterRow, Other, Pending, Person, Shown
from maild.model.message import named
from maild.model.people import handler_of, person_of, person_party
from maild.model.recorded import Recorded, load
from maild.model.work_events import Titled
from maild.store import drafts
from maild.store.database import Session, moment
from maild.store.lists import marks
from maild.store.outbox import attachment

_THREAD = 20
_TALK = 3
_OTHERS = 20
_SAID, HEARD = "internal=0", "standing IN ('customer', 'participant', 'thread')"
_PERSON = "SELECT p.id, p.name, a.address, p.language, p.muted, p.spam FROM address a JOIN person p ON p.id=a.person"


def _letters(session: Session, ids: Sequence[int]) -> dict[int, LetterRow]:
    if not ids:
        return {}
    rows = session.all(
        "SELECT l.id, l.case_id, l.party, l.kind, l.seq, l.revoked, o.recipient, l.created_at, l.messages"
        " FROM letter l LEFT JOIN outbox o ON o.id=l.id"
        f" WHERE l.id IN {marks(ids)}",
        ids,
    )
    return {
        r[0]: LetterRow(r[0], r[1], r[2], r[3], r[4], bool(r[5]), r[6] or "", moment(r[7]), r[8] != "[]") for r in rows
    }


def letters_and_drafts(
    session: Session, ids: Sequence[int]
) -> tuple[dict[int, LetterRow], dict[int, tuple[Draft, ...]]]:
    """These letters, the drafts of which they told, and the letters that the drafts' writers had read."""
    letters = _letters(session, ids)
    kept = drafts.by_letters(session, [row.id for row in letters.values() if handler_of(row.party)])
    read = sorted({d.answers for some in kept.values() for d in some if d.answers} - set(letters))
    # A word about a draft may wait itself, because nobody proved whose it was.
    return letters | _letters(session, read), kept | drafts.by_letters(session, read)


def cases_of_numbers(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    if not numbers:
        return {}
    return dict(session.all(f"SELECT number, id FROM cases WHERE number IN {marks(numbers)}", numbers))


def cases_of_ids(session: Session, ids: Sequence[str]) -> dict[str, int]:
    if not ids:
        return {}
    # Later rows win: the mail that bears the id outweighs one that only names it, the newer case the older.
    rows = session.all(
        f"SELECT message_id, case_id FROM reference WHERE message_id IN {marks(ids)} ORDER BY own, case_id", ids
    )
    return dict(rows)


def obeyed(session: Session, ids: Sequence[str], proofs: Sequence[str]) -> frozenset[str]:
    """Those of the ids and of the marks of proofs that a handler's mail has used up."""
    rows = session.all(f"SELECT mark FROM proof WHERE mark IN {marks(proofs)}", proofs) if proofs else []
    return filed_as(session, ids, "handler", "declined", "noted") | {row[0] for row in rows}


def filed_as(session: Session, ids: Sequence[str], *standings: str) -> frozenset[str]:
    """Those of the ids that are of mails with one of these standings."""
    if not ids:
        return frozenset()
    rows = session.all(
        f"SELECT r.message_id FROM reference r JOIN message m ON m.id=r.message WHERE r.message_id IN {marks(ids)} AND r.own=1"
        f" AND m.standing IN {marks(standings)}",
        (*ids, *standings),
    )
    return frozenset(row[0] for row in rows)


def log(session: Session, cases: Sequence[int]) -> dict[int, tuple[Recorded, ...]]:
    """All that happened in these cases."""
    found: dict[int, list[Recorded]] = {}
    rows = (
        session.all(
            "SELECT case_id, seq, at, actor, cause, kind, version, data FROM event"
            f" WHERE case_id IN {marks(cases)} ORDER BY case_id, seq",
            cases,
        )
        if cases
        else []
    )
    for case, seq, at, actor, cause, kind, version, facts in rows:
        event = load(kind, version, json.loads(facts))
        found.setdefault(case, []).append(Recorded(seq, moment(at), actor, cause, event))
    return {case: tuple(records) for case, records in found.items()}


def titles(log: dict[int, tuple[Recorded, ...]]) -> list[str]:
    """The commitments of the titles that they had before."""
    events = (record.event for records in log.values() for record in records)
    return [event.title for event in events if isinstance(event, Titled) and event.title]


def waiting(session: Session, cases: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """The cases that rest until one of these is solved."""
    if not cases:
        return {}
    found: dict[int, tuple[int, ...]] = {}
    for case, other in session.all(
        f"SELECT id, waits_for FROM cases WHERE waits_for IN {marks(cases)} ORDER BY id", cases
    ):
        found[other] = (*found.get(other, ()), case)
    return found


def others(session: Session, cases: Mapping[int, Case], author: Person | None) -> dict[str, tuple[Other, ...]]:
    """The open cases of these cases' customers and of the author, the newest of each."""
    customers = {c.customer for c in cases.values()} | ({person_party(author.id)} if author else set())
    known = sorted(party for party in customers if person_of(party) is not None)
    if not known:
        return {}
    rows = session.all(
        "SELECT c.customer, c.id, c.number, c.desk, t.text FROM cases c LEFT JOIN content t ON t.commitment=c.subject"
        f" WHERE c.customer IN {marks(known)} AND c.status IN ('new', 'open', 'waiting', 'on_hold')"
        " ORDER BY c.id DESC LIMIT ?",
        (*known, _OTHERS * len(known)),
    )
    found: dict[str, tuple[Other, ...]] = {}
    for customer, *row in rows:
        found[customer] = (*found.get(customer, ()), Other(row[0], row[1], row[2], row[3] or ""))
    return found


def last_handlers(session: Session, people: Iterable[Person | None]) -> dict[str, str]:
    """Who had the last case of each of these, by his party."""
    last = "SELECT handler FROM cases WHERE customer=? AND handler IS NOT NULL ORDER BY id DESC LIMIT 1"
    found = ((party, session.one(last, (party,))) for party in (person_party(person.id) for person in people if person))
    return {party: row[0] for party, row in found if row}


def author(session: Session, address: str) -> Person | None:
    """Who writes from this address, with just that address."""
    row = session.one(f"{_PERSON} WHERE a.address=?", (address,)) if address else None
    return _person(row) if row else None


def by_address(session: Session, addresses: Sequence[str]) -> dict[str, Person]:
    """The persons with these addresses, by address, each as he is reached."""
    parties: dict[str, str] = {}
    for start in range(0, len(addresses), 500):
        some = addresses[start : start + 500]
        found = session.all(f"SELECT address, person FROM address WHERE address IN {marks(some)}", some)
        parties |= {address: person_party(person) for address, person in found}
    known = persons(session, parties.values())
    return {address: known[party] for address, party in parties.items()}


def persons(session: Session, parties: Iterable[str]) -> dict[str, Person]:
    ids = sorted({n for party in parties if (n := person_of(party)) is not None})
    if not ids:
        return {}
    # A telephone number is the last resort.
    last = " ORDER BY CASE WHEN a.address LIKE '%@%' THEN 1 ELSE 0 END"
    rows = session.all(f"{_PERSON} WHERE p.id IN {marks(ids)}{last}", ids)
    return {person_party(r[0]): _person(r) for r in rows}


def _person(row: Sequence[Any]) -> Person:
    return Person(row[0], row[1], row[2], row[3], bool(row[4]), bool(row[5]))


def counters(session: Session, keys: Sequence[str]) -> dict[str, int]:
    if not keys:
        return {}
    return dict(session.all(f"SELECT key, value FROM counter WHERE key IN {marks(keys)}", keys))


def budgets(session: Session, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], int]:
    if not keys:
        return {}
    pairs = ",".join(["(?,?)"] * len(keys))
    values = [value for key in keys for value in key]
    rows = session.all(f"SELECT key, bucket, spent FROM budget WHERE (key, bucket) IN (VALUES {pairs})", values)
    return {(key, bucket): spent for key, bucket, spent in rows}


def pending(session: Session, cases: Sequence[int], letters: Sequence[int] = ()) -> tuple[Pending, ...]:
    """Letters of these cases, and these."""
    rows = session.all(
        "SELECT o.id, o.id, o.case_id, o.party, o.kind, o.due_at, l.messages FROM outbox o JOIN letter l ON l.id=o.id"
        f" WHERE (o.case_id IN {marks(cases)} OR o.id IN {marks(letters)}) AND o.state='ready' AND o.attempts=0"
        " ORDER BY o.id",
        (*cases, *letters),
    )
    return tuple(Pending(r[0], r[1], r[2], r[3], r[4], moment(r[5]), tuple(json.loads(r[6]))) for r in rows)


def left(session: Session, letters: Sequence[int]) -> dict[int, datetime]:
    """When each of these letters left; nothing of one that has not."""
    if not letters:
        return {}
    rows = session.all(f"SELECT id, sent_at FROM outbox WHERE id IN {marks(letters)} AND state='done'", letters)
    return {row[0]: moment(row[1]) for row in rows if row[1]}


def withheld(session: Session, cases: Sequence[int]) -> tuple[Pending, ...]:
    """Letters that were taken back, and are still there to be sent."""
    rows = session.all(
        "SELECT o.id, o.id, o.case_id, o.party, o.kind, o.due_at, l.messages FROM outbox o JOIN letter l ON l.id=o.id"
        f" WHERE o.case_id IN {marks(cases)} AND o.state='cancelled' AND o.attempts=0 AND o.recipient<>'' ORDER BY o.id",
        cases,
    )
    return tuple(Pending(r[0], r[1], r[2], r[3], r[4], moment(r[5]), tuple(json.loads(r[6]))) for r in rows)


def shown(session: Session, messages: Sequence[int]) -> dict[int, Shown]:
    if not messages:
        return {}
    rows = session.all(
        "SELECT m.id, m.at, m.incoming, m.attachments, c.text FROM message m JOIN content c ON c.commitment=m.content"
        f" WHERE m.id IN {marks(messages)}",
        messages,
    )
    return {r[0]: _show(r) for r in rows}


def _show(row: Sequence[Any]) -> Shown:
    body = json.loads(row[4])
    files = tuple(attachment(a) for a in json.loads(row[3]))
    people = (*body.get("to", ())[:50], *body.get("cc", ())[:50])
    return Shown(
        row[0], moment(row[1]), named(body["from_name"], body["from"]), body["own_text"], row[2] or 0, files, people
    )


def talk(session: Session, cases: Sequence[int], which: str = _SAID, most: int = _TALK) -> dict[int, tuple[Shown, ...]]:
    """What the customer and the handlers said last, for somebody who has not read it yet."""
    latest: dict[int, list[int]] = {}
    for case in cases:
        rows = session.all(f"SELECT id FROM message WHERE case_id=? AND {which} ORDER BY id DESC LIMIT ?", (case, most))
        latest[case] = sorted(row[0] for row in rows)
    found = shown(session, [message for messages in latest.values() for message in messages])
    return {case: tuple(found[m] for m in messages if m in found) for case, messages in latest.items()}


def thread(session: Session, cases: Mapping[int, Case]) -> dict[tuple[int, str], tuple[str, ...]]:
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


def texts(session: Session, commitments: Sequence[str]) -> dict[str, str]:
    if not commitments:
        return {}
    return dict(
        session.all(f"SELECT commitment, text FROM content WHERE commitment IN {marks(commitments)}", commitments)
    )


def next_rows(session: Session) -> dict[str, Any]:
    """The rows that come next, as Known has them."""
    row = session.one(
        "SELECT (SELECT coalesce(max(id), 0) + 1 FROM cases), (SELECT coalesce(max(id), 0) + 1 FROM person),"
        " (SELECT coalesce(max(id), 0) + 1 FROM message), (SELECT coalesce(max(id), 0) + 1 FROM letter)"
    )
    assert row is not None
    return {"next_case": row[0], "next_person": row[1], "next_message": row[2], "next_letter": row[3]}
