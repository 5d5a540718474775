"""stage: mails judged one after the other, as the daemon would have judged them, in a scratch database.

Stage(policy, keys, past, began).take(mail, message) -> Answer.  Turns, loads, threads, counts, absences and what wakes in between are the
real ones: it is the daemon's own judgement (settle.weigh) and the daemon's own writing (store/record), at the time of each mail.

LIMITS  Letters are counted and not written, so a reply that the new policy's letter would have brought is not there: the mails are those
that came.  What an admin did by a command is not done again.  A digest is nobody's answer, and not made.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from maild.decide.judge import judge, question
from maild.mail import token
from maild.model.message import Message
from maild.model.people import Trust
from maild.model.plan import Incoming, Letter, Plan, Prepared, Wake, Written
from maild.model.policy import Policy
from maild.model.recorded import dump
from maild.places import shipped
from maild.replays.answers import Answer, answer
from maild.settle import prepare, weigh
from maild.store import cases, outbox
from maild.store.database import moment, stamp
from maild.store.incoming import Arrival
from maild.store.past import Bringer, Past, opened, scratch
from maild.store.record import record

_SOON = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail of the past.  id: its row, 0 for one that is no row; trust, trace: as they were stored; where: for people."""

    id: int
    source: str
    sender: str
    recipients: tuple[str, ...]
    client: str
    received_at: datetime
    size: int
    trust: Trust
    where: str
    trace: dict[str, Any]


