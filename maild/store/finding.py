"""finding: which cases have the words that somebody asks for.  Reading only.

find(session, asked, Filters(...), limit, best=False) -> [Found], the newest hit first, or with best the best first

A word may stand in half of a million messages, and a filter may leave ten of them; so nobody counts hits or sorts them all.
    a filter that leaves little        its messages are looked at, one by one, without the index
    else                               hits from the newest back, in portions, until there are enough cases
    and when few of them are left      once more its messages, if they are not too many
The newest messages are looked at without the index where that would first gather all hits (PostgreSQL; beginnings* on SQLite):
of a common word they have enough, and of a rare word the index has few.

LIMITS  The words must stand in one message.  best weighs the newest RANKED hits.  A case tells its newest hits among those that
        were looked at, at most HITS.  Slow (a second for a million messages) is only this: words that stand in very many
        messages, a filter that leaves very many, and nearly none that are both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from maild.model.search import Asked
from maild.store import weighing
from maild.store.database import Session
from maild.store.filters import Filters, conditions
from maild.store.lists import PORTION, among, listed, portions
from maild.store.search import question
from maild.store.weighing import sought

HITS = 3
RANKED = 200
# So many messages behind a filter are looked at one by one; after so many hits with too few among them that the filter leaves, or
# so many with none, even so many.
_FEW, _PATIENCE, _NONE, _MANY = 6_000, 1_500, 100, 50_000
# The newest messages are looked at in windows, as long as so large a part of them has the words, and so far at most.  A message costs
# 5 microseconds then; the index costs a third of one for every message that has the words, wherever it is.
_WINDOW, _DENSE, _DENSE_SLOW, _FARTHEST = 2_000, 0.08, 0.02, 10_000
_ENOUGH, _MORE = 100, 4
# What is good for a rare word is bad for a common one, so no plan is kept; and to start a compiler or other processes costs more than
# most searches.
_FOR_ONE_SEARCH = (
    "set_config('plan_cache_mode', 'force_custom_plan', true)",
    "set_config('jit', 'off', true)",
    "set_config('max_parallel_workers_per_gather', '0', true)",
)
_WAYS = ("bitmapscan", "indexscan", "seqscan", "hashjoin", "mergejoin")


@dataclass(slots=True)
class Found:
    """A case and its hits, the newest first."""

    case: int
    messages: list[int] = field(default_factory=list)


Row = tuple[int, int]


def find(session: Session, asked: Asked, filters: Filters, limit: int, *, best: bool = False) -> list[Found]:
    """At most so many cases; nothing when nothing is asked for."""
    if not asked.wanted or limit < 1:
        return []
    if session.sqlite:
        return _Search(session, asked, filters).run(limit, best=best)
    with session.transaction():
        session.all(f"SELECT {', '.join(_FOR_ONE_SEARCH)}")
        return _Search(session, asked, filters).run(limit, best=best)


class _Search:
    def __init__(self, session: Session, asked: Asked, filters: Filters) -> None:
        self._session, self._asked = session, asked
        self._question = question(session, asked)
        self._filter = conditions(session, filters)
        self._without, self._windows = "", 0

    def run(self, limit: int, *, best: bool) -> list[Found]:
        if not best:
            return _gather(self._hits(), limit)
        rows: list[Row] = []
        for row in self._hits():
            rows.append(row)
            if len(rows) == RANKED:
                break
        scores = weighing.scores(self._session, [message for message, _ in rows], self._asked.wanted)
        # Of the same score the newest: sorted() keeps their order.
        return _gather(sorted(rows, key=lambda row: -scores.get(row[0], 0.0)), limit)

    # --- hits, the newest first -----------------------------------------------------------------------------------------------

    def _hits(self) -> Iterator[Row]:
        if not self._filter.parts:
            for some in self._matching(self._top()):
                yield from self._kept(some)
            return
        few = self._behind_filter(_FEW + 1)
        if len(few) <= _FEW:
            yield from self._looked_at(few)
            return
        shown: set[int] = set()
        if self._filter.until is not None:
            # A walk from today would pass years of hits.
            for row in self._looked_at([message for message, _ in self._kept(self._newest_of_period())]):
                shown.add(row[0])
                yield row
        yield from self._walked(shown)

    def _walked(self, shown: set[int]) -> Iterator[Row]:
        """Hits from the newest back; when few of them pass the filters, the rest of what these leave, if that is not too much."""
        tried, kept, patient, last = 0, 0, True, self._top() + 1
        for some in self._matching(last - 1):
            for row in self._kept(some):
                kept += 1
                if row[0] not in shown:
                    yield row
            tried, last = tried + len(some), min((last, *some[-1:]))
            if patient and (tried > _PATIENCE or self._windows > 1 or (tried > _NONE and not kept)):
                patient = False
                many = self._behind_filter(_MANY + 1)
                if len(many) <= _MANY:
                    yield from self._looked_at([message for message in many if message < last and message not in shown])
                    return

    def _behind_filter(self, most: int) -> list[int]:
        """Messages that the filters leave, some of them if there are more."""
        self._plan("seqscan hashjoin mergejoin")
        sql = f"SELECT m.id FROM cases c JOIN message m ON m.case_id=c.id WHERE {self._filter.way} LIMIT {most:d}"
        return [row for (row,) in self._session.all(sql, self._filter.values)]

    def _newest_of_period(self) -> list[int]:
        since = 0 if self._filter.since is None else self._filter.since
        sql = f"SELECT id, 0 FROM message WHERE at>=? AND at<? ORDER BY at DESC, id DESC LIMIT {_WINDOW:d}"
        return sorted((row[0] for row in self._rows(sql, (since, self._filter.until))), reverse=True)

    def _kept(self, messages: Sequence[int]) -> Iterator[Row]:
        """Those of them that the filters leave, in their order."""
        for some in portions(messages):
            rows = self._rows(
                # CROSS is SQLite's word for "in this order": from the messages, not from all cases that are closed.
                "SELECT m.id, m.case_id FROM message m CROSS JOIN cases c WHERE c.id=m.case_id"
                f" AND {among(self._session, 'm.id', some)}{self._filter.test} ORDER BY m.id DESC",
                (*listed(self._session, some), *self._filter.values),
            )
            yield from rows

    def _looked_at(self, messages: Sequence[int]) -> Iterator[Row]:
        """Those of them that have the words, the newest first."""
        for some in portions(sorted(messages, reverse=True)):
            having = self._having(some)
            if having:
                sql = f"SELECT id, case_id FROM message WHERE {among(self._session, 'id', having)} ORDER BY id DESC"
                yield from self._rows(sql, listed(self._session, having))

    def _rows(self, sql: str, values: Sequence[Any]) -> list[Row]:
        self._plan("")
        return [(row[0], row[1]) for row in self._session.all(sql, values)]

    # --- where the databases differ -------------------------------------------------------------------------------------------

    def _having(self, messages: Sequence[int]) -> list[int]:
        """Which of these messages have the words, without the index."""
        if self._session.sqlite:
            test, values = _tests(self._asked)
            sql = f"SELECT rowid FROM word_index WHERE {among(self._session, 'rowid', messages)} AND {test}"
        else:
            values = (self._question,)
            self._plan("")
            sql = f"SELECT id FROM word_index WHERE {among(self._session, 'id', messages)} AND words @@ ?::tsquery"
        return [row[0] for row in self._session.all(sql, (*listed(self._session, messages), *values))]

    def _matching(self, top: int) -> Iterator[list[int]]:
        """All messages that have the words, from this one back, in portions: without the index as long as they lie densely."""
        beginning = any(term.beginning for term in self._asked.wanted)
        # The index gathers many words for a beginning, and has to look up the places of a phrase.
        slow = beginning or any(len(term.words) > 1 for term in self._asked.wanted)
        passed, hits, dense = 0, 0, _DENSE_SLOW if slow else _DENSE
        # FTS5 walks back from any row by itself; but of a beginning it gathers all hits before the first.
        looking = beginning or not self._session.sqlite
        while looking and passed < top:
            some = self._window(top - passed - _WINDOW, top - passed)
            yield some
            passed, hits = passed + _WINDOW, hits + len(some)
            looking = hits >= dense * passed and passed < _FARTHEST
        yield from self._fts(top - passed) if self._session.sqlite else self._gin(top - passed, hits / max(1, passed))

    def _window(self, after: int, last: int) -> list[int]:
        """Those between two rows, without the index."""
        self._windows += 1
        if self._session.sqlite:
            test, values = _tests(self._asked)
            sql = f"SELECT rowid FROM word_index WHERE rowid>? AND rowid<=? AND {test} ORDER BY rowid DESC"
            return [row[0] for row in self._session.all(sql, (after, last, *values))]
        self._plan("bitmapscan seqscan")
        return self._between(after, last)

    def _fts(self, last: int) -> Iterator[list[int]]:
        sql = "SELECT rowid FROM word_index WHERE word_index MATCH ? AND rowid<=? ORDER BY rowid DESC"
        cursor = self._session.execute(sql, (self._question, last))
        while some := cursor.fetchmany(PORTION):
            yield [row[0] for row in some]

    def _gin(self, last: int, density: float) -> Iterator[list[int]]:
        """GIN knows no order, and every hit is a page of the table: it is asked ever farther back, so far each time as enough hits
        lie if they lie as densely as before."""
        passed, hits, seen, enough = 0, 0, density, _ENOUGH
        while passed < last:
            reach = min(last - passed, int(enough / seen) if seen else last)
            self._plan("indexscan seqscan")
            some = self._between(last - passed - reach, last - passed)
            yield some
            passed, hits = passed + reach, hits + len(some)
            seen, enough = hits / passed, enough * _MORE

    def _between(self, after: int, last: int) -> list[int]:
        sql = "SELECT id FROM word_index WHERE words @@ ?::tsquery AND id>? AND id<=? ORDER BY id DESC"
        return [row[0] for row in self._session.all(sql, (self._question, after, last))]

    def _plan(self, without: str) -> None:
        """PostgreSQL cannot know how words lie together, and its guess may cost a second: we say which way not to go."""
        if self._session.sqlite or without == self._without:
            return
        off = dict.fromkeys(without.split(), "off")
        settings = [f"set_config('enable_{name}', '{off.get(name, 'on')}', true)" for name in _WAYS]
        self._session.all(f"SELECT {', '.join(settings)}")
        self._without = without

    def _top(self) -> int:
        """The newest message, or the newest of the period."""
        sql, values = "SELECT max(id) FROM message", tuple[int, ...]()
        if self._filter.until is not None:
            sql, values = f"{sql} WHERE at>=? AND at<?", (self._filter.since or 0, self._filter.until)
        row = self._session.one(sql, values)
        return int(row[0]) if row and row[0] is not None else 0


# --- small things ---------------------------------------------------------------------------------------------------------------


def _gather(rows: Iterable[Row], limit: int) -> list[Found]:
    """The first cases, with their hits as far as they were looked at."""
    found: dict[int, Found] = {}
    for message, case in rows:
        one = found.setdefault(case, Found(case))
        if len(one.messages) < HITS:
            one.messages.append(message)
        if len(found) == limit:
            break
    return list(found.values())


def _tests(asked: Asked) -> tuple[str, tuple[str, ...]]:
    """The search as tests of the folded lines themselves (SQLite keeps them)."""
    test = "(instr(' '||head||' ', ?) OR instr(' '||text||' ', ?))"
    parts = [test] * len(asked.wanted) + [f"NOT {test}"] * len(asked.unwanted)
    values = [sought(term) for term in (*asked.wanted, *asked.unwanted)]
    return " AND ".join(parts), tuple(value for value in values for _ in range(2))
