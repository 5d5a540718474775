"""route: the rules' verdict.  route(facts, rules) -> Verdict.

The earliest matching rule that mentions a field decides it; labels add up; `stop` ends the search.  The trace names every rule
tried with the first part of its condition that failed.
"""

from __future__ import annotations

from collections.abc import Iterable

from maild.model.policy import Decided, Decisions, Facts, Rule, Tried, Verdict

FIELDS = ("desk", "handler", "priority", "acknowledge", "discard", "confidential")


def route(facts: Facts, rules: Iterable[Rule]) -> Verdict:
    """Ask every rule in order."""
    tried: list[Tried] = []
    decisions: dict[str, Decided] = {}
    labels: list[str] = []
    for rule in rules:
        failed = rule.when.failed(facts)
        tried.append(Tried(rule.name, rule.where, not failed, failed))
        if failed:
            continue
        _take(decisions, rule)
        labels.extend(label for label in rule.set.labels if label not in labels)
        if labels and rule.set.labels:
            decisions["labels"] = Decided(tuple(labels), rule.name, rule.where, rule.because)
        if rule.stop:
            break
    return Verdict(tuple(tried), decisions)


def _take(decisions: dict[str, Decided], rule: Rule) -> None:
    for name in FIELDS:
        value = _value(rule.set, name)
        if value is not None and name not in decisions:
            decisions[name] = Decided(value, rule.name, rule.where, rule.because)


def _value(decided: Decisions, name: str) -> object:
    return getattr(decided, name)
