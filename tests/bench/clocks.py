"""clocks: a hundred thousand open cases with promises.  make bench-clocks [ARGS="--cases 20000"]

SQLite on disk, synchronous=FULL, the real policy files.  A few hundred cases are settled as mails come in (answered, waiting, told),
and copied to so many.  Then
    again   sla.yaml changes: every case is looked at anew, in the daemon's own steps (edges/rederive.py), and a short job of another
            writer between each two: cases a second, and how long that one waits
    tick    they come due, a hundred a tick: each tick with its COMMIT (edges/ticker.py); what woke counts as settled

Prints a table and one JSON line; exit 1 when a figure is missed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from datetime import timedelta

from bench.drive import percentile
from parts import duty
from parts.house import House
from parts.site import short_folder

from maild.edges import rederive, ticker
from maild.store import policies
from maild.store.database import stamp

SEED, RATE, TICK, TICKS = 200, 5_000, 50.0, 200
STRIDE = 1_000_000
SLA = """
ladders:
  serious:
    steps: [{at: 50%%, tell: handler}, {at: 100%%, tell: lead}, {at: +2h, tell: desk}]
targets:
  kunde:
    for: {organisation: kunde}
    ladder: serious
    medium: {first_response: %s, next_update: 2d, resolution: 5d}
  whoever:
    ladder: serious
    tell: [first_response, next_update]
    critical: {first_response: 15m, next_update: 1h, resolution: 2h, calendar: always}
    high: {first_response: 1h, next_update: 4h, resolution: 8h}
    medium: {first_response: %s, next_update: 2d, resolution: 5d}
    low: {first_response: 1d, resolution: 10d}
"""
CUSTOMERS = "kunde:\n  name: Kunde AS\n  domains: [kunde.example]\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=100_000)
    wanted = parser.parse_args()
    folder = short_folder()
    house = House(
        folder,
        desks=duty.DESKS,
        people=duty.people("nb"),
        calendars=duty.CALENDARS,
        customers=CUSTOMERS,
        sla=SLA % ("4h", "4h"),
    )
    try:
        begin(house)
        grow(house, wanted.cases)
        found = {**again(house), **ticks(house)}
    finally:
        house.database.close()
        shutil.rmtree(folder, ignore_errors=True)
    return told(found)


def begin(house: House) -> None:
    """Cases as they are on a working day: every second one answered, every fifth waits for its customer."""
    in_force(house)
    for number in range(SEED):
        sender = f"Ann Berg <ann{number}@{'kunde' if number % 3 else 'annen'}.example>"
        house.mail(sender, f"Skriver {number}", "Den står.")
        if number % 2:
            words = "/vent kunde\nHva står på lappen?" if number % 5 == 0 else "Vi ser på det."
            house.reply(house.newest(str(1001 + number)), words)
        house.now += timedelta(seconds=30)
    house.session.execute("PRAGMA synchronous=full")


def in_force(house: House) -> None:
    with house.session.transaction():
        policies.use(house.session, house.policy.hash, "here", house.now)


def grow(house: House, cases: int) -> None:
    """The rows of cases and their events, so many times."""
    names = [row[1] for row in house.session.all("PRAGMA table_info(cases)") if row[1] not in ("id", "number")]
    columns = ", ".join(names)
    for copy in range(1, cases // SEED):
        with house.session.transaction():
            house.session.execute(
                f"INSERT INTO cases(id, number, {columns}) SELECT id+?, number || '-' || ?, {columns} FROM cases WHERE id<?",
                (copy * STRIDE, copy, STRIDE),
            )
            house.session.execute(
                "INSERT INTO event(id, case_id, seq, kind, version, at, actor, cause, data, chain)"
                " SELECT id+?, case_id+?, seq, kind, version, at, actor, cause, data, chain FROM event WHERE case_id<?",
                (copy * STRIDE, copy * STRIDE, STRIDE),
            )


def again(house: House) -> dict[str, float]:
    (house.folder / "rules" / "sla.yaml").write_text(SLA % ("2h", "6h"))
    house.load()
    in_force(house)
    waits, done, began, worked = [], 0, time.monotonic(), time.process_time()
    while some := step(house, waits):
        done += some
    seconds, worked = time.monotonic() - began, time.process_time() - worked
    with house.session.transaction():
        finished = rederive.finish(house.session, house.policy, house.now)
    assert finished is not None
    assert finished.moved.cases == done
    print(finished.moved)
    rates = {"cases/s": done / seconds, "cases/cpu s": done / worked}
    return {"cases": done, **rates, "step p99 ms": percentile(sorted(waits), 0.99)}


def step(house: House, waits: list[float]) -> int:
    start = time.monotonic()
    with house.session.transaction():
        some = rederive.step(house.session, house.policy, house.now)
    waits.append(time.monotonic() - start)
    # What another writes between.
    with house.session.transaction():
        house.session.execute("UPDATE counter SET value=value WHERE key=''")
    return some


def ticks(house: House) -> dict[str, float]:
    """A hundred come due every five seconds, the others later."""
    now = stamp(house.now)
    asked = "SELECT id FROM cases WHERE wake_at IS NOT NULL ORDER BY id LIMIT ?"
    rows = house.session.all(asked, (TICKS * ticker.MOST,))
    house.session.execute("UPDATE cases SET wake_at=wake_at+864000000 WHERE wake_at IS NOT NULL")
    house.session.executemany(
        "UPDATE cases SET wake_at=? WHERE id=?",
        [(now + 5_000 * (place // ticker.MOST) + place % ticker.MOST + 1, row[0]) for place, row in enumerate(rows)],
    )
    took = []
    for _ in range(len(rows) // ticker.MOST):
        house.now += timedelta(seconds=5)
        start = time.monotonic()
        with house.session.transaction():
            woke = ticker.tick(house.session, house.policy, house.now)
        took.append(time.monotonic() - start)
        assert woke == ticker.MOST, woke
        with house.session.transaction():
            house.session.execute("UPDATE incoming SET state='done' WHERE source='wake' AND state='ready'")
    took.sort()
    return {"tick p50 ms": percentile(took, 0.5), "tick p99 ms": percentile(took, 0.99)}


def told(found: dict[str, float]) -> int:
    for name, value in found.items():
        print(f"{name:>14} {value:12.1f}")
    print(json.dumps({name: round(value, 2) for name, value in found.items()}))
    missed = []
    if found["cases/s"] < RATE:
        missed.append(f"{found['cases/s']:.0f} cases/s, not {RATE}")
    if found["tick p99 ms"] > TICK:
        missed.append(f"a tick of {found['tick p99 ms']:.0f} ms, not {TICK:.0f}")
    print("missed: " + "; ".join(missed) if missed else "both as promised")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
