"""past: what stood in the database before a mail came, and a scratch database in memory that gets it: for replays.

New rows of the replay begin at BEYOND, so that what is copied keeps its number.  Nothing is copied until a mail needs it: a case is
brought in as it was before the mail that touched it, if the replay has not made it itself (it is older, imported, or its mail is gone).
The real database is only read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from maild.model.absence_events import Left, Returned
from maild.model.case import Case, fold
from maild.model.events import Opened, Status
from maild.model.people import person_of
from maild.model.plan import Plan
from maild.model.recorded import Recorded, load
from maild.model.ruled import given
from maild.model.seen import Counting
from maild.store import counting, incoming, migrate
from maild.store.database import EPOCH, Database, Session, moment, stamp
from maild.store.lists import marks
from maild.store.record import record

BEYOND = 1_000_000_000
# Nobody may have had the last one.
_LAST = 3
_EVENT = "SELECT seq, at, actor, cause, kind, version, data, id FROM event"


def scratch(migrations: Path) -> Session:
    """An empty one."""
    database = Database(":memory:")
    migrate.up(database, migrations)
    session = database.session()
    session.execute(
        "INSERT INTO cases(id, number, desk, priority, status, customer, language, subject, opened_at, updated_at, seq, state, policy)"
        " VALUES (?, 'beyond', '', 'low', 'closed', '', 'en', '', 0, 0, 1, '{}', '')",
        (BEYOND,),
    )
    session.execute("INSERT INTO person(id, name, created_at) VALUES (?, '', 0)", (BEYOND,))
    session.execute(
        "INSERT INTO message(id, case_id, direction, author, kind, content, internal, standing, at, attachments)"
        " VALUES (?, ?, 'in', '', '', '', 1, '', 0, '[]')",
        (BEYOND, BEYOND),
    )
    session.execute(
        "INSERT INTO letter(id, party, kind, seq, created_at, messages) VALUES (?, '', '', 0, 0, '[]')", (BEYOND,)
    )
    return session


# --- the mails ------------------------------------------------------------------------------------------------------------------

_CAME = f"received_at>=? AND source NOT IN ({', '.join('?' * len(incoming.EVENTS))})"
_COLUMNS = "id, raw, source, sender, client, received_at, size, trust, trace, state"


def count(session: Session, since: datetime | None) -> int:
    """Mails that came from then on."""
    row = session.one(f"SELECT count(*) FROM incoming WHERE {_CAME}", _values(since))
    return int(row[0]) if row else 0


def mails(session: Session, since: datetime | None, after: int, most: int) -> list[tuple[Any, ...]]:
    """(id, raw, source, sender, client, received_at, size, trust, trace, state) of those behind a row."""
    question = f"SELECT {_COLUMNS} FROM incoming WHERE {_CAME} AND id>? ORDER BY id LIMIT ?"
    return session.all(question, (*_values(since), after, most))


def mail(session: Session, row: int) -> tuple[Any, ...] | None:
    """One of them, by its row."""
    return session.one(f"SELECT {_COLUMNS} FROM incoming WHERE id=?", (row,))


def recipients(session: Session, row: int) -> tuple[str, ...]:
    rows = session.all("SELECT recipient FROM delivery WHERE incoming=? ORDER BY received_at, recipient", (row,))
    return tuple(found[0] for found in rows)


def _values(since: datetime | None) -> tuple[Any, ...]:
    return (stamp(since) if since else 0, *incoming.EVENTS)


class Past:
    """What really happened, asked of the real database."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def events_of(self, incoming: int) -> list[tuple[int | None, str, dict[str, Any], int]]:
        """(case, kind, facts, row) of what a mail brought about."""
        rows = self._session.all(
            "SELECT case_id, kind, data, id FROM event WHERE cause=? ORDER BY id", (f"incoming:{incoming}",)
        )
        return [(row[0], row[1], json.loads(row[2]), row[3]) for row in rows]

    def letters(self, ids: Sequence[int]) -> list[tuple[Any, ...]]:
        """(id, case, party, kind, seq, revoked, created_at, recipient, text) of letters of ours."""
        if not ids:
            return []
        return self._session.all(
            "SELECT l.id, l.case_id, l.party, l.kind, l.seq, l.revoked, l.created_at, o.recipient, o.text FROM letter l"
            f" LEFT JOIN outbox o ON o.id=l.id WHERE l.id IN {marks(ids)}",
            list(ids),
        )

    def cases_of(self, message_ids: Sequence[str], before: datetime) -> list[int]:
        """The cases to which these ids led then."""
        if not message_ids:
            return []
        rows = self._session.all(
            "SELECT DISTINCT r.case_id FROM reference r JOIN message m ON m.id=r.message"
            f" WHERE r.message_id IN {marks(message_ids)} AND m.at<?",
            (*message_ids, stamp(before)),
        )
        return [row[0] for row in rows]

    def case(self, case: int, before: int) -> Case | None:
        """As it was before that event."""
        return fold(case, [_recorded(row) for row in self._session.all(
            f"{_EVENT} WHERE case_id=? AND id<? ORDER BY seq", (case, before))])  # fmt: skip

    def person(self, address: str, before: datetime) -> int | None:
        row = self._session.one(
            "SELECT p.id FROM address a JOIN person p ON p.id=a.person WHERE a.address=? AND p.created_at<?",
            (address, stamp(before)),
        )
        return int(row[0]) if row else None

    def marked_spam(self, person: int, before: int) -> bool:
        """What was said last of his mails then, as spam or as none."""
        row = self._session.one(
            "SELECT e.kind FROM event e JOIN cases c ON c.id=e.case_id"
            " WHERE c.customer=? AND e.kind IN ('spammed', 'cleared') AND e.id<? ORDER BY e.id DESC LIMIT 1",
            (f"person:{person}", before),
        )
        return row is not None and row[0] == "spammed"

    def cases_from(self, address: str, asked: Counting | None, before: datetime) -> list[int]:
        """Those opened until then that rules may be told of: the author's own, and of late of others at his domain."""
        found: set[int] = set()
        if asked is not None:
            for (whose, _), since in zip(asked.counts, asked.since, strict=True):
                domains, addresses = asked.domains.get(whose, ()), asked.addresses.get(whose, ())
                found |= counting.opened(self._session, domains, addresses, since)
        found |= counting.opened(self._session, (), (address,), EPOCH)
        question = f"SELECT id FROM cases WHERE id IN {marks([*found])} AND opened_at<? ORDER BY id"
        rows = self._session.all(question, (*found, stamp(before)))
        return [row[0] for row in rows]

    def loads(self, at: datetime) -> dict[str, int]:
        """handler -> cases that were open then."""
        count: dict[str, int] = {}
        before = stamp(at)
        rows = self._session.all(
            "SELECT handler, count(*) FROM cases WHERE updated_at<? AND handler IS NOT NULL"
            " AND status NOT IN ('solved', 'closed') GROUP BY handler",
            (before,),
        )
        count |= dict(rows)
        touched = "SELECT id FROM cases WHERE opened_at<? AND updated_at>=?"
        for (case,) in self._session.all(touched, (before, before)):
            events = self._session.all(f"{_EVENT} WHERE case_id=? AND at<? ORDER BY seq", (case, before))
            found = fold(case, map(_recorded, events))
            if found is not None and found.handler and not found.ended:
                count[found.handler] = count.get(found.handler, 0) + 1
        return count

    def absences(self, at: datetime) -> list[tuple[str, int, int | None, int]]:
        """Who was away then, as rows of the table."""
        away: dict[str, tuple[str, int, int | None, int]] = {}
        for row in self._session.all(f"{_EVENT} WHERE kind IN ('left', 'returned') AND at<? ORDER BY id", (stamp(at),)):
            happened = _recorded(row)
            if isinstance(happened.event, Left):
                until = happened.event.until_at
                told = (happened.event.handler, stamp(happened.at), stamp(until) if until else None)
                away[happened.event.handler] = (*told, int(happened.event.provisional))
            elif isinstance(happened.event, Returned):
                away.pop(happened.event.handler, None)
        return list(away.values())

    def rows(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return self._session.all(sql, values)


def _recorded(row: Sequence[Any]) -> Recorded:
    return Recorded(row[0], moment(row[1]), row[2], row[3], load(row[4], row[5], json.loads(row[6])))


class Bringer:
    """Brings cases, persons and letters of the past into the scratch database.  cases: real case -> the one of the replay."""

    def __init__(self, past: Past, session: Session, policy: str) -> None:
        self._past, self._session, self._policy = past, session, policy
        self.cases: dict[int, int] = {}
        self._persons: set[int] = set()
        # Brought only to be counted: a mail that has to do with one brings it anew, as it is by then.
        self._counted: set[int] = set()

    def case(self, case: int, before: int) -> None:
        """As it was before that event, with those who take part, its mails' ids and its subject; and the one in which it goes on."""
        if case in self.cases and case not in self._counted:
            return
        self._counted.discard(case)
        found = self._past.case(case, before)
        if found is None:
            return
        self.cases[case] = case
        if self._session.one("SELECT 1 FROM cases WHERE number=? AND id<>?", (found.number, case)):
            found = replace(found, number=f"{found.number}-{case}")
        at = found.updated_at
        record(self._session, Plan((), (found,)), at, self._policy)
        self.persons(_parties(found), before)
        self._mails(case, at)
        said = (*found.errands.phrases(), *given(found).values())
        texts = [text for text in (found.subject, found.title, found.incident, *said) if text]
        contents = self._past.rows(
            f"SELECT commitment, salt, text FROM content WHERE commitment IN {marks(texts)}", texts
        )
        self._session.insert("content(commitment, salt, text)", contents, "ON CONFLICT DO NOTHING")
        if found.merged_into is not None:
            self.case(found.merged_into, before)

    def _mails(self, case: int, until: datetime) -> None:
        columns = (
            "id, case_id, direction, author, kind, content, message_id, incoming, internal, standing, at, attachments"
        )
        rows = self._past.rows(f"SELECT {columns} FROM message WHERE case_id=? AND at<=?", (case, stamp(until)))
        self._session.insert(f"message({columns})", rows, "ON CONFLICT DO NOTHING")
        known = {row[0] for row in rows}
        references = self._past.rows("SELECT message_id, case_id, message, own FROM reference WHERE case_id=?", (case,))
        self._session.insert(
            "reference(message_id, case_id, message, own)",
            [row for row in references if row[2] in known],
            "ON CONFLICT DO NOTHING",
        )

    def persons(self, parties: Iterable[str], before: int) -> None:
        ids = sorted({n for party in parties if (n := person_of(party)) is not None} - self._persons)
        if not ids:
            return
        self._persons.update(ids)
        rows = self._past.rows(
            f"SELECT id, name, language, muted, created_at FROM person WHERE id IN {marks(ids)}", ids
        )
        then = [(*row, int(self._past.marked_spam(row[0], before))) for row in rows]
        self._session.insert("person(id, name, language, muted, created_at, spam)", then, "ON CONFLICT DO NOTHING")
        addresses = self._past.rows(f"SELECT address, person FROM address WHERE person IN {marks(ids)}", ids)
        self._session.insert("address(address, person)", addresses, "ON CONFLICT DO NOTHING")

    def author(self, address: str, at: datetime, before: int) -> None:
        if self._session.one("SELECT 1 FROM address WHERE address=?", (address,)) is None:
            person = self._past.person(address, at)
            if person is not None:
                self.persons([f"person:{person}"], before)

    def earlier_cases(self, address: str, asked: Counting | None, began: datetime, before: int) -> None:
        """What rules may ask of cases that are older than the replay; whether they are open, too."""
        for case in self._past.cases_from(address, asked, began):
            row = self._session.one("SELECT status FROM cases WHERE id=?", (case,)) if case in self._counted else None
            if case not in self.cases or (row and row[0] != Status.CLOSED):
                self.case(case, before)
                self._counted.add(case)

    def last_cases(self, address: str, at: datetime, before: int) -> None:
        """His newest cases of then: rules may ask who had them."""
        person = self._past.person(address, at)
        newest = "SELECT id FROM cases WHERE customer=? AND opened_at<? ORDER BY id DESC LIMIT ?"
        for row in self._past.rows(newest, (f"person:{person}", stamp(at), _LAST)) if person is not None else ():
            self.case(row[0], before)

    def letters(self, ids: Sequence[int], before: int) -> None:
        """Letters that a mail answers, under their real numbers, of the case that is the replay's."""
        new = [one for one in dict.fromkeys(ids) if not self._session.one("SELECT 1 FROM letter WHERE id=?", (one,))]
        for row, case, party, kind, seq, revoked, created_at, recipient, text in self._past.letters(new):
            if case is not None:
                self.case(case, before)
            mine = self.cases.get(case) if case is not None else None
            if case is not None and mine is None:
                continue
            who = self._party(party, recipient or "")
            self._session.execute(
                "INSERT INTO letter(id, case_id, party, kind, seq, revoked, created_at, messages) VALUES (?,?,?,?,?,?,?,'[]')",
                (row, mine, who, kind, seq, revoked, created_at),
            )
            self._session.execute(
                "INSERT INTO outbox(id, case_id, party, kind, message_id, sender, recipient, state, created_at, due_at, parts, head, text)"
                " VALUES (?,?,?,?,'','',?,'done',?,?,'[]',?,?)",
                (row, mine, who, kind, recipient or "", created_at, created_at, b"", bytes(text or b"")),
            )

    def _party(self, party: str, recipient: str) -> str:
        """Of a person whom the replay met for itself: the one with that address."""
        row = self._session.one("SELECT person FROM address WHERE address=?", (recipient.lower(),))
        return f"person:{row[0]}" if row and person_of(party) is not None else party


def _parties(case: Case) -> tuple[str, ...]:
    return (
        case.customer,
        *case.participants,
        *case.strangers,
        *case.watchers,
        *case.followers,
        *case.errands.parties(),
    )


def opened(events: Iterable[tuple[int | None, str, Mapping[str, Any], int]]) -> list[tuple[int, str]]:
    """(case, number) of the cases that began."""
    return [(case, str(facts["number"])) for case, kind, facts, _ in events if kind == Opened.kind and case is not None]
