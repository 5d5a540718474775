"""health: what can be measured of a site at one instant.  Values only: store/ and edges/ fill them, decide/ judges them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from maild.model.absence import Absence
from maild.model.moved import Moved


@dataclass(frozen=True, slots=True)
class Depth:
    """How many rows of a queue are in a state, and since when the oldest is there."""

    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Disk:
    """The file system of the state folder, in octets.  least: below it no mail is taken."""

    free: int
    size: int
    least: int


@dataclass(frozen=True, slots=True)
class Canary:
    """A mail to ourselves."""

    sent_at: datetime
    back_at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """What the admin was told of a cause.  since: None after it was well again; times: letters of this illness."""

    part: str
    since: datetime | None
    told_at: datetime
    times: int
    text: str


@dataclass(frozen=True, slots=True)
class Paged:
    """Pages of critical cases.  day: those of the last day; missed: open cases of which nobody answered, since: the first of them.

    failed: pages of the last day for which the site's own program did not do; merged: cases of the last hour that share a page.
    """

    day: int = 0
    missed: int = 0
    since: datetime | None = None
    failed: int = 0
    merged: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the database says.

    incoming, outbox  by state; of what is done nothing
    failed            letters given up in the last day
    traffic           mails from outside by hour since 1970 (UTC)
    canaries          the last mails to ourselves, newest first
    absent            handlers who are away now
    moved             what the last change of the policy did to promises of open cases; moving: that goes on
    wal               octets of SQLite's write-ahead log, None elsewhere
    """

    at: datetime
    incoming: Mapping[str, Depth] = field(default_factory=dict)
    outbox: Mapping[str, Depth] = field(default_factory=dict)
    failed: int = 0
    last_mail: datetime | None = None
    last_letter: datetime | None = None
    open_cases: int = 0
    traffic: Mapping[int, int] = field(default_factory=dict)
    canaries: tuple[Canary, ...] = ()
    size: int = 0
    database: str = ""
    schema: str = ""
    wal: int | None = None
    absent: Mapping[str, Absence] = field(default_factory=dict)
    moved: Moved | None = None
    moving: bool = False
    pages: Paged = Paged()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What maild.yaml asks of the watch.  canary_every: None for no canary."""

    canary_every: timedelta | None = None
    canary_within: timedelta = timedelta(minutes=10)
