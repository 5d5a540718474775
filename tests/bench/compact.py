"""What compacting does to the door: mails come in, one after the other, while a database of 500 MB is written anew.

python tests/bench/compact.py [MEGABYTES]     prints the longest wait for 250, and how many mails were taken and kept
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from parts.mails import mail
from parts.sink import Sink
from parts.site import Site, short_folder


def main(megabytes: int) -> None:
    sink = Sink()
    site = Site(short_folder(), sink.address)
    try:
        site.start()
        site.stop()
        fill(site, megabytes)
        site.start()
        print_figures(site, megabytes)
    finally:
        site.close()
        sink.close()


def fill(site: Site, megabytes: int) -> None:
    """Old mails' bytes: compacting copies them like all others."""
    path = site.config.parent / "state" / "maild.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as there:
        rows = ((number, os.urandom(20_000)) for number in range(megabytes * 50))
        there.executemany("INSERT INTO chunk(raw, n, bytes) VALUES (?, 0, ?)", rows)
        there.commit()


def print_figures(site: Site, megabytes: int) -> None:
    waits: list[float] = []
    ended = threading.Event()

    def knock() -> None:
        while not ended.is_set():
            began = time.monotonic()
            site.send(mail("Bob Berg <bob@kunde.example>", f"Sak {len(waits)}", "Hei"))
            waits.append(time.monotonic() - began)

    sender = threading.Thread(target=knock)
    sender.start()
    time.sleep(2)
    before, began = len(waits), time.monotonic()
    said = site.maild("person", "compact", seconds=600).stdout.strip()
    took = time.monotonic() - began
    time.sleep(2)
    ended.set()
    sender.join()
    usual = sorted(waits[:before])[before // 2]
    print(
        f"{megabytes} MB: {said} in {took:.1f} s; the longest wait for 250 {max(waits):.1f} s (usually {usual * 1000:.0f} ms)"
    )
    site.stop()
    path = site.config.parent / "state" / "maild.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as there:
        kept = there.execute("SELECT count(*) FROM incoming WHERE source='smtp'").fetchone()[0]
    print(f"{len(waits)} mails taken, {kept} kept")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
