"""condition: how one part of the daemon is, in words for the admin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Condition:
    """What `maild status` shows, metrics count and alarm letters speak of.

    part      relay, imap:NAME, disk, incoming, outbox, policy, certificate, secret:NAME ...: stable, for monitors
    well      whether nobody need do anything
    text      a sentence, without addresses of customers and without secrets
    cure      what to do, "" while well
    since     when it became so, None if unknown
    facts     numbers and words beside it, for --json and metrics
    """

    part: str
    well: bool
    text: str
    cure: str = ""
    since: datetime | None = None
    facts: Mapping[str, str | int | float | None] = field(default_factory=dict)
