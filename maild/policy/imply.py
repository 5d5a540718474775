"""imply: what conditions say of each other, as far as their form tells.

implies(one, other): whenever one holds, other does.  excludes(one, other): they never hold together.  never(one): it holds for no mail.
False means "cannot be told from here": there are no false alarms, and what only a mail can show is left to tests and `maild rules stats`.

How: words of one operator against words of another (a subject that contains printerfeil contains printer), and the logic of all,
any and not.  A condition of a kind that is not known here implies itself only.  Of what rules above decided nothing is said: it may
be decided between the one and the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from maild.model.policy import Condition
from maild.policy.about import Opened
from maild.policy.asks import leaves
from maild.policy.compare import Leaf, Test, Values
from maild.policy.conditions import CONDITIONS, DECIDED_SO_FAR, Every, Some, Unless

# Of these every mail has exactly one, so that it cannot be two things at once.
_ONE = frozenset(
    CONDITIONS[name][0]
    for name in (
        "from",
        "domain",
        "subject",
        "text",
        "own_text",
        "kind",
        "language",
        "desk",
        "automatic",
        "authenticated",
        "hours",
        "organisation",
        "size",
        "time",
        "date",
        "item",
        "trust",
    )
)
Told = dict[tuple[str, int, int], bool]


def implies(one: Condition, other: Condition) -> bool:
    return _implies(one, other, {})


def excludes(one: Condition, other: Condition) -> bool:
    return _excludes(one, other, {})


def never(condition: Condition) -> bool:
    return _never(condition, {})


def _implies(one: Condition, other: Condition, told: Told) -> bool:
    """told: what was found out already; without it, any in all in any would be asked again and again."""
    key = ("implies", id(one), id(other))
    if key not in told:
        told[key] = False
        same = one == other and not asks_rules(one)
        told[key] = same or any(way(one, other, told) for way in _WAYS)
    return told[key]


def asks_rules(condition: Condition) -> bool:
    """Whether it depends on what rules above decided."""
    return any(leaf.values in DECIDED_SO_FAR for leaf in leaves(condition))


def _each_of_ours(one: Condition, other: Condition, told: Told) -> bool:
    return isinstance(one, Some) and bool(one.parts) and all(_implies(part, other, told) for part in one.parts)


def _each_of_theirs(one: Condition, other: Condition, told: Told) -> bool:
    return isinstance(other, Every) and all(_implies(one, part, told) for part in other.parts)


def _one_of_ours(one: Condition, other: Condition, told: Told) -> bool:
    return isinstance(one, Every) and any(_implies(part, other, told) for part in one.parts)


def _one_of_theirs(one: Condition, other: Condition, told: Told) -> bool:
    return isinstance(other, Some) and any(_implies(one, part, told) for part in other.parts)


def _opposite(one: Condition, other: Condition, told: Told) -> bool:
    """not A implies not B where B implies A; and C implies not B where they exclude each other."""
    if not isinstance(other, Unless):
        return False
    if isinstance(one, Unless) and _implies(other.part, one.part, told):
        return True
    return not isinstance(one, Unless) and _excludes(one, other.part, told)


def _narrower(one: Condition, other: Condition, told: Told) -> bool:
    """Two conditions about the same thing: a value that passes the tests of one passes those of the other."""
    if not (isinstance(one, Leaf) and isinstance(other, Leaf)) or one.values != other.values:
        return False
    if one.values in DECIDED_SO_FAR:
        return False
    # It is there at all: header: {name: X-Spam}.
    return all(any(_covers(theirs, ours) for ours in one.tests) for theirs in other.tests)


_WAYS = (_each_of_ours, _each_of_theirs, _one_of_ours, _one_of_theirs, _opposite, _narrower)


def _covers(wider: object, narrower: object) -> bool:
    if wider == narrower:
        return True
    if not (isinstance(wider, Test) and isinstance(narrower, Test)):
        return False
    fits = _FITS.get((narrower.operator, wider.operator))
    return bool(fits and narrower.words) and all(any(fits(word, w) for w in wider.words) for word in narrower.words)  # type: ignore[misc]


_Fits = Callable[[str, str], bool]
# (what is known, what is asked) -> does this word of the first mean that word of the second?
_FITS: dict[tuple[str, str], _Fits] = {
    ("is", "is"): str.__eq__,
    ("matches", "matches"): str.__eq__,
    # Bounds are texts of one width (measures.py).
    ("over", "over"): str.__ge__,
    ("over", "from"): str.__ge__,
    ("from", "from"): str.__ge__,
    ("from", "over"): str.__gt__,
    ("under", "under"): str.__le__,
    ("is", "over"): str.__gt__,
    ("is", "from"): str.__ge__,
    ("is", "under"): str.__lt__,
    **{(known, "contains"): str.__contains__ for known in ("is", "contains", "starts", "ends")},
    **{(known, "starts"): str.startswith for known in ("is", "starts")},
    **{(known, "ends"): str.endswith for known in ("is", "ends")},
}


# --- what cannot be -----------------------------------------------------------------------------------------------------------


def _excludes(one: Condition, other: Condition, told: Told) -> bool:
    key = ("excludes", id(one), id(other))
    if key not in told:
        told[key] = False
        told[key] = _apart(one, other, told)
    return told[key]


def _apart(one: Condition, other: Condition, told: Told) -> bool:
    for a, b in ((one, other), (other, one)):
        if isinstance(a, Unless) and _implies(b, a.part, told):
            return True
        if isinstance(a, Every) and any(_excludes(part, b, told) for part in a.parts):
            return True
        if isinstance(a, Some) and a.parts and all(_never(part, told) or _excludes(part, b, told) for part in a.parts):
            return True
    if isinstance(one, Leaf) and isinstance(other, Leaf) and one.values == other.values and _single(one.values):
        return _no_value((*one.tests, *other.tests))
    return False


def _single(values: Values) -> bool:
    return values in _ONE or isinstance(values, Opened)


def _never(condition: Condition, told: Told) -> bool:
    if isinstance(condition, Leaf):
        return _no_value(condition.tests)
    if isinstance(condition, Some):
        return bool(condition.parts) and all(_never(part, told) for part in condition.parts)
    if isinstance(condition, Unless):
        return isinstance(condition.part, Every) and not condition.part.parts
    if isinstance(condition, Every):
        parts = tuple(flat(condition))
        return any(_never(part, told) for part in parts) or any(
            _excludes(a, b, told) for a, b in combinations(parts, 2)
        )
    return False


def flat(condition: Condition) -> Iterator[Condition]:
    """The conditions that must all hold."""
    if isinstance(condition, Every):
        for part in condition.parts:
            yield from flat(part)
    else:
        yield condition


def _no_value(tests: tuple[object, ...]) -> bool:
    """No text passes all of these."""
    known = [test for test in tests if isinstance(test, Test) and test.words]
    whole = next((test for test in known if test.operator == "is"), None)
    if whole is not None:
        return not any(all(test(word) for test in known) for word in whole.words)
    lows = [word for test in known if test.operator in ("over", "from") for word in test.words]
    highs = [word for test in known if test.operator == "under" for word in test.words]
    if lows and highs and min(highs) <= max(lows):
        return True
    # Nothing lies between 3 and 4, over the one and under the other.
    more = [word for test in known if test.operator == "over" for word in test.words if word.isdecimal()]
    if more and highs and int(min(highs)) <= int(max(more)) + 1:
        return True
    for operator, begins in (("starts", str.startswith), ("ends", str.endswith)):
        of_it = [test for test in known if test.operator == operator]
        for one, other in combinations(of_it, 2):
            if not any(begins(a, b) or begins(b, a) for a in one.words for b in other.words):
                return True
    return False
