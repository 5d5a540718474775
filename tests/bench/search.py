"""search: how long a search takes among a million messages.  make bench-search [ARGS="--messages 100000 --only sqlite --keep DIR"]

A help desk of a million messages in 250 000 cases (bench/search_site.py: words of four languages, as often as people use them) is
made in SQLite, then in PostgreSQL: six minutes each on two cores, 2 GB and 3 GB of disk, which are given back.  Then a mix of
questions is asked, each ROUNDS times with other words, with the page cache warm: rare and common words, two of them, phrases,
beginnings, filters that leave little or much.  --keep DIR leaves the databases there, and takes those that are there.

Prints a row a kind, in milliseconds (of which so many of processor time: others may have been at work), and one JSON line; exit 1
when p99 of the whole mix is over FIGURE.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import search_site
from parts.postgres import Postgres
from parts.site import short_folder

from maild.store import found, migrate
from maild.store.database import Database, Session, moment
from maild.store.filters import Filters

FIGURE = 100.0
ROUNDS = 25
MIGRATIONS = Path(__file__).parents[2] / "migrations"
Ask = tuple[str, Filters, bool]


def kinds(session: Session, chance: random.Random) -> dict[str, Callable[[], Ask]]:
    """A question of each kind, another one at each call."""
    newest = moment((session.one("SELECT max(at) FROM message") or (0,))[0])
    common = [word for line in search_site.COMMON.values() for word in line.split()]
    syllables = [word for line in search_site.SYLLABLES.values() for word in line.split()]
    handlers, language = search_site.HANDLERS, list(search_site.COMMON)

    def usual() -> str:
        return chance.choice(common[:12] + common[80:92] + common[-40:-28])

    def medium() -> str:
        return chance.choice(syllables)

    def rare() -> str:
        return "".join(chance.choices(search_site.SYLLABLES[chance.choice(language)].split(), k=4))

    def pair() -> str:
        return " ".join(chance.sample(search_site.COMMON[chance.choice(language)].split()[:12], 2))

    def period() -> Filters:
        end = newest - timedelta(days=chance.randint(0, 3000))
        return Filters(since=end - timedelta(days=chance.choice((7, 30, 365))), until=end)

    def plainly(text: str) -> Ask:
        return text, Filters(), False

    return {
        "rare word": lambda: plainly(rare()),
        "word": lambda: plainly(medium()),
        "common word": lambda: plainly(usual()),
        "two common words": lambda: plainly(pair()),
        "common words of two languages": lambda: plainly(f"{usual()} {usual()}"),
        "common and rare": lambda: plainly(f"{usual()} {rare()}"),
        "phrase": lambda: plainly(f'"{pair()}"'),
        "beginning": lambda: plainly(f"{(medium() + medium())[: chance.randint(3, 6)]}*"),
        "without a word": lambda: plainly(f"{usual()} -{usual()}"),
        "case number": lambda: plainly(str(chance.randint(1001, 200_000))),
        "address": lambda: plainly(f"person{chance.randint(1, 60_000)}"),
        "common, of a handler": lambda: (usual(), Filters(handler=chance.choice(handlers)), False),
        "common, open": lambda: (usual(), Filters(("new", "open", "waiting", "on_hold")), False),
        "common, small desk": lambda: (usual(), Filters(desk="personal"), False),
        "common, labelled": lambda: (usual(), Filters(label="vip"), False),
        "common, of a customer": lambda: (usual(), Filters(customer=f"@firma{chance.randint(0, 899)}.example"), False),
        "common, in a period": lambda: (usual(), period(), False),
        "beginning, small desk, closed": lambda: (f"{medium()}*", Filters(("closed",), "personal"), False),
        "word, best first": lambda: (medium(), Filters(), True),
        "common, best first": lambda: (usual(), Filters(), True),
    }


def ask(session: Session, seed: int) -> dict[str, list[tuple[float, float]]]:
    """Wall and processor time of every search, in milliseconds, snippets and all."""
    chance = random.Random(seed)
    clock = processor(session)
    taken: dict[str, list[tuple[float, float]]] = {}
    for name, made in kinds(session, chance).items():
        for _ in range(ROUNDS):
            text, filters, best = made()
            start, cpu = time.perf_counter(), clock()
            found.search(session, text, {}, filters, 20, best=best)
            taken.setdefault(name, []).append(((time.perf_counter() - start) * 1e3, (clock() - cpu) * 1e3))
    return taken


def processor(session: Session) -> Callable[[], float]:
    """Seconds of processor time, ours and PostgreSQL's for us."""
    if session.sqlite:
        return time.process_time
    pid = (session.one("SELECT pg_backend_pid()") or (0,))[0]
    schedstat = Path(f"/proc/{pid}/schedstat")
    return lambda: time.process_time() + int(schedstat.read_text().split()[0]) / 1e9


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def told(name: str, taken: list[tuple[float, float]]) -> dict[str, Any]:
    wall, cpu = [t[0] for t in taken], [t[1] for t in taken]
    row = {"p50": statistics.median(wall), "p99": quantile(wall, 0.99), "cpu p50": statistics.median(cpu)}
    row["cpu p99"] = quantile(cpu, 0.99)
    print(f"  {name:<32}" + "".join(f"{value:>10.1f}" for value in row.values()), flush=True)
    return {key: round(value, 1) for key, value in row.items()}


