"""correlation: how the mails of a monitoring system are one case (a rule's `correlate`), compiled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from maild.model.policy import Facts


@dataclass(frozen=True, slots=True)
class Signal:
    """What a monitoring system says.  key: of what, "" if that cannot be seen; state: ruled.UP, ruled.DOWN, or "" for neither."""

    key: str
    state: str


@dataclass(frozen=True, slots=True)
class Correlation:
    """written: the key as the admin wrote it; flap: within so long after it was up it is the same trouble."""

    written: str
    flap: timedelta
    read: Callable[[Facts], Signal]

    def __str__(self) -> str:
        return self.written


def reference(whose: str, key: str) -> str:
    """Leads to the case of that key, among the message ids; whose it is (a domain, or an address) is part of it."""
    name = "\0".join((whose, key.lower())).encode("utf-8", "replace")
    return f"alarm:{hashlib.sha256(name).hexdigest()[:40]}"
