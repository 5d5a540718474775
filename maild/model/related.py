"""related: what ties cases and people together, folded into a case; and a mail of a case as a command may name it.

changes(case, record) -> the fields that an event of related_events.py changes.  Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from maild.model.events import Status
from maild.model.message import Attachment
from maild.model.recorded import Recorded
from maild.model.related_events import (
    Absorbed,
    Announced,
    Copied,
    Declared,
    Excluded,
    Gathered,
    Grouped,
    Included,
    Linked,
    Merged,
    Parted,
    Separated,
    Split,
    Uncopied,
    Ungrouped,
    Unlinked,
    Unmerged,
)

if TYPE_CHECKING:
    from maild.model.case import Case

# Announcements older than that are not counted any more.
_DAY = 86400


@dataclass(frozen=True, slots=True)
class Said:
    """A mail of a case: its row, by whom, its words as stored (JSON), and whether its sender was proven; first: it opened the case."""

    message: int
    case: int
    at: datetime
    author: str
    kind: str
    message_id: str | None
    incoming: int
    text: str
    attachments: tuple[Attachment, ...]
    proven: bool
    first: bool


def changes(case: Case, record: Recorded) -> dict[str, Any]:
    """What such an event says of the case; nothing for any other."""
    match record.event:
        case Merged(case=into, seq=seq):
            before = case.before_merge or case.status
            return {"status": Status.CLOSED, "before_merge": before, "merged_into": into, "merged_seq": seq}
        case Unmerged() if case.before_merge:
            return {"status": Status(case.before_merge), "before_merge": "", "merged_into": None, "merged_seq": 0}
        case Absorbed(case=other):
            return {"absorbed": _with(case.absorbed, other)}
        case Separated(case=other):
            return {"absorbed": _without(case.absorbed, other)}
        case Split(case=other) | Linked(case=other):
            return {"links": _with(case.links, other)}
        case Unlinked(case=other):
            return {"links": _without(case.links, other)}
    return _people(case, record) or _incident(case, record)


def _people(case: Case, record: Recorded) -> dict[str, Any]:
    match record.event:
        case Included(party=party):
            return {"participants": _with(case.participants, party)}
        case Excluded(party=party) if party != case.customer:
            return {"participants": _without(case.participants, party)}
        case Copied(party=party):
            return {"watchers": _with(case.watchers, party)}
        case Uncopied(party=party):
            return {"watchers": _without(case.watchers, party)}
    return {}


def _incident(case: Case, record: Recorded) -> dict[str, Any]:
    match record.event:
        case Declared(title=title):
            return {"incident": title}
        case Grouped(case=parent):
            return {"parent": parent}
        case Ungrouped():
            return {"parent": None}
        case Gathered(case=child):
            return {"children": _with(case.children, child)}
        case Parted(case=child):
            return {"children": _without(case.children, child)}
        case Announced():
            now = int(record.at.timestamp())
            return {"announced": (*(at for at in case.announced if at > now - _DAY), now)}
    return {}


def _with(some: tuple[Any, ...], one: Any) -> tuple[Any, ...]:
    return some if one in some else (*some, one)


def _without(some: tuple[Any, ...], one: Any) -> tuple[Any, ...]:
    return tuple(other for other in some if other != one)
