"""absence: who is away, and who stands in.

While a handler is away, new cases go to the others, and letters about his open ones to his cover **instead of** him: a letter that
nobody reads helps no customer, and two people with the same letter each think that it is the other's.  His cases stay his; the
cover answers or takes what cannot wait.

instead(ledger, handler, case)   who gets his letters, () when he is here (or nobody else is)
acts_in(ledger, handler, case)   whether a handler may act in it, standing in or by himself
leave, back                      he says so himself;  answered(ledger, ...) his mailbox does, for a day
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from maild.decide import rights
from maild.decide.desk_letters import owe
from maild.decide.ledger import Ledger
from maild.model.absence import Absence
from maild.model.absence_events import Left, Returned
from maild.model.case import Case
from maild.model.people import MAILD, Desk, Handler, Role, handler_party
from maild.model.plan import Prepared
from maild.model.policy import Policy

DAY = timedelta(days=1)


def present(ledger: Ledger, handlers: Iterable[Handler]) -> tuple[Handler, ...]:
    return tuple(h for h in handlers if not h.retired and ledger.absence(h.key) is None)


def away(ledger: Ledger) -> frozenset[str]:
    """The keys of all who are away now."""
    return frozenset(key for key in ledger.policy.handlers if ledger.absence(key) is not None)


def instead(ledger: Ledger, handler: Handler, case: Case) -> tuple[Handler, ...]:
    """Who reads his letters about a case while he is away: the first of his cover who is here, else the others of the desk.

    Of a confidential case that is the desk's lead, before the others.
    """
    if ledger.absence(handler.key) is None:
        return ()
    others = tuple(h for h in present(ledger, ledger.policy.team(case.desk)) if h != handler)
    leads = tuple(h for h in others if h.role_at(case.desk).covers(Role.LEAD))
    return cover(ledger, handler, case) or (leads if rights.confidential(case, ledger.policy) else ()) or others


def cover(ledger: Ledger, handler: Handler, case: Case | None = None) -> tuple[Handler, ...]:
    """The first who is here; for a confidential case, whether its desk or a rule made it so, of its desk's own team."""
    named = (ledger.policy.handlers[key] for key in handler.cover if key in ledger.policy.handlers)
    open_to_all = case is None or not rights.confidential(case, ledger.policy)
    return present(ledger, (h for h in named if open_to_all or (case and h.works_for(case.desk))))[:1]


def stands_in(ledger: Ledger, handler: Handler, key: str | None, case: Case) -> bool:
    """Whether he reads, and answers for, a handler who is away, in this case."""
    other = ledger.policy.handlers.get(key or "")
    return other is not None and ledger.absence(other.key) is not None and handler in cover(ledger, other, case)


def acts_in(ledger: Ledger, handler: Handler, case: Case) -> bool:
    """Whether his commands and answers count in the case: by his own right, or for its handler who is away."""
    return rights.acts_in(handler, case, ledger.policy) or stands_in(ledger, handler, case.handler, case)


def is_asked(ledger: Ledger, handler: Handler, case: Case) -> bool:
    """Whether the case asked something of him; or set a task for somebody who is away and for whom he stands in."""
    if rights.is_asked(handler, case):
        return True
    return any(stands_in(ledger, handler, task.handler, case) for task in case.errands.open_tasks)


def home(handler: Handler, policy: Policy) -> Desk:
    """The desk on whose clock his days begin, and from which letters of no case come to him."""
    return next((policy.desks[key] for key in handler.desks if key in policy.desks), policy.default_desk)


def local(ledger: Ledger, handler: Handler) -> datetime:
    """Now on his clock."""
    return ledger.now.astimezone(ZoneInfo(home(handler, ledger.policy).zone))


# --- what happens ---------------------------------------------------------------------------------------------------------------


def leave(ledger: Ledger, handler: Handler, until: datetime | None) -> None:
    """He is away from now on; who stands in is told, once, with what is open."""
    _mark(ledger, handler, Absence(ledger.now, until), handler_party(handler.key))
    _tell(ledger, handler, _readers(ledger, handler))


def back(ledger: Ledger, handler: Handler) -> None:
    ledger.absent(handler.key, None)
    ledger.happen(None, handler_party(handler.key), Returned(handler.key))


def answered(ledger: Ledger, prepared: Prepared, handler: Handler) -> None:
    """His mailbox answered a letter of ours that he is away: for a day, unless he says otherwise.  Told once, to him too."""
    if not _says_away(ledger, prepared, handler) or ledger.absence(handler.key) is not None:
        return
    _mark(ledger, handler, Absence(ledger.now, ledger.now + DAY, provisional=True), MAILD)
    _tell(ledger, handler, (*_readers(ledger, handler), handler))


def _says_away(ledger: Ledger, prepared: Prepared, handler: Handler) -> bool:
    """Proven to be his, automatic as RFC 3834 names an answer, and to a letter that was made for him."""
    words = (*prepared.tokens, *prepared.ids)
    letters = (ledger.known.letters.get(word.letter) for word in words)
    mine = any(letter is not None and letter.party == handler_party(handler.key) for letter in letters)
    return mine and prepared.trust.authenticated and _is_an_answer(prepared)


def _is_an_answer(prepared: Prepared) -> bool:
    """An answer by a program, not a report, a receipt or a list's mail (RFC 3834 section 5); some say it in fields of their own."""
    header = prepared.message.header
    said = (header("auto-submitted") or "").split(";")[0].strip().lower()
    return said == "auto-replied" or any(header(name) for name in ("x-autoreply", "x-autorespond"))


def _mark(ledger: Ledger, handler: Handler, absence: Absence, actor: str) -> None:
    ledger.absent(handler.key, absence)
    ledger.happen(None, actor, Left(handler.key, absence.until_at, absence.provisional))


def _readers(ledger: Ledger, handler: Handler) -> tuple[Handler, ...]:
    desks = handler.desks or tuple(ledger.policy.desks)
    team = (h for desk in desks for h in ledger.policy.team(desk) if h != handler)
    return cover(ledger, handler) or tuple(dict.fromkeys(present(ledger, team)))


def _tell(ledger: Ledger, handler: Handler, readers: Iterable[Handler]) -> None:
    absence, names = ledger.absence(handler.key), ", ".join(h.name for h in _readers(ledger, handler))
    assert absence is not None
    for reader in readers:
        until = absence.until_at.isoformat() if absence.until_at else ""
        values = {"until": until, "provisional": absence.provisional, "cover": names}
        # Empty to himself: the letter speaks to him then.
        values["absent"] = "" if reader == handler else handler.name
        reason = "you-are-away" if reader == handler else "you-stand-in"
        owe(ledger, reader, home(reader, ledger.policy), "absence", reason, values)
