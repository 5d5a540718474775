"""proxy: a wire that breaks.  Stands between a client and a server on loopback.

proxy = Proxy(server_port); proxy.port
proxy.reset()        every connection ends with RST
proxy.hole()         nothing passes any more, and nobody is told; new connections hang as well
proxy.heal()         all is well again (connections of the hole stay dead)
proxy.delay = 0.2    each piece waits so long
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time


class Proxy:
    def __init__(self, target: int, listener: socket.socket | None = None) -> None:
        """listener: in place of a port of its own on loopback."""
        self.target, self.delay, self._holed = target, 0.0, False
        self._listener = listener or socket.create_server(("127.0.0.1", 0))
        self.port = 0 if listener else int(self._listener.getsockname()[1])
        self.accepted = 0
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.accepted += 1
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        if self._holed:
            self._pairs.append((client, client))
            return
        try:
            server = socket.create_connection(("127.0.0.1", self.target), 5)
        except OSError:
            client.close()
            return
        pair = (client, server)
        self._pairs.append(pair)
        for a, b in (pair, pair[::-1]):
            threading.Thread(target=self._pump, args=(a, b), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while octets := source.recv(65536):
                if self.delay:
                    time.sleep(self.delay)
                if self._holed:
                    return
                sink.sendall(octets)
            sink.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        pairs, self._pairs = self._pairs, []
        for one in {end for pair in pairs for end in pair}:
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                # A thread that reads would keep it open.
                one.shutdown(socket.SHUT_RD)
                one.close()

    def hole(self) -> None:
        self._holed = True

    def heal(self) -> None:
        self._holed = False

    def close(self) -> None:
        self._listener.close()
        self.reset()
