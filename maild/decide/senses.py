"""senses: a letter about a handler's own mail is answered as that mail was meant.

continue_(ledger, order, kind) -> what the letter says of it, as values of its template; called just before it is owed

Who writes to a supplier, or inside, and has a word wrong, corrects it in reply to the error: his text goes where it should have gone.
"""

from __future__ import annotations

from typing import Any

from maild.decide import asking
from maild.decide.acts.context import Order
from maild.decide.acts.implied import outward
from maild.decide.ledger import Ledger
from maild.model.inside_events import Continued
from maild.model.people import MAILD

# Whoever touched one of these links and wrote something did not mean the customer: it is a note, and the receipt says so.
NOTES = ("n", "t", "w")


def continue_(ledger: Ledger, order: Order, kind: str) -> dict[str, Any]:
    about = order.about
    if about is None or order.case is None:
        return {}
    outside = outward(ledger, order)
    what = about.kind
    if not outside and what not in asking.INSIDE:
        what = asking.NOTE if order.purpose in NOTES else ""
    # A note that was taken is over; one that was turned down is written once more.
    if not what or (what == asking.NOTE and kind == "receipt"):
        return {}
    ledger.happen(order.case, MAILD, Continued(ledger.next_letter(), about.id, what))
    return {"supplier": outside} if outside else {"inside": True}
