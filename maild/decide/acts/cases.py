"""cases: which case a command names."""

from __future__ import annotations

from maild.decide.acts.context import Context, Wrong
from maild.decide.naming import numbers_in
from maild.model.case import Case


def named(context: Context, word: str) -> Case | Wrong:
    """Another case by its number, with or without the hash, as it stands, merged or not."""
    known = context.ledger.known
    number = next((n for n in numbers_in(f"#{word.lstrip('#')}") if n in known.by_number), None)
    other = known.cases.get(known.by_number[number]) if number else None
    if other is None or other.id == context.case.id:
        return Wrong("no_such_case", f"#{word.lstrip('#')}")
    return context.ledger.case(other.id)
