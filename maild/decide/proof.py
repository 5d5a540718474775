"""proof: whether a mail in a handler's name may act (COMMANDS.md): possession, a proven From, and only once.
That a signature is fresh is asked where it is verified (mail/signed.py).

lack(ledger, prepared, where) -> what is missing, in words for the record, the weightiest first; "" when nothing is
lack_anew(ledger, prepared, handler) -> the same for his new mail, which answers no letter
again(ledger, prepared) -> whether it, or the proof of it, has acted before
Pure.
"""

from __future__ import annotations

from maild.decide.ledger import Ledger
from maild.decide.marks import marks
from maild.decide.thread import Join
from maild.model.people import Handler, Possession
from maild.model.plan import Prepared

CLOSED = "closed-network"
NOT_HIS = "no signed address of his own"
AGAIN = "played again"
NOT_PROVEN = "From is not proven"


def lack(ledger: Ledger, prepared: Prepared, where: Join) -> str:
    """Why it does nothing."""
    if where.possession is not Possession.OWN:
        return NOT_HIS
    if again(ledger, prepared):
        return AGAIN
    if not prepared.trust.authenticated:
        return NOT_PROVEN
    return ""


def lack_anew(ledger: Ledger, prepared: Prepared, handler: Handler, *, own: bool = False) -> str:
    """Why a handler's new mail (a phone case, a forward on behalf) is anybody's.  From must be proven.

    A closed network proves only that somebody of the house wrote: there it takes his standing address.  own: he wrote to the address of
    a letter that was made for him.
    """
    if not prepared.trust.authenticated:
        return NOT_PROVEN
    if prepared.trust.by == CLOSED and not own and prepared.standing != handler.key:
        return NOT_HIS
    if again(ledger, prepared):
        return AGAIN
    return ""


def again(ledger: Ledger, prepared: Prepared) -> bool:
    """Fields that no signature covers make an old mail another one, whose From is proven all the same."""
    seen = ledger.known.obeyed
    return prepared.message.message_id in seen or any(mark in seen for mark in marks(prepared))
