"""thread: which case a mail belongs to.  Evidence, strongest first; the trace says all that was found.

1 a signed address of ours    2 a Message-ID of ours    3 a Message-ID in its references that we have seen
4 the marker line of a letter of ours    5 its own Message-ID, seen before, or a case number in the subject
6 another system's number, seen from that domain
1-4 join.  5 and 6 join only for one who takes part in the case already; for anybody else they open a new,
linked case: a subject is a label that everybody can write.  6 leads to a case that is open, or nowhere.

An answer to a question of ours to a supplier or an approver is **inside**: it joins whoever wrote it and however the case stands, as
the handlers' only; so does a supplier's mail by weaker evidence.

A token says for whom the letter was made.  Used from that party's address it is **own** possession; from anywhere else it is
only **thread**, and the sender is a stranger until the handler says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from maild.decide.naming import foreign_numbers, numbers_in
from maild.decide.related import answered, survivor
from maild.model.case import Case
from maild.model.events import Status
from maild.model.known import Known, LetterRow
from maild.model.people import Possession, handler_of, handler_party, person_party
from maild.model.plan import Prepared
from maild.model.policy import Policy
from maild.model.subject import bare_subject, is_forward

OWN_ID = "its own message id, seen before with other content"
FOREIGN = "another system's number"
CLOSED = "but the case is closed"
_WEAK = ("number in the subject", OWN_ID, FOREIGN)


@dataclass(frozen=True, slots=True)
class Join:
    """Where the mail goes.  case None: a new one, linked to `linked` if that is set.  letter: the one it answers."""

    case: Case | None
    standing: str
    evidence: str
    possession: Possession = Possession.NONE
    letter: LetterRow | None = None
    purpose: str = ""
    linked: int | None = None
    found: tuple[str, ...] = ()


def party_of(prepared: Prepared, known: Known, policy: Policy) -> str:
    """Whom From names: a handler, a person we know, or "" for nobody yet.  Only a claim."""
    author = prepared.message.author
    handler = policy.handler_of_address(author.address) if author else None
    if handler:
        return handler_party(handler.key)
    return person_party(known.author.id) if known.author else ""


def join(prepared: Prepared, known: Known, policy: Policy) -> Join:
    """The case, by the strongest evidence; the one in which it goes on, if it was merged."""
    found = tuple(
        (name, survivor(case, known), answered(letter, known) if letter else None, purpose)
        for name, case, letter, purpose in _evidence(prepared, known)
    )
    trace = tuple(f"{name}: case {case.number}" for name, case, *_ in found)
    party = party_of(prepared, known, policy)
    for name, case, letter, purpose in found:
        side = "" if name in _WEAK and _anybody(prepared, policy) else _side(case, letter, party, known, policy)
        made = _inside(name, case, letter, purpose, side, prepared, known) or _judge(
            name, case, letter, purpose, side, prepared, known
        )
        if made is not None:
            return Join(
                made.case, made.standing, made.evidence, made.possession, made.letter, made.purpose, made.linked, trace
            )
    return Join(None, "customer", "none", found=trace)


def _anybody(prepared: Prepared, policy: Policy) -> bool:
    """A web form's mail that names nobody: whoever filled it in wrote the number, and the form's other cases are not his."""
    author = prepared.message.author
    return prepared.through is None and author is not None and author.address.lower() in policy.directory.forms


def _side(case: Case, letter: LetterRow | None, party: str, known: Known, policy: Policy) -> str:
    """A handler may be a customer too: in his own case he is one, unless he answers a letter that was made for a handler.

    Who answers a letter to a team's shared mailbox, and is one of its members, is the team.
    """
    person = person_party(known.author.id) if known.author else ""
    asked = handler_of(letter.party) if letter else None
    if person in (case.customer, *case.participants, *case.watchers) and asked is None:
        return person
    handler = policy.handlers.get(handler_of(party) or "")
    team = policy.answers_for(handler, asked) if handler and asked else None
    return handler_party(team.key) if team else party


def _inside(
    name: str, case: Case, letter: LetterRow | None, purpose: str, party: str, prepared: Prepared, known: Known
) -> Join | None:
    """The join of a supplier's or approver's mail, None for anybody else's.  A handler's is a handler's."""
    standing = _INSIDE.get(letter.kind, "") if letter else ""
    if not standing and _is_supplier(name, case, party, prepared, known):
        standing = "supplier"
    if not standing or handler_of(party):
        return None
    own = name == "signed address" and letter is not None and letter.party == party
    return Join(case, standing, name, Possession.OWN if own else Possession.THREAD, letter, purpose)


