"""index: which of many rules could match some facts, found by one look at each text.

Indexed(rules).could(facts) -> numbers of rules, in order; all others cannot match, and are not asked.  A rule is looked for under a
clue: something that must be true of each mail that it matches (this domain, one of these words in the subject).  Clues that are whole
texts are looked up; words and expressions of one text are all searched in one walk (many.py).  A rule without clues (not: ...) could
always match.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

import re2

from maild.model.policy import Condition, Facts, Rule, Rules
from maild.policy.compare import LONGEST, Exact, Leaf, Test, Values
from maild.policy.conditions import DECIDED_SO_FAR, Every, Some
from maild.policy.fold import fold
from maild.policy.many import Many


@dataclass(frozen=True, slots=True)
class Clue:
    """text is one of values' texts (is), or stands in one of them (word); or an expression of RE2 fits in one (pattern)."""

    values: Values
    form: str
    text: str


Clues = frozenset[Clue]
_FORMS = {"is": "is", "contains": "word", "starts": "word", "ends": "word", "matches": "pattern"}
# Of clues that are as rare, the cheaper to look for.
_DEAR = {"is": 0, "word": 1, "pattern": 2}


def choices(condition: Condition) -> tuple[Clues, ...]:
    """Sets of clues, of each of which at least one is true when the condition holds."""
    match condition:
        case Leaf(values=values, tests=tests):
            # What earlier rules decided is not known yet when rules are looked for.
            asked = () if values in DECIDED_SO_FAR else tuple(map(_blind, tests))
            return tuple(_clues(values, test) for test in asked if isinstance(test, Test) and test.operator in _FORMS)
        case Every(parts=parts):
            return tuple(found for part in parts for found in choices(part))
        case Some(parts=parts):
            # Of each part one set, so that whichever part holds is found; the first of them is as good as another.
            each = [choices(part) for part in parts]
            return (frozenset[Clue]().union(*(sets[0] for sets in each)),) if all(each) else ()
    return ()


def _blind(test: object) -> object:
    return test.blind if isinstance(test, Exact) else test


def _clues(values: Values, test: Test) -> Clues:
    form = _FORMS[test.operator]
    texts = test.written if form == "pattern" else test.words
    return frozenset(Clue(values, form, text) for text in texts)


class Indexed(Rules):
    """Rules, and where to look for them."""

    def could(self, facts: Facts) -> Sequence[int]:
        clued = self.clued
        return sorted(clued.always.union(*(found for look in clued.looks for found in look.found(facts))))

    @cached_property
    def clued(self) -> Clued:
        """Made when the first mail asks."""
        every = [choices(rule.when) for rule in self]
        known = common(self)
        always, by_clue = set[int](), defaultdict[Clue, list[int]](list)
        for number, sets in enumerate(every):
            if not sets:
                always.add(number)
                continue
            for clue in min(sets, key=lambda clues: rarity(clues, known)):
                by_clue[clue].append(number)
        return Clued(frozenset(always), tuple(_looks(by_clue)))


def common(rules: Sequence[Rule]) -> Counter[Clue]:
    """How many sets of the rules' clues have each."""
    return Counter(clue for rule in rules for clues in choices(rule.when) for clue in clues)


def rarity(clues: Clues, common: Mapping[Clue, int]) -> tuple[int, int]:
    """Less is rarer; of as rare ones, cheaper to look for."""
    return sum(common[clue] for clue in clues), max((_DEAR[clue.form] for clue in clues), default=0)


@dataclass(frozen=True, slots=True)
class Clued:
    """always: rules without clues."""

    always: frozenset[int]
    looks: tuple[Look, ...]


def _looks(by_clue: Mapping[Clue, Sequence[int]]) -> Iterator[Look]:
    for values in dict.fromkeys(clue.values for clue in by_clue):
        mine = {clue: numbers for clue, numbers in by_clue.items() if clue.values is values}
        whole = {clue.text: numbers for clue, numbers in mine.items() if clue.form == "is"}
        words = {str(re2.escape(clue.text)): numbers for clue, numbers in mine.items() if clue.form == "word"}
        patterns = {clue.text: numbers for clue, numbers in mine.items() if clue.form == "pattern"}
        walks = tuple((Many(tuple(texts)), tuple(texts.values())) for texts in (words, patterns) if texts)
        yield Look(values, whole, walks)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a text: whole: rules by what it is; walks: rules by what stands in it."""

    values: Values
    whole: Mapping[str, Sequence[int]]
    walks: tuple[tuple[Many, Sequence[Sequence[int]]], ...] = field(default=())

    def found(self, facts: Facts) -> Iterator[Sequence[int]]:
        for value in self.values(facts):
            folded = fold(value[:LONGEST])
            yield self.whole.get(folded, ())
            for many, rules in self.walks:
                yield from (rules[number] for number in many.found(folded))


def indexed(rules: Sequence[Rule]) -> Rules:
    """The rules of a policy."""
    return cast(Rules, Indexed(rules))
