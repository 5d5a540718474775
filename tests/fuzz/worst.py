"""worst: what each hostile mail costs, and each file that is named.  python -m fuzz.worst [--megabytes 30] [FILE ...]

Every mail is read in a process of its own; a row is CPU seconds, peak memory above the interpreter's, and what that is of the
promise of 2 s and 64 MiB + 10 times its size.  Sorted, the dearest last.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from fuzz.hostile import MAILS

from maild.mail.parse import read

MIB = 1024 * 1024


def cost(raw: bytes) -> tuple[float, float]:
    """Seconds of CPU, and MiB of peak memory above what stood before, in a child."""
    pipe, other = os.pipe()
    child = os.fork()
    if not child:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        read(raw)
        spent = time.process_time() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        os.write(other, f"{spent} {peak / 1024}".encode())
        os._exit(0)
    os.close(other)
    os.waitpid(child, 0)
    said = os.read(pipe, 100).split()
    os.close(pipe)
    return float(said[0]), float(said[1])


def mails(megabytes: float, files: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    for name in files:
        yield name, Path(name).read_bytes()
    if not files:
        for name, make in MAILS.items():
            yield name, make(int(megabytes * MIB))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=30)
    parser.add_argument("--last", type=int, default=100, help="only the dearest so many")
    parser.add_argument("files", nargs="*")
    wanted = parser.parse_args()
    rows = [(*cost(raw), len(raw), name) for name, raw in mails(wanted.megabytes, wanted.files)]
    good = True
    for spent, peak, size, name in sorted(rows)[-wanted.last :]:
        allowed = 64 + 10 * size / MIB
        good &= spent <= 2 and peak <= allowed
        print(f"{spent:8.3f} s {peak:8.1f} MiB of {allowed:6.1f}  {size / MIB:7.2f} MiB  {name}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
