"""agenda: what may be for a handler to do, as the database knows it; what is, decide/agenda.py says."""

from __future__ import annotations

from dataclasses import dataclass

from maild.model.case import Case


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose open cases: of these handlers, and of nobody at these desks."""

    handlers: tuple[str, ...]
    desks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An open case with what one line says of it.  answered: the seq at which a handler answered last, 0 for never."""

    case: Case
    subject: str
    customer: str
    answered: int = 0
