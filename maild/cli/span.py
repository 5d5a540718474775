"""span: how long ago, as an option says it: 90d, 12w, 1y, or a day (2026-03-01).  Not a command itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import click

_DAYS = {"d": 1, "w": 7, "y": 365}
_SPAN = re.compile(r"([0-9]{1,4})([dwy])")


def ago(context: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    """A callback of click's: the instant."""
    if value is None or context.resilient_parsing:
        return None
    span = _SPAN.fullmatch(value.strip().lower())
    if span:
        return datetime.now(UTC) - timedelta(days=int(span[1]) * _DAYS[span[2]])
    try:
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(f"{value!r} is no time: write 90d, 12w, 1y or 2026-03-01") from error
