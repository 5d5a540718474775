"""cases: one question, one answer.  look(session, lookup) -> Known: everything judgement needs, and nothing more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from maild.model.absence import Absence
from maild.model.case import Case
from maild.model.customer_events import Attributed
from maild.model.draft import Draft
from maild.model.events import Opened
from maild.model.known import Known, LetterRow, Lookup, Pending, Person, Standing, Whose
from maild.model.people import handler_of, handler_party
from maild.model.recorded import Recorded
from maild.model.ruled import given
from maild.store import absence, agenda, around, counting, drafts, page_calls, standing, swaps
from maild.store import known_rows as rows
from maild.store.case_state import load_case
from maild.store.database import Session
from maild.store.lists import marks

_LISTED = 51


def look(session: Session, lookup: Lookup) -> Known:
    """Answer the question.  Cheap when little is asked: a new mail of a stranger costs four indexed reads."""
    letters, kept = rows.letters_and_drafts(session, lookup.letters)
    by_message_id = rows.cases_of_ids(session, lookup.message_ids)
    by_number = rows.cases_of_numbers(session, lookup.numbers)
    unproven = drafts.untold(session, handler_party(lookup.doubted)) if lookup.doubted else ()
    incidents = around.incidents(session, lookup.incidents)
    paged = page_calls.told(session, sorted(letters)) if lookup.pages else {}
    told_of = chain(_cases_of(chain(letters.values(), *kept.values(), unproven)), *paged.values())
    wanted = set(chain(incidents.values(), lookup.cases, by_message_id.values(), by_number.values(), told_of))
    reached = _reach(session, sorted(wanted), acting=lookup.parks, tied=lookup.logs)
    cases, waiting = _with_those_that_wait(session, reached)
    pending, author = _pending(session, cases, unproven), rows.author(session, lookup.address)
    asked = _standing(session, lookup.whose) if lookup.whose else ()
    cases |= _only(asked)
    absent, told = absence.absent(session), _for_handlers(letters, by_number if lookup.parks else {}, lookup, cases)
    log, mine = rows.log(session, sorted(cases)) if lookup.logs else {}, _mine(session, lookup.mine)
    withheld = rows.withheld(session, sorted(cases)) if lookup.logs and cases else ()
    return Known(
        **_named(session, lookup, author, paged),
        **_for_commands(session, letters, told, lookup),
        **_that_wait(session, cases, waiting),
        letters=letters,
        cases=cases,
        by_message_id=by_message_id,
        obeyed=rows.obeyed(session, list(by_message_id), lookup.marks),
        inside=rows.filed_as(session, list(by_message_id), "supplier", "approver"),
        by_number=by_number,
        author=author,
        persons=rows.persons(session, _parties(cases.values(), asked, log) | {one.party for one in withheld}),
        counters=rows.counters(session, lookup.counters),
        budgets=rows.budgets(session, lookup.budgets),
        pending=pending,
        withheld=withheld,
        shown=rows.shown(session, [m for p in pending for m in p.messages]),
        thread=rows.thread(session, cases),
        talk=rows.talk(session, sorted(told | _of_absent(cases, absent))),
        absent=absent,
        agenda=agenda.agenda(session, lookup.agenda, load_case),
        others=rows.others(session, cases, author),
        drafts=kept,
        unproven=unproven,
        incidents=incidents,
        standing=asked,
        mine=mine,
        traces=_traces(session, sorted(cases)) if lookup.traces else {},
        tied=around.tied(session, cases),
        log=log,
        subjects=rows.texts(session, [*_said_of((*cases.values(), *mine)), *rows.titles(log)]),
    )


def _only(asked: Sequence[Standing]) -> dict[int, Case]:
    """The answer belongs to the case, if there is only one."""
    return {one.case.id: one.case for one in asked if len(asked) == 1}


def _pending(session: Session, cases: Iterable[int], unproven: Iterable[Draft]) -> tuple[Pending, ...]:
    """Letters that wait in these cases, or that ask a handler about mails of no case."""
    found, asking = sorted(cases), sorted({d.letter for d in unproven if d.case is None and d.letter})
    return rows.pending(session, found, asking) if found or asking else ()


def _cases_of(rows: Iterable[LetterRow | Draft]) -> Iterator[int]:
    return (row.case for row in rows if row.case)


def _named(
    session: Session, lookup: Lookup, author: Person | None, paged: Mapping[int, tuple[int, ...]]
) -> dict[str, Any]:
    """Where new rows begin, whom the mail or the rules name, who had the last cases of these; what rules count; duty that was changed,
    and who is paged."""
    by_address = rows.by_address(session, lookup.people)
    last = rows.last_handlers(session, (author, *by_address.values())) if lookup.sticky else {}
    counted = counting.counted(session, lookup.counting)
    changed = swaps.swaps(session, lookup.swaps) if lookup.swaps else {}
    return {
        **rows.next_rows(session),
        "by_address": by_address,
        "last": last,
        "counted": counted,
        "swaps": changed,
        "paged": paged,
        "merging": page_calls.merging(session, lookup.pages) if lookup.pages else (),
    }


def _for_commands(
    session: Session, letters: Mapping[int, LetterRow], told: Iterable[int], lookup: Lookup
) -> dict[str, Any]:
    """What a handler's mail is judged by besides: what he was told, what was said since, and where it may be kept."""
    if not lookup.parks:
        return {}
    return {
        "heard": rows.talk(session, sorted(told), rows.HEARD, 1),
        "next_draft": drafts.next_id(session),
        "next_swap": swaps.next_id(session) if lookup.swaps else 1,
        "told": around.told(session, [row for row in letters.values() if handler_of(row.party)]),
    }


