"""route: the rules' verdict.  route(facts, rules) -> Verdict.

The earliest matching rule that mentions a field decides it; labels add up; `stop` ends the search.  The trace names every rule
tried with the first part of its condition that failed.
"""

from __future__ import annotations

from collections.abc import Iterable

from maild.model.policy import ADDING, Decided, Facts, Rule, Tried, Verdict


def route(facts: Facts, rules: Iterable[Rule]) -> Verdict:
    """Ask every rule in order."""
    tried: list[Tried] = []
    decisions: dict[str, Decided] = {}
    for rule in rules:
        failed = rule.when.failed(facts)
        tried.append(Tried(rule.name, rule.where, not failed, failed))
        if failed:
            continue
        _take(decisions, rule)
        if rule.stop:
            break
    return Verdict(tuple(tried), decisions)


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
