"""quarantine: the mail of somebody whose case a handler called spam.

holds(ledger, prepared, join) -> whether this mail is one;  keep(ledger, prepared, desk, linked, reason): a case of its own that is
closed at once, of which nobody is told, labelled quarantine; a rule may want that of any mail.  A mail whose From is proven, or which
answers a letter that we sent there about another
case, is nobody's forgery: it is not held.
"""

from __future__ import annotations

from maild.decide import pledges, withheld
from maild.decide.ledger import Ledger
from maild.decide.thread import Join
from maild.model.asking_events import Quarantined
from maild.model.case import SPAM
from maild.model.events import Opened, Prioritised, Priority
from maild.model.people import MAILD, Possession
from maild.model.plan import Prepared
from maild.model.subject import untagged


def holds(ledger: Ledger, prepared: Prepared, join: Join) -> bool:
    author = ledger.known.author
    if author is None or not author.spam or prepared.trust.authenticated:
        return False
    answers = join.possession is Possession.OWN and join.case is not None and SPAM not in join.case.labels
    return not answers


def keep(ledger: Ledger, prepared: Prepared, desk_key: str, linked: int | None, reason: str = "quarantine") -> int:
    """Filed where `maild case search --label quarantine` finds it; no acknowledgement, no notice."""
    case_id, party = ledger.next_case(), ledger.person(prepared)
    desk = ledger.policy.desks[desk_key if desk_key in ledger.policy.desks else ledger.policy.default_desk.key]
    row = ledger.file(prepared, case_id, party, "quarantined")
    subject = ledger.subject(untagged(prepared.subject, ledger.known.by_number))
    ledger.open(case_id, party, Opened(ledger.number(desk.key), desk.key, subject, party, desk.language, row, linked))
    ledger.happen(case_id, MAILD, Prioritised(Priority.LOW, reason))
    ledger.happen(case_id, MAILD, Quarantined(party))
    pledges.begin(ledger, case_id, prepared.received_at)
    return case_id


def silence(ledger: Ledger, case_id: int, party: str, by: str) -> None:
    """What was about to leave to the sender of a case does not."""
    withheld.take(ledger, withheld.waiting(ledger, case_id, party), by)
