"""held: send and drop, where there is nothing that they could finish.  What they do with a draft stands in commands.py."""

from __future__ import annotations

from maild.decide.acts.context import Context, Outcome, Wrong
from maild.model.draft import Draft

# How a draft ended, in the words of the answer to a second word about it.
_ENDED = {"sent": "draft_sent", "corrected": "draft_done", "confirmed": "draft_done", "dropped": "draft_dropped"}


def send(context: Context, argument: str) -> Outcome:
    """send    A mail that was kept goes out without its commands; one that waits for a word is carried out."""
    if any(draft.case is None and draft.waits(context.ledger.now) for draft in _kept(context)):
        return Wrong("nobody_to_send")
    return _no_draft(context)


def drop(context: Context, argument: str) -> Outcome:
    """drop    A mail that was kept is forgotten."""
    return _no_draft(context)


def _kept(context: Context) -> tuple[Draft, ...]:
    letter = context.order.letter
    return context.ledger.known.drafts.get(letter.id, ()) if letter else ()


def _no_draft(context: Context) -> Wrong:
    letter = context.order.letter
    kept = _kept(context)
    if any(draft.waits(context.ledger.now) for draft in kept):
        return Wrong("word_alone")
    if kept and kept[-1].state in _ENDED:
        return Wrong(_ENDED[kept[-1].state])
    return Wrong("draft_gone" if letter and letter.kind in ("error", "confirm") else "no_draft")
