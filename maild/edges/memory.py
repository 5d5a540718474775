"""memory: what a few large mails took goes back to the machine.

run()           every half a minute: if we hold much more than after the last time, the C library gives back what it keeps for itself
resident()      octets of memory that we hold

Mails of megabytes are cut into pieces by several threads, and glibc keeps the room of each for the next: 300 MB were held for days
after one busy minute.  On a C library without malloc_trim, such as musl, which keeps little, nothing is done.
"""

from __future__ import annotations

import asyncio
import ctypes
import resource
from pathlib import Path

EVERY = 30.0
# Ordinary mails move it by less: for them nothing is ever done.
MUCH = 32 << 20


def resident() -> int:
    """Octets (proc(5): the second figure of statm, in pages)."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()


async def run(every: float = EVERY) -> None:
    """Until cancelled.  every: seconds between two looks."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    held = resident()
    while trim is not None:
        await asyncio.sleep(every)
        held = min(held, resident())
        if resident() > held + MUCH:
            # In a thread, and without the interpreter: it may take some milliseconds.
            await asyncio.to_thread(trim, 0)
            held = resident()
