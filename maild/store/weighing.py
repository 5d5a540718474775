"""weighing: how well messages fit a search, the same on both databases.

scores(session, messages, wanted) -> message -> score; sought(term) -> the term as it stands between blanks in a folded line
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from maild.model.search import Term
from maild.store.database import Session
from maild.store.lists import among, listed, portions


def scores(session: Session, messages: Sequence[int], wanted: Sequence[Term]) -> dict[int, float]:
    """How well each message fits: the same on both databases."""
    found: dict[int, float] = {}
    for some in portions(messages):
        if session.sqlite:
            sql = f"SELECT rowid, head, text FROM word_index WHERE {among(session, 'rowid', some)}"
            rows = session.all(sql, listed(session, some))
            counts = [(row[0], _counted(f" {row[1]} ", f" {row[2]} ")) for row in rows]
        else:
            sql = f"SELECT id, words::text FROM word_index WHERE {among(session, 'id', some)}"
            counts = [(row[0], _read(row[1])) for row in session.all(sql, listed(session, some))]
        for message, count in counts:
            found[message] = _score(count, wanted)
    return found


def sought(term: Term) -> str:
    return f" {' '.join(term.words)}" + ("" if term.beginning else " ")


Count = Callable[[Term], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Counted:
    """How often a term stands in the head and in all of a message (of a phrase its first word), and how many words that has."""

    count: Count
    length: int


def _counted(head: str, text: str) -> _Counted:
    def count(term: Term) -> tuple[int, int]:
        word = sought(Term(term.words[:1], term.beginning and len(term.words) == 1))
        # A blank between two equal words belongs to both.
        once = head.replace(" ", "  ").count(word)
        return once, once + text.replace(" ", "  ").count(word)

    return _Counted(count, head.count(" ") + text.count(" ") - 2)


def _read(vector: str) -> _Counted:
    def count(term: Term) -> tuple[int, int]:
        end = "[^']*" if term.beginning and len(term.words) == 1 else ""
        places = re.findall(f"'{re.escape(term.words[0])}{end}':([0-9A,]+)", vector)
        return sum(p.count("A") for p in places), sum(p.count(",") + 1 for p in places)

    return _Counted(count, vector.count(":") + vector.count(","))


def _score(counted: _Counted, wanted: Sequence[Term]) -> float:
    """Words in what the message is about weigh most; then how much of it they are (as BM25 has it, whose IDF is the same for all)."""
    score = 0.0
    for term in wanted:
        head, all_of_it = counted.count(term)
        often = math.log1p(all_of_it)
        score += (2.0 if head else 0.0) + often / (often + 0.3 + 0.9 * counted.length / 150)
    return round(score, 6)
