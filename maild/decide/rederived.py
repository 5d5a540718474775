"""rederived: an open case by another policy than the one by which it was looked at last: when it must be looked at, and what is due.

again(case, policy, before) -> Again;  counted(case, ...) -> the event that a case of older releases lacks.  Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from maild.decide import clocks, pledges
from maild.model.case import Case
from maild.model.clock_events import Clocked
from maild.model.moved import Moved
from maild.model.policy import Policy
from maild.model.sla import Target

# What the rule that is built in calls a program's mail.
_AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class Again:
    """dues: as the case's row keeps them."""

    wake_at: datetime | None
    dues: Mapping[Target, datetime]
    moved: Moved


def again(case: Case, policy: Policy, before: Mapping[str, datetime]) -> Again:
    """before: the dates that the case's row keeps."""
    seen = clocks.ahead(case, policy)
    now = seen.dues
    both = [(before[target], at) for target, at in now.items() if target in before]
    earlier, later = any(new < old for old, new in both), any(new > old for old, new in both)
    moved = Moved(
        1,
        earlier=int(earlier),
        later=int(later and not earlier),
        held=int(seen.held),
        fresh=int(any(target not in before for target in now)),
        gone=int(any(target not in now for target in before)),
    )
    return Again(clocks.wake_at(case, policy, seen), now, moved)


def counted(case: Case, policy: Policy, since_at: datetime | None, address: str) -> Clocked | None:
    """Since when the clocks of a case count of which nobody said so, and for whom.  since_at: when its mail came to us, None for one that
    was imported; address: the customer's."""
    if not policy.slas or case.history or case.clocks.since_at is not None:
        return None
    work = since_at is not None and (case.handler is not None or _AUTOMATIC not in case.labels)
    return Clocked(since_at or case.opened_at, pledges.organisation(policy, address), work)
