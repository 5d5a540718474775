"""steady: whether the clock on the wall can be believed.

Steady(clock, running).sound    False while what time alone brings about must wait: cases that close, mail that is deleted, letters given up
steady.remember(newest)         at the start: when the last mail came that this database knows of
steady.behind                   the clock was set back: what is due "in years" may be due now
steady.accept()                 an admin has looked: from now on the clock is right
steady.conditions()             for the watch

Timeouts never ask this clock: they run by the monotonic one.  A jump of more than ten minutes against it is doubted, for five
minutes if it is less than a day (a time server was late), else for a day: that is for an admin to see.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from maild.decide import health
from maild.model.condition import Condition
from maild.model.policy import Clock

JUMP, SHORT, LONG = timedelta(minutes=10), timedelta(minutes=5), timedelta(days=1)
# Nobody writes to a desk for so long.
YEAR = timedelta(days=366)
log = structlog.get_logger("maild")


def running() -> float:
    """Seconds that nobody can set; the machine's sleep counts."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Steady:
    """One per daemon."""

    def __init__(self, clock: Clock, running: Callable[[], float] = running) -> None:
        self._clock, self._running = clock, running
        # The instant at which `running` was nought, as the clock has it that is believed.
        self._origin = self._seen_origin()
        self._doubted_at: float | None = None
        self._since: datetime | None = None

    def _seen_origin(self) -> datetime:
        return self._clock() - timedelta(seconds=self._running())

    def remember(self, newest: datetime | None) -> None:
        """A clock that stands before what has happened, or years behind it, was wrong then or is now."""
        now = self._clock()
        if newest is not None and not now - YEAR < newest < now + JUMP:
            self._origin = newest - timedelta(seconds=self._running())

    def accept(self) -> None:
        """It is right as it is."""
        self._origin, self._doubted_at, self._since = self._seen_origin(), None, None

    @property
    def sound(self) -> bool:
        leap = self.leap
        if abs(leap) <= JUMP:
            self.accept()
            return True
        if self._doubted_at is None:
            self._doubted_at, self._since = self._running(), self._clock()
            log.error("the clock jumped", seconds=round(leap.total_seconds()))
        if self._running() - self._doubted_at < (SHORT if abs(leap) < LONG else LONG).total_seconds():
            return False
        self.accept()
        return True

    @property
    def leap(self) -> timedelta:
        """How far the clock stands from where it should."""
        return self._seen_origin() - self._origin

    @property
    def behind(self) -> bool:
        return self.leap < -JUMP

    def conditions(self) -> Sequence[Condition]:
        leap = timedelta() if self.sound else self.leap
        return (health.clock(leap, self._since),)
