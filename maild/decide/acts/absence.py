"""absence: I am away, I am back."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from maild.decide import absence, dates, duty
from maild.decide.acts.context import Context, Done, Outcome, Wrong

_AHEAD = timedelta(days=31)
_MOST = 5


def away(context: Context, argument: str) -> Outcome:
    """away [until WHEN]    I am away, until then or until I say /back: my cover gets the letters of my cases, and I no new ones."""
    if not argument:
        warned = _duty(context, context.ledger.now + _AHEAD)
        return Done((), "away", after=lambda ledger: absence.leave(ledger, context.handler, None), also=warned)
    until = dates.when(argument, absence.local(context.ledger, context.handler))
    if isinstance(until, dates.NoDate):
        return Wrong(until.key, until.hint)
    leave = partial(absence.leave, handler=context.handler, until=until)
    return Done((), "away_until", until.isoformat(), after=leave, also=_duty(context, until))


def _duty(context: Context, until: datetime) -> tuple[Done, ...]:
    """His duty in that time: he may swap it still."""
    found = duty.coming(context.ledger, context.handler, context.ledger.now, until)[:_MOST]
    return tuple(Done((), "away_duty", part["since"], at=part["until"]) for part in found)


def back(context: Context, argument: str) -> Outcome:
    """back    I am here again."""
    if argument:
        return Wrong("no_argument", "back")
    if context.ledger.absence(context.handler.key) is None:
        return Done((), "was_here")
    return Done((), "back", after=lambda ledger: absence.back(ledger, context.handler))
