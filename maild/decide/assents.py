"""assents: the customer's yes or no to an offer.

offer(ledger, prepared, join, shown, automatic)    False where his mail is an ordinary one

An order binds: it takes the letter that was made for him and a From that is proven, once, and in time.  Where nobody proves From, as
from a domain that signs nothing, he is asked once more by a letter to his own address, and his answer to that letter counts by
possession alone: whoever only has the offer, passed on or leaked, never sees that letter.  So do handlers confirm.  One such letter a
day, whoever writes.
"""

from __future__ import annotations

from datetime import timedelta

from maild.decide import asking, owing, proof, tasklist
from maild.decide.ledger import Ledger
from maild.decide.marks import marks
from maild.decide.thread import Join
from maild.model.asking_events import OfferAccepted, OfferRefused
from maild.model.errands import OPEN, Offer
from maild.model.inside_events import Reasked
from maild.model.known import Shown
from maild.model.message import Address
from maild.model.people import MAILD, Possession
from maild.model.plan import Prepared

OFFER, AGAIN = "offer", "offer-again"
ANEW = timedelta(days=1)
_COUNTS = ("offer_accepted", "offer_refused")


def offer(ledger: Ledger, prepared: Prepared, join: Join, shown: Shown, automatic: bool) -> bool:
    """Whether the mail was an answer to an offer; then its handlers are told so.  "Yes, but ..." is an ordinary reply."""
    letter = join.letter
    if automatic or join.case is None or letter is None or letter.kind not in (OFFER, AGAIN):
        return False
    said = asking.reads(prepared, join.purpose, ledger.policy.texts.vocabulary)
    if not said:
        return False
    case_id = join.case.id
    errands = ledger.case(case_id).errands
    asked = errands.withdrawn_offer(letter.id) or errands.offer
    key = _outcome(ledger, prepared, join, said)
    if asked and key in _COUNTS:
        event: type[OfferAccepted] | type[OfferRefused] = OfferAccepted if said == asking.YES else OfferRefused
        ledger.happen(case_id, letter.party, event(asked.letter, letter.party))
        ledger.remember(marks(prepared))
    again = asked is not None and key == "offer_unproven" and _ask_again(ledger, case_id, asked, letter.party)
    _tell(ledger, join, asked, key if again or key != "offer_unproven" else "offer_unproven_still", shown)
    return True


def _tell(ledger: Ledger, join: Join, asked: Offer | None, key: str, shown: Shown) -> None:
    assert join.case is not None
    about = ledger.subjects.get(asked.text, "") if asked else ""
    told = asking.News(key, asked.amount if asked else "", about, (shown,))
    stranger = join.standing == "stranger"
    who_has = asking.who_has(ledger, join.case.id)
    asking.news(ledger, join.case.id, told, asked.by if asked else "", who_has, stranger=stranger)


def _outcome(ledger: Ledger, prepared: Prepared, join: Join, said: str) -> str:
    """From the address of whoever was offered it and a letter that was made for him; the newest offer, once, in time, and proven."""
    assert join.case is not None
    assert join.letter is not None
    errands = ledger.case(join.case.id).errands
    asked = errands.withdrawn_offer(join.letter.id) or errands.offer
    whose = asked.to if asked and asked.to else join.case.customer
    if join.possession is not Possession.OWN or join.letter.party != whose:
        return "offer_stranger"
    if errands.withdrawn_offer(join.letter.id):
        return "offer_withdrawn_yes" if said == asking.YES else "offer_withdrawn_no"
    if asked is None or join.letter.id not in (asked.letter, *asked.reasked):
        return "offer_old"
    if asked.state != OPEN:
        return "offer_answered"
    if asked.until_at <= ledger.now:
        return "offer_late"
    confirmed = join.letter.id in asked.reasked
    if not confirmed and (not prepared.trust.authenticated or proof.again(ledger, prepared)):
        return "offer_unproven"
    return "offer_accepted" if said == asking.YES else "offer_refused"


def _ask_again(ledger: Ledger, case_id: int, asked: Offer, party: str) -> bool:
    """The offer once more, to the address where it went, whoever wrote; False where that was done just now."""
    person = ledger.people.get(party)
    if person is None or (asked.reasked_at is not None and ledger.now < asked.reasked_at + ANEW):
        return False
    case = ledger.happen(case_id, MAILD, Reasked(asked.letter, ledger.next_letter())) or ledger.case(case_id)
    until = tasklist.in_zone(ledger, case, asked.until_at)
    owing.owe(
        ledger,
        case,
        party,
        Address(person.name, person.address),
        AGAIN,
        "your-case",
        (),
        due_at=ledger.now,
        language=person.language or case.language,
        values={"what": ledger.subjects.get(asked.text, ""), "amount": asked.amount, "until": until},
        automatic="auto-replied",
    )
    return True
