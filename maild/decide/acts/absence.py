"""absence: I am away, I am back."""

from __future__ import annotations

from maild.decide import absence, dates
from maild.decide.acts.context import Context, Done, Outcome, Wrong


def away(context: Context, argument: str) -> Outcome:
    """away [until WHEN]    I am away, until then or until I say /back: my cover gets the letters of my cases, and I no new ones."""
    if not argument:
        return Done((), "away", after=lambda ledger: absence.leave(ledger, context.handler, None))
    until = dates.when(argument, absence.local(context.ledger, context.handler))
    if isinstance(until, dates.NoDate):
        return Wrong(until.key, until.hint)
    return Done((), "away_until", until.isoformat(), after=lambda ledger: absence.leave(ledger, context.handler, until))


def back(context: Context, argument: str) -> Outcome:
    """back    I am here again."""
    if argument:
        return Wrong("no_argument", "back")
    if context.ledger.absence(context.handler.key) is None:
        return Done((), "was_here")
    return Done((), "back", after=lambda ledger: absence.back(ledger, context.handler))
