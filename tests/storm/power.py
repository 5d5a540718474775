"""power: the plug is pulled.  PYTHONPATH=tests python -m storm.power [--cuts 200] [--seed 1]

The state folder lies on a disk of its own: an ext4 image behind a loop device.  While mail comes in, the image is copied at random
instants: the copy holds what had reached the block device by then and nothing that only the page cache knew, as a disk has it after
the power went.  The daemon is stopped for the moment of the copy, and who had his 250 by then stands in the ledger.

Then each copy is mounted (the journal is replayed) and maild is started on it: every mail of its ledger must be a case, once, the
database must be sound and the record whole.  kill -9 cannot show this: a killed process leaves the page cache behind.

LIMITS  All that was not synced is lost; the device itself reorders nothing and tears no block.  Mounting wants root.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site, short_folder
from storm.senders import SENDERS, Field, Sender

SIZE = 192 << 20


class NoMount(Exception):
    """This user may not mount."""


@dataclass
class Disk:
    """An ext4 file system in a file."""

    image: Path
    place: Path

    def format(self) -> None:
        with self.image.open("wb") as file:
            file.truncate(SIZE)
        # A commit of the journal every second, so that cuts fall between many of them.
        subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", str(self.image)], check=True)

    def mount(self) -> Path:
        self.place.mkdir(exist_ok=True)
        done = subprocess.run(
            ["mount", "-o", "loop,commit=1", str(self.image), str(self.place)], capture_output=True, text=True
        )
        if done.returncode:
            raise NoMount(done.stderr.strip())
        return self.place

    def unmount(self) -> None:
        subprocess.run(["umount", str(self.place)], check=True)


@dataclass(frozen=True)
class Cut:
    """One copy, and who had his 250 when it was made."""

    disk: Disk
    promised: tuple[str, ...]


@dataclass
class Report:
    """lost, doubled: subjects; broken: what a cut's database or record says.  All must be empty."""

    cuts: int = 0
    mails: int = 0
    promised: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        return [name for name in ("lost", "doubled", "broken") if getattr(self, name)]


class PowerCut:
    """seed: where the cuts fall."""

    def __init__(self, site: Site, sink: Sink, seed: int) -> None:
        self.site, self.sink = site, sink
        self.chance = random.Random(seed)
        self.disk = Disk(site.folder / "disk.img", site.folder / "disk")

    def blow(self, cuts: int) -> Report:
        self.disk.format()
        state = self.disk.mount()
        try:
            made = self._run(state / "state", cuts)
        finally:
            if self.site.running:
                self.site.kill()
            self.disk.unmount()
        report = Report(cuts, len(self.ground.accepted))
        for cut in made:
            self._look(cut, report)
        return report

    def _run(self, state: Path, cuts: int) -> list[Cut]:
        state.mkdir(mode=0o700)
        self.site.extra["STATE_DIRECTORY"] = str(state)
        self.site.start()
        self.ground = Field(self.site, self.sink, 0.0)
        writers = [Sender(self.ground, n) for n in range(SENDERS)]
        for writer in writers:
            writer.start()
        made = [self._cut(n) for n in range(cuts)]
        self.ground.enough.set()
        for writer in writers:
            writer.join(60)
        return made

    def _cut(self, number: int) -> Cut:
        time.sleep(self.chance.uniform(0.05, 0.4))
        os.kill(self.site.pid, signal.SIGSTOP)
        try:
            # What came in before the stop; a 250 that nobody has read yet binds nobody.
            promised = tuple(self.ground.accepted)
            copy = Disk(self.site.folder / f"cut-{number}.img", self.site.folder / "cut")
            # Past the page cache of the mounted file system: only what the loop device was given is in the file.
            subprocess.run(["cp", "--sparse=always", str(self.disk.image), str(copy.image)], check=True)
        finally:
            os.kill(self.site.pid, signal.SIGCONT)
        return Cut(copy, promised)

    def _look(self, cut: Cut, report: Report) -> None:
        state = cut.disk.mount() / "state"
        self.site.extra["STATE_DIRECTORY"] = str(state)
        try:
            report.broken += self._unsound(state)
            if not report.broken:
                self._count(cut, report)
        finally:
            if self.site.running:
                self.site.kill()
            cut.disk.unmount()
            cut.disk.image.unlink()
        report.promised += len(cut.promised)

    def _count(self, cut: Cut, report: Report) -> None:
        self.site.start()
        wait_until(lambda: not [r for r in self.site.queue() if r["queue"] == "incoming"], 60)
        subjects = [case["subject"] for case in self.site.cases()]
        report.lost += sorted(set(cut.promised) - set(subjects))
        report.doubled += sorted({subject for subject in subjects if subjects.count(subject) > 1})
        told = self.site.maild("audit", "verify")
        report.broken += told.stdout.splitlines()[:3] if told.returncode else []

    def _unsound(self, state: Path) -> list[str]:
        """The database as the cut left it, with its log beside it."""
        path = state / "maild.sqlite"
        if not path.exists():
            return ["the database is gone"]
        aside = self.site.folder / "aside"
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(state, aside, ignore=shutil.ignore_patterns("*.sock"))
        try:
            with sqlite3.connect(aside / "maild.sqlite") as database:
                (said,) = database.execute("PRAGMA integrity_check").fetchone()
        except sqlite3.DatabaseError as error:
            return [str(error)]
        return [] if said == "ok" else [said]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    wanted = parser.parse_args()
    print(f"seed {wanted.seed}", flush=True)
    sink = Sink()
    site = Site(short_folder(), sink.address)
    began = time.monotonic()
    try:
        report = PowerCut(site, sink, wanted.seed).blow(wanted.cuts)
    except NoMount as error:
        print(f"a disk of its own needs the right to mount one: {error}", file=sys.stderr)
        return 2
    finally:
        site.close()
        sink.close()
    shown = {k: v[:5] if isinstance(v, list) else v for k, v in asdict(report).items()}
    print(json.dumps({**shown, "seconds": round(time.monotonic() - began)}))
    print("held every promise" if not report.faults else f"BROKEN: {', '.join(report.faults)}")
    return bool(report.faults)


if __name__ == "__main__":
    sys.exit(main())
