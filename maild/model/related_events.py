"""related_events: what ties cases and people together: merging, splitting, links, incidents, copies.

Each that has a counterpart in another case (merged and absorbed, grouped and gathered, linked on both sides) is written into both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maild.model.events import Event


@dataclass(frozen=True, slots=True)
class Merged(Event):
    """The case ended because it goes on in another one.  seq: that case's at this moment, for commands that answer older letters."""

    kind: ClassVar[str] = "merged"
    case: int
    by: str
    seq: int


@dataclass(frozen=True, slots=True)
class Unmerged(Event):
    """The case stands by itself again, as it stood before: its status, and what it rested for."""

    kind: ClassVar[str] = "unmerged"
    case: int
    by: str


@dataclass(frozen=True, slots=True)
class Absorbed(Event):
    """Another case goes on in this one."""

    kind: ClassVar[str] = "absorbed"
    case: int
    by: str


@dataclass(frozen=True, slots=True)
class Separated(Event):
    """The other case goes on by itself again."""

    kind: ClassVar[str] = "separated"
    case: int
    by: str


@dataclass(frozen=True, slots=True)
class Split(Event):
    """A mail of this case is the first of another one as well.  message: its row here."""

    kind: ClassVar[str] = "split"
    case: int
    message: int
    by: str


@dataclass(frozen=True, slots=True)
class Linked(Event):
    """The two cases have to do with each other."""

    kind: ClassVar[str] = "linked"
    case: int


@dataclass(frozen=True, slots=True)
class Unlinked(Event):
    kind: ClassVar[str] = "unlinked"
    case: int


@dataclass(frozen=True, slots=True)
class Included(Event):
    """A person takes part in the case: his mails join, and he gets what the customer gets."""

    kind: ClassVar[str] = "included"
    party: str


@dataclass(frozen=True, slots=True)
class Excluded(Event):
    kind: ClassVar[str] = "excluded"
    party: str


@dataclass(frozen=True, slots=True)
class Copied(Event):
    """A person gets a letter of his own of whatever the customer is written from now on."""

    kind: ClassVar[str] = "copied"
    party: str


@dataclass(frozen=True, slots=True)
class Uncopied(Event):
    kind: ClassVar[str] = "uncopied"
    party: str


@dataclass(frozen=True, slots=True)
class Declared(Event):
    """The case is an incident, the parent of others.  title is a commitment; "" takes it back."""

    kind: ClassVar[str] = "declared"
    title: str
    by: str


@dataclass(frozen=True, slots=True)
class Grouped(Event):
    """The case belongs to an incident."""

    kind: ClassVar[str] = "grouped"
    case: int


@dataclass(frozen=True, slots=True)
class Ungrouped(Event):
    kind: ClassVar[str] = "ungrouped"
    case: int


@dataclass(frozen=True, slots=True)
class Gathered(Event):
    """Another case belongs to this incident."""

    kind: ClassVar[str] = "gathered"
    case: int


@dataclass(frozen=True, slots=True)
class Parted(Event):
    """Another case does not belong to this incident any more."""

    kind: ClassVar[str] = "parted"
    case: int


@dataclass(frozen=True, slots=True)
class Announced(Event):
    """The customers of an incident's cases were told how it stands, in so many letters."""

    kind: ClassVar[str] = "announced"
    letters: int
    by: str


@dataclass(frozen=True, slots=True)
class Informed(Event):
    """The customer was told of the incident to which the case belongs.  message: the words, as a row of this case."""

    kind: ClassVar[str] = "informed"
    message: int
    case: int
    by: str
