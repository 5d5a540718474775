"""compare: the right side of a condition: text with is, in, contains, starts, ends, matches; words; true and false; headers.

Each kind compiles a YAML value to a Leaf and describes itself as JSON Schema.  Text is compared without case and accents (fold.py);
of a list one entry is enough; several operators must all hold.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from maild.model.agreement import Agreement
from maild.model.fact import Fact
from maild.model.people import Desk, Handler, Organisation
from maild.model.policy import Condition, Facts, Rule
from maild.policy import pattern
from maild.policy.case_words import NO_WORDS, CaseWords
from maild.policy.fold import fold
from maild.policy.read import Path
from maild.policy.shape import Known
from maild.policy.source import Source, nearest

LONGEST = 65_536
MOST_WORDS = 1000
_SHOWN = 200
Values = Callable[[Facts], tuple[str, ...]]
Holds = Callable[[str], bool]
_STRINGS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}


@dataclass(frozen=True, slots=True)
class Site:
    """What rules may name, by key (None: it has problems of its own), and languages.

    letters: the site's own acknowledgements, each with its languages.

    Of a file that could not be read everything is known: its own problem is enough, so no reference to it is another.
    """

    desks: Mapping[str, Desk | None]
    languages: tuple[str, ...]
    staff: Mapping[str, Handler | None] = field(default_factory=dict)
    organisations: Mapping[str, Organisation | None] = field(default_factory=dict)
    words: CaseWords = NO_WORDS
    letters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    agreements: Mapping[str, Agreement | None] = field(default_factory=dict)
    catalogue: Mapping[str, Rule | None] = field(default_factory=dict)

    @property
    def organisation_labels(self) -> Collection[str]:
        """Those that some organisation has."""
        if isinstance(self.organisations, Anything) or None in self.organisations.values():
            return Anything()
        return {label for one in self.organisations.values() if one for label in one.labels}

    @property
    def causes(self) -> Collection[str]:
        """What some agreement covers."""
        if isinstance(self.agreements, Anything) or None in self.agreements.values():
            return Anything()
        return {cause for one in self.agreements.values() if one for cause in one.covers}

    facts: Mapping[str, Fact | None] = field(default_factory=dict)

    def known(self) -> Known:
        """What values with a form of pydantic's may refer to."""
        if isinstance(self.desks, Anything):
            return Known(Anything(), self.languages)
        return Known({key: desk is not None and desk.retired for key, desk in self.desks.items()}, self.languages)


