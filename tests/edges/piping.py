"""piping: many `maild pipe` at once, each a process of its own, forked after what all of them load: only their work is in the way.

python piping.py all FILE...           one for each file, all at once; prints their exit codes
python piping.py kill SEED FILE...     the first to its end, the others killed (SIGKILL) at some moment of such a time; prints 0
The envelope is in the environment.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time

import maild.cli.pipe
import maild.cli.terminal
import maild.config_schema
import maild.edges.control
import maild.edges.pipe
import maild.founding
import maild.store.database  # noqa: F401
from maild.cli import main


def pipe(file: str) -> int:
    child = os.fork()
    if child == 0:
        os.dup2(os.open(file, os.O_RDONLY), 0)
        main(["pipe"])
    return child


def all_at_once(files: list[str]) -> list[int]:
    children = [pipe(file) for file in files]
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def killed(seed: int, files: list[str]) -> int:
    chance, began = random.Random(seed), time.monotonic()
    (code,) = all_at_once(files[:1])
    whole = time.monotonic() - began
    for file in files[1:]:
        child = pipe(file)
        time.sleep(chance.uniform(0.0, 1.2 * whole))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return code


if __name__ == "__main__":
    if sys.argv[1] == "all":
        print(*all_at_once(sys.argv[2:]))
    else:
        print(killed(int(sys.argv[2]), sys.argv[3:]))
