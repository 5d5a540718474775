"""contact: what mails teach us of the person behind an address.

heard(ledger, prepared, case, automatic)    a person wrote: his address works again, and this is the language he writes
lost(ledger, party, status, case)           a letter came back for good: automatic letters to him rest until he writes
language(ledger, person, prepared)          in which language to answer
reads(person, case)                         in which to write to him later
Each change of trust in an address is an event of the case in which it happened.
"""

from __future__ import annotations

import re
from dataclasses import replace

from maild.decide.ledger import Ledger
from maild.model.case import Case
from maild.model.events import Muted, Unmuted
from maild.model.known import Person
from maild.model.people import MAILD, person_party
from maild.model.plan import Prepared

# RFC 3463: no such mailbox or domain, mailbox disabled, no host.  Not 5.1.7 and 5.1.8, which are about the sender; a full
# mailbox, a large mail or a policy say nothing of the address.
_DEAD = re.compile(r"5\.(?:1\.(?![78]$)\d{1,3}|2\.1|4\.4|4\.310)")
# So many words tell a language better than what somebody wrote before.
_PLENTY, _SOME = 30, 6
_NORDIC = frozenset({"nb", "nn", "no", "da", "sv"})


def lost(ledger: Ledger, party: str, status: str, case_id: int) -> None:
    """Mute a person whose address does not exist (any more)."""
    person = ledger.people.get(party)
    if person is None or person.muted or not _DEAD.fullmatch(status):
        return
    ledger.change(replace(person, muted=True))
    ledger.happen(case_id, MAILD, Muted(party, status))


def heard(ledger: Ledger, prepared: Prepared, case_id: int, *, automatic: bool) -> None:
    """The author of a mail that a person wrote."""
    person = ledger.known.author
    if person is None or automatic:
        return
    person = ledger.people[person_party(person.id)]
    if person.muted:
        person = replace(person, muted=False)
        ledger.happen(case_id, MAILD, Unmuted(person_party(person.id)))
    ledger.change(replace(person, language=_writes(person, prepared)))


def language(ledger: Ledger, person: Person | None, prepared: Prepared, desk: str) -> str:
    """The sender's own, from what he wrote before and now; else the desk's."""
    written = _writes(person, prepared) if person else prepared.message.language
    return written or ledger.policy.desks[desk].language


def reads(person: Person | None, case: Case) -> str:
    """In which language to write to him in this case: the one he writes now, wherever he does."""
    return (person.language if person else None) or case.language


def _writes(person: Person, prepared: Prepared) -> str | None:
    """What he wrote before counts for more than a few words; a long mail counts for more than what he wrote before.

    Few words tell English from Norwegian, but not the Nordic languages from each other.
    """
    message = prepared.message
    if person.language is None or message.language in (None, person.language):
        return message.language or person.language
    enough = _PLENTY if {person.language, message.language} <= _NORDIC else _SOME
    return message.language if len(message.own_text.split(maxsplit=enough)) >= enough else person.language
