"""marks: what names the proof of a mail, so that it acts once.  marks(prepared) -> the aligned signatures, else the mail's words.

What a signature leaves out can be changed by whoever has the mail; the signature itself cannot.  Without one (SPF alone, a closed
network) the words, the Date, the letter and the purpose must have come before to be a replay.  Pure.
"""

from __future__ import annotations

import hashlib

from maild.model.plan import Prepared, Token


def marks(prepared: Prepared) -> tuple[str, ...]:
    """Nothing for a mail that proves nothing."""
    if not prepared.trust.authenticated:
        return ()
    return prepared.trust.marks or tuple(_of_words(prepared, token) for token in prepared.tokens)


def _of_words(prepared: Prepared, token: Token) -> str:
    message = prepared.message
    date = message.date.isoformat() if message.date else ""
    told = f"{token.purpose}{token.letter}\n{date}\n{' '.join(message.text.split())}"
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]
