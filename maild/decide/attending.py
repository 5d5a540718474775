"""attending: whose deed in a critical case means that he is at it, and whose means the opposite.

    who(ledger, case)            the handler who is at it by the mail that is settled, "" for nobody
    taken(ledger, case)          the handler who took it by that mail, likewise
    handed_on(ledger, case)      what gave it to somebody else by that mail, None where nothing did
    answers(ledger, case, by)    whether his reply to a page is an answer to it

At it is who takes the case, answers the customer, or solves it; a label or a note of a passer-by says nothing of who will come.
"""

from __future__ import annotations

from maild.decide.acts.context import FIRST, TAKEN
from maild.decide.ledger import Ledger
from maild.model.case import Case
from maild.model.events import Assigned, Declined, Event, Moved, Prioritised, Reopened, Replied, Solved
from maild.model.people import handler_of
from maild.model.recorded import Recorded
from maild.model.related_events import Unmerged
from maild.model.rota import on_duty
from maild.model.undo_events import Undone

_BEGINS = (Prioritised, Reopened, Unmerged)
_DEEDS = (Replied, Solved)


def who(ledger: Ledger, case: Case) -> str:
    happened = ledger.events_of(case.id)
    if handed_on(ledger, case) or any(isinstance(record.event, Declined) for record in happened):
        return ""
    undone = any(isinstance(record.event, Undone) for record in happened)
    begun = case.pages.since == ledger.now and any(isinstance(record.event, _BEGINS) for record in happened)
    mine = [record for record in happened if handler_of(record.actor) is not None]
    if undone:
        # Whoever takes back that he took it is not at it; who opens again what he closed is.
        acts = [record for record in mine if isinstance(record.event, Reopened)]
    elif begun:
        acts = [record for record in mine if _deed(record, *_BEGINS) and _is_his(ledger, case, record)]
    else:
        acts = [record for record in mine if _deed(record)]
    return next((handler_of(record.actor) or "" for record in acts), "")


def _deed(record: Recorded, *kinds: type[Event]) -> bool:
    return isinstance(record.event, (*_DEEDS, *kinds)) or _takes(record)


def taken(ledger: Ledger, case: Case) -> str:
    """The handler who took it by the mail that is settled, "" for nobody."""
    found = [record for record in ledger.events_of(case.id) if handler_of(record.actor) and _takes(record)]
    return case.handler or "" if found else ""


def _takes(record: Recorded) -> bool:
    """Also a member's deed for his team's mailbox, whose case it is then."""
    event = record.event
    return isinstance(event, Assigned) and (event.handler == handler_of(record.actor) or event.reason in (TAKEN, FIRST))


def _is_his(ledger: Ledger, case: Case, record: Recorded) -> bool:
    """Whether he who makes a case critical is at it himself: it is his, he answers the customer, or he has duty."""
    actor = handler_of(record.actor) or ""
    if isinstance(record.event, Replied) or actor == case.handler:
        return True
    book = ledger.book()
    duty = (on_duty(rota, ledger.now, book)[:1] for rota in ledger.policy.rotas_of(case.desk))
    return isinstance(record.event, Prioritised) and (actor,) in duty


def handed_on(ledger: Ledger, case: Case) -> Assigned | Moved | None:
    """Moved stands for the desk, whoever has it there; what was taken back gives nothing."""
    happened = ledger.events_of(case.id)
    if any(isinstance(record.event, Undone) for record in happened):
        return None
    given = [one for one in happened if handler_of(one.actor) is not None and isinstance(one.event, Assigned | Moved)]
    if not given or _takes(given[-1]):
        return None
    moved = next((one.event for one in given if isinstance(one.event, Moved)), None)
    last = given[-1].event
    assert isinstance(last, Assigned | Moved)
    return moved if moved and isinstance(last, Assigned) and last.handler is None else last


def answers(ledger: Ledger, case: Case, by: str) -> bool:
    """Not where nothing was done, where he gives it away, or where he says that he is not here."""
    declined = any(isinstance(record.event, Declined) for record in ledger.events_of(case.id))
    return not (declined or handed_on(ledger, case) or leaves(ledger, by))


def leaves(ledger: Ledger, by: str) -> bool:
    """He says in this mail that he is away; what his mailbox says of itself is no word of his."""
    before, absence = ledger.known.absent.get(by), ledger.absence(by)
    was = before is not None and before.holds(ledger.now)
    return not was and absence is not None and not absence.provisional and ledger.book().away(by, ledger.now)
