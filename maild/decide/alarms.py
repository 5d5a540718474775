"""alarms: when the admin is told that a part is ill, and that it is well again.  Pure.

due(conditions, told, now) -> Announcements, each with what is to be remembered once it is told

One cause is told once, again after four hours and then daily while it lasts, and never twice in an hour however often it comes
and goes; its end is told once.  A relay or mailbox has some minutes first: servers are restarted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from maild.model.condition import Condition
from maild.model.health import Told

HOUR = timedelta(hours=1)
AGAIN = (timedelta(hours=4), timedelta(days=1))
PATIENCE = {"relay": timedelta(minutes=5), "imap": timedelta(minutes=5), "database": timedelta(minutes=1)}


@dataclass(frozen=True, slots=True)
class Announcement:
    """over: it is well again.  since: when it became ill."""

    condition: Condition
    over: bool
    since: datetime
    remember: Told


def due(conditions: Iterable[Condition], told: Mapping[str, Told], now: datetime) -> tuple[Announcement, ...]:
    """What is to be told now.  A part of which nothing is said stays as it was."""
    return tuple(found for condition in conditions for found in _due(condition, told.get(condition.part), now))


def _due(condition: Condition, known: Told | None, now: datetime) -> Iterator[Announcement]:
    ill = known is not None and known.since is not None
    if condition.well:
        if known is not None and known.since is not None:
            over = Told(condition.part, None, known.told_at, 0, condition.text)
            yield Announcement(condition, True, known.since, over)
        return
    since = (known.since if known and ill else None) or condition.since or now
    if now - since < PATIENCE.get(condition.part.partition(":")[0], timedelta()):
        return
    times = known.times if known and ill else 0
    if known is None or now - known.told_at >= (AGAIN[min(times, len(AGAIN)) - 1] if times else HOUR):
        yield Announcement(condition, False, since, Told(condition.part, since, now, times + 1, condition.text))
