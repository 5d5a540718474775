"""silence: whether it is unusual that no mail has come for so long.  Pure.

usual(traffic, since, now, zone) -> mails that ordinarily came in such a time, None where the silence means nothing

The hours since the last mail are laid over the same weekdays and hours of the weeks before: a desk that sleeps at night and on
Sundays is silent then every week, and a desk with five mails a day is missed only after days.  One week of the past may be an
exception (a holiday).  With less than three weeks of history nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from statistics import fmean

WEEKS, FEWEST = 8, 3
# So many mails must have come in such a time: in each of the weeks, and on average.
EACH, MEAN = 4, 10.0
SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=7)
HOUR = 3600


def usual(traffic: Mapping[int, int], since: datetime, now: datetime, zone: tzinfo) -> float | None:
    """traffic: mails by hours since 1970.  since: the last mail came, or we began to listen."""
    if now - since < SHORTEST or not traffic:
        return None
    begun = min(traffic)
    since = max(since, now - LONGEST)
    weeks = [
        sum(traffic.get(hour, 0) for hour in range(first, last))
        for first, last in (_hours(since, now, week, zone) for week in range(1, WEEKS + 1))
        if first >= begun
    ]
    if len(weeks) < FEWEST:
        return None
    counts = sorted(weeks)[1:] if len(weeks) > FEWEST + 1 else weeks
    mean = fmean(counts)
    return mean if min(counts) >= EACH and mean >= MEAN else None


def _hours(since: datetime, now: datetime, week: int, zone: tzinfo) -> tuple[int, int]:
    """The whole hours between two instants, so many weeks earlier by the clock on the wall."""
    back = timedelta(weeks=week)
    first, last = (_on_the_wall(at, zone, back).timestamp() for at in (since, now))
    return -(-int(first) // HOUR), int(last) // HOUR


def _on_the_wall(at: datetime, zone: tzinfo, back: timedelta) -> datetime:
    return (at.astimezone(zone).replace(tzinfo=None) - back).replace(tzinfo=zone)
