"""loiter: clients that take a door's places and give it nothing.  python -m bench.loiter PORT IDLE DRIPPING

IDLE say hello and then nothing.  Half of the DRIPPING send a mail, half a command, one octet a second: too slow for any door.
Whoever is shown out comes again.  A JSON line when all are in, and another at each line on standard input:
{"in": how many are in now, "shown out": how often one was, "refused": how often one was not let in}
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress

MAIL = b"MAIL FROM:<slow@loris.example>\r\nRCPT TO:<support@bench.example>\r\nDATA\r\n"
TEMPO, RETURN = 1.0, 1.0


class Crowd:
    def __init__(self, port: int, wanted: int) -> None:
        self.port, self.wanted = port, wanted
        self.inside = self.shown_out = self.refused = 0
        self.full = asyncio.Event()

    async def loiter(self, words: bytes, drips: bool) -> None:
        while True:
            with suppress(OSError):
                await self.visit(words, drips)
            await asyncio.sleep(RETURN)

    async def visit(self, words: bytes, drips: bool) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            if not (await reader.readline()).startswith(b"220"):
                self.refused += 1
                return
            writer.write(b"EHLO loris.example\r\n" + words)
            await self.stay(reader, writer, drips)
        finally:
            writer.transport.abort()

    async def stay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, drips: bool) -> None:
        self.inside += 1
        if self.inside == self.wanted:
            self.full.set()
        dripping = asyncio.ensure_future(self.drip(writer)) if drips else None
        try:
            while await reader.read(4096):
                pass
        finally:
            self.inside -= 1
            self.shown_out += 1
            if dripping:
                dripping.cancel()

    async def drip(self, writer: asyncio.StreamWriter) -> None:
        while not writer.transport.is_closing():
            await asyncio.sleep(TEMPO)
            writer.write(b"x")

    def tell(self) -> None:
        print(json.dumps({"in": self.inside, "shown out": self.shown_out, "refused": self.refused}), flush=True)


async def main(port: int, idle: int, dripping: int) -> None:
    crowd, loop = Crowd(port, idle + dripping), asyncio.get_running_loop()
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    kinds = [(b"", False)] * idle + [(MAIL if n % 2 else b"MAIL", True) for n in range(dripping)]
    everybody = []
    for words, drips in kinds:
        everybody.append(asyncio.ensure_future(crowd.loiter(words, drips)))
        if len(everybody) % 50 == 0:
            # No faster than the kernel's queue of those who knock.
            await asyncio.sleep(0.02)
    await crowd.full.wait()
    crowd.tell()
    while await orders.readline():
        crowd.tell()
    for one in everybody:
        one.cancel()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
