"""verdict: what the rules said of a mail, with the trace of how they came to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from maild.model.policy import Facts, Rule


@dataclass(frozen=True, slots=True)
class Tried:
    """One rule as it was tried: matched, or the part of its condition that failed first."""

    name: str
    where: str
    matched: bool
    failed: str


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision with the rule that made it."""

    value: object
    rule: str
    where: str
    because: str


@dataclass(frozen=True, slots=True)
class Shadow:
    """A rule in the shadow that matched.  would: what it would have decided, were it asked in earnest; loses: what rules below decided,
    which it would have kept from being asked."""

    name: str
    where: str
    would: Mapping[str, object]
    loses: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of a mail: decisions by field, as Decisions has them.

    asked are the rules that were asked in their order, of which matched did; took are the names of those that decided anything.
    after: name and place of a rule -> the facts for those below it, where it decided what rules may ask for.
    """

    facts: Facts
    asked: Sequence[Rule]
    matched: tuple[Tried, ...]
    decisions: Mapping[str, Decided]
    took: tuple[str, ...] = ()
    shadows: tuple[Shadow, ...] = ()
    after: Mapping[tuple[str, str], Facts] = field(default_factory=dict)

    @property
    def tried(self) -> tuple[Tried, ...]:
        """The whole trace.  What failed is found now: nobody needs it to judge a mail, and of a thousand rules it takes a while."""
        return tuple(Tried(rule.name, rule.where, not failed, failed) for rule, failed in self._answers())

    def _answers(self) -> Iterator[tuple[Rule, str]]:
        facts = self.facts
        for rule in self.asked:
            yield rule, rule.when.failed(facts)
            facts = self.after.get((rule.name, rule.where), facts)

    def value(self, name: str, default: object = None) -> object:
        decided = self.decisions.get(name)
        return decided.value if decided else default
