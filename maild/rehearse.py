"""rehearse: the same judgement as the daemon's, without writing.

rehearse(raw, ...) -> Rehearsal     what a mail would do now: facts, rules, decisions, letters       (maild try)
route_test(...) -> problems         a test that an admin wrote beside a rule                          (maild check)
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from maild.decide.facts import facts
from maild.mail import letters, token
from maild.mail.parse import read
from maild.model.message import Message
from maild.model.people import Trust
from maild.model.plan import Letter, Plan, Prepared
from maild.model.policy import Policy
from maild.settle import charset_of, desk_at, prepare, weigh
from maild.store.database import Session
from maild.store.incoming import Arrival


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
    sender = (message.header("return-path") or (f"<{message.author.address}>" if message.author else "")).strip("<> ")
    arrival = Arrival(0, 0, "try", sender, (recipient,), "", "", now, len(raw), 0)
    trust: Trust = trust_of(message)
    prepared = prepare(arrival, message, trust, policy, keys, (b"\0" * 16, b"\1" * 16))
    judged, plan = weigh(session, prepared, policy, now)
    assert isinstance(judged, Prepared)
    return Rehearsal(judged, plan)


def recipient_of(raw: bytes, policy: Policy) -> str:
    """The desk a mail names in To or Cc, else the first desk."""
    message = read(raw)
    for address in (*message.to, *message.cc):
        if desk_at(address.address, policy):
            return address.address
    return policy.default_desk.address


def view(rehearsal: Rehearsal, policy: Policy, keys: token.Keys, now: datetime) -> dict[str, Any]:
    """As CONTRACT.md has it."""
    trace = rehearsal.plan.trace
    automatic = bool(trace.get("automatic"))
    return {
        "facts": asdict(facts(rehearsal.prepared, automatic)),
        "rules": trace.get("rules", []),
        "decisions": trace.get("decisions", {}),
        "assignment": trace.get("assignment"),
        "thread": trace.get("thread"),
        "trust": trace.get("trust"),
        "why": trace.get("why", []),
        "events": [happened.record.event.kind for happened in rehearsal.plan.events],
        "letters": [_letter(letter, policy, keys, now) for letter in rehearsal.plan.letters],
    }


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
