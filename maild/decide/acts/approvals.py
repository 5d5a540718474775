"""approvals: a handler asks for somebody's yes, and the vote of whoever is asked.

A vote counts for the very request behind the letter that it answers: its approver, its words, once, within 14 days; a new request to
the same approver takes the older one's place.
"""

from __future__ import annotations

from datetime import timedelta

from maild.decide import asking, tasklist, voting
from maild.decide.acts import basic, suppliers
from maild.decide.acts.context import After, Context, Done, Outcome, Wrong
from maild.decide.ledger import Ledger
from maild.model.asking_events import Approved, Rejected, Requested
from maild.model.errands import OPEN, Request
from maild.model.people import handler_party

STANDS = timedelta(days=14)


def request(context: Context, argument: str) -> Outcome:
    """request WHO [TEXT]    Ask a handler, or anybody by address, to approve what TEXT and the text below say."""
    who, _, line = argument.partition(" ")
    who = who.strip(",;:")
    words = "\n\n".join(filter(None, (line.strip(), context.text)))
    if not who:
        return Wrong("request_whom")
    if not words:
        return Wrong("request_what", who)
    approver = _approver(context, who)
    if isinstance(approver, Wrong):
        return approver
    content = asking.phrase(context.order.prepared, words)

    def after(ledger: Ledger) -> None:
        party = approver if approver.startswith("handler:") else ledger.newcomer(approver, "", None)
        text = ledger.phrase(context.case.id, content)
        until, letter = ledger.now + STANDS, ledger.next_letter()
        ledger.happen(context.case.id, context.order.by, Requested(context.order.by, party, text, letter, until))
        until_said = tasklist.in_zone(ledger, context.case, until)
        files = context.shown("")
        asking.outside(ledger, context.case.id, party, "approval", context.author, files, what=words, until=until_said)

    return Done((), "requested", who, after, inside=True)


def _approver(context: Context, who: str) -> str | Wrong:
    """A handler's party, or an address."""
    found = basic.handlers(who, context.policy)
    if len(found) == 1:
        own = found[0].key == context.handler.key
        return Wrong("not_yourself") if own else handler_party(found[0].key)
    if "@" in who:
        return suppliers.address_of(context, who)
    names = [handler.key for handler in found] or [handler.key for handler in context.policy.team(context.case.desk)]
    return Wrong("several" if found else "nobody_called", ", ".join(names))


def approve(context: Context, argument: str) -> Outcome:
    """approve    Yes to what you were asked to approve."""
    asked = _asked(context)
    if isinstance(asked, Wrong):
        return asked
    # Also not through the mailbox of a team that he is in.
    if asked.by == context.order.by:
        return Wrong("not_yourself")
    if argument:
        return Wrong("vote_plainly")
    return Done((Approved(asked.letter, context.order.by),), "approved", "", _tells(context, asked, "was_approved"))


def reject(context: Context, argument: str) -> Outcome:
    """reject [REASON]    No to what you were asked to approve."""
    asked = _asked(context)
    if isinstance(asked, Wrong):
        return asked
    reason = asking.phrase(context.order.prepared, argument) if argument else None
    event = Rejected(asked.letter, context.order.by, reason.commitment if reason else "")
    tells = _tells(context, asked, "was_rejected", argument)

    def after(ledger: Ledger) -> None:
        if reason:
            ledger.phrase(context.case.id, reason)
        tells(ledger)

    return Done((event,), "rejected", "", after)


def _asked(context: Context) -> Request | Wrong:
    """The request that is meant: behind the letter that is answered, else the only one that waits for him."""
    letter, me = context.order.about, handler_party(context.handler.key)
    found = context.case.errands.request_of(letter.id) if letter else None
    if found is None:
        waiting = context.case.errands.open_requests(me)
        if len(waiting) != 1:
            return Wrong("nothing_to_approve")
        found = waiting[0]
    if found.approver != me:
        return Wrong("nothing_to_approve")
    if found.state != OPEN or found.until_at <= context.ledger.now:
        return Wrong("request_over")
    return found


def _tells(context: Context, asked: Request, key: str, reason: str = "") -> After:
    text = "\n\n".join(filter(None, (reason, context.text if context.inside else "")))

    def after(ledger: Ledger) -> None:
        me = handler_party(context.handler.key)
        told = asking.News(
            *(key, context.handler.name, ledger.subjects.get(asked.text, ""), context.shown(text), me),
            kind=asking.COLLEAGUE,
            answers=(me,),
            text=asked.text,
        )
        asking.news(ledger, context.case.id, told, asked.by, asking.who_has(ledger, context.case.id))
        voting.counted(ledger, context.case.id)

    return after