class Stage:
    """One policy, one scratch database.  past: the real one, None for mails that are not of it."""

    def __init__(self, policy: Policy, keys: token.Keys, past: Past | None, began: datetime) -> None:
        self.policy, self._keys, self._past = policy, keys, past
        self._session = scratch(shipped("migrations"))
        self._bringer = Bringer(past, self._session, policy.hash) if past else None
        self._turns: set[str] = set()
        self._session.begin()
        self._began = began
        if past is not None:
            self._begin(past, began)

    def _begin(self, past: Past, began: datetime) -> None:
        loads = past.loads(began)
        counters = [(f"open:{handler}", count) for handler, count in loads.items()]
        # A number of our own is one that nobody has.
        counters += past.rows("SELECT key, value FROM counter WHERE key LIKE 'number:%'", ())
        self._session.insert("counter(key, value)", counters)
        self._session.insert("absence(handler, since, until_at, provisional)", past.absences(began))

    def take(self, mail: Mail, message: Message) -> Answer:
        """The next mail, in order of time."""
        self.wait(mail.received_at)
        prepared = self._prepared(mail, message)
        happened = self._past.events_of(mail.id) if self._past and mail.id else []
        self._bring(prepared, happened, mail.trace)
        try:
            with self._session.savepoint():
                _, plan = weigh(self._session, prepared, self.policy, mail.received_at)
                self._keep(plan, mail.received_at)
        except Exception:
            return answer({}, ())
        self._map(plan, opened(happened))
        return answer(plan.trace, [(one.record.event.kind, dump(one.record.event)) for one in plan.events])

    def _prepared(self, mail: Mail, message: Message) -> Prepared:
        salt = hashlib.sha256(f"{mail.id} {mail.where}".encode()).digest()
        who = (mail.sender, mail.recipients, mail.client)
        arrival = Arrival(mail.id, 0, mail.source, *who, "", mail.received_at, mail.size, 1)
        return prepare(arrival, message, mail.trust, self.policy, self._keys, (salt[:16], salt[16:]))

    # --- time -----------------------------------------------------------------------------------------------------------------

    def wait(self, now: datetime) -> None:
        """Letters that are due have left; cases that are due wake."""
        self._session.execute(
            "UPDATE outbox SET state='done', attempts=1 WHERE state NOT IN ('done', 'cancelled') AND due_at<=?",
            (stamp(now),),
        )
        while rows := self._session.all(
            "SELECT id, wake_at FROM cases WHERE wake_at<=? ORDER BY wake_at LIMIT 100", (stamp(now),)
        ):
            for case, due in rows:
                self._session.execute("UPDATE cases SET wake_at=NULL WHERE id=?", (case,))
                self._wake(Wake(0, case, moment(due)), moment(due) + _SOON)

    def _wake(self, wake: Incoming, now: datetime) -> None:
        try:
            with self._session.savepoint():
                known = cases.look(self._session, question(wake, self.policy, now))
                self._keep(judge(wake, known, self.policy, now), now)
        except Exception:
            return

    # --- rows -----------------------------------------------------------------------------------------------------------------

    def _keep(self, plan: Plan, now: datetime) -> None:
        # Nobody looks for a word in it.
        record(self._session, replace(plan, words={}), now, self.policy.hash)
        for row in plan.cancels:
            outbox.cancel(self._session, row)
        for row, due_at in plan.requeued.items():
            outbox.requeue(self._session, row, due_at)
        outbox.post(self._session, [_posted(letter) for letter in plan.letters], now, 0)

    def _map(self, plan: Plan, really: list[tuple[int, str]]) -> None:
        """The cases that it opened are those that it opened then, and bear their numbers."""
        if self._bringer is None:
            return
        here = [one.case for one in plan.events if one.record.event.kind == "opened" and one.case is not None]
        for (case, number), mine in zip(really, here, strict=False):
            self._bringer.cases[case] = mine
            row = self._session.one("SELECT number, state FROM cases WHERE id=?", (mine,))
            if row is None or row[0] == number or self._taken(number):
                continue
            state = row[1].replace(f'"number":"{row[0]}"', f'"number":"{number}"', 1)
            self._session.execute("UPDATE cases SET number=?, state=? WHERE id=?", (number, state, mine))
        # It opened one then, and here it belongs to another: whoever answers it means that one.
        joined = [case.id for case in plan.cases]
        for case, _ in really[len(here) :]:
            if joined:
                self._bringer.cases[case] = joined[0]

    def _taken(self, number: str) -> bool:
        return self._session.one("SELECT 1 FROM cases WHERE number=?", (number,)) is not None

    # --- the past -------------------------------------------------------------------------------------------------------------

    def _bring(
        self, prepared: Prepared, happened: list[tuple[int | None, str, dict[str, Any], int]], trace: Any
    ) -> None:
        """What the daemon knew then and the replay did not see for itself."""
        if self._bringer is None or self._past is None:
            return
        before = min((row for *_, row in happened), default=1 << 62)
        new = {case for case, _ in opened(happened)}
        message = prepared.message
        touched = [case for case, *_ in happened if case is not None and case not in new]
        touched += [c for c in self._past.cases_of(message.references[-50:], prepared.received_at) if c not in new]
        for case in dict.fromkeys(touched):
            self._bringer.case(case, before)
        words = (*prepared.tokens, *prepared.ids, *prepared.marks)
        self._bringer.letters([word.letter for word in words], before)
        address = message.author.address if message.author else prepared.sender
        self._bringer.author(address.lower(), prepared.received_at, before)
        if happened:
            asked = question(prepared, self.policy, prepared.received_at).counting
            self._bringer.earlier_cases(address.lower(), asked, self._began, before)
        if any(choice.how == "sticky" for choice in self.policy.wants.choices):
            self._bringer.last_cases(address.lower(), prepared.received_at, before)
        desks = [facts["desk"] for _, kind, facts, _ in happened if kind == "opened"]
        self._turn(trace, desks[0] if desks else "")

    def _turn(self, trace: Any, desk: str) -> None:
        """Whose turn it was, as the first mail of each rotation tells."""
        assignment = trace.get("assignment") or {}
        rotation, _, turn = str(assignment.get("reason", "")).rpartition(", turn ")
        decided = (trace.get("decisions") or {}).get("handler", {}).get("value")
        if not rotation or not turn.isdigit() or not isinstance(decided, dict):
            return
        keys = decided.get("handlers") or []
        # Traces of older releases do not name the rotation.
        key = assignment.get("turn") or (f"turn:{'+'.join(keys)}" if keys else f"turn:desk:{desk}")
        if key in self._turns:
            return
        self._turns.add(key)
        self._session.insert("counter(key, value)", [(key, int(turn) - 1)], "ON CONFLICT(key) DO NOTHING")


def _posted(letter: Letter) -> outbox.Posted:
    """As it stands in the queue, without its words."""
    written = Written(letter.id, f"<{letter.id}@replay.invalid>", "", letter.to.address, b"", b"", ())
    return outbox.Posted(letter, written, None)
