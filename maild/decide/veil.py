"""veil: what waits for a handler does not leave when its case is hidden from him.

draw(ledger): at the end of an arrival.  A letter that has not left, with what others said in a case which its reader may not see any
more, is taken back, and whoever has the case now reads it.  Where that is undone, the words come back with the case.
"""

from __future__ import annotations

from maild.decide import notices, rights, withheld
from maild.decide.ledger import Ledger
from maild.model.case import Case
from maild.model.events import Event
from maild.model.known import Pending, Shown
from maild.model.people import MAILD, handler_of, handler_party
from maild.model.plan import Letter
from maild.model.undo_events import TakenBack, Undone

# Letters that bring what others said.  What he is asked, and what became of his own mails, is his wherever the case is.
_BRINGS = ("notice", "update", "woken", "news", "supplier", "bounce", "warning")


def draw(ledger: Ledger) -> None:
    for case_id in ledger.touched():
        case = ledger.case(case_id)
        hidden = [one for one in ledger.known.pending if one.case == case_id and _hidden(ledger, case, one)]
        withheld.hold(ledger, hidden, MAILD)
        _pass_on(ledger, case_id, tuple(dict.fromkeys(row for one in hidden for row in one.messages)))
        if any(_lifts(ledger, case, record.event) for record in ledger.events_of(case_id)):
            _pass_on(ledger, case_id, tuple(said.message for said in ledger.known.talk.get(case_id, ())))


def _hidden(ledger: Ledger, case: Case, one: Pending) -> bool:
    reader = ledger.policy.handlers.get(handler_of(one.party) or "")
    if reader is None or one.kind not in _BRINGS or ledger.cancelled(one.outbox):
        return False
    return not rights.sees(reader, case, ledger.policy)


def _pass_on(ledger: Ledger, case_id: int, rows: tuple[int, ...]) -> None:
    """To whoever has the case, where no other letter of this arrival tells him."""
    told = {shown.message for letter in _to_handlers(ledger, case_id) for shown in letter.shown}
    said: dict[int, Shown] = {shown.message: shown for shown in ledger.known.talk.get(case_id, ())}
    said |= ledger.known.shown
    shown = tuple(said[row] for row in rows if row in said and row not in told)
    if shown:
        notices.news(ledger, ledger.case(case_id), shown, "")


def _to_handlers(ledger: Ledger, case_id: int) -> list[Letter]:
    return [letter for letter in ledger.letters if letter.case == case_id and handler_of(letter.party)]


def _lifts(ledger: Ledger, case: Case, event: Event) -> bool:
    """Undone is what hid the case from its handler before he had read it."""
    if not isinstance(event, Undone) or case.handler is None:
        return False
    mine = handler_party(case.handler)
    log = ledger.known.log.get(case.id, ())
    back = (r.event for r in log if r.cause == event.mail and isinstance(r.event, TakenBack))
    return any(one.to == mine and one.what in _BRINGS for one in back)
