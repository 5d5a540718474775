"""reach: rules that no mail reaches.  check(source, rules): problems go into the source; nothing is returned.

Every rule can match, is asked, and decides something that no rule before it has always decided: what conditions say of each other stands
in imply.py.  A thousand rules are not compared with each other: an earlier rule is looked for under the words of the later one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from maild.model.policy import ADDING, Condition, Rule
from maild.policy import imply
from maild.policy.compare import Leaf, Values
from maild.policy.conditions import Every, Some, Unless
from maild.policy.given import Given
from maild.policy.index import Clue, choices, common, rarity
from maild.policy.source import Source

# Parts of a longer text are not looked up.
_LONGEST = 60


def check(source: Source, rules: Sequence[Rule]) -> None:
    """Every rule can decide something."""
    entries = source.document if isinstance(source.document, list) else []
    places = {source.where((index,)): index for index in range(len(entries))}
    names: dict[str, int] = {}
    earlier, above, broken = _Earlier(common(rules)), Given(), _broken(source, len(entries))
    for rule in rules:
        index = places[rule.where]
        _named_once(source, index, rule, names)
        if index in broken:
            above.some = True
            continue
        if why := clash(rule.when):
            what = f"the rule {rule.name!r} can never match: {why}"
            source.wrong((index, "when"), what, "put alternatives into  any: [...], or into one list")
            continue
        if lacking := above.lacking(rule.when):
            what = f"the rule {rule.name!r} can never match: no rule above it gives  {lacking}"
            source.wrong((index, "when"), what, "mend the word, or move the rule below the one that gives it")
        above.add(rule)
        _useful(source, index, rule, tuple(earlier.implied(rule)))
        # A rule on trial decides nothing, and stops nothing.
        if not rule.shadow:
            earlier.add(rule)


def orders(source: Source, items: Sequence[Rule]) -> None:
    """Every item of the catalogue can be ordered."""
    earlier = _Earlier(common(items))
    for item in items:
        before = next(earlier.implied(item), None)
        if why := clash(item.when):
            what = f"the item {item.name!r} can never be ordered: {why}"
            source.wrong((item.name, "when"), what, "put alternatives into  any: [...], or into one list")
        elif before:
            what = f"the item {item.name!r} is never ordered: whenever it fits, the item {_who(before)} does"
            source.wrong((item.name,), what, f"move it above {before.name!r}")
        earlier.add(item)


def _broken(source: Source, count: int) -> frozenset[int]:
    """Rules with problems of their own: what they mean is not known yet."""
    begins = [source.place((index,)) for index in range(count)]
    return frozenset(bisect_right(begins, (problem.line, problem.column)) - 1 for problem in source.problems)


def _named_once(source: Source, index: int, rule: Rule, names: dict[str, int]) -> None:
    if rule.name in names:
        line = source.place((names[rule.name],))[0]
        source.wrong((index, "name"), f"a rule {rule.name!r} stands on line {line} already", "give it another name")
    names.setdefault(rule.name, index)


def _useful(source: Source, index: int, rule: Rule, before: Sequence[Rule]) -> None:
    """before: earlier rules that match whenever this one does."""
    said = dict(rule.set.said())
    if not said and not rule.stop:
        source.wrong((index,), f"the rule {rule.name!r} decides nothing", "add  set: {priority: high}  or the like")
        return
    ending = next((other for other in before if other.stop), None)
    if ending:
        what = f"the rule {rule.name!r} is never asked: the rule {_who(ending)} stops first whenever it matches"
        source.wrong((index,), what, f"move it above {ending.name!r}")
        return
    dead = {name: other for name, value in said.items() if (other := _decided(name, value, before))}
    if not dead or rule.stop:
        return
    first = next(iter(dead.values()))
    words = " and ".join("label" if name in ADDING else name for name in dead)
    if len(dead) == len(said):
        what = f"the rule {rule.name!r} never decides: whenever it matches, the rule {_who(first)} has {words}"
        source.wrong((index,), what, f"move it above {first.name!r}; the earliest rule decides")
    else:
        what = f"{words} of the rule {rule.name!r} never counts: whenever it matches, the rule {_who(first)} has it"
        source.warn((index, "set"), what, f"take it out, or move the rule above {first.name!r}")


def _who(rule: Rule) -> str:
    return f"{rule.name!r} (line {rule.where.rpartition(':')[2]})"


def _decided(name: str, value: object, before: Sequence[Rule]) -> Rule | None:
    """The earlier rule that has always said this."""
    for rule in before:
        theirs = getattr(rule.set, name)
        if name not in ADDING and theirs is not None and theirs != ():
            return rule
        if name in ADDING and isinstance(value, tuple) and set(value) <= set(theirs):
            return rule
    return None


# --- what can never match -----------------------------------------------------------------------------------------------------


def clash(condition: Condition) -> str:
    """Why no mail can meet it; "" when one may."""
    parts = tuple(imply.flat(condition))
    if alone := next((part for part in parts if imply.never(part)), None):
        return f"nothing is  {_shown(alone)}"
    return next(
        (f"nothing is both  {_shown(a)}  and  {_shown(b)}" for a, b in combinations(parts, 2) if imply.excludes(a, b)),
        "",
    )


def _shown(condition: Condition) -> str:
    return condition.shown if isinstance(condition, Leaf | Some | Unless) else "this"


# --- which rules went before --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Earlier:
    """Rules so far.  common: how many of all rules have a clue; under: by the rarest thing that a mail of theirs must have; loose:
    those without such a thing."""

    common: Counter[Clue]
    under: dict[tuple[Values, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    loose: list[tuple[int, frozenset[Values]]] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    sizes: set[int] = field(default_factory=set)

    def add(self, rule: Rule) -> None:
        number, sets = len(self.rules), choices(rule.when)
        self.rules.append(rule)
        if not sets:
            self.loose.append((number, _needed(rule.when)))
            return
        for clue in min(sets, key=lambda clues: rarity(clues, self.common)):
            self.under[(clue.values, clue.text)].append(number)
            self.sizes.add(len(clue.text))

    def implied(self, rule: Rule) -> Iterator[Rule]:
        """Those that match whenever this one does, in order."""
        about = frozenset(leaf.values for leaf in _leaves(rule.when))
        near = {number for number, needed in self.loose if needed <= about}
        # Every word of a list must meet the other rule: the first will do to look for it.
        for clues in choices(rule.when):
            clue = min(clues, key=lambda clue: clue.text)
            near.update(number for key in self._within(clue) for number in self.under.get(key, ()))
        return (self.rules[number] for number in sorted(near) if imply.implies(rule.when, self.rules[number].when))

    def _within(self, clue: Clue) -> Iterator[tuple[Values, str]]:
        """The word and every part of it that may be another's: what contains printerfeil contains printer."""
        text, length = clue.text, len(clue.text)
        yield clue.values, text
        if clue.form != "pattern" and length <= _LONGEST:
            for size in self.sizes:
                yield from ((clue.values, text[start : start + size]) for start in range(length - size + 1))


def _needed(condition: Condition) -> frozenset[Values]:
    """What a condition must be about to imply this one; perhaps not all of it."""
    match condition:
        case Leaf(values=values) | Unless(part=Leaf(values=values)):
            return frozenset((values,))
        case Every(parts=parts):
            return frozenset[Values]().union(*map(_needed, parts))
    return frozenset()


def _leaves(condition: Condition) -> Iterator[Leaf]:
    match condition:
        case Leaf():
            yield condition
        case Every(parts=parts) | Some(parts=parts):
            for part in parts:
                yield from _leaves(part)
        case Unless(part=part):
            yield from _leaves(part)
