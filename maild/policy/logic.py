"""logic: conditions made of others: all, any, not."""

from __future__ import annotations

from dataclasses import dataclass

from maild.model.policy import Condition, Facts


@dataclass(frozen=True, slots=True)
class Every:
    """all: each of them, and the entries of one mapping."""

    parts: tuple[Condition, ...]

    def failed(self, facts: Facts) -> str:
        return next((why for part in self.parts if (why := part.failed(facts))), "")


@dataclass(frozen=True, slots=True)
class Some:
    """any: at least one of them."""

    parts: tuple[Condition, ...]
    shown: str

    def failed(self, facts: Facts) -> str:
        return self.shown if all(part.failed(facts) for part in self.parts) else ""


@dataclass(frozen=True, slots=True)
class Unless:
    """not: that does not hold."""

    part: Condition
    shown: str

    def failed(self, facts: Facts) -> str:
        return "" if self.part.failed(facts) else self.shown


ALWAYS = Every(())
