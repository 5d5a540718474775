"""storm: mail keeps coming while everything around the daemon fails.  make storm [ARGS="--postgres --kills 200 --mails 10000"]

Mail servers deliver what customers and handlers write (driver.py, post.py), nemesis.py kills the daemon, cuts the wires and makes
the relay and PostgreSQL fail.  Then, when all is quiet, the promises are checked: see verdict.py.  --seed and --only make the same
storm again, or a part of it.

Only waiting is made short, as HURRY shows: a letter that was put off is tried again in a moment, a solved case is closed for good
after seconds.  What is done then, and written, is maild's own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from parts.faultproxy import COMMIT, FaultProxy
from parts.net import wait_until
from parts.postgres import Postgres, running
from parts.site import Site, planted, short_folder
from storm import nemesis
from storm.driver import SERVERS, Field, Ledger, Server
from storm.nemesis import Nemesis, schedule
from storm.post import LARGE, MIX, Desk
from storm.relay import BadRelay
from storm.verdict import Report, judge

from maild.cli.desk import opened
from maild.store import views

HURRY = """
from datetime import timedelta
from maild.decide import commands
from maild.edges import relay, relay_wire, ticker
from maild.store import incoming, outbox
relay.MINUTES, relay.OUTAGE, relay.REST, relay.POLL = (0.005, 0.01, 0.02), (0.2, 0.5, 1.0), 0.5, 1.0
relay.Patience = lambda: relay_wire.Patience(3.0, 3.0, 4.0)
ticker.EVERY = 0.5
commands.timedelta = lambda days: timedelta(seconds=3)
"""
# Several daemons may share a PostgreSQL, so what a dead one had leased is taken when the lease has run out.
# Pieces of large mails it leaves behind are swept as soon.
HURRY_LEASES = """
from maild.edges import retention
incoming.LEASE = outbox.LEASE = timedelta(seconds=6)
incoming.ABANDONED, retention.EVERY = timedelta(seconds=15), 2.0
"""


@dataclass
class Weather:
    """A storm's measures.  only: kinds of events, none = all; slow: seconds that each piece takes to the relay;
    bug: what is planted in the daemon."""

    seed: int
    kills: int
    mails: int = 0
    pause: float = 0.05
    only: tuple[str, ...] = ()
    gap: float = nemesis.GAP
    early: float = nemesis.EARLY
    servers: int = SERVERS
    large: float = 0.01
    most: int = LARGE[1]
    fickle: float = 0.3
    lmtp: float = 0.2
    patience: float = 15.0
    longest: float = 2.0
    calm: float = 60.0
    mix: Mapping[str, int] = field(default_factory=lambda: MIX)
    slow: float = 0.0
    bug: str = ""
    tell: Callable[[str], None] = field(default=lambda line: None)


class Storm:
    """One site, made for it: its relay and its database are called through wires that can fail."""

    def __init__(self, folder: Path, weather: Weather, server: Postgres | None = None) -> None:
        self.weather, self.server = weather, server
        self.sink = BadRelay()
        self.way = FaultProxy(self.sink.port)
        self.way.delay = weather.slow
        self.wire, options = self._database(folder) if server else (None, ())
        self.site = Site(folder / "s", f"127.0.0.1:{self.way.port}", options=options).impatient()
        self.site.program = planted(HURRY + (HURRY_LEASES if server else "") + weather.bug)
        self.door = FaultProxy(self.site.port)
        desk = Desk(weather.seed, self.sink, weather.large, weather.most, weather.mix)
        self.ledger = Ledger(folder / "ledger")
        more = (weather.pause, weather.fickle, weather.lmtp, weather.patience, weather.calm)
        self.field = Field(self.site, self.sink, desk, self.ledger, self.door.port, *more)
        wires = (self.door, self.way, self.wire, server)
        self.nemesis = Nemesis(self.site, self.sink, *wires, self.ledger, weather.tell, weather.longest, weather.early)

    def _database(self, folder: Path) -> tuple[FaultProxy, tuple[str, ...]]:
        assert self.server is not None
        url, name = self.server.fresh(), ".s.PGSQL.5432"
        wire = FaultProxy(self.server.folder / name, folder / name, COMMIT)
        return wire, ("--database", url.replace(str(self.server.folder), str(folder)))

    def blow(self) -> Report:
        """All events of the schedule, until so many mails are in; then calm, and the verdict."""
        weather = self.weather
        events = schedule(weather.seed, weather.kills, weather.only, weather.gap, postgres=self.server is not None)
        servers = [Server(self.field, n) for n in range(weather.servers)]
        self.nemesis.start()
        for server in servers:
            server.start()
        for count, event in enumerate(events):
            self.nemesis.befall(event)
            if count % 20 == 19:
                weather.tell(
                    f"-- {count + 1} events, {len(self.ledger.verdicts)} mails, {len(self.sink.letters)} letters"
                )
        wait_until(lambda: len(self.ledger.verdicts) >= weather.mails or not self.site.running, 1200)
        self.nemesis.rest()
        self.field.enough.set()
        for server in servers:
            server.join(weather.calm + 2 * weather.patience)
        stuck = [server.name for server in servers if server.stuck or server.is_alive()]
        waiting = stuck + self._calm()
        return judge(self.field, self.nemesis, waiting)

    def _calm(self) -> list[str]:
        """What still waits when all should be done: mails to settle, letters to send, cases to close."""
        waiting: list[str] = []
        least, since = 1_000_000_000, time.monotonic()

        def quiet() -> bool:
            with contextlib.suppress(Exception), opened(self.site.config) as desk:
                rows = views.queue(desk.session, everything=False)
                waiting[:] = [f"{r['id']} {r['state']}" for r in rows if r["state"] not in ("held", "failed")]
                waiting.extend(f"pieces {row[0]}" for row in desk.session.all("SELECT raw FROM staging"))
                waiting.extend(row[0] for row in desk.session.all("SELECT number FROM cases WHERE status='solved'"))
                return not waiting
            return False

        # A machine that others load as well catches up slowly; what counts is that nothing is stuck.
        while not quiet() and time.monotonic() - since < self.weather.calm:
            if len(waiting) < least:
                least, since = len(waiting), time.monotonic()
            time.sleep(0.2)
        return waiting

    def close(self) -> None:
        self.field.enough.set()
        self.site.close()
        for part in (self.sink, self.way, self.door, self.wire):
            if part is not None:
                part.close()
        self.ledger.close()


@contextlib.contextmanager
def brewing(weather: Weather, server: Postgres | None = None) -> Iterator[Storm]:
    """A storm in a folder of its own, cleared away afterwards."""
    folder = short_folder()
    storm = Storm(folder, weather, server)
    try:
        yield storm
    finally:
        storm.close()
        shutil.rmtree(folder, ignore_errors=True)


def blown(weather: Weather, server: Postgres | None = None) -> Report:
    with brewing(weather, server) as storm:
        return storm.blow()


def say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--mails", type=int, default=10_000, help="at least so many")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", default="", help=f"some of {','.join(nemesis.KINDS)}")
    parser.add_argument("--longest", type=float, default=10.0, help="seconds of a SIGSTOP, at most")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL made for it")
    parser.add_argument("--keep", type=Path, help="leave the daemon's log and its site in this folder")
    wanted = parser.parse_args()
    only = tuple(filter(None, wanted.only.split(",")))
    weather = Weather(wanted.seed, wanted.kills, wanted.mails, only=only, longest=wanted.longest, tell=say)
    say(f"seed {wanted.seed}")
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running()) if wanted.postgres else None
        storm = stack.enter_context(brewing(weather, server))
        report = storm.blow()
        if wanted.keep:
            shutil.copytree(storm.site.folder, wanted.keep, ignore=shutil.ignore_patterns("lmtp"), dirs_exist_ok=True)
    say(json.dumps({**report.figures(), "seconds": round(time.monotonic() - began)}))
    say("held every promise" if not report.faults else f"BROKEN: {', '.join(report.faults)}")
    return bool(report.faults)


if __name__ == "__main__":
    sys.exit(main())
