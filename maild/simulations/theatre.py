"""theatre: a stage on which handlers act too, and from which one sees all that happens.

Theatre(policy, keys, began, seen)
    .take(mail, message)       a mail of a customer, judged as the daemon would have judged it (stage.py)
    .hear(mail, message)       a mail that a handler wrote then: his answer in its case, if it is of one
    .act(case, does, at)       what a handler is taken to have done: does(case) -> who and what, or None
    .wait(until)               cases wake meanwhile (stage.py)
seen(plan, at) is told of each plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from maild.decide.judge import question
from maild.decide.ledger import Ledger
from maild.mail import token
from maild.model.case import Case
from maild.model.events import Event
from maild.model.message import Message
from maild.model.people import Handler, handler_party
from maild.model.plan import Plan, Wake
from maild.model.policy import Policy
from maild.replays.stage import Mail, Stage
from maild.settle import weigh
from maild.store import cases
from maild.store.case_state import load_case
from maild.store.database import moment

Seen = Callable[[Plan, datetime], None]
Does = Callable[[Case], tuple[Handler, Event] | None]


class Theatre(Stage):
    def __init__(self, policy: Policy, keys: token.Keys, began: datetime, seen: Seen) -> None:
        super().__init__(policy, keys, None, began)
        self._seen = seen

    def _keep(self, plan: Plan, now: datetime) -> None:
        super()._keep(plan, now)
        self._seen(plan, now)

    def hear(self, mail: Mail, message: Message) -> bool:
        """As an import files it (decide/history.py); False where it belongs to no case, and nothing happened."""
        self.wait(mail.received_at)
        prepared = self._prepared(replace(mail, source="import"), message)
        with self._session.savepoint():
            _, plan = weigh(self._session, prepared, self.policy, mail.received_at)
            if not plan.cases or any(one.record.event.kind == "opened" for one in plan.events):
                return False
            self._keep(plan, mail.received_at)
        return True

    def act(self, case_id: int, does: Does, at: datetime) -> None:
        """What a handler does at that time, in the case as it stands then."""
        self.wait(at)
        known = cases.look(self._session, question(Wake(0, case_id, at), self.policy, at))
        case = known.cases.get(case_id)
        done = does(case) if case else None
        if done is not None:
            ledger = Ledger("simulated", known, self.policy, at)
            ledger.happen(case_id, handler_party(done[0].key), done[1])
            with self._session.savepoint():
                self._keep(ledger.plan(), at)

    def wakes(self) -> datetime | None:
        """When the next case wakes."""
        row = self._session.one("SELECT min(wake_at) FROM cases WHERE wake_at IS NOT NULL")
        return moment(row[0]) if row and row[0] is not None else None

    def all_cases(self) -> list[Case]:
        """As they stand now."""
        rows = self._session.all("SELECT id, state FROM cases WHERE desk<>'' ORDER BY id")
        return [load_case(row[0], row[1]) for row in rows]
