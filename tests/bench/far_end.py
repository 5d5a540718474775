"""far_end: what maild relays to under load.  python -m bench.far_end PORT

Takes every letter as fast as asyncio can.  A line "expect N" on standard input sets a mark; when N acknowledgements in
all have come it answers with a JSON line {"acks": ..., "letters": ..., "at": seconds of the monotonic clock}.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

ACK = b"\r\nx-maild-kind: ack\r\n"
EHLO = b"250-far\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 SMTPUTF8\r\n"


class Count:
    def __init__(self) -> None:
        self.acks = self.letters = self.mark = 0

    def letter(self, head: bytes) -> None:
        self.letters += 1
        self.acks += ACK in head.lower()
        self.tell()

    def expect(self, mark: int) -> None:
        self.mark = mark
        self.tell()

    def tell(self) -> None:
        if self.mark and self.acks >= self.mark:
            self.mark = 0
            print(json.dumps({"acks": self.acks, "letters": self.letters, "at": time.monotonic()}), flush=True)


class Session(asyncio.Protocol):
    def __init__(self, count: Count) -> None:
        self.count, self.buffer, self.in_data = count, bytearray(), False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(b"220 far end\r\n")

    def data_received(self, chunk: bytes) -> None:
        self.buffer += chunk
        while self.letter() if self.in_data else self.line():
            pass

    def letter(self) -> bool:
        end = self.buffer.find(b"\r\n.\r\n")
        if end < 0:
            return False
        self.count.letter(bytes(self.buffer[: self.buffer.find(b"\r\n\r\n") + 2]))
        del self.buffer[: end + 5]
        self.in_data = False
        self.transport.write(b"250 2.0.0 taken\r\n")
        return True

    def line(self) -> bool:
        end = self.buffer.find(b"\r\n")
        if end < 0:
            return False
        verb = bytes(self.buffer[:4]).upper()
        del self.buffer[: end + 2]
        if verb == b"QUIT":
            self.transport.write(b"221 2.0.0 bye\r\n")
            self.transport.close()
            return False
        self.in_data = verb == b"DATA"
        self.transport.write(EHLO if verb == b"EHLO" else b"354 go\r\n" if self.in_data else b"250 2.0.0 ok\r\n")
        return True


async def main(port: int) -> None:
    count, loop = Count(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(count), "127.0.0.1", port)
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    print("ready", flush=True)
    while order := await orders.readline():
        count.expect(int(order.split()[1]))
    server.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
