"""quarantine: the mail of somebody whose case a handler called spam.

holds(ledger, prepared, join) -> whether this mail is one;  keep(ledger, prepared, join): a case of its own that is closed at once, of
which nobody is told, labelled quarantine.  A mail whose From is proven, or which answers a letter that we sent there about another
case, is nobody's forgery: it is not held.
"""

from __future__ import annotations

from maild.decide import intake, withheld
from maild.decide.ledger import Ledger
from maild.decide.thread import Join
from maild.model.asking_events import Quarantined
from maild.model.case import SPAM
from maild.model.events import Opened, Prioritised, Priority
from maild.model.people import MAILD, Possession
from maild.model.plan import Prepared


def holds(ledger: Ledger, prepared: Prepared, join: Join) -> bool:
    author = ledger.known.author
    if author is None or not author.spam or prepared.trust.authenticated:
        return False
    answers = join.possession is Possession.OWN and join.case is not None and SPAM not in join.case.labels
    return not answers


def keep(ledger: Ledger, prepared: Prepared, join: Join) -> None:
    """Filed where `maild case search --label quarantine` finds it; no acknowledgement, no notice."""
    case_id, party = ledger.next_case(), ledger.person(prepared)
    desk = ledger.policy.desks[
        prepared.desk if prepared.desk in ledger.policy.desks else ledger.policy.default_desk.key
    ]
    row = ledger.file(prepared, case_id, party, "quarantined")
    subject = ledger.subject(intake.untagged(prepared.subject, ledger.known.by_number))
    linked = join.case.id if join.case else join.linked
    ledger.open(case_id, party, Opened(ledger.number(desk.key), desk.key, subject, party, desk.language, row, linked))
    ledger.happen(case_id, MAILD, Prioritised(Priority.LOW, "quarantine"))
    ledger.happen(case_id, MAILD, Quarantined(party))


def silence(ledger: Ledger, case_id: int, party: str, by: str) -> None:
    """What was about to leave to the sender of a case does not."""
    withheld.take(ledger, withheld.waiting(ledger, case_id, party), by)
