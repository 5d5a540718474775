"""report: how long a month's figures take among a million events, and how much memory.  make bench-report [ARGS="--events 100000"]

A hundred thousand cases of ten events each, over twelve months; a report of all twelve, which reads every one of them, and one of the
last month.  Each runs in a process of its own: its peak of memory is told.  Prints a table and one JSON line; exit 1 when it is slower
than 40 000 events a second of processor, or takes more than 200 MiB.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from parts import pristine
from parts.house import DESKS, PEOPLE

from maild.decide.report.month import Wanted, figures
from maild.decide.report.tale import KINDS
from maild.model.case import begin
from maild.model.events import (
    Acknowledged,
    Assigned,
    Closed,
    Event,
    Opened,
    Prioritised,
    Priority,
    Received,
    Replied,
    Solved,
    Told,
)
from maild.model.recorded import Recorded, dump
from maild.model.report import Period
from maild.store import report
from maild.store.case_state import dump_case
from maild.store.database import Database, Session, stamp
from maild.store.text import dumps

START, DAYS = datetime(2026, 1, 1, 8, tzinfo=UTC), 364
LEAST, MOST = 40_000, 200
DESK = ("support", "drift", "podpora", "help")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--measure", nargs=2, metavar=("FOLDER", "MONTHS"))
    wanted = parser.parse_args()
    if wanted.measure:
        print(json.dumps(measured(Path(wanted.measure[0]), int(wanted.measure[1]))))
        return 0
    with tempfile.TemporaryDirectory(prefix="report") as name:
        folder = Path(name)
        fill(folder, wanted.events // 10)
        found = {months: run(folder, months, sys.argv[0]) for months in (12, 1)}
    for months, one in found.items():
        print(
            f"{months:>2} months  {one['seconds']:7.2f} s  {one['cpu']:7.2f} s of processor  {one['cases']:>7} cases  {one['mib']:6.0f} MiB"
        )
    rate = wanted.events / found[12]["cpu"]
    print(json.dumps({"events_per_second": round(rate), **{f"{months}_months": one for months, one in found.items()}}))
    return 0 if rate >= LEAST and found[12]["mib"] <= MOST else 1


def run(folder: Path, months: int, program: str) -> dict[str, float]:
    words = [sys.executable, "-m", "bench.report", "--measure", str(folder), str(months)]
    found: dict[str, float] = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
    return found


def measured(folder: Path, months: int) -> dict[str, float]:
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "desks.yaml").write_text(DESKS)
    (folder / "rules" / "people.yaml").write_text(PEOPLE)
    policy = pristine.policy(folder / "rules", folder / "none")
    session = Database(str(folder / "maild.db")).session()
    began, spent = time.perf_counter(), time.process_time()
    period = Period(date(2026, 13 - months, 1), date(2027, 1, 1))
    since, until = period.bounds(ZoneInfo("UTC"))
    made = figures(report.stories(session, since, until, KINDS), Wanted(period, until), policy)
    seconds, cpu = time.perf_counter() - began, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": round(seconds, 2), "cpu": round(cpu, 2), "cases": made.totals.opened, "mib": round(peak)}


# --- a year -----------------------------------------------------------------------------------------------------------------------


def fill(folder: Path, cases: int) -> None:
    session = Database(str(pristine.sqlite(folder / "maild.db"))).session()
    session.execute("PRAGMA synchronous=off")
    for first in range(0, cases, 1000):
        with session.transaction():
            _add(session, range(first, min(first + 1000, cases)), cases)


def _add(session: Session, numbers: range, cases: int) -> None:
    events, rows = [], []
    for number in numbers:
        at = START + timedelta(days=DAYS) * number / cases
        desk, party = DESK[number % 4], f"person:{number % 5000 + 1}"
        told = list(_life(number, desk, party, at))
        rows.append(_row(number + 1, told))
        events += [
            (
                number * 10 + n,
                number + 1,
                r.seq,
                r.event.kind,
                1,
                stamp(r.at),
                r.actor,
                r.cause,
                dumps(dump(r.event)),
                "0" * 64,
            )
            for n, r in enumerate(told, 1)
        ]
    session.insert("event(id, case_id, seq, kind, version, at, actor, cause, data, chain)", events)
    columns = "id, number, desk, handler, priority, status, customer, language, subject, opened_at, updated_at, seq, state, policy"
    session.insert(f"cases({columns})", rows)
    arrivals = [(number + 1, f"d{number}", number, "smtp", "", "", "", 1, 0, "done", 0) for number in numbers]
    session.insert(
        "incoming(id, digest, raw, source, sender, client, protocol, size, received_at, state, due_at)", arrivals
    )


def _row(case: int, told: list[Recorded]) -> tuple[object, ...]:
    first, last = told[0], told[-1]
    state = dump_case(begin(case, first))
    assert isinstance(first.event, Opened)
    times = (stamp(first.at), stamp(last.at))
    who = (case, str(case), first.event.desk, "kari", "medium", "closed", first.event.customer, "nb", "s" * 32)
    return (*who, *times, len(told), state, "p")


def _life(number: int, desk: str, party: str, at: datetime) -> list[Recorded]:
    hours = number % 37 + 1
    handler = "kari" if number % 3 else "ola"
    said: list[tuple[float, Event]] = [
        (0, Opened(f"{number}", desk, "s" * 32, party, "nb", number)),
        (0, Received(number, party, "customer", "aligned")),
        (0, Assigned(handler, "in turn")),
        (0, Prioritised(tuple(Priority)[number % 4], "rule")),
        (0, Acknowledged(party, number)),
        (0, Told(f"handler:{handler}", "notice", number)),
        (hours, Replied(number, f"handler:{handler}")),
        (hours, Told(party, "update", number)),
        (hours * 3, Solved(f"handler:{handler}", False, at + timedelta(days=14))),
        (hours * 3 + 24, Closed()),
    ]
    return [
        Recorded(seq, at + timedelta(hours=after), party, f"incoming:{number + 1}", event)
        for seq, (after, event) in enumerate(said, 1)
    ]


if __name__ == "__main__":
    sys.exit(main())
