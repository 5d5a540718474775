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

_BUILT_IN = "built in"
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
    stops: dict[str, tuple[Shadow, Mapping[str, Decided]]] = {}
    for number in known.could(facts):
        rule = known[number]
        if (asked is not known and not rule.ours) or rule.when.failed(facts):
            continue
        matched.append(Tried(rule.name, rule.where, True, ""))
        new = _new(decisions, rule)
        if rule.shadow:
            shadows.append(Shadow(rule.name, rule.where, new))
            if rule.stop:
                stops[rule.where] = (shadows[-1], dict(decisions))
            continue
        decisions |= {name: Decided(value, rule.name, rule.where, rule.because) for name, value in new.items()}
        if new or rule.stop:
            took.append(rule.name)
        if not new.keys().isdisjoint(SEEN):
            facts = after[(rule.name, rule.where)] = seen(facts, decisions)
        if rule.stop:
            asked = (*known[: number + 1], *(other for other in known[number + 1 :] if other.ours))
    found = tuple(
        replace(one, loses=_losses(stops[one.where], decisions)) if one.where in stops else one for one in shadows
    )
    return Verdict(began, asked, tuple(matched), decisions, tuple(took), found, after)


def _losses(stop: tuple[Shadow, Mapping[str, Decided]], decisions: Mapping[str, Decided]) -> dict[str, object]:
    """What came from rules below a trial that stops.  Those that are built in are asked all the same."""
    trial, before = stop
    lost: dict[str, object] = {}
    for name, decided in decisions.items():
        kept = before.get(name)
        if decided == kept or decided.where == _BUILT_IN or (name in trial.would and name not in ADDING):
            continue
        had = (*_joined(kept.value if kept else ()), *_joined(trial.would.get(name, ())))
        if name in ADDING and isinstance(decided.value, tuple):
            rest = tuple(one for one in decided.value if one not in had)
            lost |= {name: rest} if rest else {}
        else:
            lost[name] = decided.value
    return lost


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
