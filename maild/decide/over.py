"""over: an answer to a case whose window for reopening has passed, at a desk that takes no more of them (`reopen: {after: answer}`).

answered(ledger, prepared, join, automatic) -> whether it was that: it is filed where it belongs, nothing opens, and whoever wrote it is
told to write anew.  Only of one who takes part in the case: a stranger's mail opens a case, linked to it, as ever.
"""

from __future__ import annotations

from maild.decide import budget, contact, owing
from maild.decide.ledger import Ledger
from maild.decide.thread import CLOSED, Join
from maild.model.case import Case
from maild.model.events import Received, Status, Suppressed
from maild.model.known import Person
from maild.model.message import Address
from maild.model.people import MAILD, person_party
from maild.model.plan import Prepared

ANSWER = "answer"


def answered(ledger: Ledger, prepared: Prepared, join: Join, automatic: bool) -> bool:
    case, person = ledger.known.cases.get(join.linked or 0), ledger.known.author
    if case is None or person is None or automatic or not join.evidence.endswith(CLOSED):
        return False
    party, desk = person_party(person.id), ledger.policy.desks.get(case.desk)
    takes_part = party in (case.customer, *case.participants)
    if case.status is not Status.CLOSED or not takes_part or desk is None or desk.after_window != ANSWER:
        return False
    standing = "customer" if party == case.customer else "participant"
    row = ledger.file(prepared, case.id, party, standing)
    ledger.happen(case.id, party, Received(row, party, standing, join.evidence))
    contact.heard(ledger, prepared, case.id, automatic=False)
    _tell(ledger, prepared, ledger.case(case.id), person)
    return True


def _tell(ledger: Ledger, prepared: Prepared, case: Case, person: Person) -> None:
    """As often as he would be acknowledged, and with no word of his."""
    party, proven = person_party(person.id), prepared.trust.authenticated
    exhausted = budget.proven_exhausted if proven else budget.exhausted
    why = exhausted(person.address, ledger.now, ledger.known.budgets, ledger.policy.limits)
    if why or not person.writes:
        ledger.happen(case.id, MAILD, Suppressed(party, "closed", why or "no address"))
        return
    for key in (budget.proven_key(person.address, ledger.now),) if proven else budget.keys(person.address, ledger.now):
        ledger.spend(key)
    owing.owe(
        ledger,
        case,
        party,
        Address("", person.address),
        "closed",
        "case-is-closed",
        (),
        due_at=ledger.now,
        language=contact.reads(person, case),
        values={},
        automatic="auto-replied",
        authenticated=proven,
        in_reply_to=owing.plain_id(prepared),
        subject="",
    )
