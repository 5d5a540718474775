"""patience: when a customer for whom a case waits is reminded, and when it is closed if he says nothing (desks.yaml, waiting).

next_at(case, policy)           when something of that is due
reminders(case, policy)         when he is reminded, in order
ends_at(case, policy)           when it is closed, once he was told so
closing(case, policy, now)      when it would be closed, if he were told so now
whole(case, policy, left_at)    when he has had the whole time that his last reminder gave him, if it left then
held(case)                      why its silence is not his alone, so that he is neither reminded nor is it closed; "" where it is

Days are those of the desk's own clock, put off to its opening hours.  Nobody's case is closed unless a letter to him said when.  A case
that waits for an offer or an approval to be answered waits for that.  Pure; what is done then, reminding.py says.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from maild.model.case import Case
from maild.model.errands import OPEN
from maild.model.events import Status
from maild.model.people import Patience
from maild.model.policy import Policy

DAY = timedelta(days=1)


def next_at(case: Case, policy: Policy) -> datetime | None:
    when = reminders(case, policy)
    return when[case.wait.reminded] if case.wait.reminded < len(when) else ends_at(case, policy)


def reminders(case: Case, policy: Policy) -> tuple[datetime, ...]:
    patience = _patience(case, policy)
    return tuple(_on(case, policy, _since(case), days) for days in (patience.remind if patience else ()))


def ends_at(case: Case, policy: Policy) -> datetime | None:
    """Never before the hour that he was told, whatever the policy says by now."""
    patience = _patience(case, policy)
    if patience is None or patience.close is None or case.wait.closes_at is None:
        return None
    return max(case.wait.closes_at, _on(case, policy, _since(case), patience.close))


def closing(case: Case, policy: Policy, now: datetime) -> datetime | None:
    """A last reminder that comes days late takes nothing of the time that he has after it."""
    patience = _patience(case, policy)
    if patience is None or patience.close is None:
        return None
    agreed = _on(case, policy, _since(case), patience.close)
    late = now - reminders(case, policy)[-1] >= DAY
    return max(agreed, _on(case, policy, now, patience.close - patience.remind[-1])) if late else agreed


def whole(case: Case, policy: Policy, left_at: datetime) -> datetime | None:
    """As it was told, unless the letter was a day late or more."""
    patience, told = _patience(case, policy), case.wait.closes_at
    if patience is None or patience.close is None or told is None:
        return told
    due = _on(case, policy, left_at, patience.close - patience.remind[-1])
    return due if due - told >= DAY else told


def held(case: Case) -> str:
    """A word of the handler's line: what others owe, or we owe him, and whom it concerns beside him."""
    found = {
        "incident": bool(case.children),
        "others": case.wait.others and bool(case.strangers),
        "supplier": any(one.owes for one in case.errands.suppliers),
        "task": bool(case.errands.open_tasks),
        "promised": case.promised_at is not None,
    }
    return next((word for word, holds in found.items() if holds), "")


def _patience(case: Case, policy: Policy) -> Patience | None:
    """None: it does not wait for its customer's word, or its desk waits for ever."""
    asked = (*((case.errands.offer,) if case.errands.offer else ()), *case.errands.requests)
    waits = case.status is Status.WAITING and case.merged_into is None and not case.history
    desk = policy.desks.get(case.desk)
    return desk.patience if desk and waits and not any(one.state == OPEN for one in asked) else None


def _since(case: Case) -> datetime:
    return case.wait.since_at or case.updated_at


def _on(case: Case, policy: Policy, since: datetime, days: int) -> datetime:
    """So many days on, at the same hour by the clock on the desk's wall; where it is closed then, when it opens next."""
    local = since.astimezone(ZoneInfo(policy.desks[case.desk].zone)) + timedelta(days=days)
    at = local.astimezone(UTC)
    return policy.calendar_of(case.desk).opens(at) or at
