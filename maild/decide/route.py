"""route: the rules' verdict.  route(facts, rules) -> Verdict.

The earliest matching rule that mentions a field decides it; labels add up; after a `stop` only those that are built in are asked.  Only
rules that could match are asked (model/policy.Rules.could); the trace names every rule with the first part of its condition that failed
all the same.  A rule in the shadow decides nothing: the trace says what it would have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from maild.model.policy import ADDING, Facts, Rule, Rules
from maild.model.verdict import Decided, Shadow, Tried, Verdict

# What rules may ask of the rules above them.
SEEN = ("priority", "line", "labels")


def route(facts: Facts, rules: Iterable[Rule]) -> Verdict:
    """Ask the rules in order."""
    known, began, after = rules if isinstance(rules, Rules) else Rules(rules), facts, dict[tuple[str, str], Facts]()
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
        if not new.keys().isdisjoint(SEEN):
            facts = after[(rule.name, rule.where)] = seen(facts, decisions)
        if rule.stop:
            asked = (*known[: number + 1], *(other for other in known[number + 1 :] if other.ours))
    return Verdict(began, asked, tuple(matched), decisions, tuple(took), tuple(shadows), after)


def seen(facts: Facts, decisions: Mapping[str, Decided]) -> Facts:
    """The facts for the rules below: with what was decided so far."""
    value = {name: decisions[name].value for name in SEEN if name in decisions}
    labels = value.get("labels", ())
    return replace(
        facts,
        decided_priority=str(value.get("priority", "")),
        decided_line=str(value.get("line", "")),
        decided_labels=tuple(map(str, labels)) if isinstance(labels, tuple) else (),
    )


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
