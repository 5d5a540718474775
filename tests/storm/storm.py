"""storm: mail keeps coming while the daemon is killed again and again.  make storm [ARGS="--kills 200 --mails 10000"]

Customers write, and some answer; handlers answer some notices.  SIGKILL falls at random instants, also while the daemon
starts.  Then, when all is quiet, the promises are checked: see verdict.py.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable

from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site, short_folder
from storm.senders import REPLIERS, SENDERS, Field, Replier, Sender
from storm.verdict import Report, judge


class Storm:
    """seed: the same kills at the same waits (not the same instants: the machine has its own pace)."""

    def __init__(
        self, site: Site, sink: Sink, seed: int, pause: float = 0.05, tell: Callable[[str], None] = lambda line: None
    ) -> None:
        self.site, self.tell = site.impatient(), tell
        self.field = Field(site, sink, pause)
        self.chance = random.Random(seed)
        self.slowest = 0.0

    def blow(self, kills: int, mails: int = 0) -> Report:
        """Kill so often, and at least until so many mails are in; then wait for calm and judge."""
        self.start()
        writers = [Sender(self.field, n) for n in range(SENDERS)] + [Replier(self.field, n) for n in range(REPLIERS)]
        for writer in writers:
            writer.start()
        for count in range(kills):
            self.strike(during_start=count % 5 == 4)
            if count % 20 == 19:
                self.tell(f"{count + 1} kills, {len(self.field.accepted)} mails, {len(self.field.replies)} replies")
        wait_until(lambda: len(self.field.accepted) >= mails, 600)
        self.field.enough.set()
        for writer in writers:
            writer.join(60)
        assert not any(w.is_alive() for w in writers), f"mails are not taken:\n{self.site.log_text()[-2000:]}"
        self.calm()
        report = judge(self.field, kills)
        report.slowest_start = round(self.slowest, 2)
        return report

    def start(self) -> None:
        began = time.monotonic()
        self.site.start()
        self.slowest = max(self.slowest, time.monotonic() - began)

    def strike(self, *, during_start: bool) -> None:
        time.sleep(self.chance.uniform(0.0, 0.8))
        self.site.kill()
        if during_start:
            self.site.launch()
            time.sleep(self.chance.uniform(0.0, 0.6))
            self.site.kill()
        self.start()

    def calm(self) -> None:
        """Nothing waits any more: every mail is settled, every letter is out."""
        busy = ("ready", "leased", "deferred")

        def quiet() -> bool:
            return not [row for row in self.site.queue() if row["state"] in busy and row["queue"] != "deadline"]

        assert wait_until(quiet, 120), f"still waiting: {self.site.queue()[:5]}"


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--mails", type=int, default=10_000, help="at least so many")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    wanted = parser.parse_args()
    sink = Sink()
    site = Site(short_folder(), sink.address)
    _say(f"seed {wanted.seed}")
    began = time.monotonic()
    try:
        # Paced so that mail is still coming when the last kill falls: about a second and a half a kill.
        pause = max(0.0, 1.5 * wanted.kills * SENDERS / wanted.mails - 0.02)
        report = Storm(site, sink, wanted.seed, pause, _say).blow(wanted.kills, wanted.mails)
    finally:
        site.close()
        sink.close()
    _say(json.dumps({**report.figures(), "seconds": round(time.monotonic() - began)}))
    _say("held every promise" if not report.faults else f"BROKEN: {', '.join(report.faults)}")
    return bool(report.faults)


if __name__ == "__main__":
    sys.exit(main())