def _that_wait(session: Session, cases: Mapping[int, Case], waiting: Mapping[int, tuple[int, ...]]) -> dict[str, Any]:
    """Which rest for which; when the last reminders to customers left."""
    reminders = sorted({case.wait.letter for case in cases.values() if case.wait.letter})
    return {"waiting": waiting, "left": rows.left(session, reminders)}


def _with_those_that_wait(
    session: Session, cases: dict[int, Case]
) -> tuple[dict[int, Case], dict[int, tuple[int, ...]]]:
    """Also the cases that rest until one of these is solved; and which rests for which."""
    waiting = rows.waiting(session, sorted(cases))
    more = {case for rests in waiting.values() for case in rests} - cases.keys()
    return cases | load_cases(session, sorted(more)), waiting


def _parties(cases: Iterable[Case], asked: Iterable[Standing], log: Mapping[int, tuple[Recorded, ...]]) -> set[str]:
    """Everybody whose address a letter may need: who takes part, or wants to, or is asked something, or whose the case was."""
    events = (record.event for records in log.values() for record in records)
    were = {event.customer for event in events if isinstance(event, Opened | Attributed)}
    found = were | {party for case in cases for party in _people_of(case)}
    return found | {one.case.customer for one in asked}


def _people_of(case: Case) -> tuple[str, ...]:
    return (
        case.customer,
        *case.participants,
        *case.strangers,
        *case.watchers,
        *case.followers,
        *case.errands.parties(),
    )


def _said_of(cases: Iterable[Case]) -> list[str]:
    """Commitments of what the cases are called, and of the words of their errands."""
    return [
        text
        for c in cases
        for text in (c.subject, c.title, c.incident, *c.errands.phrases(), *given(c).values())
        if text
    ]


def _for_handlers(
    letters: dict[int, LetterRow], named: dict[str, int], lookup: Lookup, cases: Mapping[int, Case]
) -> set[int]:
    """The cases of which a handler who is new to them may be told: his letters lead there, or he names them, or they were asked for."""
    told = {row.case for row in letters.values() if row.case and handler_of(row.party)} | set(named.values())
    return _followed(told | set(lookup.cases if lookup.talks else ()), cases)


def load_cases(session: Session, ids: Sequence[int]) -> dict[int, Case]:
    if not ids:
        return {}
    states = session.all(f"SELECT id, state FROM cases WHERE id IN {marks(ids)}", ids)
    return {row[0]: load_case(row[0], row[1]) for row in states}


_FOLLOWED = 20


def _reach(session: Session, ids: Sequence[int], *, acting: bool, tied: bool) -> dict[int, Case]:
    """These, with the cases in which merged ones go on.

    acting: a handler's commands may reach an incident's cases and the incident of a case; tied: also what was merged into them or linked.
    """
    cases = load_cases(session, ids)
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


def _mine(session: Session, handler: str) -> tuple[Case, ...]:
    """His open cases, the first that fit into a letter and one more."""
    if not handler:
        return ()
    states = session.all(
        "SELECT id, state FROM cases WHERE status IN ('new', 'open', 'waiting', 'on_hold') AND handler=? ORDER BY id LIMIT ?",
        (handler, _LISTED),
    )
    return tuple(load_case(row[0], row[1]) for row in states)


def _traces(session: Session, cases: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """How the mail was judged that opened each of these."""
    found: dict[int, Mapping[str, Any]] = {}
    for case in cases:
        row = session.one(
            "SELECT i.trace FROM message m JOIN incoming i ON i.id=m.incoming WHERE m.case_id=? ORDER BY m.id LIMIT 1",
            (case,),
        )
        if row and row[0]:
            found[case] = json.loads(row[0])
    return found


def _standing(session: Session, whose: Whose) -> tuple[Standing, ...]:
    ids = standing.open_cases(session, whose)
    found, last = load_cases(session, ids), standing.last_said(session, ids)
    subjects = rows.texts(session, [case.subject for case in found.values()])
    return tuple(
        Standing(found[case], subjects.get(found[case].subject, ""), *last.get(case, ("", None))) for case in ids
    )


def _of_absent(cases: Mapping[int, Case], absent: Mapping[str, Absence]) -> set[int]:
    """The cases of handlers who are away: who stands in reads of them, and is new to them."""
    return {case.id for case in cases.values() if case.handler in absent}


def next_letter(session: Session) -> int:
    """For a letter of no case; only for whoever is the settler now."""
    return int(rows.next_rows(session)["next_letter"])
