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

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from maild.model.search import Asked, Term
from maild.store.database import Session, stamp
from maild.store.search import question

HITS = 3
RANKED = 200
# So many messages behind a filter are looked at one by one; after so many hits with too few among them that the filter leaves,
# even so many.
_FEW, _PATIENCE, _MANY = 6_000, 1_500, 40_000
# The newest messages are looked at in windows, as long as so large a part of them has the words, and so far at most.  A message costs
# 5 microseconds then; the index costs a third of one for every message that has the words, wherever it is.
_WINDOW, _DENSE, _DENSE_SLOW, _FARTHEST = 2_000, 0.08, 0.02, 10_000
_ENOUGH, _MORE = 100, 4
_PORTION = 400
_WAYS = ("bitmapscan", "indexscan", "seqscan", "hashjoin", "mergejoin")
# Characters of a filter: SQLite takes no endless pattern.
_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What the cases must be; empty means any.  handler "" is nobody's; customer is an address, or a domain with its @.

    since, until    when the message came
    """

    statuses: tuple[str, ...] = ()
    desk: str | None = None
    handler: str | None = None
    customer: str | None = None
    label: str | None = None
    since: datetime | None = None
    until: datetime | None = None


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
        # What is good for a rare word is bad for a common one: no plan is kept.
        session.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        return _Search(session, asked, filters).run(limit, best=best)


class _Search:
    def __init__(self, session: Session, asked: Asked, filters: Filters) -> None:
        self._session, self._asked = session, asked
        self._question = question(session, asked)
        self._filter = _conditions(filters)
        self._without, self._windows = "", 0

    def run(self, limit: int, *, best: bool) -> list[Found]:
        if not best:
            return _gather(self._hits(), limit)
        rows: list[Row] = []
        for row in self._hits():
            rows.append(row)
            if len(rows) == RANKED:
                break
        scores = self._scores([message for message, _ in rows])
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
        tried, patient = 0, True
        for some in self._matching(self._top()):
            yield from (row for row in self._kept(some) if row[0] not in shown)
            tried += len(some)
            if patient and some and (tried > _PATIENCE or self._windows > 1):
                patient = False
                many = self._behind_filter(_MANY + 1)
                if len(many) <= _MANY:
                    yield from self._looked_at(
                        [message for message in many if message < some[-1] and message not in shown]
                    )
                    return

    def _behind_filter(self, most: int) -> list[int]:
        """Messages that the filters leave, some of them if there are more."""
        self._plan("seqscan hashjoin mergejoin")
        sql = f"SELECT m.id FROM cases c JOIN message m ON m.case_id=c.id WHERE {self._filter.way} LIMIT {most:d}"
        return [row for (row,) in self._session.all(sql, self._filter.values)]

    def _newest_of_period(self) -> list[int]:
        since = 0 if self._filter.since is None else self._filter.since
        sql = f"SELECT id, 0 FROM message WHERE at>=? AND at<? ORDER BY at DESC, id DESC LIMIT {_FEW:d}"
        return sorted((row[0] for row in self._rows(sql, (since, self._filter.until))), reverse=True)

    def _kept(self, messages: Sequence[int]) -> Iterator[Row]:
        """Those of them that the filters leave, in their order."""
        for some in _portions(messages):
            rows = self._rows(
                # CROSS is SQLite's word for "in this order": from the messages, not from all cases that are closed.
                "SELECT m.id, m.case_id FROM message m CROSS JOIN cases c WHERE c.id=m.case_id"
                f" AND {self._among('m.id', some)}{self._filter.test} ORDER BY m.id DESC",
                (*self._listed(some), *self._filter.values),
            )
            yield from rows

    def _looked_at(self, messages: Sequence[int]) -> Iterator[Row]:
        """Those of them that have the words, the newest first."""
        for some in _portions(sorted(messages, reverse=True)):
            having = self._having(some)
            if having:
                sql = f"SELECT id, case_id FROM message WHERE {self._among('id', having)} ORDER BY id DESC"
                yield from self._rows(sql, self._listed(having))

    def _rows(self, sql: str, values: Sequence[Any]) -> list[Row]:
        self._plan("")
        return [(row[0], row[1]) for row in self._session.all(sql, values)]

    # --- where the databases differ -------------------------------------------------------------------------------------------

    def _having(self, messages: Sequence[int]) -> list[int]:
        """Which of these messages have the words, without the index."""
        if self._session.sqlite:
            test, values = _tests(self._asked)
            sql = f"SELECT rowid FROM word_index WHERE {self._among('rowid', messages)} AND {test}"
        else:
            values = (self._question,)
            self._plan("")
            sql = f"SELECT id FROM word_index WHERE {self._among('id', messages)} AND words @@ ?::tsquery"
        return [row[0] for row in self._session.all(sql, (*self._listed(messages), *values))]

    def _among(self, column: str, values: Sequence[int]) -> str:
        """PostgreSQL plans a list as one value much quicker than as four hundred."""
        return f"{column} IN ({_places(values)})" if self._session.sqlite else f"{column}=ANY(?)"

    def _listed(self, values: Sequence[int]) -> Sequence[Any]:
        return values if self._session.sqlite else (list(values),)

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
        while some := cursor.fetchmany(_PORTION):
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

    # --- the best first -------------------------------------------------------------------------------------------------------

    def _scores(self, messages: Sequence[int]) -> dict[int, float]:
        """How well each message fits: the same on both databases."""
        found: dict[int, float] = {}
        for some in _portions(messages):
            if self._session.sqlite:
                sql = f"SELECT rowid, head, text FROM word_index WHERE {self._among('rowid', some)}"
                rows = self._session.all(sql, self._listed(some))
                counts = [(row[0], _counted(f" {row[1]} ", f" {row[2]} ")) for row in rows]
            else:
                sql = f"SELECT id, words::text FROM word_index WHERE {self._among('id', some)}"
                counts = [(row[0], _read(row[1])) for row in self._session.all(sql, self._listed(some))]
            for message, count in counts:
                found[message] = _score(count, self._asked.wanted)
        return found


# --- filters --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Condition:
    """A filter as SQL over cases c and message m: as a way to its rows, and as a test of one row."""

    way: str
    test: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class _Conditions:
    parts: tuple[_Condition, ...]
    since: int | None
    until: int | None

    @property
    def way(self) -> str:
        return " AND ".join(part.way for part in self.parts)

    @property
    def test(self) -> str:
        return "".join(f" AND {part.test}" for part in self.parts)

    @property
    def values(self) -> tuple[Any, ...]:
        return tuple(value for part in self.parts for value in part.values)


def _conditions(filters: Filters) -> _Conditions:
    since, until = (None if at is None else stamp(at) for at in (filters.since, filters.until))
    parts: list[_Condition] = []

    def add(sql: str, *values: Any) -> None:
        parts.append(_Condition(sql, sql, values))

    if filters.statuses:
        add(f"c.status IN ({_places(filters.statuses)})", *map(_storable, filters.statuses))
    if filters.desk is not None:
        add("c.desk=?", _storable(filters.desk))
    if filters.handler is not None:
        add("c.handler=?", _storable(filters.handler)) if filters.handler else add("c.handler IS NULL")
    if filters.customer is not None:
        parts.append(_customer(_storable(filters.customer).lower()))
    if filters.label is not None:
        way = "c.id IN (SELECT case_id FROM label WHERE label=?)"
        test = "EXISTS (SELECT 1 FROM label l WHERE l.label=? AND l.case_id=c.id)"
        parts.append(_Condition(way, test, (_storable(filters.label),)))
    if since is not None:
        add("m.at>=?", since)
    if until is not None:
        add("m.at<?", until)
    return _Conditions(tuple(parts), since, until)


def _storable(text: str) -> str:
    """As a database may be asked for it; what it loses stands in no row."""
    return text[:_LONGEST].replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _customer(who: str) -> _Condition:
    """By address, or everybody of a domain."""
    which, value = "address=?", who
    if who.startswith("@"):
        bare = re.sub(r"([\\%_])", r"\\\1", who)
        which, value = "address LIKE ? ESCAPE '\\'", f"%{bare}"
    # Not everybody is a person with a number ("nobody"), so that only CASE may cast.
    number = "CASE WHEN c.customer LIKE 'person:%' THEN CAST(substr(c.customer, 8) AS BIGINT) END"
    return _Condition(
        f"c.customer IN (SELECT 'person:' || person FROM address WHERE {which})",
        f"EXISTS (SELECT 1 FROM address a WHERE a.person={number} AND a.{which})",
        (value,),
    )


# --- words without the index ----------------------------------------------------------------------------------------------------


def _tests(asked: Asked) -> tuple[str, tuple[str, ...]]:
    """The search as tests of the folded lines themselves (SQLite keeps them)."""
    test = "(instr(' '||head||' ', ?) OR instr(' '||text||' ', ?))"
    parts = [test] * len(asked.wanted) + [f"NOT {test}"] * len(asked.unwanted)
    values = [_sought(term) for term in (*asked.wanted, *asked.unwanted)]
    return " AND ".join(parts), tuple(value for value in values for _ in range(2))


def _sought(term: Term) -> str:
    return f" {' '.join(term.words)}" + ("" if term.beginning else " ")


Count = Callable[[Term], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Counted:
    """How often a term stands in the head and in all of a message (of a phrase its first word), and how many words that has."""

    count: Count
    length: int


def _counted(head: str, text: str) -> _Counted:
    def count(term: Term) -> tuple[int, int]:
        sought = _sought(Term(term.words[:1], term.beginning and len(term.words) == 1))
        # A blank between two equal words belongs to both.
        once = head.replace(" ", "  ").count(sought)
        return once, once + text.replace(" ", "  ").count(sought)

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


def _portions(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Small at first, for the first ones are often enough."""
    start, size = 0, 50
    while start < len(rows):
        yield rows[start : start + size]
        start, size = start + size, min(2 * size, _PORTION)


def _places(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))
