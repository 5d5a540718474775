"""audit: whether the record is whole, told from the record itself.

chain(session, start)       the event log, a slice at a time: each link recomputed and compared
cases_at(session, after)    case rows against the fold of their events
fates_at(session, after)    arrivals: each in a state that there is, and none done of which nothing is told
letters_at(session, after)  letters that were promised: each exists, with a row in the outbox
verify(session, head)       all of it -> Report

The chain's value at an event depends on every event before it, of every case: whoever changes, removes or inserts one must
change all that follow, and then no value written down elsewhere (the log, an admin's letter) is met any more.  Reading only;
what is found is told as sentences, by ids.

LIMITS  Told about are the first MOST faults.  Erased texts do not count: events name them by commitments only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maild.model.case import Case, fold
from maild.model.recorded import Recorded, load
from maild.store.case_state import dump_case
from maild.store.chain import COLUMNS
from maild.store.database import Session, moment
from maild.store.record import NO_CHAIN, link

SLICE = 1_000
MOST = 50
STATES = ("ready", "leased", "deferred", "held", "done")
# The last row of a slice (None at the end), how many were looked at, and what is wrong.
Looked = tuple[int | None, int, list[str]]


@dataclass(frozen=True, slots=True)
class Link:
    """Where a walk along the chain stands: the last event's id and value, its instant, and how many faults were met."""

    id: int = 0
    value: str = NO_CHAIN
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """What one step found: where it ended, whether there is more, and its faults.  met: the value that was asked for was met."""

    end: Link
    more: bool
    faults: tuple[str, ...]
    met: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """The whole record: events, the chain's last value and its instant, cases, arrivals and letters looked at, and what is wrong."""

    events: int
    head: str
    at: datetime | None
    cases: int
    arrivals: int
    letters: int
    faults: tuple[str, ...]


def verify(session: Session, head: str = "") -> Report:
    """Walk all of it.  head: a value written down earlier, which must be met on the way ("" asks for none)."""
    link_, met, faults = Link(), not head, list[str]()
    while True:
        step = chain(session, link_, head)
        link_, met, faults = step.end, met or step.met, faults + list(step.faults)
        if not step.more:
            break
    if not met:
        faults.append(
            f"the value {head[:64]} is not met: events before it were changed or removed, or it is another site's"
        )
    counts = []
    for look in (cases_at, fates_at, letters_at):
        count, found = _through(session, look)
        counts.append(count)
        faults += found
    events = session.one("SELECT count(*) FROM event") or (0,)
    return Report(int(events[0]), link_.value, link_.at, counts[0], counts[1], counts[2], tuple(faults[:MOST]))


def chain(session: Session, start: Link, head: str = "") -> Slice:
    """The next SLICE events after `start`."""
    rows = session.all(
        f"SELECT {', '.join(COLUMNS)} FROM event WHERE id>? ORDER BY id LIMIT ?",
        (start.id, SLICE),
    )
    faults, met, here = list[str](), False, start
    for row in rows:
        faults += _wrong(here, row)
        # Go on from what is written, so that one changed event is one fault.
        here = Link(row[0], str(row[9]), moment(row[5]))
        met = met or (bool(head) and head == here.value)
    return Slice(here, len(rows) == SLICE, tuple(faults[:MOST]), met)


def _wrong(before: Link, row: Sequence[Any]) -> Iterator[str]:
    if row[0] != before.id + 1:
        yield f"event {before.id + 1}{f' to {row[0] - 1}' if row[0] > before.id + 2 else ''} is missing"
    elif link(before.value, row[:9]) != row[9]:
        yield f"event {row[0]} (case row {row[1]}, {row[3]}) is not what was written"


def cases_at(session: Session, after: int) -> Looked:
    """The next cases behind row `after`, against the fold of their events."""
    some = session.all("SELECT id, number, state FROM cases WHERE id>? ORDER BY id LIMIT ?", (after, SLICE // 10))
    if not some:
        return None, 0, []
    events: dict[int, list[Recorded]] = {}
    faults: dict[int, str] = {}
    for row in session.all(
        "SELECT case_id, seq, at, actor, cause, kind, version, data FROM event WHERE case_id BETWEEN ? AND ? ORDER BY case_id, seq",
        (some[0][0], some[-1][0]),
    ):
        try:
            event = load(row[5], row[6], json.loads(row[7]))
        except (KeyError, TypeError, ValueError) as error:
            faults.setdefault(row[0], f"event {row[1]} cannot be read ({type(error).__name__})")
            continue
        events.setdefault(row[0], []).append(Recorded(row[1], moment(row[2]), row[3], row[4], event))
    found = [f"case {r[1]}: {wrong}" for r in some if (wrong := faults.get(r[0]) or _differs(r, events.get(r[0], [])))]
    return some[-1][0], len(some), found


_OF_TIME = ("clocks", "wait", "pages")


def _differs(row: Sequence[Any], events: Sequence[Recorded]) -> str:
    """What is wrong with a case row, "" if nothing is."""
    seqs = [event.seq for event in events]
    if seqs != list(range(1, len(seqs) + 1)):
        return "its events are not numbered through"
    try:
        folded = fold(row[0], events)
    except (ValueError, KeyError, TypeError) as error:
        return f"its events do not fold ({error})"
    if folded is None:
        return "it has no events"
    stored = json.loads(row[2])
    wanted = json.loads(dump_case(folded))
    # A row of a release before there were clocks knows nothing of time, until something happens in its case.
    unknown = () if "clocks" in stored else _OF_TIME
    names = [name for name in Case.__match_args__ if name not in unknown and stored.get(name) != wanted.get(name)]
    return f"its row is not the fold of its events ({', '.join(names)})" if names else ""


def fates_at(session: Session, after: int) -> Looked:
    """The next arrivals behind row `after`: each that is done has left an event, each letter told of exists."""
    rows = session.all("SELECT id, state FROM incoming WHERE id>? ORDER BY id LIMIT ?", (after, SLICE))
    if not rows:
        return None, 0, []
    faults = [
        f"arrival in-{r[0]} is in no state that there is ({str(r[1])[:20]!r})" for r in rows if r[1] not in STATES
    ]
    faults += [
        f"arrival in-{r[0]} is done, and nothing says what became of it"
        for r in session.all(
            "SELECT i.id FROM incoming i WHERE i.id>? AND i.id<=? AND i.state='done' AND NOT EXISTS"
            " (SELECT 1 FROM event e WHERE e.cause='incoming:' || i.id)",
            (after, rows[-1][0]),
        )
    ]
    return rows[-1][0], len(rows), faults


def letters_at(session: Session, after: int) -> Looked:
    """The next promises of a letter behind event `after`: the letter is there, and so is its row in the outbox."""
    rows = session.all(
        "SELECT id, data FROM event WHERE id>? AND kind IN ('told', 'acknowledged') ORDER BY id LIMIT ?", (after, SLICE)
    )
    if not rows:
        return None, 0, []
    told = {json.loads(text)["letter"]: row_id for row_id, text in rows}
    there = session.all(
        "SELECT l.id FROM letter l JOIN outbox o ON o.id=l.id WHERE l.id BETWEEN ? AND ?", (min(told), max(told))
    )
    missing = sorted(told.keys() - {row[0] for row in there})
    return rows[-1][0], len(rows), [f"letter {n} was promised by event {told[n]} and does not exist" for n in missing]


def _through(session: Session, look: Callable[[Session, int], Looked]) -> tuple[int, list[str]]:
    after: int | None = 0
    count, faults = 0, list[str]()
    while after is not None:
        after, some, found = look(session, after)
        count += some
        faults += found
    return count, faults
