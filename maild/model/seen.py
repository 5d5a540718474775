"""seen: what only the database can tell of a mail's author, for rules; and what the rules of a policy ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

# Nobody counts further: a rule that waits for more asks for something else.
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Asks:
    """What some rule wants to know, so that nothing else is looked up.

    cases   how many cases the author has
    counts  (whose, seconds): cases that were opened in that time; whose: person, domain or organisation
    spam    the filter's verdict, which a mail brings (policy.Filter)
    """

    cases: bool = False
    counts: tuple[tuple[str, int], ...] = ()
    spam: bool = False


@dataclass(frozen=True, slots=True)
class Counting:
    """A question for numbers of cases.  since: of counts, in their order; domains and addresses by whose they are."""

    address: str
    domains: Mapping[str, tuple[str, ...]]
    addresses: Mapping[str, tuple[str, ...]]
    counts: tuple[tuple[str, int], ...]
    since: tuple[datetime, ...]
    cases: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """The answer.  Nothing is counted beyond MOST_COUNTED."""

    cases: int = 0
    counts: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """Fields of Facts that a mail alone does not tell; the trace keeps them, so that rules can be asked again as they were."""

    known: bool = False
    muted: bool = False
    marked_spam: bool = False
    cases: int = 0
    counts: tuple[tuple[str, int, int], ...] = ()
    same_subject: bool = False
    case_status: str = ""
    possession: str = "none"

    def all(self) -> dict[str, Any]:
        """By name, as Facts has it."""
        return {name: getattr(self, name) for name in _MOSTLY}

    def plain(self) -> dict[str, Any]:
        """What is not as it mostly is, for a trace."""
        return {name: value for name, value in self.all().items() if value != _MOSTLY[name]}


_MOSTLY = {one.name: one.default for one in fields(Seen)}


def from_plain(value: Mapping[str, Any] | None) -> Seen:
    """Of a trace; one without it is of an earlier maild."""
    known = {name: x for name, x in (value or {}).items() if name in _MOSTLY}
    counts = tuple((str(who), int(seconds), int(number)) for who, seconds, number in known.pop("counts", ()))
    return Seen(**known, counts=counts)
