"""replies: what people outside answer to a question of a handler's: suppliers and approvers (a customer's yes: assents.py).

add(ledger, prepared, join, automatic)      their mail: the handlers' only, never the customer's
"""

from __future__ import annotations

from maild.decide import asking, contact, proof, tasklist, voting
from maild.decide.ledger import Ledger
from maild.decide.marks import marks
from maild.decide.thread import Join
from maild.model.asking_events import Answered, Approved, Rejected
from maild.model.errands import OPEN, Request
from maild.model.events import Received, Woken
from maild.model.known import Shown
from maild.model.people import MAILD, Possession
from maild.model.plan import Prepared

STANDINGS = ("supplier", "approver")
ANSWERED = "the supplier answered"


def add(ledger: Ledger, prepared: Prepared, join: Join, automatic: bool) -> None:
    """Filed inside; a robot's mail silently, for an acknowledgement of somebody's ticket system is no answer."""
    assert join.case is not None
    case_id, party = join.case.id, ledger.person(prepared)
    row = ledger.file(prepared, case_id, party, join.standing, internal="internal")
    ledger.happen(case_id, party, Received(row, party, join.standing, join.evidence, automatic))
    contact.heard(ledger, prepared, case_id, automatic=automatic)
    if automatic:
        return
    shown = ledger.show(prepared, row)
    if join.standing == "approver":
        _vote(ledger, prepared, join, shown)
        return
    if ledger.case(case_id).rests:
        ledger.happen(case_id, MAILD, Woken(ANSWERED))
    _supplier(ledger, join, party, shown)


def _supplier(ledger: Ledger, join: Join, party: str, shown: Shown) -> None:
    """To the case's handler; what he replies goes to the supplier."""
    assert join.case is not None
    case_id = join.case.id
    errands = ledger.case(case_id).errands
    asked = join.letter.party if join.letter and errands.supplier(join.letter.party) else party
    if not errands.supplier(asked):
        asked = errands.suppliers[-1].party if errands.suppliers else party
    name = tasklist.name_of(ledger, asked)
    told = asking.News("supplier_answered", name, shown=(shown,), kind="supplier", reason="you-handle-it")
    values = {"supplier": name, "stranger": asked != party}
    for letter in asking.news(ledger, case_id, told, asking.who_has(ledger, case_id), **values):
        ledger.happen(case_id, MAILD, Answered(asked, letter))


# --- votes ----------------------------------------------------------------------------------------------------------------------


def _vote(ledger: Ledger, prepared: Prepared, join: Join, shown: Shown) -> None:
    """It counts from the approver himself, with the address made for him and a From that is proven; once, and in time."""
    assert join.case is not None
    assert join.letter is not None
    request = ledger.case(join.case.id).errands.request_of(join.letter.id)
    if request is None:
        return
    said = asking.reads(prepared, join.purpose, ledger.policy.texts.vocabulary)
    own = join.possession is Possession.OWN and not proof.again(ledger, prepared)
    proven = own and prepared.trust.authenticated
    key = _outcome(ledger, request, said, proven=proven)
    if key in ("was_approved", "was_rejected"):
        event: type[Approved] | type[Rejected] = Approved if said == asking.YES else Rejected
        ledger.happen(join.case.id, request.approver, event(request.letter, request.approver))
        ledger.remember(marks(prepared))
    _tell_vote(ledger, join.case.id, request, key, shown, stranger=ledger.person(prepared) != request.approver)
    # An answer goes to the address that was asked, not to whoever used the letter.
    if proven:
        news = {"ok": True, "key": _VOTES[key], "value": ""}
        asking.outside(ledger, join.case.id, request.approver, "vote", "", (), news=news)
    if key in ("was_approved", "was_rejected"):
        voting.counted(ledger, join.case.id)


_VOTES = {
    "was_approved": "vote_yes",
    "was_rejected": "vote_no",
    "approver_words": "vote_unread",
    "vote_late": "vote_over",
}


def _outcome(ledger: Ledger, request: Request, said: str, *, proven: bool) -> str:
    if not said:
        return "approver_words"
    if not proven:
        return "vote_unproven"
    if request.state != OPEN or request.until_at <= ledger.now:
        return "vote_late"
    return "was_approved" if said == asking.YES else "was_rejected"


def _tell_vote(ledger: Ledger, case_id: int, request: Request, key: str, shown: Shown, *, stranger: bool) -> None:
    """What is answered to it goes to the approver, not to the customer."""
    name, about = tasklist.name_of(ledger, request.approver), ledger.subjects.get(request.text, "")
    told = asking.News(
        *(key, name, about, (shown,)), kind=asking.COLLEAGUE, answers=(request.approver,), text=request.text
    )
    asking.news(ledger, case_id, told, request.by, asking.who_has(ledger, case_id), stranger=stranger)
