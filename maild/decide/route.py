"""route: the rules' verdict.  route(facts, rules) -> Verdict.

The earliest matching rule that mentions a field decides it; labels add up; `stop` ends the search.  The trace names every rule
tried with the first part of its condition that failed.  A rule in the shadow decides nothing: the trace says what it would have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from maild.model.policy import ADDING, Decided, Facts, Rule, Shadow, Tried, Verdict


def route(facts: Facts, rules: Iterable[Rule]) -> Verdict:
    """Ask every rule in order."""
    tried: list[Tried] = []
    decisions: dict[str, Decided] = {}
    took: list[str] = []
    shadows: list[Shadow] = []
    for rule in rules:
        failed = rule.when.failed(facts)
        tried.append(Tried(rule.name, rule.where, not failed, failed))
        if failed:
            continue
        if rule.shadow:
            shadows.append(Shadow(rule.name, rule.where, _new(decisions, rule)))
            continue
        new = _new(decisions, rule)
        decisions |= {name: Decided(value, rule.name, rule.where, rule.because) for name, value in new.items()}
        if new or rule.stop:
            took.append(rule.name)
        if rule.stop:
            break
    return Verdict(tuple(tried), decisions, tuple(took), tuple(shadows))


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
