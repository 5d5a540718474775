"""outsiders: people of a case who are none of us.  Who is ours, whom a handler may name, and whom a customer copied.

Nobody is added because a mail names him: Cc is a proposal, which the handler takes up or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from maild.decide.ledger import Ledger
from maild.decide.naming import PHONE, addresses_in, telephone
from maild.model.case import Case
from maild.model.known import Shown
from maild.model.policy import Policy

MOST = 5


def is_ours(address: str, policy: Policy) -> bool:
    """A desk's address, plain or with a signed word in it, or a handler's, also of one who has left."""
    address = address.lower()
    return is_desk(address, policy) or any(address in handler.addresses for handler in policy.handlers.values())


def is_desk(address: str, policy: Policy) -> bool:
    """A desk's address, plain or with a signed word in it."""
    local, _, domain = address.rpartition("@")
    for desk in policy.desks.values():
        for own in desk.addresses:
            name, _, host = own.rpartition("@")
            if host == domain and (local == name or local.startswith(name + desk.separator)):
                return True
    return False


def named(argument: str) -> str:
    """The one address that a command names, as bare or as Name <address>; "" for none or several."""
    found = addresses_in(argument)
    return found[0] if len(found) == 1 else ""


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody whom a handler names: by a mail address or a telephone number, and perhaps a name."""

    reach: str
    name: str

    @property
    def shown(self) -> str:
        return f"{self.name} <{self.reach}>" if self.name else self.reach


def whom(argument: str) -> Whom | None:
    """ADDRESS [name], "Name <ADDRESS>" or PHONE [name]; None for anything else."""
    found = addresses_in(argument)
    if found:
        rest = re.sub(r"<?(?:mailto:)?" + re.escape(found[0]) + r">?", " ", argument, flags=re.I)
        return Whom(found[0], _name(rest)) if len(found) == 1 else None
    match = PHONE.match(argument.strip())
    number = telephone(match[0]) if match else ""
    return Whom(number, _name(argument.strip()[match.end() :])) if match and number else None


def _name(words: str) -> str:
    """Letters and what stands in names; nothing that could be an address."""
    name = " ".join(words.split()).strip(" ,;:()<>\"'-")[:100]
    return "" if "@" in name else name


def copied(ledger: Ledger, case: Case, shown: Iterable[Shown]) -> tuple[str, ...]:
    """Who stands beside us in To and Cc of these mails and takes no part in the case."""
    people = (ledger.people.get(party) for party in (case.customer, *case.participants))
    inside = {person.address.lower() for person in people if person}
    found = dict.fromkeys(address.lower() for message in shown for address in message.people)
    others = (address for address in found if address not in inside and not is_ours(address, ledger.policy))
    return tuple(address for address in others if named(address) == address)[:MOST]
