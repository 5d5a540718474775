"""pauses: open time that a clock runs, where it stands still for a while.

    joined(pauses)                              by time, apart, and without those that last no time
    reached(calendar, start, amount, pauses)    when it has run for so long, None if it stands still before
    ran(calendar, start, end, pauses)           for how long it has run by then
    put_off(calendar, told_at, due_at, pauses)  when that is due which was told then, None if it stands still before

A pause is when it begins and when it ends, None: it has not ended.  All but `joined` want them as that gives them.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from maild.model.calendar import Calendar

Pause = tuple[datetime, datetime | None]
Pauses = tuple[Pause, ...]
_NONE = timedelta(0)


def joined(pauses: Iterable[Pause]) -> Pauses:
    """Events are not always in the order of their times: what overlaps is one pause, and what ends before it begins is none."""
    found: list[Pause] = []
    for since, until in sorted(pauses, key=lambda pause: pause[0]):
        if until is not None and until <= since:
            continue
        if not found or ((last := found[-1][1]) is not None and last < since):
            found.append((since, until))
        elif last is not None:
            found[-1] = (found[-1][0], None if until is None else max(last, until))
    return tuple(found)


def reached(calendar: Calendar, start: datetime, amount: timedelta, pauses: Pauses) -> datetime | None:
    """The earliest instant by which it has run for so long."""
    left = amount
    for since, until in pauses if amount else ():
        if since > start:
            run = calendar.between(start, since)
            if run >= left:
                break
            left -= run
        if until is None:
            return None
        start = max(start, until)
    return calendar.add(start, left)


def ran(calendar: Calendar, start: datetime, end: datetime, pauses: Pauses) -> timedelta:
    """Nothing, if it ends before it starts."""
    run = _NONE
    for since, until in pauses:
        if since >= end:
            break
        if since > start:
            run += calendar.between(start, since)
        if until is None or until >= end:
            return run
        start = max(start, until)
    return run + calendar.between(start, end) if start < end else run


def put_off(calendar: Calendar, told_at: datetime, due_at: datetime, pauses: Pauses) -> datetime | None:
    """Later by the open time of each pause that begins before it, and after it was told."""
    for since, until in pauses:
        start = max(since, told_at)
        if until is not None and until <= start:
            continue
        # Where no open time is left, no pause makes more of it.
        if start >= due_at or not calendar.between(start, due_at):
            break
        if until is None:
            return None
        due_at = calendar.add(due_at, calendar.between(start, until))
    return due_at
