"""storm: mail keeps coming while the daemon is killed again and again.  make storm [ARGS="--kills 200 --mails 10000"]

Senders behave as a correct MTA does: the same mail again until it has got its 250.  SIGKILL falls at random instants,
also while the daemon starts.  Then, when all is quiet, the promises are checked (PROMISES 1, 2 and 4):

  lost      a mail with 250 that is no case               must be 0
  doubled   a mail that is more than one case             must be 0
  missing   a case whose acknowledgement never came       must be 0
  renamed   acknowledgements of one case with more than one Message-ID      must be 0
  surplus   copies beyond the first of any letter         at most one a kill and relay connection
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import smtplib
import sys
import threading
import time
from dataclasses import asdict, dataclass, field

from parts.mails import AUTHSERV
from parts.net import wait_until
from parts.sink import Sink
from parts.site import DESK, Site, short_folder

CONNECTIONS = 4
SENDERS = 4


@dataclass
class Report:
    kills: int
    accepted: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    surplus: int = 0
    slowest_start: float = 0.0

    @property
    def faults(self) -> list[str]:
        found = [name for name in ("lost", "doubled", "missing", "renamed", "held") if getattr(self, name)]
        return found + (["surplus"] if self.surplus > self.kills * CONNECTIONS else [])


class Sender(threading.Thread):
    """One session of an MTA: it gives up on nothing."""

    def __init__(self, storm: Storm, index: int) -> None:
        super().__init__(daemon=True)
        self.storm, self.index, self.door = storm, index, None

    def run(self) -> None:
        serial = self.index
        while not self.storm.enough.is_set():
            self.deliver(f"Storm {serial:06d}")
            serial += SENDERS
            time.sleep(self.storm.pause)

    def deliver(self, subject: str) -> None:
        raw, sender = letter(subject)
        while True:
            try:
                self.session().sendmail(sender, [DESK], raw)
            except (OSError, smtplib.SMTPException):
                self.hang_up()
                time.sleep(0.02)
                continue
            self.storm.accepted.append(subject)
            return

    def session(self) -> smtplib.SMTP:
        if self.door is None:
            self.door = smtplib.SMTP("127.0.0.1", self.storm.site.port, timeout=20)
        return self.door

    def hang_up(self) -> None:
        if self.door is not None:
            self.door.close()
        self.door = None


def letter(subject: str) -> tuple[bytes, str]:
    """Each from a sender of its own, proven, so that no budget keeps back an acknowledgement."""
    serial = subject.split()[1]
    domain = f"kunde{serial}.example"
    head = (
        f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from={domain}",
        f"From: Ann <ann@{domain}>",
        f"To: <{DESK}>",
        f"Subject: {subject}",
        "Date: Mon, 02 Mar 2026 10:00:00 +0100",
        f"Message-ID: <storm.{serial}@{domain}>",
        "",
        "Det stormer.",
        "",
    )
    return "\r\n".join(head).encode(), f"ann@{domain}"


class Storm:
    """seed: the same kills at the same waits (not the same instants: the machine has its own pace)."""

    def __init__(self, site: Site, sink: Sink, seed: int, pause: float = 0.05) -> None:
        self.site, self.sink, self.pause = site, sink, pause
        self.chance = random.Random(seed)
        self.accepted: list[str] = []
        self.enough = threading.Event()
        self.slowest = 0.0

    def blow(self, kills: int, mails: int = 0) -> Report:
        """Kill so often, and at least until so many mails are in; then wait for calm and judge."""
        self.start()
        senders = [Sender(self, index) for index in range(SENDERS)]
        for sender in senders:
            sender.start()
        for count in range(kills):
            self.strike(during_start=count % 5 == 4)
        wait_until(lambda: len(self.accepted) >= mails, 600)
        self.enough.set()
        for sender in senders:
            sender.join(60)
        assert not any(sender.is_alive() for sender in senders), f"mails are not taken:\n{self.site.log_text()[-2000:]}"
        self.calm()
        return self.judge(kills)

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

    def judge(self, kills: int) -> Report:
        report = Report(kills, len(self.accepted), slowest_start=round(self.slowest, 2))
        report.held = [row["id"] for row in self.site.queue() if row["state"] in ("held", "failed")]
        cases = self.site.cases()
        found = collections.Counter(case["subject"] for case in cases)
        report.lost = sorted(set(self.accepted) - set(found))
        report.doubled = sorted(subject for subject, count in found.items() if count > 1)
        acks = collections.defaultdict(set)
        for sent in self.sink.of("ack"):
            acks[sent.case].add(sent.message_id)
        report.missing = sorted(case["number"] for case in cases if not acks[str(case["number"])])
        report.renamed = sorted(number for number, ids in acks.items() if len(ids) > 1)
        report.surplus = len(self.sink.letters) - len({sent.message_id for sent in self.sink.letters})
        return report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--mails", type=int, default=10_000, help="at least so many")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    wanted = parser.parse_args()
    sink = Sink()
    site = Site(short_folder(), sink.address)
    print(f"seed {wanted.seed}", flush=True)
    try:
        # Paced so that mail is still coming when the last kill falls: about a second and a half a kill.
        pause = max(0.0, 1.5 * wanted.kills * SENDERS / wanted.mails - 0.02)
        report = Storm(site, sink, wanted.seed, pause).blow(wanted.kills, wanted.mails)
    finally:
        site.close()
        sink.close()
    print(json.dumps(asdict(report)))
    print("held every promise" if not report.faults else f"BROKEN: {', '.join(report.faults)}")
    return bool(report.faults)


if __name__ == "__main__":
    sys.exit(main())
