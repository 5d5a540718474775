"""spam: a case that nobody shall work with, and whose sender's next mail is looked at by nobody."""

from __future__ import annotations

from maild.decide import quarantine, withheld
from maild.decide.acts import taking_back
from maild.decide.acts.context import Context, Done, Outcome, Wrong
from maild.decide.ledger import Ledger
from maild.model.asking_events import Spammed
from maild.model.case import SPAM


def spam(context: Context, argument: str) -> Outcome:
    """spam    Closed without a letter to anybody; the sender's next mail that is not proven to be his is quarantined."""
    if argument:
        return Wrong("no_argument", "spam")
    if context.text:
        return Wrong("spam_says_nothing")
    if SPAM in context.case.labels:
        return Done((), "already_spam")
    case_id, sender, by = context.case.id, context.case.customer, context.order.by
    back = taking_back.lines(context.ledger, withheld.waiting(context.ledger, case_id, sender))

    def after(ledger: Ledger) -> None:
        quarantine.silence(ledger, case_id, sender, by)

    return Done((Spammed(sender),), "spammed", "", after, also=back)
