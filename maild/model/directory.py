"""directory: who has which address, in the files of the policy.  directory(handlers, organisations) -> Directory, made once a policy.

Each mail asks a dozen times whose an address is, and a site may have a thousand organisations: so it is looked up and not looked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from maild.model.people import Handler, Organisation


@dataclass(frozen=True, slots=True)
class Directory:
    """By address in lower case, or by domain.  Of several the one that stands first in the files; nobody who has left.

    forms: the senders of web forms whose mails may name the customer.
    """

    handlers: Mapping[str, Handler] = field(default_factory=dict)
    contacts: Mapping[str, Organisation] = field(default_factory=dict)
    domains: Mapping[str, Organisation] = field(default_factory=dict)
    forms: frozenset[str] = frozenset()

    def organisation(self, address: str) -> Organisation | None:
        """The organisation of an address: a contact's, else its domain's."""
        return self.contacts.get(address) or self.domains.get(address.rpartition("@")[2])


def directory(handlers: Iterable[Handler], organisations: Iterable[Organisation]) -> Directory:
    known, able = tuple(organisations), [handler for handler in handlers if not handler.retired]
    # The last of a dictionary's equal keys counts: hence backwards.
    return Directory(
        {address: handler for handler in reversed(able) for address in handler.addresses if address},
        {contact: one for one in reversed(known) for contact in one.contacts if contact},
        {domain: one for one in reversed(known) for domain in one.domains if domain},
        frozenset(form for one in known for form in one.forms),
    )
