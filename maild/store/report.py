"""report: the cases that a report of a period must look at, with the events that it asks for, as a stream.

stories(session, since, until, kinds, forms, addresses) -> Story after Story, by case.  Reading only.

Cases are found by the index cases_status: what has ended and was not touched since the period began is not read.  Of their events only
the kinds that count are read, some hundred cases at a time by the index event_case; so a report needs no more memory in ten years.
"""

from __future__ import annotations

import json
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from maild.model.events import Status
from maild.model.people import person_of
from maild.model.recorded import Recorded, load
from maild.model.report import Story
from maild.store.database import Session, moment, stamp
from maild.store.lists import among, listed, places, portions

_ENDED = (Status.SOLVED, Status.CLOSED)
# As decide/webform.py notes in a trace whom a form named; within a string of JSON no quote stands bare.
_NAMED = '%"customer":"named by %'


def stories(
    session: Session,
    since: datetime,
    until: datetime,
    kinds: Sequence[str],
    forms: frozenset[str] = frozenset(),
    *,
    addresses: bool = False,
) -> Iterator[Story]:
    """kinds: of events; forms: the senders of web forms; addresses: the customers' too, for whoever must know their organisations."""
    for some in portions(_cases(session, since, until)):
        ids = list(some)
        events = _events(session, ids, kinds)
        doors = _doors(session, events, forms)
        homes = _addresses(session, ids) if addresses else {}
        unsent = _unsent(session, ids)
        for case in ids:
            if case in events:
                source, form = doors.get(_cause(events[case][0]), ("", False))
                yield Story(case, events[case], source, form, homes.get(case, ""), unsent.get(case, frozenset()))


def _cases(session: Session, since: datetime, until: datetime) -> array[int]:
    """Those that were there before its end, and lived on in it."""
    found = array("q")
    for status in Status:
        # What is open may have lain for long.
        touched = since if status in _ENDED else moment(0)
        rows = session.execute(
            "SELECT id FROM cases WHERE status=? AND updated_at>=? AND opened_at<?",
            (str(status), stamp(touched), stamp(until)),
        )
        found.extend(row[0] for row in rows)
    return array("q", sorted(found))


def _events(session: Session, ids: Sequence[int], kinds: Sequence[str]) -> dict[int, list[Recorded]]:
    rows = session.execute(
        "SELECT case_id, seq, kind, version, at, actor, cause, data FROM event"
        f" WHERE {among(session, 'case_id', ids)} AND kind IN ({places(kinds)}) ORDER BY case_id, seq",
        (*listed(session, ids), *kinds),
    )
    found: dict[int, list[Recorded]] = defaultdict(list)
    for case, seq, kind, version, at, actor, cause, said in rows:
        found[case].append(Recorded(seq, moment(at), actor, cause, load(kind, version, json.loads(said))))
    return found


def _cause(first: Recorded) -> int:
    """The arrival that opened a case, 0 for none."""
    what, _, number = first.cause.partition(":")
    return int(number) if what == "incoming" and number.isdecimal() else 0


def _doors(session: Session, events: dict[int, list[Recorded]], forms: frozenset[str]) -> dict[int, tuple[str, bool]]:
    """By arrival: the door by which it came, and whether it is a web form's."""
    ids = sorted({_cause(some[0]) for some in events.values()} - {0})
    if not ids:
        return {}
    # A trace is some kilobytes: none is read where there are no forms.
    named = "coalesce(trace LIKE ?, 1=0)" if forms else "1=0"
    rows = session.all(
        f"SELECT id, source, sender, {named} FROM incoming WHERE {among(session, 'id', ids)}",
        (*((_NAMED,) if forms else ()), *listed(session, ids)),
    )
    return {row: (source, bool(named) or sender.lower() in forms) for row, source, sender, named in rows}


def _addresses(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Of the customers, one each: for their organisation only."""
    rows = session.all(f"SELECT id, customer FROM cases WHERE {among(session, 'id', ids)}", listed(session, ids))
    persons = {case: person_of(customer) for case, customer in rows}
    wanted = sorted({person for person in persons.values() if person is not None})
    if not wanted:
        return {}
    known = dict(
        session.all(
            f"SELECT person, min(address) FROM address WHERE {among(session, 'person', wanted)} GROUP BY person",
            listed(session, wanted),
        )
    )
    return {case: known[person].lower() for case, person in persons.items() if person in known}


def _unsent(session: Session, ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Letters that were given up before they left."""
    rows = session.all(
        f"SELECT case_id, id FROM outbox WHERE {among(session, 'case_id', ids)} AND state='cancelled'",
        listed(session, ids),
    )
    found: dict[int, set[int]] = defaultdict(set)
    for case, letter in rows:
        found[case].add(letter)
    return {case: frozenset(letters) for case, letters in found.items()}
