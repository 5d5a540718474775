"""mistaken: handlers' mails that are sent by mistake, and that no customer shall get.

no_own_words(ledger, order, parsed) -> whether there is nothing in it but our quoted letter or the signature that a mail program hangs
on.  The quoted letter holds addresses that are signed for this handler: whoever has them can be taken for him.
"""

from __future__ import annotations

import re

from maild.decide import verbs
from maild.decide.acts.context import Order
from maild.decide.carry import MARKER, is_a_file
from maild.decide.ledger import Ledger
from maild.model.people import Desk

_WORD = r"[a-z][a-z0-9]{19,}"


def no_own_words(ledger: Ledger, order: Order, parsed: verbs.Parsed) -> bool:
    return _quotes_us(ledger, order.prepared.message.own_text) or _only_signed(order, parsed)


def _quotes_us(ledger: Ledger, text: str) -> bool:
    """Whether the marker, or an address that is signed for somebody, stands in what would go to the customer."""
    if MARKER in text:
        return True
    return "@" in text and any(_signed(desk, text) for desk in ledger.policy.desks.values())


def _signed(desk: Desk, text: str) -> bool:
    parts = (address.partition("@") for address in desk.addresses)
    forms = (re.escape(local + desk.separator) + _WORD + re.escape(f"@{domain}") for local, _, domain in parts)
    return any(re.search(form, text, re.I) for form in forms)


def _only_signed(order: Order, parsed: verbs.Parsed) -> bool:
    """Nothing, or nothing but a quote and a signature; a picture and no word at all is an answer."""
    files = order.prepared.message.attachments
    if parsed.lines or any(map(is_a_file, files)):
        return False
    said = "\n".join(row for row in parsed.text.split("\n") if not row.lstrip().startswith(">")).strip()
    return verbs.is_farewell(said, order.handler.name) if said else bool(parsed.text) or not files