class Anything(dict[str, Any]):
    """What an unreadable file may have named."""

    def __contains__(self, key: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Place:
    """A path in a file, and the site it belongs to."""

    source: Source
    path: Path
    site: Site

    def at(self, step: str | int) -> Place:
        return Place(self.source, (*self.path, step), self.site)

    def wrong(self, what: str, cure: str) -> None:
        self.source.wrong(self.path, what, cure)


@dataclass(frozen=True, slots=True)
class Test:
    """One operator with its right side, compiled.  words: the folded texts, or the expressions, any of which is enough.

    What has a name for what it asks can be compared with others (imply.py) and looked up for many rules at once (index.py); a test that
    is a bare function is only ever called.
    """

    operator: str
    words: tuple[str, ...]
    holds: Holds = field(compare=False)
    # For RE2, of expressions.
    written: tuple[str, ...] = field(default=(), compare=False)

    def __call__(self, folded: str) -> bool:
        return self.holds(folded)


@dataclass(frozen=True, slots=True)
class Exact:
    """An operator in which case and accents matter: it is asked for the text as it is.  blind: what holds whenever this does."""

    operator: str
    words: tuple[str, ...]
    holds: Holds = field(compare=False)
    blind: Test | None = field(default=None, compare=False)

    def __call__(self, text: str) -> bool:
        return self.holds(text)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition: a value of the facts for which all of `tests` hold.  shown: as the admin wrote it."""

    shown: str
    values: Values
    tests: tuple[Holds, ...]

    def failed(self, facts: Facts) -> str:
        for value in self.values(facts):
            text = value[:LONGEST]
            folded = fold(text)
            if all(test(text if isinstance(test, Exact) else folded) for test in self.tests):
                return ""
        return self.shown


# --- operators ------------------------------------------------------------------------------------------------------------------


def _is(words: Sequence[str], place: Place) -> Holds:
    """is, in: the same text."""
    folded = tuple(map(fold, words))
    return Test("is", folded, frozenset(folded).__contains__)


def _contains(words: Sequence[str], place: Place) -> Holds:
    """contains: the text stands somewhere in it."""
    folded = _some_text(words, place)
    return Test("contains", folded, lambda text: any(word in text for word in folded))


def _starts(words: Sequence[str], place: Place) -> Holds:
    """starts: it begins so."""
    folded = _some_text(words, place)
    return Test("starts", folded, lambda text: text.startswith(folded))


def _ends(words: Sequence[str], place: Place) -> Holds:
    """ends: it ends so."""
    folded = _some_text(words, place)
    return Test("ends", folded, lambda text: text.endswith(folded))


def _matches(words: Sequence[str], place: Place) -> Holds:
    """matches: the regular expression fits somewhere in it; ^ and $ are the ends of a line."""
    patterns = _patterns(words, place)
    written = tuple(one.written for one in patterns)
    return Test("matches", tuple(words), _fits(patterns), written)


def _fits(patterns: Sequence[pattern.Pattern]) -> Holds:
    searches = [one.search for one in patterns]
    return lambda text: any(search(text) for search in searches)


def _patterns(words: Sequence[str], place: Place, *, exactly: bool = False) -> list[pattern.Pattern]:
    patterns = []
    for index, word in enumerate(words):
        try:
            patterns.append(pattern.compile(word, exactly=exactly))
        except pattern.PatternError as error:
            here = place.at(index) if len(words) > 1 else place
            # As it was written: repr doubles each backslash.
            quoted = repr(word[:60]).replace(r"\\", "\\")
            here.wrong(f"the expression {quoted} {error.what} (character {error.at + 1})", error.cure)
    return patterns


def _some_text(words: Sequence[str], place: Place) -> tuple[str, ...]:
    folded = tuple(map(fold, words))
    if "" in folded:
        place.wrong("an empty text is found everywhere", "write some text, or remove the condition")
    return folded


OPERATORS: dict[str, Callable[[Sequence[str], Place], Holds]] = {
    "is": _is,
    "in": _is,
    "contains": _contains,
    "starts": _starts,
    "ends": _ends,
    "matches": _matches,
}
EXACTLY = "exactly"
_EXACT: dict[str, Callable[[tuple[str, ...]], Holds]] = {
    "is": lambda words: frozenset(words).__contains__,
    "in": lambda words: frozenset(words).__contains__,
    "contains": lambda words: lambda text: any(word in text for word in words),
    "starts": lambda words: lambda text: text.startswith(words),
    "ends": lambda words: lambda text: text.endswith(words),
}


def _exact(operator: str, words: Sequence[str], place: Place) -> Holds:
    """The same operator for the text as it is."""
    asked = tuple(words)
    if operator == "matches":
        return Exact(operator, asked, _fits(_patterns(words, place, exactly=True)))
    blind = OPERATORS[operator](words, place)
    return Exact(operator, asked, _EXACT[operator](asked), blind if isinstance(blind, Test) else None)


def strings(value: Any, place: Place) -> list[str] | None:
    """A text or a list of texts."""
    given = value if isinstance(value, list) else [value]
    if not given or len(given) > MOST_WORDS:
        place.wrong(f"needs 1 to {MOST_WORDS} texts", "write [one, two], or split the rule")
        return None
    for index, word in enumerate(given):
        if not isinstance(word, str):
            here = place.at(index) if isinstance(value, list) else place
            here.wrong(f"must be text, not {_kind(word)}", "put it in quotes")
            return None
    return given


def _kind(value: Any) -> str:
    return {dict: "a mapping", list: "a list", type(None): "nothing"}.get(type(value), str(value)[:40])


# --- kinds of right sides ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """natural: the operator of a bare text or list."""

    natural: str

    def compile(self, key: str, values: Values, value: Any, place: Place) -> Condition:
        return Leaf(shown(key, value), values, operators(value, self.natural, place))

    def schema(self) -> dict[str, Any]:
        return text_schema({})


def operators(value: Any, natural: str, place: Place) -> tuple[Holds, ...]:
    """The tests of {operator: texts, ...}, or of bare texts."""
    if not isinstance(value, dict):
        words = strings(value, place)
        return () if words is None else (OPERATORS[natural](words, place),)
    exactly = value.get(EXACTLY, False)
    rest = {operator: right for operator, right in value.items() if operator != EXACTLY}
    if not isinstance(exactly, bool):
        place.at(EXACTLY).wrong("exactly must be true or false", "write true or false, without quotes")
    if not rest:
        place.wrong("says nothing", f"write for example  {{{natural}: text}}")
    tests = []
    for operator, right in rest.items():
        here = place.at(operator)
        if operator not in OPERATORS:
            here.wrong(f"there is no operator {operator!r}", nearest(operator, (*OPERATORS, EXACTLY)))
        elif (words := strings(right, here)) is not None:
            tests.append(_exact(operator, words, here) if exactly is True else OPERATORS[operator](words, here))
    return tuple(tests)


def text_schema(more: dict[str, Any]) -> dict[str, Any]:
    """Bare texts, or operators with more keys beside them."""
    properties = {**more, **dict.fromkeys(OPERATORS, _STRINGS), EXACTLY: {"type": "boolean"}}
    return {"anyOf": [*_STRINGS["anyOf"], {"type": "object", "properties": properties, "additionalProperties": False}]}


class Address:
    """Whole addresses; parts of them with an operator."""

    def compile(self, key: str, values: Values, value: Any, place: Place) -> Condition:
        for word in value if isinstance(value, list) else [value]:
            if isinstance(word, str) and "@" not in word.strip("@"):
                bare = word.strip("@")
                cure = f"write domain: {bare}" if key == "from" else f"write {{ends: '@{bare}'}}"
                place.wrong(f"{word[:60]!r} is no whole address", cure)
        return Leaf(shown(key, value), values, operators(value, "is", place))

    def schema(self) -> dict[str, Any]:
        return text_schema({})


@dataclass(frozen=True, slots=True)
class Word:
    """One of a few known words.  fixed: they are the same at every site."""

    known: Callable[[Site], Collection[str]]
    fixed: tuple[str, ...] = ()

    def compile(self, key: str, values: Values, value: Any, place: Place) -> Condition:
        bare = value
        if isinstance(value, dict):
            for operator in value:
                if operator not in ("is", "in"):
                    place.at(operator).wrong(f"{key} has no operator {operator!r}", "known: is, in")
            bare = next((value[x] for x in ("is", "in") if x in value), None)
        words = strings(bare, place) or []
        known = self.known(place.site)
        for word in words:
            if word not in known:
                place.wrong(f"there is no {key} {word[:60]!r}", nearest(word, known))
        return Leaf(shown(key, value), values, (_is(words, place),))

    def schema(self) -> dict[str, Any]:
        one = {"type": "string", **({"enum": list(self.fixed)} if self.fixed else {})}
        some: list[dict[str, Any]] = [one, {"type": "array", "items": one, "minItems": 1}]
        properties = {name: {"anyOf": some} for name in ("is", "in")}
        whole = {"type": "object", "properties": properties, "additionalProperties": False, "minProperties": 1}
        return {"anyOf": [*some, whole]}


def fixed(words: Iterable[object]) -> Word:
    """Words of ours, whatever the site."""
    known = tuple(map(str, words))
    return Word(lambda site: known, known)


class Flag:
    """true or false."""

    def compile(self, key: str, values: Values, value: Any, place: Place) -> Condition:
        if not isinstance(value, bool):
            place.wrong(f"{key} must be true or false, not {_kind(value)}", "write true or false, without quotes")
        return Leaf(shown(key, value), values, (_is([str(value)], place),))

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Header:
    """A header by name, with the operators of text."""

    def compile(self, key: str, values: Values, value: Any, place: Place) -> Condition:
        name = value.get("name") if isinstance(value, dict) else value
        if not isinstance(name, str) or not name.isascii() or not name or any(c in " :\t\n" for c in name):
            place.wrong(
                "header needs the name of a header", "write for example  header: {name: X-Spam-Flag, is: 'YES'}"
            )
            return Leaf(shown(key, value), values, ())
        rest = {word: right for word, right in value.items() if word != "name"} if isinstance(value, dict) else {}
        return Leaf(
            shown(key, value),
            _of_header(name.lower()),
            operators(rest, "contains", place) if rest else (),
        )

    def schema(self) -> dict[str, Any]:
        of_text = text_schema({"name": {"type": "string"}})["anyOf"][-1]
        return {"anyOf": [{"type": "string"}, of_text | {"required": ["name"]}]}


@functools.lru_cache(maxsize=4096)
def _of_header(wanted: str) -> Values:
    """One function a name, so that conditions about the same header are seen to be."""
    return lambda facts: tuple(text for header, text in facts.headers if header == wanted)


# --- as the admin wrote it --------------------------------------------------------------------------------------------------------


def shown(key: str, value: Any) -> str:
    """key: value in one line of YAML, cut short."""
    text = f"{key}: {_flow(value)}"
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(x)}" for key, x in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value[:50])) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
