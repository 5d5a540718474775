"""route: the rules' verdict.  route(facts, rules) -> Verdict.

The earliest matching rule that mentions a field decides it; labels add up; after a `stop` only those that are
built in are asked.  Only rules that could match are
asked (model/policy.Rules.could); the trace names every rule with the first part of its condition that failed all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from maild.model.policy import ADDING, Decided, Facts, Rule, Rules, Tried, Verdict


def route(facts: Facts, rules: Iterable[Rule]) -> Verdict:
    """Ask the rules in order."""
    known = rules if isinstance(rules, Rules) else Rules(rules)
    asked: Sequence[Rule] = known
    matched: list[Tried] = []
    decisions: dict[str, Decided] = {}
    for number in known.could(facts):
        rule = known[number]
        if (asked is not known and not rule.ours) or rule.when.failed(facts):
            continue
        matched.append(Tried(rule.name, rule.where, True, ""))
        _take(decisions, rule)
        if rule.stop:
            asked = (*known[: number + 1], *(other for other in known[number + 1 :] if other.ours))
    return Verdict(facts, asked, tuple(matched), decisions)


def _take(decisions: dict[str, Decided], rule: Rule) -> None:
    for name, value in rule.set.said():
        if name in ADDING:
            value = _joined(decisions[name].value if name in decisions else (), value)
        elif name in decisions:
            continue
        decisions[name] = Decided(value, rule.name, rule.where, rule.because)


def _joined(*lists: object) -> tuple[object, ...]:
    """One after the other, each entry once."""
    return tuple(dict.fromkeys(entry for entries in lists if isinstance(entries, tuple) for entry in entries))
