"""rehearse: the same judgement as the daemon's, without writing.

rehearse(raw, ...) -> Rehearsal     what a mail would do now: facts, rules, decisions, letters       (maild try)
facts_of(raw, ...) -> Facts         what rules see of a mail that an admin keeps for a test           (maild check)
Memory().judge(...) -> Plan         mail after mail, each knowing what became of those before it      (maild import --dry-run)
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from maild.decide.clocks import wake_at
from maild.decide.facts import facts
from maild.decide.intake import told
from maild.decide.judge import from_machine, judge
from maild.decide.route import route
from maild.mail import letters, token
from maild.mail.parse import read
from maild.mail.wording import zone_of
from maild.model.case import Case
from maild.model.known import Known, Lookup, Person
from maild.model.message import Message
from maild.model.people import Authentication, Trust
from maild.model.plan import Letter, Plan, Prepared
from maild.model.policy import Facts, Policy
from maild.model.seen import from_plain
from maild.settle import charset_of, desk_at, prepare, weigh
from maild.store import cases
from maild.store.database import Session
from maild.store.incoming import Arrival

_ON_A_MONDAY = datetime(2026, 1, 12, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A plan that nobody carries out, and what it was made of."""

    prepared: Prepared
    plan: Plan


def rehearse(
    session: Session, raw: bytes, recipient: str, trust_of: Any, policy: Policy, keys: token.Keys, now: datetime
) -> Rehearsal:
    """Judge a mail as if it came now to that address.  trust_of(message) -> Trust."""
    message: Message = read(raw, charset_of((recipient,), policy))
    arrival = Arrival(0, 0, "try", _sender(message), (recipient,), "", "", now, len(raw), 0)
    trust: Trust = trust_of(message)
    prepared = prepare(arrival, message, trust, policy, keys, (b"\0" * 16, b"\1" * 16))
    judged, plan = weigh(session, prepared, policy, now)
    assert isinstance(judged, Prepared)
    return Rehearsal(judged, plan)


def facts_of(raw: bytes, policy: Policy, *, authenticated: bool) -> Facts:
    """What rules see of it when it comes to the desk that it names, at its own date, else on a Monday morning.

    authenticated: whether its From shall be taken as proven.
    """
    recipient = recipient_of(raw, policy)
    message = read(raw, charset_of((recipient,), policy))
    came = message.date or _ON_A_MONDAY
    arrival = Arrival(0, 0, "test", _sender(message), (recipient,), "", "", came, len(raw), 0)
    trust = Trust(Authentication.ALIGNED if authenticated else Authentication.NONE)
    prepared = prepare(arrival, message, trust, policy, token.Keys("", {}), (b"\0" * 16, b"\1" * 16))
    return facts(prepared, from_machine(prepared), policy)


def _sender(message: Message) -> str:
    """Of the envelope, as far as the mail itself says."""
    return (message.header("return-path") or (f"<{message.author.address}>" if message.author else "")).strip("<> ")


def recipient_of(raw: bytes, policy: Policy) -> str:
    """The desk a mail names in To or Cc, else the first desk."""
    return envelope_of(raw, policy)[1]


def envelope_of(raw: bytes, policy: Policy) -> tuple[str, str]:
    """A mail's sender and recipient, as far as the mail itself says."""
    message = read(raw)
    return _sender(message), _desk_of(message, policy)


def _desk_of(message: Message, policy: Policy) -> str:
    for address in (*message.to, *message.cc):
        if desk_at(address.address, policy):
            return address.address
    return policy.default_desk.address


def zone_of_recipient(recipient: str, policy: Policy) -> tzinfo:
    """The clock on the wall of the desk to which a mail goes."""
    found = desk_at(recipient, policy)
    return zone_of(found[0] if found else policy.default_desk)


