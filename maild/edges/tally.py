"""tally: what happened since the start, counted where it happens: plain numbers, which edges/metrics.py shows.

A count is an addition in a dictionary and an observation a bisection, whether anybody looks or not: no metrics library is loaded
for it, and none stands on the way of a mail.  All is written in the event loop's thread.

LIMITS  Every label comes from a fixed set of our own words (sources, fates, kinds of letters): a sender cannot make
        a new one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

# Seconds.
_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_LONG = (0.1, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 21600.0, 86400.0)


class Histogram:
    """How often it took how long."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.total = 0.0

    def observe(self, seconds: float) -> None:
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds

    def cumulated(self) -> list[tuple[str, int]]:
        """(upper bound, how many took so long at most), as Prometheus counts."""
        told, count = [], 0
        for bound, here in zip((*map(str, self.bounds), "+Inf"), self.counts, strict=True):
            count += here
            told.append((bound, count))
        return told


@dataclass(slots=True, eq=False)
class Tally:
    """One per daemon.

    arrivals   by source and fate: settled, held, duplicate, taken (somebody else was quicker)
    letters    by kind and fate: sent, deferred, failed
    answer     from the final dot to the durable 250;  wait: until it is read;  read, settle: the work itself
    letter     from the writing of a letter to the relay's yes
    lag        how late the event loop wakes
    """

    arrivals: Counter[tuple[str, str]] = field(default_factory=Counter)
    letters: Counter[tuple[str, str]] = field(default_factory=Counter)
    answer: Histogram = field(default_factory=lambda: Histogram(_QUICK))
    wait: Histogram = field(default_factory=lambda: Histogram(_QUICK))
    read: Histogram = field(default_factory=lambda: Histogram(_QUICK))
    settle: Histogram = field(default_factory=lambda: Histogram(_QUICK))
    letter: Histogram = field(default_factory=lambda: Histogram(_LONG))
    lag: Histogram = field(default_factory=lambda: Histogram(_QUICK))
    last_mail: datetime | None = None
    last_letter: datetime | None = None
