"""What large mails took goes back to the machine."""

from __future__ import annotations

import asyncio

from maild.edges import memory

# Smaller than what glibc takes from the machine piece by piece, with one that stays above each: nothing goes back by itself.
PIECE, PIECES = 60_000, 2000


async def test_what_is_not_used_any_more_is_given_back():
    role = asyncio.create_task(memory.run(0.05))
    await asyncio.sleep(0)
    taken = [bytes([n % 251]) * PIECE for n in range(PIECES)]
    above = taken[-1]
    before = memory.resident()
    del taken
    await asyncio.sleep(0.5)
    role.cancel()
    assert before - memory.resident() > PIECE * PIECES // 2
    assert len(above) == PIECE
