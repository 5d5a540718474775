"""backup: how long a backup takes, and what the door feels of it.  PYTHONPATH=tests python -m bench.backup [--megabytes 1000]

A real daemon on a database of so many megabytes (SQLite, or --postgres) takes a light load: 20 mails a second over two connections.
First alone, then while `maild backup` runs beside it.  Prints a table; exit 1 when a figure is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import sys
import threading
import time
from pathlib import Path

from bench import corpus
from bench.drive import Session, percentile
from parts.postgres import running
from parts.sink import Sink
from parts.site import Site, short_folder

from maild.store import migrate
from maild.store.database import Database
from maild.store.database import Session as Rows

# A backup of 1 GB in 60 s; the door's p99 as issue 2 asks for it under load, or what the machine's other guests leave of it.
SECONDS_A_GIGABYTE, P99, WORSE = 60.0, 150.0, 2.0
PAUSE, MAILS = 0.1, 6_000
ALONE = 15.0
MIGRATIONS = Path(__file__).parents[2] / "migrations"
WORDS = ["skriver", "rødt", "blinker", "faktura", "lås", "kontor", "møte", "telefon", "nøkkel", "papir"]


class Slow(Session):
    """A session that takes its time, and can be told to end."""

    def __init__(self, port: int, mails: list[tuple[str, bytes]]) -> None:
        super().__init__(port, mails)
        self.enough = threading.Event()

    def mail(self, sender: str, raw: bytes) -> None:
        if not self.enough.is_set():
            super().mail(sender, raw)
            self.enough.wait(PAUSE)


def fill(session: Rows, megabytes: int) -> None:
    """Old mails and their texts, as they lie in a site that has run for a while: half of it cannot be compressed, as files cannot."""
    chance = random.Random(1)
    for start in range(0, megabytes * 32, 400):
        with session.transaction():
            for n in range(start, min(start + 400, megabytes * 32)):
                text = " ".join(chance.choices(WORDS, k=1_500))
                raw = text.encode()[:8_000] + os.urandom(14_000)
                session.execute("INSERT INTO chunk(raw, n, bytes) VALUES (?,0,?)", (n + 1, raw))
                session.execute(
                    "INSERT INTO content(commitment, salt, text) VALUES (?,?,?)", (f"{n:032x}", b"s" * 16, text[:6_000])
                )


def latencies(sessions: list[Slow], since: list[int]) -> list[float]:
    return sorted(value for one, begin in zip(sessions, since, strict=True) for value in one.latencies[begin:])


def measure(site: Site, target: Path) -> dict[str, float]:
    mails = corpus.mails(MAILS, 5)
    sessions = [Slow(site.port, mails[index::2]) for index in range(2)]
    for one in sessions:
        one.start()
    time.sleep(2)
    since = [len(one.latencies) for one in sessions]
    time.sleep(ALONE)
    alone, since = latencies(sessions, since), [len(one.latencies) for one in sessions]
    began = time.monotonic()
    done = site.maild("backup", str(target), "--no-verify", seconds=600)
    seconds = time.monotonic() - began
    beside, since = latencies(sessions, since), [len(one.latencies) for one in sessions]
    assert done.returncode == 0, done.stderr
    began = time.monotonic()
    proven = site.maild("backup", "verify", done.stdout.strip(), seconds=600)
    proving = time.monotonic() - began
    assert proven.returncode == 0, proven.stderr
    for one in sessions:
        one.enough.set()
        one.join()
    written = sum(path.stat().st_size for path in target.rglob("*") if path.is_file()) / 1e6
    return {
        "MB written": written,
        "seconds to write": seconds,
        "MB/s": written / seconds,
        "seconds to prove": proving,
        "p50 ms alone": percentile(alone, 0.5),
        "p99 ms alone": percentile(alone, 0.99),
        "p50 ms meanwhile": percentile(beside, 0.5),
        "p99 ms meanwhile": percentile(beside, 0.99),
        "most ms meanwhile": percentile(beside, 1.0),
        "mails meanwhile": len(beside),
        "p99 ms while proving": percentile(latencies(sessions, since), 0.99),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--postgres", action="store_true")
    wanted = parser.parse_args()
    sink = Sink()
    with contextlib.ExitStack() as stack:
        options = ("--database", stack.enter_context(running()).fresh()) if wanted.postgres else ()
        site = Site(short_folder(), sink.address, desks=(corpus.DESK,), options=options)
        stack.callback(site.close)
        assert site.maild("migrate").returncode == 0
        url = options[1] if options else str(site.config.parent / "state" / "maild.sqlite")
        database = Database(url)
        migrate.up(database, MIGRATIONS)
        fill(database.session(), wanted.megabytes)
        database.close()
        found = measure(site.start(), site.folder / "backups")
    figures = {
        "seconds to write": SECONDS_A_GIGABYTE * max(1.0, found["MB written"] / 1000),
        "p99 ms meanwhile": max(P99, WORSE * found["p99 ms alone"]),
    }
    missed = [name for name, most in figures.items() if found[name] > most]
    for name, value in found.items():
        print(f"{name:<24}{value:>10.2f}   {'MISSED' if name in missed else ''}")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
