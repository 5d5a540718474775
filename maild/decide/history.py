"""history: what a mail of the past does, when it is imported (source "import").  Pure.

Nobody is told, nothing is acknowledged, no address is muted or unmuted by it.  A mail of a desk or a handler is our side of the
conversation.  A case made of such mails is **imported**: closed, and opened again by whoever answers one of them; one with a mail
younger than `open_since` is open work, for whom the rules name.  `ledger.now` is the day of the mail.

Evidence, strongest first: the case it was exported from; signed words of ours; ids it refers to; its own id, which an answer named
before; a reply's subject between the same people within two months.  A case number in an old subject is none: it may be another system's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from maild.decide import contact, effects, intake, pledges
from maild.decide.facts import lookup
from maild.decide.ledger import Ledger
from maild.decide.outsiders import is_desk, is_ours
from maild.decide.related import survivor
from maild.decide.route import route
from maild.decide.seeing import asked as asked_of
from maild.model.case import Case
from maild.model.events import Assigned, Event, Filed, Ignored, Imported, Noted, Opened, Received, Reopened, Replied
from maild.model.known import Known, Lookup
from maild.model.message import Address, Kind, Message
from maild.model.people import MAILD, Handler, handler_party, person_party
from maild.model.plan import Prepared
from maild.model.policy import Policy
from maild.model.subject import bare_subject, is_reply

HOMELESS = "it names no desk of ours"
NO_LETTER = "a delivery report about no mail that is here"
_ALONE = "nobody but us takes part in it"
_MOST = 50
_KEYS = 5
_NEAR = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Side:
    """Whose mail it is: ours (by a handler, or by the desk's address: handler None), or another's.  others: whom it names beside us."""

    ours: bool
    handler: Handler | None
    others: tuple[Address, ...]

    @property
    def party(self) -> str:
        return handler_party(self.handler.key) if self.handler else MAILD


def question(prepared: Prepared, policy: Policy, now: datetime) -> Lookup:
    """What must be known of a mail of the past: of ours, the person is whom it went to."""
    side = side_of(prepared.message, policy)
    asked = lookup(prepared, policy, now)
    keys = (*((prepared.past.case,) if prepared.past.case else ()), *_subject_keys(prepared.message, side))
    address = side.others[0].address.lower() if side.ours and side.others else asked.address
    return replace(asked, message_ids=(*asked.message_ids, *keys), numbers=(), address=address, budgets=())


def file(ledger: Ledger, prepared: Prepared) -> None:
    """Put the mail where it belongs."""
    message, side = prepared.message, side_of(prepared.message, ledger.policy)
    case, evidence = _find(prepared, ledger.known, side, ledger.now)
    side = _as_customer(side, case, ledger.known)
    ledger.trace.update(_trace(prepared, case, evidence, side))
    if message.kind is Kind.BOUNCE and message.automatic:
        _bounce(ledger, prepared, case)
    elif case is not None:
        _add(ledger, prepared, case, side, evidence)
    elif prepared.past.homeless:
        ledger.happen(None, MAILD, Ignored(HOMELESS))
    elif side.ours and not side.others:
        ledger.happen(None, MAILD, Ignored(_ALONE))
    else:
        _begin(ledger, prepared, side)


# --- whose mail ---------------------------------------------------------------------------------------------------------------


def side_of(message: Message, policy: Policy) -> Side:
    """By From; handlers who have left wrote too."""
    others = tuple(a for a in (*message.to[:_MOST], *message.cc[:_MOST]) if not is_ours(a.address, policy))
    author = message.author.address.lower() if message.author else ""
    handler = _handler(author, policy)
    return Side(handler is not None or is_desk(author, policy), handler, others)


def _as_customer(side: Side, case: Case | None, known: Known) -> Side:
    """A handler who writes to the desk and to nobody else is its customer, in a case of his own or a new one."""
    if side.handler is None or side.others:
        return side
    person = person_party(known.author.id) if known.author else ""
    mine = person in (case.customer, *case.participants) if case else True
    return replace(side, ours=False) if mine else side


def _handler(address: str, policy: Policy) -> Handler | None:
    return next((h for h in policy.handlers.values() if address in h.addresses), None)


# --- which case ---------------------------------------------------------------------------------------------------------------


def _find(prepared: Prepared, known: Known, side: Side, now: datetime) -> tuple[Case | None, str]:
    found = ((case, evidence) for evidence, case in _evidence(prepared, known, side, now) if case is not None)
    case, evidence = next(found, (None, "none"))
    return (survivor(case, known) if case else None), evidence


def _evidence(prepared: Prepared, known: Known, side: Side, now: datetime) -> Iterator[tuple[str, Case | None]]:
    message = prepared.message
    yield "exported from the case", _by_id(prepared.past.case, known)
    for word in (*prepared.tokens, *prepared.ids, *prepared.marks):
        letter = known.letters.get(word.letter)
        yield "a letter of ours", known.cases.get(letter.case or 0) if letter and not letter.revoked else None
    original = message.bounce.original_message_id if message.bounce else None
    for message_id in (*reversed(message.references), *((original,) if original else ())):
        yield "message id seen before", _by_id(message_id, known)
    # A mail that refers to it came first.  Some machines give all their mails one id: only near, and from who takes part.
    own = _by_id(message.message_id or "", known)
    yield "an answer to it was here before", own if own and _takes_part(own, known) and _is_near(own, now) else None
    if is_reply(message.subject):
        for key in _subject_keys(message, side):
            case = _by_id(key, known)
            yield "subject between the same people", case if case and _is_near(case, now) else None


def _takes_part(case: Case, known: Known) -> bool:
    return known.author is not None and person_party(known.author.id) in (case.customer, *case.participants)


def _is_near(case: Case, now: datetime) -> bool:
    return abs(now - case.updated_at) <= _NEAR


def _by_id(key: str, known: Known) -> Case | None:
    return known.cases.get(known.by_message_id.get(key, 0)) if key else None


def _subject_keys(message: Message, side: Side) -> tuple[str, ...]:
    """A subject with each who wrote or got it, among message ids.  Hashed: erasing a case takes them away, and they tell nothing."""
    bare = bare_subject(message.subject)
    if not bare:
        return ()
    author = (message.author,) if message.author and not side.ours else ()
    people = dict.fromkeys(a.address.lower() for a in (*author, *side.others))
    return tuple(f"subject:{_hash(bare, who)}" for who in people)[:_KEYS]


def _hash(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode("utf-8", "replace")).hexdigest()[:32]


# --- what happens ---------------------------------------------------------------------------------------------------------------


def _bounce(ledger: Ledger, prepared: Prepared, case: Case | None) -> None:
    if case is None:
        ledger.happen(None, MAILD, Ignored(NO_LETTER))
        return
    row = ledger.file(prepared, case.id, MAILD, "bounce", internal="internal")
    ledger.happen(case.id, MAILD, Filed(row, MAILD))


def _add(ledger: Ledger, prepared: Prepared, case: Case, side: Side, evidence: str) -> None:
    party = side.party if side.ours else ledger.person(prepared)
    takes_part = "customer" if party == case.customer else "participant" if party in case.participants else "thread"
    row = _keep(ledger, prepared, case.id, side, party, takes_part)
    ledger.happen(case.id, party, _event(ledger, prepared, side, row, party, takes_part, evidence))
    _answered(ledger, prepared, case.id, side)
    if case.history and _is_open(ledger, prepared) and not _is_quiet(prepared, side):
        ledger.happen(case.id, party, Reopened(party))
        _give(ledger, prepared, case.id)


def _begin(ledger: Ledger, prepared: Prepared, side: Side) -> None:
    message = prepared.message
    verdict = route(asked_of(ledger, prepared, message.automatic), ledger.policy.rules)
    discard = verdict.value("discard")
    if discard is not None:
        ledger.happen(None, effects.RULES, Ignored(f"discarded by a rule: {discard}"))
        return
    asked = str(verdict.value("desk", prepared.desk))
    desk = asked if asked in ledger.policy.desks else ledger.policy.default_desk.key
    case_id, customer = ledger.next_case(), _customer(ledger, prepared, side)
    party = side.party if side.ours else customer
    row = _keep(ledger, prepared, case_id, side, party, "customer")
    language = contact.language(ledger, ledger.people.get(customer), prepared, desk)
    subject = ledger.subject(prepared.subject)
    ledger.open(case_id, party, Opened(ledger.number(desk), desk, subject, customer, language, row))
    if side.ours:
        ledger.happen(case_id, party, _event(ledger, prepared, side, row, party, "", ""))
    effects.apply(ledger, case_id, verdict)
    _answered(ledger, prepared, case_id, side)
    if _is_open(ledger, prepared):
        _give(ledger, prepared, case_id)
    else:
        ledger.happen(case_id, MAILD, Imported())


def _customer(ledger: Ledger, prepared: Prepared, side: Side) -> str:
    """Who wrote; of our own mail, to whom it went first."""
    if not side.ours:
        return ledger.person(prepared)
    if ledger.known.author:
        return person_party(ledger.known.author.id)
    return ledger.newcomer(side.others[0].address.lower(), side.others[0].name, None)


def _keep(ledger: Ledger, prepared: Prepared, case_id: int, side: Side, party: str, standing: str) -> int:
    """The mail's row; what it refers to leads to the case too, and its subject, for those who answer without naming anything."""
    ours = "handler" if side.handler else "desk"
    internal = "internal" if _is_internal(prepared, side) else ""
    way = prepared.past.way or ("out" if side.ours else "in")
    row = ledger.file(prepared, case_id, party, ours if side.ours else standing, internal, way)
    message = prepared.message
    past = (prepared.past.case,) if prepared.past.case else ()
    ids = (known for known in message.references[-20:] if known != message.message_id)
    ledger.teach(case_id, row, dict.fromkeys((*past, *ids, *_subject_keys(message, side))))
    return row


def _event(ledger: Ledger, prepared: Prepared, side: Side, row: int, party: str, standing: str, evidence: str) -> Event:
    if not side.ours:
        return Received(row, party, standing, evidence, prepared.message.automatic)
    if _is_quiet(prepared, side):
        return Noted(row, party) if side.handler and not prepared.message.automatic else Filed(row, party)
    return Replied(row, party)


def _is_internal(prepared: Prepared, side: Side) -> bool:
    return prepared.past.internal if prepared.past.way else side.ours and not side.others


def _is_quiet(prepared: Prepared, side: Side) -> bool:
    """No person says anything to the other side in it."""
    return prepared.message.automatic or _is_internal(prepared, side)


def _answered(ledger: Ledger, prepared: Prepared, case_id: int, side: Side) -> None:
    """Who answered first had the case, and has it again should it be opened."""
    handler = side.handler if side.ours and not _is_quiet(prepared, side) else None
    if handler and not handler.retired and ledger.case(case_id).handler is None:
        ledger.happen(case_id, side.party, Assigned(handler.key, "first to answer"))


def _is_open(ledger: Ledger, prepared: Prepared) -> bool:
    since = prepared.past.open_since
    return since is not None and ledger.now >= since


def _give(ledger: Ledger, prepared: Prepared, case_id: int) -> None:
    """To the one who had it, else as the rules say."""
    if not intake.has_handler(ledger, ledger.case(case_id)):
        verdict = route(asked_of(ledger, prepared, prepared.message.automatic), ledger.policy.rules)
        intake.assign(ledger, case_id, verdict)
    # What somebody was told elsewhere we do not know; he asks us when he writes again.
    pledges.begin(ledger, case_id, ledger.now, runs=False)


def _trace(prepared: Prepared, case: Case | None, evidence: str, side: Side) -> dict[str, object]:
    message = prepared.message
    return {
        "kind": str(message.kind),
        "automatic": message.automatic,
        "why": list(message.why),
        "defects": list(message.defects),
        "trust": {"authentication": "none", "by": "", "evidence": ["imported"], "possession": "none"},
        "thread": {
            "case": case.number if case else None,
            "standing": "ours" if side.ours else "theirs",
            "evidence": evidence,
            "linked": None,
            "found": [evidence] if case else [],
        },
    }
