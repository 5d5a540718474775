"""recurring: a day of recurring.yaml has come: its case opens, as the entry says and nobody wrote (rules/recurring.yaml).

due(policy, rows, now)      what is to be done of each entry: it begins to count, or a day of it is due
opened(ledger, arrival)     the case: with its note, its handler and its tasks; on hold until its day, where it opens ahead of that

After a time in which nobody ran, of the days that are past only the newest is a case, and the letter says so.  What lies before an
entry was read, or changed, is past; a day that lies ahead then, and whose case was to be open already, has it at once.  The customer
is told only where the entry says so.  Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from maild.decide import effects, intake, notices, owing, pledges, scheduling, tasklist
from maild.decide.deeds import BUILT_IN
from maild.decide.deeds import apply as do
from maild.decide.ledger import NOBODY, Ledger
from maild.decide.route import route
from maild.model.content import Content
from maild.model.events import Acknowledged, Ignored, Noted, Opened, Suppressed
from maild.model.known import Person, Shown
from maild.model.message import Address, Kind, Message
from maild.model.people import MAILD, Trust
from maild.model.plan import MessageRow, Occurrence, Prepared
from maild.model.policy import Facts, Policy
from maild.model.recurring import Recurring
from maild.model.verdict import Verdict

LATE = timedelta(hours=1)


class Row(Protocol):
    """What is kept of an entry: its rule, since when it counts, and its last day that was a case."""

    @property
    def rule(self) -> str: ...
    @property
    def since(self) -> datetime: ...
    @property
    def day(self) -> str: ...


def due(policy: Policy, rows: Mapping[str, Row], now: datetime) -> Iterator[tuple[Recurring, date | None, int]]:
    """Each entry that is new or another (None), and each day that is due, with how many before it are left out."""
    for entry in policy.recurring.values():
        row = rows.get(entry.key)
        if row is None or row.rule != entry.rule:
            yield entry, None, 0
            continue
        days = entry.opened(row.since, now, date.fromisoformat(row.day) if row.day else None)
        past = [day for day in days if entry.begins(day) <= now]
        if past:
            yield entry, past[-1], len(past) - 1
        yield from ((entry, day, 0) for day in days[len(past) :])


def opened(ledger: Ledger, arrival: Occurrence) -> None:
    entry = ledger.policy.recurring.get(arrival.entry)
    desk = ledger.policy.desks.get(entry.desk) if entry else None
    if entry is None or desk is None or desk.retired:
        ledger.happen(None, MAILD, Ignored("a recurring case that is none any more"))
        return
    verdict = _verdict(ledger, entry)
    ledger.trace.update(intake.trace(verdict))
    prepared = _prepared(entry, arrival)
    case_id, row = ledger.next_case(), ledger.next_message()
    customer = ledger.newcomer(entry.customer, "", None) if entry.customer else NOBODY
    person = ledger.people.get(customer)
    language = (person.language if person else None) or desk.language
    subject = ledger.subject(prepared.subject)
    ledger.open(case_id, MAILD, Opened(ledger.number(desk.key), desk.key, subject, customer, language, row))
    begins = max(entry.begins(date.fromisoformat(arrival.day)), ledger.now)
    _clock(ledger, case_id, begins)
    effects.apply(ledger, case_id, verdict)
    intake.assign(ledger, case_id, verdict)
    shown = _note(ledger, case_id, row, prepared, entry)
    do(ledger, prepared, case_id, verdict)
    if entry.acknowledge:
        _tell(ledger, case_id, person, begins)
    news = _news(ledger, case_id, entry, arrival, begins)
    notices.tell(ledger, case_id, notices.Telling(None, shown, silent=notices.OURS, new=True, news=news))


def _verdict(ledger: Ledger, entry: Recurring) -> Verdict:
    """What the entry decides; of the rules only those that are built in are asked, for nobody wrote anything."""
    built_in = (rule for rule in ledger.policy.rules if rule.where == BUILT_IN)
    facts = Facts(
        desk=entry.desk,
        author=entry.customer,
        domain=entry.customer.rpartition("@")[2],
        to=(),
        cc=(),
        subject=entry.title,
        text=entry.text,
        own_text=entry.text,
        kind=str(Kind.PERSON),
        automatic=False,
        language="",
        authenticated=True,
        headers=(),
        attachments=(),
        size=len(entry.text),
    )
    return route(facts, (ledger.policy.openings[entry.key], *built_in))


def _prepared(entry: Recurring, arrival: Occurrence) -> Prepared:
    """What the entry says, as a mail would say it."""
    text = entry.text or entry.title
    said = {"subject": entry.title, "from": "", "from_name": "", "to": [], "cc": [], "text": text, "own_text": text}
    message = Message(
        *(entry.title, None, 0, (), (), (), arrival.due_at, None, (), text, None, text, (), Kind.PERSON, False),
        *((), None, None, (), ()),
    )
    subject, body = (
        Content(_salt(arrival, part), words) for part, words in (("subject", entry.title), ("body", _json(said)))
    )
    return Prepared(
        *(arrival.id, entry.desk, "", (), arrival.due_at, len(text), message, Trust(), (), (), False, subject, body),
        source="recurring",
    )


def _salt(arrival: Occurrence, part: str) -> bytes:
    return hashlib.sha256(f"recurring\0{part}\0{arrival.entry}\0{arrival.day}\0{arrival.id}".encode()).digest()[:16]


def _json(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _clock(ledger: Ledger, case_id: int, begins: datetime) -> None:
    """Time counts from its day on; of a day that was missed, from now on."""
    pledges.begin(ledger, case_id, begins)
    scheduling.at(ledger, case_id, begins)


def _note(ledger: Ledger, case_id: int, row: int, prepared: Prepared, entry: Recurring) -> Shown:
    """Inside: nobody said it to the customer."""
    words = MessageRow(
        *(row, case_id, "in", MAILD, "person", prepared.body, None, 0), internal=True, standing="handler"
    )
    ledger.add(words, json.loads(prepared.body.text))
    ledger.happen(case_id, MAILD, Noted(row, MAILD))
    return Shown(row, ledger.now, ledger.policy.desks[entry.desk].name, prepared.message.own_text)


def _news(ledger: Ledger, case_id: int, entry: Recurring, arrival: Occurrence, begins: datetime) -> dict[str, Any]:
    late = ledger.now - arrival.due_at >= LATE
    key = "planned_for" if begins > ledger.now else "recurring_late" if late else "recurring"
    day = entry.begins(date.fromisoformat(arrival.day))
    left_out = str(arrival.missed) if late and arrival.missed else ""
    return {"ok": True, "key": key, "value": left_out, "at": tasklist.in_zone(ledger, ledger.case(case_id), day)}


def _tell(ledger: Ledger, case_id: int, person: Person | None, begins: datetime) -> None:
    """The customer, who did not write: what is planned, and for when."""
    case = ledger.case(case_id)
    if person is None or not person.writes or person.muted:
        ledger.happen(case_id, MAILD, Suppressed(case.customer, "planned", "no address"))
        return
    case = ledger.happen(case_id, MAILD, Acknowledged(case.customer, ledger.next_letter())) or case
    owing.letter(
        ledger,
        case,
        case.customer,
        Address(person.name, person.address),
        "planned",
        "registered-for-you",
        (),
        due_at=ledger.now,
        language=case.language,
        values={**owing.case_values(ledger, case), "starts": tasklist.in_zone(ledger, case, begins)},
        automatic="auto-generated",
        first=True,
    )
