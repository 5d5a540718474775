"""moved: what a change of the policy did to the promises of open cases."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moved:
    """So many cases, and of them: due earlier, due later, due as a letter told though it would be later, with a date that had none
    (fresh), without one that had one (gone)."""

    cases: int = 0
    earlier: int = 0
    later: int = 0
    held: int = 0
    fresh: int = 0
    gone: int = 0

    def __add__(self, other: Moved) -> Moved:
        return Moved(
            self.cases + other.cases,
            self.earlier + other.earlier,
            self.later + other.later,
            self.held + other.held,
            self.fresh + other.fresh,
            self.gone + other.gone,
        )

    def __str__(self) -> str:
        """4 120 open cases, 312 due earlier, 8 later, 40 held by what was told."""
        words = {"due earlier": self.earlier, "later": self.later, "with a date that had none": self.fresh}
        words |= {"without one that had one": self.gone, "held by what was told": self.held}
        first = "1 open case" if self.cases == 1 else f"{_spaced(self.cases)} open cases"
        told = [f"{_spaced(count)} {word}" for word, count in words.items() if count]
        return ", ".join([first, *(told or ["no date moved"])])


def _spaced(count: int) -> str:
    return f"{count:,}".replace(",", " ")
