"""replay: how many mails a second `maild replay` judges.  make bench-replay [ARGS="--mails 4000"]

Ordinary mails of 5-10 kB are settled by the daemon's own code into a SQLite; then they are replayed: once by the same rules against the
answers given, once by other rules against those in force (two policies).  Exit 1 below FIGURE, which issue 7 asks for on two cores.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bench import corpus
from parts.house import ROOT, House

from maild.config import Config, Door, RelayTo
from maild.policy import build, texts
from maild.replays.run import Replay, Wish

FIGURE = 500.0
DESKS = f"support:\n  addresses: [{corpus.DESK}]\n  name: Support\n  language: nb\n  zone: Europe/Oslo\n"
RULES = "- name: printers\n  when: {text: {matches: 'skriver|printer'}}\n  set: {priority: high}\n"


def lived(folder: Path, count: int) -> House:
    """A house to which so many mails came."""
    house = House(folder, RULES, desks=DESKS)
    house.session.execute("PRAGMA synchronous=off")
    for sender, wire in corpus.mails(count):
        house.arrives(wire.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."), corpus.DESK, sender)
        house.now += timedelta(seconds=20)
    return house


def rate(house: House, *, compared: bool) -> float:
    folder = house.folder
    places = (folder / "maild.yaml", folder, folder / "rules", folder / "templates", str(folder / "maild.db"))
    other, against = house.policy, None
    if compared:
        new = folder / "new"
        new.mkdir()
        for path in (folder / "rules").glob("*.yaml"):
            (new / path.name).write_text(path.read_text().replace("priority: high", "priority: low"))
        other, against = build.load(new, lambda: texts.load(new / "none", ROOT / "templates")), house.policy
    replay = Replay(Config(*places, Door(), RelayTo()), house.keys, house.session, Wish(other, against))
    began = time.monotonic()
    report = replay.run(lambda done, told: None)
    assert bool(report.count.differ) is compared, report.count.sentence()
    return report.count.mails / (time.monotonic() - began)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mails", type=int, default=3000)
    count = parser.parse_args().mails
    with tempfile.TemporaryDirectory(prefix="maild-replay-") as name:
        house = lived(Path(name), count)
        one, two = rate(house, compared=False), rate(house, compared=True)
        house.database.close()
    print(f"{count} mails, {len(os.sched_getaffinity(0))} processors")
    print(f"  against the answers given  {one:8.0f} mails/s   (at least {FIGURE:.0f})")
    print(f"  two policies               {two:8.0f} mails/s")
    return 0 if one >= FIGURE else 1


if __name__ == "__main__":
    sys.exit(main())
