"""monitored: mails of a monitoring system: what they say of one thing is one case (a rule's `correlate`).

down            opens the case; the next joins it, and nobody is told again
up              solves it, quietly
down again      soon (`flap`): the same trouble, the case goes on and nobody is told; else it is open again, and its handler is told;
                a case that is closed for good is followed by a new one, linked
Only from a proven sender, and a key is his domain's (at a domain where everybody may have an address, his own): nobody else can open or
solve his cases.  An outage of a whole network is many
keys at once: of those only so many an hour are told by a letter each.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from maild.decide import intake, notices, pledges, rest
from maild.decide.facts import alarm_budget, alarm_keys, alarm_reference
from maild.decide.ledger import Ledger
from maild.decide.related import survivor
from maild.decide.route import route
from maild.decide.seeing import asked as asked_of
from maild.decide.thread import Join
from maild.model.case import Case
from maild.model.correlation import Correlation, Signal
from maild.model.events import Ignored, Received, Reopened, Solved, Status, Suppressed
from maild.model.people import MAILD
from maild.model.plan import Prepared
from maild.model.rule_events import Alarmed
from maild.model.ruled import DOWN, UP
from maild.model.verdict import Verdict

AN_HOUR = 30
QUIET = "a monitoring system wrote"
_EVIDENCE = "what a monitoring system speaks of"


def judged(ledger: Ledger, prepared: Prepared, join: Join, automatic: bool) -> bool:
    """It was one, and all is done; False: a mail like any other."""
    if join.letter is not None or not alarm_keys(prepared, ledger.policy):
        return False
    verdict = route(asked_of(ledger, prepared, automatic), ledger.policy.rules)
    value = verdict.value("correlate")
    # A rule that holds it back goes before one that reads it.
    if not isinstance(value, Correlation) or any(verdict.value(held) is not None for held in ("discard", "quarantine")):
        return False
    signal = value.read(verdict.facts)
    if not signal.key:
        return False
    ledger.trace.update(intake.trace(verdict))
    case = _case(ledger, verdict, signal)
    ledger.trace["alarm"] = {"state": signal.state, "case": case.number if case else None}
    if case is None or case.status is Status.CLOSED:
        return _afresh(ledger, prepared, verdict, signal, case)
    # Its rules said much, of which only this counts for a case that is there.
    ledger.trace.update(intake.trace(_counted(verdict)))
    ledger.trace["thread"] = {"case": case.number, "standing": "customer", "evidence": _EVIDENCE, "found": [_EVIDENCE]}
    _goes_on(ledger, prepared, case, signal, value.flap)
    return True


def _counted(verdict: Verdict) -> Verdict:
    decided = verdict.decisions["correlate"]
    return replace(verdict, decisions={"correlate": decided}, took=(decided.rule,), shadows=())


def _case(ledger: Ledger, verdict: Verdict, signal: Signal) -> Case | None:
    known = ledger.known
    case = known.cases.get(known.by_message_id.get(alarm_reference(verdict.facts, signal.key), 0))
    return survivor(case, known) if case else None


def _afresh(ledger: Ledger, prepared: Prepared, verdict: Verdict, signal: Signal, before: Case | None) -> bool:
    """Nothing of it is open."""
    if signal.state == UP:
        ledger.happen(None, MAILD, Ignored("a monitoring system says that something is up, and nothing was down"))
    if signal.state != DOWN:
        return signal.state == UP
    join = Join(None, "customer", _EVIDENCE, linked=before.id if before else None)
    case_id = intake.opened(ledger, prepared, verdict, join)
    pledges.begin(ledger, case_id, prepared.received_at)
    row = ledger.next_message() - 1
    ledger.teach(case_id, row, (alarm_reference(verdict.facts, signal.key),))
    ledger.happen(case_id, MAILD, Alarmed(DOWN))
    _tell(
        ledger,
        case_id,
        notices.Telling(
            prepared,
            ledger.show(prepared, row),
            ledger.case(case_id).customer,
            QUIET,
            intake.because(verdict),
            new=True,
        ),
    )
    return True


def _goes_on(ledger: Ledger, prepared: Prepared, case: Case, signal: Signal, flap: timedelta) -> None:
    """More of a case that is open, or solved."""
    again = signal.state == DOWN and case.status is Status.SOLVED
    same = case.recovered_at is not None and ledger.now - case.recovered_at <= flap
    loud = again and not same
    party = ledger.person(prepared)
    row = ledger.file(prepared, case.id, party, "customer")
    ledger.happen(case.id, party, Received(row, party, "customer", _EVIDENCE, not loud))
    if again:
        ledger.happen(case.id, MAILD, Reopened(MAILD))
    if signal.state == DOWN or (signal.state == UP and not case.ended):
        ledger.happen(case.id, MAILD, Alarmed(signal.state))
    if signal.state == UP and not case.ended:
        desk = ledger.policy.desks[case.desk]
        ledger.happen(case.id, MAILD, Solved(MAILD, True, ledger.now + timedelta(days=desk.reopen_days)))
        rest.solved(ledger, case.id)
    if loud:
        _tell(ledger, case.id, notices.Telling(prepared, ledger.show(prepared, row), party, QUIET))


def _tell(ledger: Ledger, case_id: int, telling: notices.Telling) -> None:
    """The handlers, as of any mail; but not of everything that an outage takes with it."""
    key = alarm_budget(ledger.now)
    if ledger.known.budgets.get(key, 0) >= AN_HOUR:
        reason = f"{AN_HOUR} letters an hour about what a monitoring system says"
        ledger.happen(case_id, MAILD, Suppressed(ledger.case(case_id).customer, "notice", reason))
        return
    ledger.spend(key)
    notices.tell(ledger, case_id, telling)
