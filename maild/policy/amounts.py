"""amounts: open time as sla.yaml writes it: 15m, 2h, 2d; and when a step of a ladder comes: 50%, +2h, +1d.

A day is the open time of one ordinary open day of the calendar in which it is counted: 2d of a desk that is open from 8 to 16 are 16 hours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from maild.model.calendar import Calendar
from maild.policy.shape import wrong

_AMOUNT = re.compile(r"([0-9]{1,7})([mhd])")
_SHARE = re.compile(r"([0-9]{1,4})%")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1)}
_LONGEST = 730
_LARGEST = 1000


@dataclass(frozen=True, slots=True)
class Amount:
    """A span, and ordinary open days beside it.  written: as it stands in the file."""

    span: timedelta
    days: int = 0
    written: str = ""

    def of(self, calendar: Calendar) -> timedelta:
        return self.span + self.days * calendar.ordinary()


@dataclass(frozen=True, slots=True)
class When:
    """A share of the time in percent, or (None) so long after it is due."""

    name: str
    share: int | None
    after: Amount


NOTHING = Amount(timedelta(0))


def amount(value: Any) -> Amount:
    """15m 2h 2d"""
    match = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise wrong(f"{str(value)[:40]!r} is no amount of open time", "write a number with m, h or d: 15m, 2h, 2d")
    number, unit = int(match[1]), match[2]
    found = Amount(timedelta(0), number, value) if unit == "d" else Amount(number * _UNITS[unit], 0, value)
    if not number:
        raise wrong(f"{value!r} is no time at all", "write at least 1m")
    if found.days > _LONGEST or found.span > timedelta(days=_LONGEST):
        raise wrong(f"{value!r} is more than two years", f"write at most {_LONGEST}d")
    return found


def when(value: Any) -> When:
    """50% +2h"""
    text = value.strip() if isinstance(value, str) else str(value)
    share = _SHARE.fullmatch(text)
    if share:
        if not 1 <= int(share[1]) <= _LARGEST:
            raise wrong(f"{text!r} is no share of the time", f"write 1% to {_LARGEST}%")
        return When(text, int(share[1]), NOTHING)
    if not text.startswith("+"):
        raise wrong(
            f"{text[:40]!r} is no time of a step", "write a share of the time, 50%, or the time since then, +2h"
        )
    return When(text, None, amount(text[1:]))
