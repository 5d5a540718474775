"""hand_over: the case is another's: /for in a case, or where the receipt of a mail that was passed on showed the wrong one."""

from __future__ import annotations

from maild.decide import contact, notices, pledges, withheld
from maild.decide.ledger import Ledger
from maild.decide.outsiders import Whom
from maild.model.customer_events import Attributed
from maild.model.events import Opened
from maild.model.known import Person
from maild.model.people import person_party
from maild.model.plan import Prepared


def give(ledger: Ledger, *, case_id: int, by: str, whom: Whom, prepared: Prepared) -> None:
    """The case is this person's from now on.  Letters to the one before that have not left are taken back."""
    case = ledger.case(case_id)
    before = ledger.people.get(case.customer)
    new = _whose_address(ledger, before, whom)
    ledger.happen(case_id, by, Attributed(new, contact.reads(ledger.people.get(new), case)))
    pledges.given(ledger, case_id, by)
    if new != case.customer:
        withheld.take(ledger, withheld.waiting(ledger, case_id, case.customer), by)
    if not any(isinstance(record.event, Opened) for record in ledger.events_of(case_id)):
        # The first mail may be forged: whose it is is a handler's word, what it says is nobody's.
        telling = notices.Telling(None, actor=by)
        notices.acknowledge(ledger, ledger.case(case_id), ledger.people.get(new), telling)


def _whose_address(ledger: Ledger, before: Person | None, whom: Whom) -> str:
    """The person behind it; an address that is nobody's yet belongs to the caller of whom we had only a number."""
    unknown = whom.reach not in ledger.known.by_address
    if before is not None and not before.writes and "@" in whom.reach and unknown:
        ledger.reach(before, whom.reach)
        return person_party(before.id)
    return ledger.newcomer(whom.reach, whom.name, None)
