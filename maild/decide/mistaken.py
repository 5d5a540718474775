"""mistaken: handlers' mails that are sent by mistake, and that no customer shall get.

no_own_words(ledger, order, parsed) -> whether there is nothing in it but our quoted letter or the signature that a mail program hangs
on.  The quoted letter holds addresses that are signed for this handler: whoever has them can be taken for him.
"""

from __future__ import annotations

from maild.decide import signature, verbs
from maild.decide.acts.context import Order
from maild.decide.asking import PAGES
from maild.decide.attached import is_a_file
from maild.decide.ledger import Ledger
from maild.decide.quoted import quotes_us


def no_own_words(ledger: Ledger, order: Order, parsed: verbs.Parsed) -> bool:
    # Who answers a page has come, whatever he writes, and none of it goes to a customer.
    if order.about is not None and order.about.kind in PAGES:
        return False
    return quotes_us(ledger, order.prepared.message.own_text) or _only_signed(order, parsed)


def _only_signed(order: Order, parsed: verbs.Parsed) -> bool:
    """Nothing, or nothing but a quote and a signature; a picture and no word at all is an answer."""
    files = order.prepared.message.attachments
    if parsed.lines or any(map(is_a_file, files)):
        return False
    said = "\n".join(row for row in parsed.text.split("\n") if not row.lstrip().startswith(">")).strip()
    return signature.is_farewell(said, order.handler.name) if said else bool(parsed.text) or not files
