"""drive: mail into a port as fast as it is taken, as a plain MTA does it: one command, one answer.

python -m bench.drive PORT CONNECTIONS COUNT SEED [SIZE]  -> a JSON line: accepted, failed, started and ended (monotonic
seconds), latencies of the answer after DATA in ms: p50, p99, most
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time

from bench import corpus


class Session(threading.Thread):
    """One connection kept for all its mails."""

    def __init__(self, port: int, mails: list[tuple[str, bytes]]) -> None:
        super().__init__()
        self.port, self.mails = port, mails
        self.latencies: list[float] = []
        self.faults: list[str] = []

    def run(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=120) as wire:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.wire, self.replies = wire, wire.makefile("rb")
            self.say(None, b"2")
            self.say(b"EHLO drive.example\r\n", b"2")
            for sender, raw in self.mails:
                self.mail(sender, raw)
            self.say(b"QUIT\r\n", b"2")

    def mail(self, sender: str, raw: bytes) -> None:
        self.say(b"MAIL FROM:<%s>\r\n" % sender.encode(), b"2")
        self.say(b"RCPT TO:<%s>\r\n" % corpus.DESK.encode(), b"2")
        self.say(b"DATA\r\n", b"3")
        began = time.perf_counter()
        if self.say(raw, b"2"):
            self.latencies.append(time.perf_counter() - began)

    def say(self, line: bytes | None, wanted: bytes) -> bool:
        if line is not None:
            self.wire.sendall(line)
        while (reply := self.replies.readline())[3:4] == b"-":
            pass
        if reply.startswith(wanted):
            return True
        self.faults.append(reply.decode("utf-8", "replace").strip() or "hung up")
        return False


def percentile(values: list[float], share: float) -> float:
    return round(1000 * values[min(len(values) - 1, int(len(values) * share))], 2) if values else 0.0


def main(port: int, connections: int, count: int, seed: int, size: int = 0) -> None:
    mails = corpus.large(count, size, seed) if size else corpus.mails(count, seed)
    sessions = [Session(port, mails[index::connections]) for index in range(connections)]
    started = time.monotonic()
    for session in sessions:
        session.start()
    for session in sessions:
        session.join()
    ended = time.monotonic()
    taken = sorted(latency for session in sessions for latency in session.latencies)
    faults = [fault for session in sessions for fault in session.faults]
    said = {
        "accepted": len(taken),
        "failed": len(faults),
        "faults": sorted(set(faults))[:3],
        "started": started,
        "ended": ended,
    }
    said |= {"p50": percentile(taken, 0.5), "p99": percentile(taken, 0.99), "most": percentile(taken, 1.0)}
    print(json.dumps(said))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
