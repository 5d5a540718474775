"""rule_tests: the tests that stand beside rules, run.

failures(policy, folder) -> problems: what came out otherwise, and, as warnings, rules that none of their tests meets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from maild.decide.route import route
from maild.errors import WARNING, Problem
from maild.model.policy import Facts, Policy, Rule
from maild.model.verdict import Verdict
from maild.policy.actions import otherwise, said, yaml_name
from maild.policy.build import tests
from maild.policy.schema import RuleTest
from maild.rehearse import facts_of

# A mail that is kept for a test is somebody's mail: larger ones belong nowhere near rules.
_LARGEST = 50_000_000


def failures(policy: Policy, folder: Path) -> Iterator[Problem]:
    """folder: that of the rules, in which mails are kept."""
    of_rule: dict[str, list[tuple[RuleTest, bool]]] = defaultdict(list)
    for test in tests(policy):
        facts = _facts(test, policy, folder)
        if isinstance(facts, Problem):
            yield facts
            continue
        verdict = route(facts, _in_earnest(policy, test.rule))
        of_rule[test.rule].append((test, any(tried.name == test.rule for tried in verdict.matched)))
        yield from _otherwise(test, facts, verdict)
    yield from _idle(of_rule)


def _in_earnest(policy: Policy, name: str) -> Sequence[Rule]:
    """A rule in the shadow is tested as what it shall become."""
    if not any(rule.shadow and rule.name == name for rule in policy.rules):
        return policy.rules
    return [replace(rule, shadow=False) if rule.name == name else rule for rule in policy.rules]


def _facts(test: RuleTest, policy: Policy, folder: Path) -> Facts | Problem:
    if not test.mail:
        return test.facts
    file = folder / test.mail
    try:
        if not file.resolve().is_relative_to(folder.resolve()):
            return _problem(
                test, f"the mail {test.mail!r} lies outside of {folder.name}/", "keep it in there, beside the rules"
            )
        if file.exists() and not file.is_file():
            return _problem(test, f"{test.mail!r} is no file", "keep a mail there as it came")
        if file.stat().st_size > _LARGEST:
            return _problem(test, f"the mail {test.mail!r} is larger than 50 MB", "keep a smaller one")
        return facts_of(file.read_bytes(), policy, authenticated=test.facts.authenticated)
    except FileNotFoundError:
        return _problem(test, f"there is no mail {test.mail!r}", f"keep it as {folder.name}/{test.mail}")
    except OSError as error:
        return _problem(test, f"the mail {test.mail!r} cannot be read: {error.strerror}", "let whoever checks read it")


def _otherwise(test: RuleTest, facts: Facts, verdict: Verdict) -> Iterator[Problem]:
    """What came out otherwise than the test wants."""
    for name, wanted in test.expect.items():
        decided = verdict.decisions.get(name)
        came = said(name, decided.value, facts) if decided else otherwise(name, facts.desk)
        if not _holds(wanted, came):
            what = f"a test of the rule {test.rule!r} fails: {yaml_name(name)} is {_word(came)}, not {_word(wanted)}"
            who = f"the rule {decided.rule!r} ({decided.where})" if decided else "no rule"
            yield _problem(test, what, f"{who} decided it: mend the rules, or what the test expects")


def _idle(of_rule: dict[str, list[tuple[RuleTest, bool]]]) -> Iterator[Problem]:
    """A test may show which mail a rule leaves alone; but if none meets it, nobody knows whether it works."""
    for name, ran in of_rule.items():
        if not any(matched for _, matched in ran):
            what = f"no test of the rule {name!r} meets it"
            yield replace(
                _problem(ran[0][0], what, "add a mail that it is for, or mend its condition"), severity=WARNING
            )


def _problem(test: RuleTest, what: str, cure: str) -> Problem:
    return Problem(test.file, test.line, test.column, what, cure)


def _holds(wanted: object, came: object) -> bool:
    if isinstance(wanted, tuple) and isinstance(came, tuple):
        return set(wanted) <= set(came)
    return wanted == came


def _word(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