def view(rehearsal: Rehearsal, policy: Policy, keys: token.Keys, now: datetime) -> dict[str, Any]:
    """As CONTRACT.md has it."""
    trace = rehearsal.plan.trace
    automatic = bool(trace.get("automatic"))
    return {
        "facts": asdict(facts(rehearsal.prepared, automatic, policy, from_plain(trace.get("seen")))),
        "rules": _rules(rehearsal, policy, automatic),
        "decisions": trace.get("decisions", {}),
        "assignment": trace.get("assignment"),
        "thread": trace.get("thread"),
        "trust": trace.get("trust"),
        "why": trace.get("why", []),
        "policy": policy.hash,
        **{name: trace[name] for name in ("shadows", "notes", "customer", "promises") if name in trace},
        "clocks": _clocks(rehearsal, policy, now),
        "events": [happened.record.event.kind for happened in rehearsal.plan.events],
        "letters": [_letter(letter, policy, keys, now) for letter in rehearsal.plan.letters],
    }


def _rules(rehearsal: Rehearsal, policy: Policy, automatic: bool) -> list[Any]:
    """Every rule that was asked; the trace of a large policy has only those that matched (intake.trace)."""
    kept: list[Any] = rehearsal.plan.trace.get("rules", [])
    if rehearsal.plan.trace.get("asked", 0) == len(kept):
        return kept
    every = told(
        route(
            facts(rehearsal.prepared, automatic, policy, from_plain(rehearsal.plan.trace.get("seen"))), policy.rules
        ).tried
    )
    return every if [rule for rule in every if rule["matched"]] == kept else kept


def _clocks(rehearsal: Rehearsal, policy: Policy, now: datetime) -> dict[str, str]:
    """The time on the desk's clock, whether it is open, when it opens if it is not, and when the case would wake by itself."""
    case = rehearsal.plan.cases[0] if rehearsal.plan.cases else None
    desk = policy.desks.get(case.desk if case else rehearsal.prepared.desk, policy.default_desk)
    calendar = policy.calendar_of(desk.key)
    local = {"here": now.astimezone(zone_of(desk)).isoformat(timespec="minutes"), "hours": str(calendar.state(now))}
    opens = None if calendar.is_open(now) else calendar.opens(now)
    if opens is not None:
        local["opens"] = opens.astimezone(zone_of(desk)).isoformat(timespec="minutes")
    wakes = wake_at(case, policy) if case else None
    return {**local, "wakes": wakes.astimezone(zone_of(desk)).isoformat(timespec="minutes")} if wakes else local


def _letter(letter: Letter, policy: Policy, keys: token.Keys, now: datetime) -> dict[str, Any]:
    written = letters.write(letter, policy, keys, now)
    message = read(letters.assemble(written.head, written.text, ()))
    return {
        "to": letter.to.address,
        "kind": letter.kind,
        "subject": message.subject,
        "text": message.text,
        "due_at": letter.due_at.isoformat(),
    }


class Memory:
    """What the plans that nobody carried out would have left behind.

    LIMITS  Only what an import asks for: cases by message ids, and persons by address.  It grows with the mails.
    """

    def __init__(self) -> None:
        self._cases: dict[int, Case] = {}
        self._ids: dict[str, int] = {}
        self._persons: dict[str, Person] = {}
        self._digests: set[str] = set()
        self._next, self._opened = (0, 0), 0

    def here(self, digest: str) -> bool:
        """Whether this mail came before; from now on it did."""
        before = digest in self._digests
        self._digests.add(digest)
        return before

    def judge(self, session: Session, prepared: Prepared, asked: Lookup, policy: Policy, now: datetime) -> Plan:
        """The plan of the next mail."""
        plan = judge(prepared, self._with(cases.look(session, asked), asked), policy, now)
        self._opened += sum(case.id not in self._cases and case.id >= self._next[0] for case in plan.cases)
        self._cases.update((case.id, case) for case in plan.cases)
        self._persons.update((person.address, person) for person in plan.persons)
        # As the database reads them: the mail that bears the id outweighs one that only names it.
        self._ids.update((name, case) for name, case, _, own in plan.references if own or name not in self._ids)
        return plan

    def _with(self, known: Known, asked: Lookup) -> Known:
        mine = {name: self._ids[name] for name in asked.message_ids if name in self._ids}
        if not self._next[0]:
            self._next = (known.next_case, known.next_person)
        found = {case: self._cases[case] for case in (*known.cases, *mine.values()) if case in self._cases}
        return replace(
            known,
            by_message_id={**known.by_message_id, **mine},
            cases={**known.cases, **found},
            author=known.author or self._persons.get(asked.address),
            next_case=self._next[0] + self._opened,
            next_person=self._next[1] + len(self._persons),
        )
