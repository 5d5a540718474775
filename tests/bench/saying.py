"""saying: what logging and counting cost a mail, in CPU of this process alone.  PYTHONPATH=tests python -m bench.saying

A mail that opens a case is an arrival and two letters: the hash of its sender, its observations, and three lines.  Beside it what
a scrape of /metrics costs.  Prints microseconds; compare with the milliseconds a mail of make bench.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime

from maild import log
from maild.edges.believing import Believer
from maild.edges.letterbox import Letterbox
from maild.edges.metrics import Figures, exposition
from maild.edges.outgoing import Outgoing
from maild.edges.resolver import Names
from maild.edges.tally import Tally
from maild.edges.watch import Watch
from maild.edges.worker import Bench, Paper, Worker, keyed_hash
from maild.model.health import Snapshot
from maild.settle import Fate, Settled

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROUNDS = 5000


class Calm(Watch):
    """Nothing is measured, all is well."""

    def __init__(self) -> None:
        self.snapshot = Snapshot(NOW)

    taking_mail = True  # type: ignore[assignment]

    def conditions(self) -> tuple[()]:  # type: ignore[override]
        return ()


class Known:
    hash = "0" * 64


def spent(rounds: int, step: object) -> float:
    """Microseconds of CPU for one round, the least of five: neighbours only add."""
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        for _ in range(rounds):
            step()  # type: ignore[operator]
        best = min(best, (time.process_time() - began) / rounds)
    return best * 1_000_000


def main() -> int:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    log.configure("info")
    log.LINES.flush = log.LINES.spill  # type: ignore[method-assign]
    tally = Tally()
    worker = Worker(
        None,
        None,
        None,
        Bench(lambda: None, Believer((), Names()), lambda: NOW, lambda *x: None, lambda: 0, tally, b"k" * 32),
    )  # type: ignore[arg-type, return-value]
    box = Letterbox(None, None, lambda: NOW, lambda: None, tally)  # type: ignore[arg-type]
    fate = Fate(1, "settled", "1001", ("opened", "assigned", "acknowledged", "told"))
    letter = Outgoing(1, 1, "s", "r", 1, NOW, "7:x", "ack", "1001")

    def a_mail() -> None:
        sender = keyed_hash("ann@kunde.example", b"k" * 32)
        worker._papers[1] = Paper("smtp", 6000, "person", sender, 0.02, 0.001)
        worker._tell(Settled((fate,), (), (), 2), [None], "0" * 12, 0.002)  # type: ignore[list-item]
        for _ in range(2):
            tally.letter.observe(0.1)
            box._say(letter, "sent", "250 2.0.0 kept", NOW)

    figures = Figures(Calm(), tally, Known, lambda: NOW, NOW)  # type: ignore[arg-type]
    print(f"lines and counts of a mail  {spent(ROUNDS, a_mail):8.1f} us")
    print(f"a scrape of /metrics        {spent(100, lambda: exposition(figures)):8.1f} us")
    return 0


if __name__ == "__main__":
    sys.exit(main())
