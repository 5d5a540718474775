"""faultproxy: a wire between two programs that fails where it hurts: around the octets that ask for a promise.

    FaultProxy(port)                        SMTP: they are the final dot
    FaultProxy(socket, listen, mark=COMMIT) PostgreSQL on its UNIX socket: they are the COMMIT

.arm("before")   the next connection that says them is reset before they have passed
.arm("after")    ... as soon as they have passed: the other side works, and nobody is there any more
.arm("swallow")  ... when the answer to them has come, which nobody gets
.shut = True     nobody gets through who is not through yet
.slices = 700    pieces are at most so long (each time another length), as in a network that is narrow
.delay, .reset(), .hole(), .heal() as of parts/proxy.py;  .spoiled counts what was armed and befell somebody
"""

from __future__ import annotations

import contextlib
import random
import re
import socket
import struct
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from parts.proxy import Proxy

DOT, COMMIT = b"\r\n.\r\n", b"COMMIT"
FAULTS = ("before", "after", "swallow")
# psycopg prepares what it says often: from then on a COMMIT is called by the name that it was given on this connection.
_PREPARED = re.compile(rb"(_pg3_\d+)\0COMMIT\0")
_TAIL = 24


class Pair:
    """A client and its server, and what becomes of the answer."""

    def __init__(self, client: socket.socket, server: socket.socket, mark: bytes) -> None:
        self.client, self.server = client, server
        self.marks = [mark]
        self.swallows = False
        self.ended = 0

    def cut(self) -> None:
        for one in (self.client, self.server):
            with contextlib.suppress(OSError):
                if one.family == socket.AF_INET:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                # A thread that reads would keep it open.
                one.shutdown(socket.SHUT_RD)
            with contextlib.suppress(OSError):
                one.close()


class FaultProxy(Proxy):
    def __init__(self, target: int | Path, listen: Path | None = None, mark: bytes = DOT) -> None:
        self._way, self._mark = target, mark
        self._armed: deque[str] = deque()
        self._chance = random.Random(1)
        self._living: set[Pair] = set()
        self.slices, self.spoiled, self.shut = 0, 0, False
        super().__init__(target if isinstance(target, int) else 0, self._own(listen) if listen else None)

    @staticmethod
    def _own(path: Path) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        path.chmod(0o777)
        listener.listen(128)
        return listener

    def arm(self, fault: str) -> None:
        assert fault in FAULTS
        self._armed.append(fault)

    def disarm(self) -> None:
        """What has befallen nobody yet is called off, and the wire is whole again."""
        self._armed.clear()
        self.delay, self.slices, self.shut = 0.0, 0, False
        self.heal()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.socket(socket.AF_INET if isinstance(self._way, int) else socket.AF_UNIX)
            if self.shut:
                raise ConnectionRefusedError
            server.settimeout(5)
            server.connect(("127.0.0.1", self._way) if isinstance(self._way, int) else str(self._way))
            server.settimeout(None)
        except OSError:
            client.close()
            return
        for one in (client, server):
            if one.family == socket.AF_INET:
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = Pair(client, server, self._mark)
        self._living.add(pair)
        threading.Thread(target=self._carry, args=(pair, client, server, True), daemon=True).start()
        threading.Thread(target=self._carry, args=(pair, server, client, False), daemon=True).start()

    def _carry(self, pair: Pair, source: socket.socket, sink: socket.socket, asking: bool) -> None:
        before = b""
        try:
            while octets := source.recv(65536):
                if self.delay:
                    time.sleep(self.delay)
                if self._holed:
                    return
                if pair.swallows and not asking:
                    pair.cut()
                    return
                fault = self._fault(pair, before, octets) if asking else ""
                before = octets[-_TAIL:]
                if fault == "before":
                    octets = octets[: max(*(octets.rfind(mark) for mark in pair.marks), 0)]
                pair.swallows = pair.swallows or fault == "swallow"
                self._send(sink, octets)
                if fault in ("before", "after"):
                    pair.cut()
                    return
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pair.cut()
        finally:
            pair.ended += 1
            if pair.ended == 2:
                pair.cut()
                self._living.discard(pair)

    def _send(self, sink: socket.socket, octets: bytes) -> None:
        while self.slices and len(octets) > 1:
            length = self._chance.randint(1, self.slices)
            sink.sendall(octets[:length])
            octets = octets[length:]
        if octets:
            sink.sendall(octets)

    def _fault(self, pair: Pair, before: bytes, octets: bytes) -> str:
        """before: the last of what was said; a mark counts when its end is in the new octets."""
        if self._mark == COMMIT:
            # To prepare a COMMIT commits nothing: the name that it gets is what asks.
            pair.marks += [b"\0" + found[1] + b"\0" for found in _PREPARED.finditer(before + octets)]
            octets = _PREPARED.sub(b"", octets)
        said = any(mark in before[1 - len(mark) :] + octets for mark in pair.marks)
        if not self._armed or not said:
            return ""
        with contextlib.suppress(IndexError):
            fault = self._armed.popleft()
            self.spoiled += 1
            return fault
        return ""

    def reset(self) -> None:
        for pair in list(self._living):
            pair.cut()


@dataclass
class Wire:
    """PostgreSQL as it is reached over a wire that can fail around a COMMIT."""

    proxy: FaultProxy
    url: str