_INSIDE = {"question": "supplier", "forward": "supplier", "approval": "approver"}


def _is_supplier(name: str, case: Case, party: str, prepared: Prepared, known: Known) -> bool:
    """Somebody whom a handler asked; who answers his mail; or another at his house, who gives the number that it has there."""
    if party in (case.customer, *case.participants, *case.watchers):
        return False
    suppliers = [supplier.party for supplier in case.errands.suppliers]
    if party in suppliers:
        return True
    if name == "message id seen before":
        named = (known.cases.get(known.by_message_id.get(one, 0)) for one in known.inside)
        return any(survivor(found, known).id == case.id for found in named if found)
    author = prepared.message.author
    at_home = {known.persons[one].address.rpartition("@")[2] for one in suppliers if one in known.persons}
    return name == FOREIGN and author is not None and author.address.rpartition("@")[2].lower() in at_home


_Found = tuple[str, Case, LetterRow | None, str]


def _evidence(prepared: Prepared, known: Known) -> Iterator[_Found]:
    yield from _letters("signed address", [(t.letter, t.purpose) for t in prepared.tokens], known)
    yield from _letters("message id of ours", [(t.letter, t.purpose) for t in prepared.ids], known)
    for message_id in prepared.message.references:
        case = known.cases.get(known.by_message_id.get(message_id, 0))
        if case:
            yield "message id seen before", case, None, ""
    yield from _letters("marker line of ours", [(t.letter, t.purpose) for t in prepared.marks], known)
    own = known.cases.get(known.by_message_id.get(prepared.message.message_id or "", 0))
    if own:
        yield OWN_ID, own, None, ""
    for number in numbers_in(prepared.message.subject):
        case = known.cases.get(known.by_number.get(number, 0))
        if case:
            yield "number in the subject", case, None, ""
    for number in foreign_numbers(prepared):
        case = known.cases.get(known.by_message_id.get(number, 0))
        if case and not case.ended:
            yield FOREIGN, case, None, ""


def _letters(name: str, tokens: list[tuple[int, str]], known: Known) -> Iterator[_Found]:
    for letter_id, purpose in tokens:
        letter = known.letters.get(letter_id)
        if letter is None or letter.revoked or letter.case is None:
            continue
        case = known.cases.get(letter.case)
        if case:
            yield name, case, letter, purpose


def _judge(
    name: str, case: Case, letter: LetterRow | None, purpose: str, party: str, prepared: Prepared, known: Known
) -> Join | None:
    inside = party in (case.customer, *case.participants, *case.watchers) or case.follows(party)
    takes_part = inside and party != ""
    signed = name == "signed address"
    # An address book keeps what one answers to; a link's address is written to for nothing but what it does.
    if signed and purpose == "r" and _is_new_matter(case, prepared, known):
        return Join(None, "customer", "signed address from an address book", linked=case.id)
    # What was imported rests closed, but nobody was told that it is over.
    if case.status is Status.CLOSED and not case.history and not handler_of(party):
        return Join(None, "customer", f"{name}, {CLOSED}", linked=case.id)
    if name == "message id seen before" and is_forward(prepared.message.subject):
        return Join(None, "customer", f"{name}, but it is a forward", linked=case.id)
    if name in _WEAK and not takes_part:
        return Join(None, "customer", f"{name}, but the sender takes no part", linked=case.id)
    own = signed and letter is not None and letter.party == party
    possession = Possession.OWN if own else Possession.THREAD
    standing = (
        "customer" if party == case.customer else "participant" if takes_part else "stranger" if signed else "thread"
    )
    return Join(case, standing, name, possession, letter, purpose)


def _is_new_matter(case: Case, prepared: Prepared, known: Known) -> bool:
    """An address book keeps our Reply-To: a mail to it that answers nothing and speaks of something else is a new case."""
    message = prepared.message
    if message.references or numbers_in(message.subject) or message.automatic or prepared.sender == "":
        return False
    before = known.subjects.get(case.subject, "")
    return bare_subject(message.subject) != bare_subject(before)
