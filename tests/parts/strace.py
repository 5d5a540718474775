"""strace: what the daemon asked of the kernel, in order.

traced(command) -> the command with strace before it;  calls(file) -> [Call], unfinished ones put together
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(r"^(\d+)\s+(.*)$")
_CALL = re.compile(r"^(\w+)\((.*)$")
_RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$")
_UNFINISHED = "<unfinished ...>"


@dataclass
class Call:
    """began and ended are line numbers: what ended before another began was done before it."""

    name: str
    text: str
    began: int
    ended: int


def traced(command: list[str], out: Path, names: str) -> list[str]:
    program = shutil.which("strace")
    assert program, "strace is missing: apt-get install strace"
    return [program, "-f", "-y", "-s", "4096", "-o", str(out), "-e", f"trace={names}", *command]


def calls(out: Path) -> list[Call]:
    found: list[Call] = []
    open_calls: dict[str, Call] = {}
    for number, line in enumerate(out.read_text("utf-8", "replace").splitlines()):
        matched = _LINE.match(line)
        if not matched:
            continue
        thread, rest = matched.groups()
        if resumed := _RESUMED.match(rest):
            if thread in open_calls:
                call = open_calls.pop(thread)
                call.text, call.ended = call.text + resumed[2], number
            continue
        if began := _CALL.match(rest):
            call = Call(began[1], began[2].removesuffix(_UNFINISHED), number, number)
            found.append(call)
            if rest.endswith(_UNFINISHED):
                open_calls[thread] = call
    return found


def injected(command: tuple[str, ...], out: Path, names: str, fault: str) -> tuple[str, ...]:
    """The command under strace that writes down calls of these names, and spoils one: "signal=KILL:when=7", "error=EIO:when=3"."""
    program = shutil.which("strace")
    assert program, "strace is missing: apt-get install strace"
    spoil = ("-e", f"inject={names}:{fault}") if fault else ()
    # -D: the daemon is the child that was asked for, and strace the grandchild, so that signals and exit codes are the daemon's.
    return (program, "-D", "-f", "-q", "-s", "0", "-o", str(out), "-e", f"trace={names}", *spoil, *command)
