"""related: cases that go on in others, and what letters say of the cases and people around one.

survivor(case, known) -> the case in which it goes on, itself if it was not merged; answered(letter, known) -> a letter of a merged case
as one of the case in which that goes on; values(ledger, case) -> for the handlers' letters.
LIMITS  A chain of merges is followed twenty times; the store hands out no more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from maild.decide.ledger import Ledger
from maild.model.case import Case
from maild.model.known import Known, LetterRow
from maild.model.message import named
from maild.model.people import person_of

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


def receivers(case: Case) -> tuple[str, ...]:
    """Who gets what the customer is written: he, the others who take part, watchers and followers; each a letter of his own."""
    following = (party for party in case.followers if person_of(party) is not None)
    return tuple(dict.fromkeys((case.customer, *case.participants, *case.watchers, *following)))


def copies(ledger: Ledger, case: Case, but: str = "") -> str:
    """The others who get the same letter, by name: it says so in its text, for its To has one address only."""
    told = dict.fromkeys((case.customer, *case.participants, *case.watchers))
    people = (ledger.people.get(party) for party in told if party != but)
    return ", ".join(named(person.name, person.address) for person in people if person and person.address)


def values(ledger: Ledger, case: Case) -> dict[str, Any]:
    """What handlers are told of it: linked cases, the incident, who gets copies."""
    numbers = ledger.known.numbers
    incident = numbers.get(case.parent or 0, "")
    # The case that this one may belong to, as far as this arrival knows it.
    perhaps = ledger.known.cases.get(case.linked or 0) if case.linked not in case.links else None
    around = dict.fromkeys((*case.links, *case.children, *case.absorbed))
    return {
        "linked": f"#{perhaps.number}" if perhaps else "",
        "related": ", ".join(f"#{numbers[other]}" for other in around if other in numbers),
        "incident": f"#{incident}" if incident else "",
        "copies": copies(ledger, case, case.customer),
    }
