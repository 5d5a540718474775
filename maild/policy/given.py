"""given: what rules above give, for those that ask for it: a word that none of them gives is met by no mail."""

from __future__ import annotations

from dataclasses import dataclass, field

from maild.model.policy import Condition, Rule
from maild.policy.about import label, line, priority
from maild.policy.compare import Exact, Leaf, Values
from maild.policy.fold import fold
from maild.policy.logic import Every, Some

_FIELDS: dict[str, Values] = {"labels": label, "line": line, "priority": priority}


@dataclass(slots=True)
class Given:
    """of: the words of the rules so far; some: whether a rule stood there of which that is not known."""

    of: dict[Values, set[str]] = field(default_factory=lambda: {values: set() for values in _FIELDS.values()})
    some: bool = False

    def add(self, rule: Rule) -> None:
        """One on trial too: in earnest it gives it."""
        for name, value in rule.set.said():
            if name in _FIELDS:
                self.of[_FIELDS[name]].update(map(str, value if isinstance(value, tuple) else (value,)))

    def lacking(self, condition: Condition) -> str:
        """The part of a condition that no rule above can have met, as it was written; "" if there is none."""
        if self.some:
            return ""
        match condition:
            case Leaf(values=values) if values in self.of:
                met = any(_passes(condition, word) for word in self.of[values])
                return "" if met else condition.shown
            case Every(parts=parts):
                return next(filter(None, map(self.lacking, parts)), "")
            case Some(parts=parts) if parts and all(map(self.lacking, parts)):
                return condition.shown
        return ""


def _passes(leaf: Leaf, word: str) -> bool:
    return all(test(word if isinstance(test, Exact) else fold(word)) for test in leaf.tests)
