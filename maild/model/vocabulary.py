"""vocabulary: the words of the commands, in every installed language at once.

Read from templates/<language>/words.txt (`command.take: take, grab`, `argument.quiet: quiet`); folded as model/plain.py folds, so that
"Ponovno odpri", "GJENÅPNE" and "gjenapne" are words.  A word that means two things in two languages is a Clash, and stops the start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches

from maild.model.plain import plain

VERB, ARGUMENT, HELP = "command.", "argument.", "help."
SHORTEST = 3
_NEAR = 2 / 3


@dataclass(frozen=True, slots=True)
class Clash:
    """One word, two meanings: (language, key) of each."""

    word: str
    one: tuple[str, str]
    other: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """verbs and arguments: folded word -> key without its prefix; own: (language, verb) -> its words as written, the first is shown.

    help: (language, verb) -> what may follow it, and what it does.  answers: (language, argument) -> its first word as written.
    """

    verbs: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, frozenset[str]] = field(default_factory=dict)
    own: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    help: Mapping[tuple[str, str], str] = field(default_factory=dict)
    answers: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def said(self, argument: str, language: str) -> str:
        """How an argument is said in a language, else in English, else as in the code."""
        return self.answers.get((language, argument)) or self.answers.get(("en", argument)) or argument

    def verb(self, words: str) -> str:
        """The verb that the words name exactly, or ""."""
        return self.verbs.get(plain(words), "")

    def begun(self, word: str) -> str:
        """The verb that a word of three letters or more begins, where it is the only one; or ""."""
        folded = plain(word)
        if len(folded) < SHORTEST:
            return ""
        found = {verb for known, verb in self.verbs.items() if known.startswith(folded)}
        return found.pop() if len(found) == 1 else ""

    def nearest(self, word: str) -> str:
        """What was probably meant, as it is written, or ""."""
        near = get_close_matches(plain(word[:40]), list(self.verbs), n=1, cutoff=_NEAR)
        return next((w for words in self.own.values() for w in words if near and plain(w) == near[0]), "")

    def resembles(self, word: str, verbs: frozenset[str]) -> bool:
        """Whether it may be a slip for one of these verbs: it resembles none of the others more."""
        slip = plain(word[:40])
        known = [spelt for spelt, verb in self.verbs.items() if verb in verbs]
        ours = get_close_matches(slip, known, n=1, cutoff=_NEAR)
        best = get_close_matches(slip, list(self.verbs), n=1, cutoff=_NEAR)
        return bool(ours) and _alike(slip, ours[0]) >= _alike(slip, best[0])

    def means(self, argument: str, word: str) -> bool:
        """Whether a word is one of an argument's: means("quiet", "stille")."""
        return plain(word) in self.arguments.get(argument, frozenset())

    def argument(self, among: tuple[str, ...], word: str) -> str | None:
        """Which of these arguments a word names."""
        return next((name for name in among if self.means(name, word)), None)

    def word(self, verb: str, language: str) -> str:
        """How the verb is called in a language, else in English, else as in the code."""
        words = self.own.get((language, verb)) or self.own.get(("en", verb)) or (verb,)
        return words[0]

    def explained(self, verb: str, language: str, page: str) -> tuple[str, str]:
        """(the command as it is written in a language, what it does); page: its docstring, where the language has no words for it."""
        usage, _, summary = " ".join(page.split("\n")[0].split(" ")).partition("    ")
        arguments = usage.partition(" ")[2]
        own = self.help.get((language, verb)) or self.help.get(("en", verb))
        if own:
            first, bar, rest = own.partition("|")
            arguments, summary = (first.strip(), rest.strip()) if bar else ("", own)
        return f"{self.word(verb, language)} {arguments}".strip(), summary.strip()


def _alike(slip: str, word: str) -> float:
    return SequenceMatcher(None, word, slip).ratio()


def build(tables: Mapping[str, Mapping[str, str]]) -> tuple[Vocabulary, list[Clash]]:
    """tables: language -> key -> words, parted by commas."""
    seen: dict[str, tuple[str, str]] = {}
    clashes: list[Clash] = []
    arguments: dict[str, set[str]] = {}
    own: dict[tuple[str, str], tuple[str, ...]] = {}
    answers: dict[tuple[str, str], str] = {}
    help_ = {
        (language, key.removeprefix(HELP)): value
        for language, table in tables.items()
        for key, value in table.items()
        if key.startswith(HELP)
    }
    for language, key, words in _entries(tables):
        if key.startswith(ARGUMENT):
            arguments.setdefault(key.removeprefix(ARGUMENT), set()).update(map(plain, words))
            answers[language, key.removeprefix(ARGUMENT)] = words[0] if words else ""
            continue
        own[language, key.removeprefix(VERB)] = words
        for word in map(plain, words):
            first = seen.setdefault(word, (language, key))
            if first[1] != key:
                clashes.append(Clash(word, first, (language, key)))
    verbs = {word: key.removeprefix(VERB) for word, (_, key) in seen.items()}
    known = {name: frozenset(words) for name, words in arguments.items()}
    return Vocabulary(verbs, known, own, help_, answers), clashes


def _entries(tables: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for language, table in tables.items():
        for key, value in table.items():
            if key.startswith((VERB, ARGUMENT)):
                yield language, key, tuple(word.strip() for word in value.split(",") if word.strip())
