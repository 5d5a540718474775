"""asks: what the conditions of a policy want to know of the database.  asks(conditions) -> Asks: nothing else is looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from maild.model.policy import Condition
from maild.model.seen import Asks
from maild.policy.about import Opened, cases, spam
from maild.policy.compare import Leaf
from maild.policy.logic import Every, Some, Unless


def asks(conditions: Iterable[Condition]) -> Asks:
    found = {leaf.values for condition in conditions for leaf in leaves(condition)}
    counts = {(one.whose, one.seconds) for one in found if isinstance(one, Opened)}
    return Asks(cases in found, tuple(sorted(counts)), spam in found)


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Its single conditions."""
    match condition:
        case Leaf():
            yield condition
        case Every(parts=parts) | Some(parts=parts):
            for part in parts:
                yield from leaves(part)
        case Unless(part=part):
            yield from leaves(part)
