"""years: what a million cases cost, and how soon a killed daemon is back.  make bench-years [ARGS="--cases 100000 --waiting 20000"]

A real daemon settles a thousand mails; then a copy of its folder is grown to a million cases (bench/multiply.py: 10 GB and some
minutes).  On both, in turns, the same load as in bench.bench: the promise is that no figure is more than 1.35 times the other's.

Then so many letters wait in the outbox, the relay is away, the daemon is killed with SIGKILL while it tries, and started again: from
exec to "ready" it may take 2 seconds.  With a cold cache, too, where we may drop it (root): told, not judged.

Prints a table and one JSON line; exit 1 when a promise is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import corpus
from bench.bench import Bench, Program
from bench.multiply import multiply
from parts.net import free_port
from parts.site import Site, short_folder

from maild.store.database import Database, Session

SEED, STRIDE = 1000, 1_000_000
WORSE, SOON = 1.35, 2.0
COMPARED = ("rate", "cpu", "p50", "p99", "alone p50", "alone p99", "start s", "case list ms", "case show ms")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--waiting", type=int, default=100_000, help="letters in the outbox at the kill")
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    port = free_port()
    far = Program("far_end", port)
    far.hear()
    few = Site(short_folder(), f"127.0.0.1:{port}", (corpus.DESK,), options=("--authserv-id", corpus.AUTHSERV))
    many = Site(short_folder(), f"127.0.0.1:{port}", (corpus.DESK,), options=("--authserv-id", corpus.AUTHSERV))
    for site in (few, many):
        # Processes of their own, not forked from the tests' (parts/warm.py): what a start takes is measured.
        site.program = ["/usr/bin/env", *site.program]
    try:
        bench = Bench(few, far)
        few.start()
        bench.run(SEED, 8, 30)
        few.stop()
        grow(few, many, wanted.cases)
        found = compared(bench, {"few": few, "many": many}, wanted.rounds)
        waits = waiting(many, wanted.waiting)
    finally:
        far.end()
        few.close()
        many.close()
    return told(found, waits)


def database(site: Site) -> Path:
    return next((site.folder / "site").rglob("maild.sqlite"))


def grow(few: Site, many: Site, cases: int) -> None:
    """The second site has the first one's past, so many times."""
    target = many.folder / database(few).parent.relative_to(few.folder)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(database(few).parent, target, ignore=shutil.ignore_patterns("*.sock", "*.lock"))
    began = time.monotonic()
    with opened(many) as session:
        multiply(session, max(0, cases // SEED - 1), STRIDE)
        session.execute("UPDATE counter SET value=? WHERE key LIKE 'number:%'", (cases + SEED,))
        count = (session.one("SELECT count(*) FROM cases") or (0,))[0]
    size = sum(path.stat().st_size for path in target.iterdir() if path.is_file()) / 1e9
    print(f"{count} cases, {size:.1f} GB, made in {time.monotonic() - began:.0f} s", flush=True)


@contextlib.contextmanager
def opened(site: Site) -> Iterator[Session]:
    """The database of a site whose daemon does not run."""
    database_ = Database(str(database(site)))
    try:
        yield database_.session()
    finally:
        database_.close()


def compared(bench: Bench, sites: dict[str, Site], rounds: int) -> dict[str, dict[str, float]]:
    """The median of each figure, for both sites, measured in turns: whatever else the machine does meets both."""
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in sites}
    for number in range(rounds):
        for name, site in sites.items():
            began = time.monotonic()
            site.start()
            started = time.monotonic() - began
            bench.site = site
            bench.run(200, 8, 31 + 10 * number)
            load = bench.run(2000, 8, 32 + 10 * number)
            alone = bench.run(300, 1, 33 + 10 * number)
            figures = {**load, "alone p50": alone["p50"], "alone p99": alone["p99"], "start s": started}
            taken[name].append(figures | commands(site))
            site.stop()
    return {
        name: {key: statistics.median(one[key] for one in runs) for key in COMPARED} for name, runs in taken.items()
    }


def commands(site: Site) -> dict[str, float]:
    """What an admin waits for."""
    first = json.loads(site.maild("case", "list", "--open", "--json").stdout.splitlines()[0])["number"]
    return {
        "case list ms": timed(site, "case", "list", "--open"),
        "case show ms": timed(site, "case", "show", first),
    }


def timed(site: Site, *words: str) -> float:
    took = []
    for _ in range(5):
        began = time.monotonic()
        done = site.maild(*words)
        took.append(1000 * (time.monotonic() - began))
        assert done.returncode == 0, done.stderr
    return statistics.median(took)


def waiting(site: Site, count: int) -> dict[str, float]:
    """Seconds from exec to ready, when so many letters wait and nobody takes them; warm, then with a cold cache."""
    with opened(site) as session:
        now = int(time.time() * 1000)
        with session.transaction():
            session.execute(
                "UPDATE outbox SET state='ready', attempts=0, due_at=? WHERE id IN (SELECT id FROM outbox ORDER BY id DESC LIMIT ?)",
                (now, count),
            )
    site.config.write_text(site.config.read_text("utf-8").replace(site.relay, f"127.0.0.1:{free_port()}"), "utf-8")
    site.start()
    time.sleep(3)
    took = {"warm": [], "cold": []}
    for _ in range(5):
        for temperature, times in took.items():
            site.kill()
            if temperature == "cold" and not cooled():
                continue
            began = time.monotonic()
            site.start()
            times.append(time.monotonic() - began)
            time.sleep(1)
    site.kill()
    with opened(site) as session:
        left = (session.one("SELECT count(*) FROM outbox WHERE state NOT IN ('done', 'cancelled')") or (0,))[0]
    assert left >= count, f"only {left} letters wait"
    return {name: max(times) for name, times in took.items() if times}


def cooled() -> bool:
    """Whether the page cache could be dropped."""
    os.sync()
    with contextlib.suppress(OSError):
        Path("/proc/sys/vm/drop_caches").write_text("3")
        return True
    return False


def told(found: dict[str, dict[str, float]], waits: dict[str, float]) -> int:
    missed = []
    print(f"{'':<14}{'few':>10}{'many':>10}{'ratio':>8}")
    for key in COMPARED:
        few, many = found["few"][key], found["many"][key]
        ratio = few / many if key == "rate" else many / few
        missed += [key] if ratio > WORSE else []
        print(f"{key:<14}{few:>10.2f}{many:>10.2f}{ratio:>8.2f}{'   MISSED' if ratio > WORSE else ''}")
    for name, seconds in waits.items():
        # What kill -9 leaves is a warm cache; a cold one is a machine's start, and is told beside it.
        late = name == "warm" and seconds > SOON
        missed += [name] if late else []
        print(f"ready again after SIGKILL, {name}: {seconds:.2f} s{'   MISSED' if late else ''}")
    print(json.dumps({**found, "ready again": waits, "missed": missed}))
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
