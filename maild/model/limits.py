"""limits: what of a policy stands in maild.yaml: budgets of letters, their waits, and whose verdict on spam counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Filter:
    """The spam filter of a mail server of ours: its header, which stands above the server's Received lines, or beneath some of them.

    received: above which of them: 1 the topmost.
    """

    server: str
    header: str
    received: int = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets of automatic letters, most of them to senders who are not authenticated (MAIL.md), and the waits of letters.

    receipts: handlers get them of commands, of errors only, or of all that they send.
    filter: whose verdict on spam counts.
    """

    per_address_a_day: int = 5
    per_domain_an_hour: int = 20
    pool_an_hour: int = 200
    per_proven_a_day: int = 20
    undo: timedelta = timedelta(seconds=60)
    burst: timedelta = timedelta(seconds=60)
    attachments: int = 10_000_000
    receipts: str = "commands"
    filter: Filter | None = None
