"""names: what the DNS was asked, and what it said.  Pure: judgement that needs answers says which ones it lacks.

A judge is a function of a Book.  It asks the book; what the book does not know counts as nothing and is noted in book.missing.
Whoever has the judge asks the DNS for that and calls it again, until nothing is missing (edges/resolver.settle).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """found; empty: the name is there, such records are not; absent: no such name (RFC 8020); silent: no server told."""

    FOUND = "found"
    EMPTY = "empty"
    ABSENT = "absent"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Question:
    """name without its final dot, in lower case; type as in A, AAAA, MX, TXT, PTR."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Answer:
    """records as text (MX: "10 mx.example.org"); alias: the name that a CNAME led to, "" for none."""

    state: State
    records: tuple[str, ...] = ()
    alias: str = ""
    error: str = ""


_NOTHING = Answer(State.EMPTY)


class Book:
    """The answers so far."""

    def __init__(self, known: Mapping[Question, Answer]) -> None:
        self._known = known
        self.missing: set[Question] = set()

    def ask(self, name: str, type_: str) -> Answer:
        """What is known; an empty answer, and a note, for what is not."""
        question = Question(name.rstrip(".").lower(), type_)
        if question not in self._known:
            self.missing.add(question)
            return _NOTHING
        return self._known[question]
