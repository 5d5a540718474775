"""nemesis: what befalls a site in a storm.  schedule(seed, kills, only) is the same for the same seed: a storm can be replayed
(not to the instant: the machine has its own pace).

    kill      SIGKILL of the daemon, in a fifth of the cases again before it was ready        (these are counted)
    reader    SIGKILL of the process that reads costly mails
    term      SIGTERM, and its exit code                        stop     SIGSTOP for a while
    hup       SIGHUP, the rules are the same                    rules    SIGHUP with broken rules, which change nothing
    door      the wire from the mail servers fails              way      the wire to the relay fails
    relay     the relay puts off, refuses, hangs, or takes and dies
    disk      the next syncs fail with EIO (SQLite): the daemon ends by itself, or is killed
    server    PostgreSQL is stopped at once and comes back      wire     the wire to PostgreSQL fails around a COMMIT
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from parts.faultproxy import FAULTS, FaultProxy
from parts.net import wait_until
from parts.postgres import Postgres
from parts.site import Site
from parts.strace import injected
from storm import relay
from storm.driver import Ledger
from storm.relay import BadRelay

# kind -> weight among what comes beside the kills
BESIDE = {"reader": 2, "term": 2, "stop": 1, "hup": 2, "rules": 1, "door": 6, "way": 4, "relay": 6}
ON_SQLITE, ON_POSTGRES = {"disk": 2}, {"server": 2, "wire": 4}
KINDS = ("kill", *BESIDE, *ON_SQLITE, *ON_POSTGRES)
WIRES = (*FAULTS, "reset", "hole", "slices", "delay")
DAZED = 0.2  # so many kills fall once more before the daemon is ready
EVENTS = 1.6  # for each kill
EARLY = 0.3
GAP = 0.4  # seconds between two events, at most


@dataclass(frozen=True)
class Event:
    """gap: seconds before it; chance: two numbers in 0..1 that say how."""

    gap: float
    kind: str
    how: float
    again: float

    def __str__(self) -> str:
        return f"{self.gap:.2f} {self.kind} {self.how:.2f} {self.again:.2f}"


def schedule(seed: int, kills: int, only: Sequence[str], gap: float = GAP, *, postgres: bool = False) -> list[Event]:
    """kills, and as many other events as fall beside them; of the kinds of `only`, if there are any."""
    chance = random.Random(seed)
    beside = {
        kind: n
        for kind, n in {**BESIDE, **(ON_POSTGRES if postgres else ON_SQLITE)}.items()
        if kind in only or not only
    }
    others = round(kills * (EVENTS - 1)) if "kill" in only or not only else kills
    kinds = ["kill"] * kills if others < kills or not beside else []
    if beside:
        # Each kind once before any comes again: a short storm must not leave out what a long one has.
        each = chance.sample(list(beside), min(others, len(beside)))
        kinds += each + chance.choices(list(beside), list(beside.values()), k=others - len(each))
    chance.shuffle(kinds)
    return [Event(chance.uniform(0.03, gap), kind, chance.random(), chance.random()) for kind in kinds]


class Nemesis:
    """longest: seconds of a SIGSTOP.  early: so many events do not wait until mail has come in again.  tell: each event."""

    def __init__(
        self,
        site: Site,
        sink: BadRelay,
        door: FaultProxy,
        way: FaultProxy,
        wire: FaultProxy | None,
        server: Postgres | None,
        ledger: Ledger,
        tell: Callable[[str], None],
        longest: float = 2.0,
        early: float = EARLY,
    ) -> None:
        self.site, self.sink, self.longest = site, sink, longest
        self.ledger, self.tell, self.early = ledger, tell, early
        self.wires = {"door": door, "way": way, "wire": wire}
        self.server = server
        self.program = site.program
        self.kills = self.cuts = 0
        self.slowest = 0.0
        # What went wrong with the daemon's own ways: exit codes, rules that were taken.
        self.faults: list[str] = []

    def befall(self, event: Event) -> None:
        before = self.ledger.count
        # Mostly a while after mail came in again, however slow the machine; sometimes as soon as the daemon is up.
        if event.how > self.early:
            wait_until(lambda: self.ledger.count > before + 2, 5.0)
        time.sleep(event.gap)
        self.tell(str(event))
        if not self.site.running:
            self.faults.append(f"it had ended by itself before {event}")
            self.start()
        getattr(self, f"_{event.kind}")(event)

    # --- the daemon

    def start(self) -> None:
        began = time.monotonic()
        self.site.launch().ready(60)
        self.slowest = max(self.slowest, time.monotonic() - began)

    def _kill(self, event: Event) -> None:
        self._die()
        if event.again < DAZED:
            self.site.launch()
            time.sleep(event.how * 0.6)
            self._die()
        self.start()

    def _die(self) -> None:
        self.site.kill()
        self.kills += 1

    def _reader(self, event: Event) -> None:
        for child in Path(f"/proc/{self.site.pid}/task/{self.site.pid}/children").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)

    def _term(self, event: Event) -> None:
        code = self.site.stop(60)
        if code:
            self.faults.append(f"SIGTERM ended it with {code}")
        self.cuts += 1
        self.start()

    def _stop(self, event: Event) -> None:
        os.kill(self.site.pid, signal.SIGSTOP)
        time.sleep(1.0 + event.how * (self.longest - 1.0))
        os.kill(self.site.pid, signal.SIGCONT)

    def _hup(self, event: Event) -> None:
        self.site.reload()

    def _rules(self, event: Event) -> None:
        """Refused whole: the log says so, and the desk goes on."""
        rules = self.site.config.parent / "rules" / "desks.yaml"
        good, before = rules.read_bytes(), self.site.log_text().count("reload refused")
        rules.write_bytes(good + b"\nsupport: [this is no desk\n")
        try:
            self.site.reload()
            if not wait_until(lambda: self.site.log_text().count("reload refused") > before, 30):
                self.faults.append("broken rules were not refused")
        finally:
            rules.write_bytes(good)

    def _disk(self, event: Event) -> None:
        """Started again on a disk that takes some syncs and then none."""
        self._die()
        fault = f"error=EIO:when={3 + int(event.how * 20)}+"
        self.site.program = injected(self.program, Path("/dev/null"), "fdatasync,fsync", fault)
        with contextlib.suppress(AssertionError):
            self.site.launch().ready(30)
        self.site.program = self.program
        if not wait_until(lambda: not self.site.running, 0.5 + event.again):
            self._after_a_refusal()
        self._die()
        self.start()

    def _after_a_refusal(self) -> None:
        """It lives on without a disk: the next start shows whether what it refused now is there."""
        end, before = time.monotonic() + 2.0, self.ledger.refusals
        while self.ledger.refusals == before and time.monotonic() < end:
            time.sleep(0.001)

    # --- the wires and who is behind them

    def _door(self, event: Event) -> None:
        self._spoil("door", event)

    def _way(self, event: Event) -> None:
        self._spoil("way", event)

    def _wire(self, event: Event) -> None:
        self._spoil("wire", event)

    def _spoil(self, name: str, event: Event) -> None:
        wire = self.wires[name]
        assert wire is not None
        fault = WIRES[int(event.how * len(WIRES))]
        self.cuts += 1
        if fault in FAULTS:
            wire.arm(fault)
        elif fault == "slices":
            wire.slices = 40
        elif fault == "delay":
            wire.delay = 0.02
        else:
            if fault == "hole":
                wire.hole()
                time.sleep(event.again * 0.5)
            wire.disarm()
            wire.reset()

    def _relay(self, event: Event) -> None:
        self.sink.spoil(relay.FAULTS[int(event.how * len(relay.FAULTS))])
        self.cuts += 1

    def _server(self, event: Event) -> None:
        assert self.server is not None
        self.server.stop()
        self.cuts += 1
        time.sleep(event.how)
        self.server.start()

    def rest(self) -> None:
        """No more: what is armed is called off, and the daemon runs."""
        for wire in self._all_wires():
            wire.disarm()
            wire.reset()
        self.sink.calm()
        if not self.site.running:
            self.faults.append("it had ended by itself when the storm was over")
            self.start()

    def _all_wires(self) -> Iterator[FaultProxy]:
        return (wire for wire in self.wires.values() if wire is not None)
