"""imap_storm: mail keeps coming into a mailbox while its server is killed again and again, and made anew now and then.

    make storm-imap [ARGS="--kills 100 --renumber 5 --seed 7"]

A real Dovecot, the real daemon with its real patience.  Every mail that Dovecot took by LMTP (an MTA would repeat the others) is
one case at the end, no mail is two, and a mail that came after a kill is noticed within a minute of the server's return.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import smtplib
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable

from edges.imap_site import USER, connected, taking, written
from parts.dovecot import Dovecot, running
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site, short_folder


class Storm:
    """seed: the same kills at the same waits.  longest: seconds that the server lives.  daemon: the share of the kills that hit
    maild and not the server."""

    def __init__(
        self,
        site: Site,
        server: Dovecot,
        seed: int,
        tell: Callable[[str], None] = lambda line: None,
        longest: float = 6.0,
        daemon: float = 0.0,
    ) -> None:
        self.site, self.server, self.tell, self.longest, self.daemon = site, server, tell, longest, daemon
        self.chance = random.Random(seed)
        self.sent: dict[str, float] = {}
        self.kept: dict[str, float] = {}
        self.up, self.enough, self.over = threading.Event(), threading.Event(), threading.Event()
        self.slowest, self.calm = 0.0, 90.0

    def blow(self, kills: int, renumber: int) -> dict[str, object]:
        self.site.start()
        connected(self.site)
        self.up.set()
        writer = threading.Thread(target=self._write, daemon=True)
        writer.start()
        watcher = threading.Thread(target=self._watch, daemon=True)
        watcher.start()
        anew = set(self.chance.sample(range(kills), min(renumber, kills)))
        for count in range(kills):
            time.sleep(self.chance.uniform(0.2, self.longest))
            self._strike(renumber=count in anew)
            if count % 10 == 9:
                self.tell(f"{count + 1} kills, {len(self.sent)} mails sent, {len(self.kept)} cases")
        self.enough.set()
        writer.join(60)
        wait_until(lambda: set(self.sent) <= set(self.kept), self.calm)
        self.over.set()
        watcher.join(10)
        return self._report(kills, len(anew))

    def _strike(self, *, renumber: bool) -> None:
        if self.daemon and not renumber and self.chance.random() < self.daemon:
            self.site.kill()
            self.site.start()
            return
        self.up.clear()
        self.server.kill()
        time.sleep(self.chance.uniform(0.0, 2.0))
        if renumber:
            self.server.forget(USER)
        self.server.start()
        self.up.set()

    def _write(self) -> None:
        """One mail after another; one that the server did not take is sent again, as an MTA does."""
        number = 0
        while not self.enough.is_set():
            subject = f"mail {number}"
            raw = written(subject)
            while True:
                self.up.wait()
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    self.server.deliver(USER, raw)
                    break
                time.sleep(0.05)
            self.sent[subject] = time.monotonic()
            number += 1
            time.sleep(self.chance.uniform(0.0, 0.4))

    def _watch(self) -> None:
        """When each case came to be.  A mail's wait begins when it is in and the server is up."""
        while not self.over.is_set():
            now = time.monotonic()
            for subject in self._cases():
                if subject not in self.kept and subject in self.sent:
                    self.kept[subject] = now
                    self.slowest = max(self.slowest, now - self.sent[subject])
            time.sleep(0.1)

    def _cases(self) -> list[str]:
        with contextlib.closing(
            sqlite3.connect(f"file:{self.site.folder}/site/state/maild.sqlite?mode=ro", uri=True)
        ) as db:
            rows = db.execute("SELECT text FROM content JOIN cases ON cases.subject=content.commitment").fetchall()
        return [row[0] for row in rows]

    def _report(self, kills: int, renumbered: int) -> dict[str, object]:
        count, box = Counter(self._cases()), self.site.json("mailbox", "list")[0]
        return {
            "kills": kills,
            "renumbered": renumbered,
            "mails": len(self.sent),
            "lost": len([s for s in self.sent if not count[s]]),
            "doubled": len([s for s, n in count.items() if n > 1]),
            "longest_notice": round(self.slowest, 1),
            "aside": len(box["aside"]),
            "stopped": int(box["state"] == "stopped"),
        }


def faults(report: dict[str, object]) -> list[str]:
    return [name for name in ("lost", "doubled", "aside", "stopped") if report[name]] + (
        ["longest_notice"] if float(str(report["longest_notice"])) > 60 else []
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--renumber", type=int, default=5)
    parser.add_argument("--daemon", type=float, default=0.0, help="the share of the kills that hit maild")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    wanted = parser.parse_args()
    sink = Sink()
    site = Site(short_folder(), sink.address)
    print(f"seed {wanted.seed}", flush=True)
    began = time.monotonic()
    try:
        with running() as server:
            storm = Storm(
                taking(site, server.port),
                server,
                wanted.seed,
                lambda line: print(line, flush=True),
                daemon=wanted.daemon,
            )
            report = storm.blow(wanted.kills, wanted.renumber)
            log = site.log_text()
    finally:
        site.close()
        sink.close()
    print(json.dumps({**report, "seconds": round(time.monotonic() - began)}))
    broken = faults(report)
    print("held every promise" if not broken else f"BROKEN: {', '.join(broken)}\n{log[-4000:]}")
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
