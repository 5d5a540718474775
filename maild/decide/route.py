"""route: the rules' verdict.  route(facts, rules) -> Verdict.

The earliest matching rule that mentions a field decides it; labels add up; after a `stop` only those that are built in are asked.  Only
rules that could match are asked (model/policy.Rules.could); the trace names every rule with the first part of its condition that failed
all the same.  A rule in the shadow decides nothing: the trace says what it would have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from maild.model.policy import ADDING, Decided, Facts, Rule, Rules, Shadow, Tried, Verdict


def route(facts: Facts, rules: Iterable[Rule]) -> Verdict:
    """Ask the rules in order."""
    known = rules if isinstance(rules, Rules) else Rules(rules)
    asked: Sequence[Rule] = known
    matched: list[Tried] = []
    decisions: dict[str, Decided] = {}
    took: list[str] = []
    shadows: list[Shadow] = []
    for number in known.could(facts):
        rule = known[number]
        if (asked is not known and not rule.ours) or rule.when.failed(facts):
            continue
        matched.append(Tried(rule.name, rule.where, True, ""))
        new = _new(decisions, rule)
        if rule.shadow:
            shadows.append(Shadow(rule.name, rule.where, new))
            continue
        decisions |= {name: Decided(value, rule.name, rule.where, rule.because) for name, value in new.items()}
        if new or rule.stop:
            took.append(rule.name)
        if rule.stop:
            asked = (*known[: number + 1], *(other for other in known[number + 1 :] if other.ours))
    return Verdict(facts, asked, tuple(matched), decisions, tuple(took), tuple(shadows))


def _new(decisions: Mapping[str, Decided], rule: Rule) -> dict[str, object]:
    """What the rule decides that no rule before it has; of what adds up, all of it so far."""
    new: dict[str, object] = {}
    for name, value in rule.set.said():
        before = decisions.get(name)
        if name in ADDING:
            new[name] = _joined(before.value if before else (), value)
        elif before is None:
            new[name] = value
    return new


def _joined(*lists: object) -> tuple[object, ...]:
    """One after the other, each entry once."""
    return tuple(dict.fromkeys(entry for entries in lists if isinstance(entries, tuple) for entry in entries))
