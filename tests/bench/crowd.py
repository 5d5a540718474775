"""crowd: how a door serves its clients while thousands of others stand in it.  make bench-crowd [ARGS="--gib 0"]

A real daemon takes mail over one connection and over eight, alone and beside 500 clients that drip and 2 000 that are idle;
then one mail too large comes, of one line and of many.  Prints a table and one JSON line; exit 1 when a figure of FIGURES is missed.

Two connections more than the crowd and the load are configured: the one after that must be sent away at once.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import socket
import sys
import time
from pathlib import Path

from bench import corpus
from bench.bench import Bench, Program, memory
from parts.net import free_port
from parts.site import Site, short_folder

IDLE, DRIPPING, BUSY = 2000, 500, 8
FIGURES = {
    "alone, crowded: times as slow": 3.0,
    "load, crowded: times as slow": 3.0,
    "the crowd's MiB": 40.0,
    "one too many: ms to 421": 1000.0,
    "a line's MiB beyond the limit": 4.0,
    "a mail's MiB beyond the limit": 4.0,
    "MiB kept after both": 4.0,
}
LINE, MAIL = b"x" * (1 << 16), (b"x" * 70 + b"\r\n") * 910
LIMIT = 35_000_000


class Door:
    """A client of few words."""

    def __init__(self, port: int) -> None:
        self.wire = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.replies = self.wire.makefile("rb")

    def hear(self) -> bytes:
        while (reply := self.replies.readline())[3:4] == b"-":
            pass
        return reply

    def ask(self, line: bytes) -> bytes:
        self.wire.sendall(line + b"\r\n")
        return self.hear()


def crowded(site: Site, connections: int) -> Site:
    text = site.config.read_text("utf-8")
    limits = f"door:\n  connections: {connections}\n  trusted: [127.0.0.0/8]\n"
    site.config.write_text(re.sub(r"^door:\n", limits, text, count=1, flags=re.M), "utf-8")
    return site


def served(bench: Bench, wanted: argparse.Namespace, seed: int) -> tuple[dict[str, float], dict[str, float]]:
    return bench.run(wanted.mails // 4, 1, seed), bench.run(wanted.mails, BUSY, seed + 1)


def one_too_many(port: int) -> float:
    """Milliseconds until the door says that it is full; those that still find a place stay meanwhile."""
    inside = []
    for _ in range(BUSY + 10):
        began = time.perf_counter()
        inside.append(Door(port))
        if inside[-1].hear().startswith(b"421"):
            return 1000 * (time.perf_counter() - began)
    raise AssertionError("nobody was one too many")


def peak(pid: int) -> float:
    """MiB that the process had at most since `forget`."""
    [line] = [x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def forget(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def poured(site: Site, octets: int, piece: bytes) -> float:
    """What a mail of so many octets costs in MiB, once it is larger than it may be; it must be refused in the end.

    Up to there it costs what it is: a mail is held in memory until it is stored.
    """
    door = Door(site.port)
    door.hear()
    for line in (b"EHLO x", b"MAIL FROM:<>", b"RCPT TO:<" + corpus.DESK.encode() + b">"):
        assert door.ask(line).startswith(b"250")
    assert door.ask(b"DATA").startswith(b"354")
    for _ in range(2 * LIMIT // len(piece)):
        door.wire.sendall(piece)
    time.sleep(1)
    forget(site.pid)
    before = peak(site.pid)
    for _ in range(octets // len(piece)):
        door.wire.sendall(piece)
    assert (refused := door.ask(b"\r\n.")).startswith(b"552 5.3.4"), refused
    return peak(site.pid) - before


def measure(folder: Path, wanted: argparse.Namespace) -> dict[str, float]:
    port = free_port()
    far = Program("far_end", port)
    far.hear()
    options = ("--authserv-id", corpus.AUTHSERV)
    site = Site(folder, f"127.0.0.1:{port}", desks=(corpus.DESK,), options=options)
    bench = Bench(crowded(site, wanted.idle + wanted.dripping + BUSY + 2).start(), far)
    loiterers = None
    try:
        bench.run(200, BUSY, 30)
        alone, load = served(bench, wanted, 31)
        before = memory(site.pid)
        loiterers = Program("loiter", site.port, wanted.idle, wanted.dripping)
        loiterers.hear()
        standing = memory(site.pid)
        crowded_alone, crowded_load = served(bench, wanted, 41)
        loiterers.say("how many?")
        still = json.loads(loiterers.hear())
        found = {
            "alone p99 ms": alone["p99"],
            "alone, crowded p99 ms": crowded_alone["p99"],
            "alone, crowded: times as slow": crowded_alone["p99"] / alone["p99"],
            "load p99 ms": load["p99"],
            "load, crowded p99 ms": crowded_load["p99"],
            "load, crowded: times as slow": crowded_load["p99"] / load["p99"],
            "load mails/s": load["rate"],
            "load, crowded mails/s": crowded_load["rate"],
            "clients in at the end": still["in"],
            "times one was shown out": still["shown out"],
            "MiB before": before,
            "the crowd's MiB": standing - before,
            "MiB after the load": memory(site.pid),
            "one too many: ms to 421": one_too_many(site.port),
        }
        loiterers.end()
        return found | bombs(bench, wanted.gib)
    finally:
        if loiterers is not None:
            loiterers.end()
        far.end()
        site.close()


def bombs(bench: Bench, gib: float) -> dict[str, float]:
    site, octets = bench.site, int(gib * (1 << 30))
    if not octets:
        return {}
    site.stop()
    site.start()
    # What a daemon loads with its first mails is not the bombs'.
    bench.run(100, BUSY, 51)
    time.sleep(1)
    before = memory(site.pid)
    line, mail = poured(site, octets, LINE), poured(site, octets, MAIL)
    time.sleep(1)
    return {
        "a line's MiB beyond the limit": line,
        "a mail's MiB beyond the limit": mail,
        "MiB kept after both": memory(site.pid) - before,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=1000, help="mails in the load")
    parser.add_argument("--idle", type=int, default=IDLE, help="clients that say nothing")
    parser.add_argument("--dripping", type=int, default=DRIPPING, help="clients that send an octet a second")
    parser.add_argument("--gib", type=float, default=1.0, help="the size of a mail that is too large; 0: none")
    wanted = parser.parse_args()
    # Each client is a file, here and in the daemon.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    found, good = measure(short_folder(), wanted), True
    for name, value in found.items():
        figure = FIGURES.get(name)
        missed = figure is not None and value > figure
        good = good and not missed
        print(f"{name:<32}{value:>10.2f}   {f'<= {figure:g}' if figure else '':<10}{'MISSED' if missed else ''}")
    print(json.dumps({name: round(value, 3) for name, value in found.items()}))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
