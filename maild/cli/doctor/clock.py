"""clock: is it right, as far as one can see from here.

judge(now, newest, synchronised) is pure; synchronised() asks systemd, or its trace in /run.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from maild.cli.doctor.finding import Finding, Unseen, error, note, ok, warning
from maild.cli.doctor.ground import Ground, looking
from maild.store.database import iso, moment

# This release is younger: a clock before it was never set.
_BORN = datetime(2026, 11, 1, tzinfo=UTC)
_SLACK = timedelta(seconds=60)
_TIMESYNC = Path("/run/systemd/timesync/synchronized")
_PATIENCE = 5
_CURE = "timedatectl set-ntp true (or install chrony)"


def clock(ground: Ground) -> list[Finding]:
    """Whether the clock is kept right, not before the newest event, and knows the desks' zones."""
    try:
        newest = _newest(ground)
    except Unseen:
        newest = None
    zones = sorted({desk.zone for desk in ground.policy.desks.values()}) if ground.found.policy else []
    return [*judge(ground.now, newest, synchronised()), *_zones(zones)]


def judge(now: datetime, newest: datetime | None, kept: bool | None) -> Iterator[Finding]:
    """kept: synchronised; None when nobody can tell."""
    if now < _BORN:
        yield error(f"the clock says {iso(now)}", "letters, deadlines and certificates go by it", _CURE)
    elif newest is not None and newest - _SLACK > now:
        yield error(
            f"the clock says {iso(now)}, but the newest event is of {iso(newest)}",
            "what comes now would stand before what was, and waits and deadlines are wrong",
            f"set the clock: {_CURE}; if it was ahead before, wait until it has caught up",
            newest=iso(newest),
        )
    elif kept is False:
        yield warning("nothing keeps the clock right", "it drifts by seconds a day, and deadlines with it", _CURE)
    elif kept is None:
        yield note(
            "whether the clock is kept right cannot be seen here",
            "in a container the host keeps it",
            "timedatectl on the host tells",
        )
    else:
        yield ok("the clock is synchronised")


def _newest(ground: Ground) -> datetime | None:
    with looking(ground.config) as session:
        row = session.one("SELECT max(at) FROM event WHERE id > (SELECT coalesce(max(id), 0) - 100 FROM event)")
    return moment(row[0]) if row and row[0] is not None else None


def synchronised() -> bool | None:
    """systemd tells what the kernel knows, whoever disciplines the clock (chrony, ntpd or timesyncd)."""
    program = shutil.which("timedatectl")
    if program and Path("/run/systemd/system").is_dir():
        try:
            asked = [program, "show", "--property=NTPSynchronized", "--value"]
            told = subprocess.run(asked, capture_output=True, text=True, timeout=_PATIENCE, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired):
            return None
        if told.stdout.strip() in ("yes", "no"):
            return told.stdout.strip() == "yes"
    return True if _TIMESYNC.exists() else None


def _zones(names: list[str]) -> Iterator[Finding]:
    for name in names:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            yield error(
                f"the zone {name} is unknown here",
                "its desk's times cannot be shown",
                "apt-get install tzdata, or pip install -U tzdata",
                zone=name,
            )
