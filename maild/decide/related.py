"""related: cases that go on in others, and what letters say of the cases and people around one.

survivor(case, known) -> the case in which it goes on, itself if it was not merged; answered(letter, known) -> a letter of a merged case
as one of the case in which that goes on; values(ledger, case, reader) -> for the handlers'
letters; number(ledger, other, reader) -> of a case that is tied to it, where its reader may know of it.
LIMITS  A chain of merges is followed twenty times; the store hands out no more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from maild.decide import rights
from maild.decide.ledger import Ledger
from maild.model.case import Case
from maild.model.known import Known, LetterRow
from maild.model.message import named
from maild.model.people import Handler, person_of
from maild.model.policy import Policy

FOLLOWED = 20


def survivor(case: Case, known: Known) -> Case:
    """Where mails to this case go."""
    for _ in range(FOLLOWED):
        following = known.cases.get(case.merged_into) if case.merged_into is not None else None
        if following is None:
            return case
        case = following
    return case


def answered(letter: LetterRow, known: Known) -> LetterRow:
    """Whoever answers it has seen of the other case what was there when they were merged, if he had seen the whole of his own."""
    case = known.cases.get(letter.case or 0)
    for _ in range(FOLLOWED):
        if case is None or case.merged_into is None:
            return letter
        seen = case.merged_seq if letter.seq >= case.heard else 0
        letter = replace(letter, case=case.merged_into, seq=seen)
        case = known.cases.get(case.merged_into)
    return letter


def receivers(case: Case, policy: Policy) -> tuple[str, ...]:
    """Who gets what the customer is written: he, the others who take part, watchers and followers; each a letter of his own.

    Not those who follow a case that went to a confidential desk; whoever follows one that was confidential from its beginning was let in.
    """
    shut = rights.confidential(case, policy) and not case.confidential
    following = (party for party in case.followers if person_of(party) is not None and not shut)
    return tuple(dict.fromkeys((case.customer, *case.participants, *case.watchers, *following)))


def copies(ledger: Ledger, case: Case, but: str = "") -> str:
    """The others who get the same letter, by name: it says so in its text, for its To has one address only."""
    told = dict.fromkeys((case.customer, *case.participants, *case.watchers))
    people = (ledger.people.get(party) for party in told if party != but)
    return ", ".join(named(person.name, person.address) for person in people if person and person.address)


def number(ledger: Ledger, other: int | None, reader: Handler | None) -> str:
    """How a case that is tied to another is called, "" where its reader may not know of it; None: somebody who is no handler."""
    case = ledger.known.cases.get(other or 0) or ledger.known.tied.get(other or 0)
    if case is None:
        return ""
    case = ledger.case(case.id) if case.id in ledger.known.cases else case
    hidden = (
        rights.confidential(case, ledger.policy) if reader is None else not rights.sees(reader, case, ledger.policy)
    )
    return "" if hidden else f"#{case.number}"


def values(ledger: Ledger, case: Case, reader: Handler | None) -> dict[str, Any]:
    """What handlers are told of it: linked cases, the incident, who gets copies."""
    # The case that this one may belong to, as far as this arrival knows it.
    perhaps = case.linked if case.linked in ledger.known.cases and case.linked not in case.links else None
    around = dict.fromkeys((*case.links, *case.children, *case.absorbed))
    return {
        "linked": number(ledger, perhaps, reader),
        "related": ", ".join(filter(None, (number(ledger, other, reader) for other in around))),
        "incident": number(ledger, case.parent, reader),
        "copies": copies(ledger, case, case.customer),
    }
