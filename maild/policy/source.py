"""source: one YAML file on its way into the policy: its text, its values, and what is wrong with it.

Source.open(path) and Source.of(text, name) never raise for what an admin wrote: the problems stand in source.problems, so that all
files are read before anything is said.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from maild.errors import WARNING, Problem, RuleError
from maild.policy.read import Path, Positions, read


@dataclass(slots=True)
class Source:
    """A file as it was read.  document is None when it is empty or could not be read."""

    name: str
    text: str = ""
    document: Any = None
    positions: Positions = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, text: str, name: str) -> Source:
        source = cls(name, text)
        try:
            source.document, source.positions = read(text, name)
        except RuleError as error:
            source.problems += error.problems
        return source

    @classmethod
    def open(cls, file: FilePath, name: str, cure: str) -> Source:
        """cure: what to do when the file is not there."""
        try:
            return cls.of(file.read_bytes().decode("utf-8-sig"), name)
        except FileNotFoundError:
            problem = Problem(name, 0, 0, "there is no such file", cure)
        except OSError as error:
            problem = Problem(name, 0, 0, f"cannot be read: {error.strerror}", "let the user of maild read it")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            column = error.start - error.object.rfind(b"\n", 0, error.start)
            problem = Problem(name, line, column, "is not UTF-8", "save the file as UTF-8")
        return cls(name, problems=[problem])

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column of a path, or of the nearest thing around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.positions:
                return self.positions[path[:length]]
        return (1, 1)

    def where(self, path: Path) -> str:
        """file:line, as traces show it."""
        return f"{self.name}:{self.place(path)[0]}"

    def wrong(self, path: Path, what: str, cure: str = "") -> None:
        self.problems.append(Problem(self.name, *self.place(path), what, cure))

    def warn(self, path: Path, what: str, cure: str) -> None:
        """No mistake, but hardly what was meant: `maild check` says so, and nothing is refused for it."""
        self.problems.append(Problem(self.name, *self.place(path), what, cure, WARNING))


def nearest(word: str, known: Iterable[str]) -> str:
    """The cure for a word that is none of the known."""
    words = sorted(known)
    lower = {x.lower(): x for x in words}
    close = difflib.get_close_matches(word.lower()[:60], list(lower), 1, 0.7)
    if close:
        return f"did you mean {lower[close[0]]}?"
    return f"known: {', '.join(words[:30])}" if words else "there are none yet"


def raise_all(sources: Iterable[Source]) -> None:
    """RuleError with the problems of all files, if there are any that are no warnings."""
    problems = [problem for source in sources for problem in source.problems]
    if not all(problem.warning for problem in problems):
        raise RuleError(*dict.fromkeys(problems))
