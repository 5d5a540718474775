"""forwarding: a mail that goes on to somebody else, whole, as a file; the case stays ours.

forward(ledger, prepared, case, address)    a letter to him with the mail in it; what he answers is the handlers' only

Nothing that a program sent goes on, nor his own mail: that is how loops begin.  Where it goes the site's rules say, and nobody else.
"""

from __future__ import annotations

from maild.decide import budget, outsiders, owing
from maild.decide.effects import RULES
from maild.decide.ledger import Ledger
from maild.model.deed_events import Forwarded
from maild.model.events import Suppressed
from maild.model.known import Shown
from maild.model.message import Address, Attachment, Kind
from maild.model.people import person_of
from maild.model.plan import Prepared

A_DAY = 200
_NAME = "mail.eml"


def forward(ledger: Ledger, prepared: Prepared, case_id: int, address: str) -> None:
    party = ledger.newcomer(address, "", None)
    why = _kept_back(ledger, prepared, address)
    if why or person_of(party) is None:
        ledger.happen(case_id, RULES, Suppressed(party, "forward", why or "no address"))
        return
    ledger.spend(budget.forward_key(address, ledger.now))
    case = ledger.case(case_id)
    # Line ends may become longer on the way; what lies behind the end is nothing.
    whole = Attachment(_NAME, "message/rfc822", prepared.size, f"mail:{prepared.id}", False, 0, 2 * prepared.size, "")
    author = prepared.message.author
    shown = Shown(0, prepared.received_at, author.address if author else "", "", prepared.id, (whole,))
    ledger.happen(case_id, RULES, Forwarded(party, ledger.next_letter()))
    person = ledger.people[party]
    desk = ledger.policy.desks[case.desk]
    owing.owe(
        ledger,
        ledger.case(case_id),
        party,
        Address("", address),
        "forward",
        "you-are-forwarded",
        (shown,),
        due_at=ledger.now,
        language=person.language or desk.language,
        values={"customer_verified": prepared.trust.authenticated},
        automatic="auto-generated",
        subject="",
    )


def _kept_back(ledger: Ledger, prepared: Prepared, address: str) -> str:
    """Why it does not go on, "" if it does."""
    message = prepared.message
    if message.automatic or ledger.trace.get("automatic") or message.kind is not Kind.PERSON:
        return "an automatic mail does not go on"
    if message.author is not None and message.author.address.lower() == address:
        return "it came from there"
    if outsiders.is_ours(address, ledger.policy):
        return "the address is ours"
    spent = ledger.known.budgets.get(budget.forward_key(address, ledger.now), 0)
    return f"{A_DAY} mails a day go on to one address" if spent >= A_DAY else ""