@contextlib.contextmanager
def site(dialect: str, folder: Path, count: int) -> Iterator[Session]:
    """The database, made now or found where an earlier run has left it."""
    server = None
    folder.mkdir(exist_ok=True, mode=0o755)
    url, fresh = str(folder / "maild.sqlite"), not any(folder.iterdir())
    if dialect == "postgresql":
        server = Postgres(folder)
        if fresh:
            server.create()
        # A quarter of a small server's memory, as PostgreSQL's manual advises; its default is 128 MB.
        server.start("512MB")
        url = server.fresh() if fresh else server.url("maild1")
    try:
        database = Database(url)
        if fresh:
            made(database, count)
        yield database.session()
        database.close()
    finally:
        if server:
            server.stop()


def made(database: Database, count: int) -> None:
    start = time.perf_counter()
    migrate.up(database, MIGRATIONS)
    session = database.session()
    if not session.sqlite:
        # As the migration does it: rows first, then the index over them.
        session.execute("DROP INDEX word_index_words")
    search_site.fill(session, count)
    if not session.sqlite:
        session.execute("CREATE INDEX word_index_words ON word_index USING gin(words)")
        session.execute("VACUUM ANALYZE")
    print(f"{database.dialect}: {count} messages made in {time.perf_counter() - start:.0f} s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="How long a search takes.")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--keep", type=Path)
    chosen = parser.parse_args()
    base = chosen.keep or short_folder()
    base.mkdir(exist_ok=True)
    figures: dict[str, Any] = {}
    try:
        for dialect in (chosen.only,) if chosen.only else ("sqlite", "postgresql"):
            with site(dialect, base / dialect, chosen.messages) as session:
                print(f"{dialect}: ms, load {os.getloadavg()[0]:.1f}{'':<14}       p50       p99   cpu p50   cpu p99")
                ask(session, 1)  # warm: pages and plans
                taken = ask(session, 2)
            rows = {name: told(name, values) for name, values in taken.items()}
            rows["all"] = told("all", [one for values in taken.values() for one in values])
            figures[dialect] = rows
            if not chosen.keep:
                shutil.rmtree(base / dialect)
    finally:
        if not chosen.keep:
            shutil.rmtree(base, ignore_errors=True)
    print(json.dumps({dialect: rows["all"] for dialect, rows in figures.items()}))
    return int(any(rows["all"]["p99"] > FIGURE for rows in figures.values()))


if __name__ == "__main__":
    sys.exit(main())
