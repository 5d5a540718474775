"""undelivered: a letter of ours did not arrive: who must know, and whose turn it is.

told(ledger, letter, case, status, row, permanent)    by a delivery report (its row), or because our own relay would not take it
"""

from __future__ import annotations

from maild.decide import contact, notices, reminding
from maild.decide.ledger import Ledger
from maild.model.events import Bounced, Reopened, Status, Woken
from maild.model.known import LetterRow
from maild.model.message import named
from maild.model.people import MAILD, handler_of

LOST = "an answer did not arrive"
# To a handler: news of a case, which somebody else must hear then.  A receipt that is lost is no news.
_NEWS = ("notice", "update", "woken", "news", "supplier", "colleague", "warning")
# What a case asks of a colleague: whoever has the case must know that it was not read.
_ASKED = ("task", "approval", "colleague")
# To a customer: what he was to read.  That he asked for his status and never got it is nobody's work.
_SAID = (
    *(
        "ack",
        "facts",
        "decided",
        "update",
        "closing",
        "question",
        "forward",
        "offer",
        "offer-again",
        "approval",
        "incident",
        "merged",
    ),
    "promised",
    "planned",
    *reminding.KINDS,
)


def told(ledger: Ledger, letter: LetterRow, case_id: int, status: str, row: int | None, *, permanent: bool) -> None:
    """The event, and who hears of it; a delay is news to nobody."""
    ledger.happen(case_id, MAILD, Bounced(letter.id, letter.party, status, permanent, row))
    if not permanent:
        return
    handler = handler_of(letter.party)
    if handler is not None:
        _colleagues(ledger, letter, case_id, handler, status)
        return
    contact.lost(ledger, letter.party, status, case_id)
    if letter.kind not in _SAID:
        return
    asked = letter.words or letter.kind in reminding.KINDS
    if asked and letter.party == ledger.case(case_id).customer:
        _back(ledger, case_id)
    person = ledger.people.get(letter.party)
    _note(ledger, letter, case_id, status, named(person.name, person.address) if person else letter.to)


def _note(ledger: Ledger, letter: LetterRow, case_id: int, status: str, name: str) -> None:
    values = {"status_code": status, "bounced_name": name, "bounced_kind": letter.kind, "bounced_at": letter.at}
    notices.bounce_note(ledger, ledger.case(case_id), values)


def _back(ledger: Ledger, case_id: int) -> None:
    """The customer has not read the answer: the case does not wait for him, and is not solved."""
    case = ledger.case(case_id)
    if case.status is Status.WAITING:
        ledger.happen(case_id, MAILD, Woken(LOST))
    elif case.status is Status.SOLVED:
        ledger.happen(case_id, MAILD, Reopened(MAILD))


def _colleagues(ledger: Ledger, letter: LetterRow, case_id: int, handler: str, status: str) -> None:
    """What its handler could not be told of his case, the others of the desk are."""
    case, absent = ledger.case(case_id), ledger.policy.handlers.get(handler)
    if letter.kind in _ASKED and case.handler != handler:
        _note(ledger, letter, case_id, status, absent.name if absent else handler)
        return
    if letter.kind not in _NEWS or case.handler != handler:
        return
    values = {"unreached": absent.name if absent else handler, "status_code": status}
    talk = ledger.known.talk.get(case_id, ())
    for other in ledger.policy.team(case.desk):
        if other.key != handler:
            notices.to_handler(ledger, case, other, "notice", "colleague-not-reached", values, talk)
